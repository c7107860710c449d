import { linesOf } from './text.ts';

/** What `gsql ls` begins with, in one graph or over all of them. A text without any of it is no such list. */
const heading = /^(?:---- Graph\b|(?:Vertex Types|Edge Types|Graphs|Jobs|Queries):)/;

const isList = (lines: readonly string[]): boolean => lines.some((line) => heading.test(line));

/** Graphs that `gsql ls` lists; null when it lists nothing that is understood. Pure; never throws. */
export function parseGraphs(text: string): readonly string[] | null {
  const lines = linesOf(text);
  if (!isList(lines)) return null;
  return [...new Set(lines.flatMap((line) => /^-\s*Graph\s+([A-Za-z_]\w{0,127})\s*\(/.exec(line)?.[1] ?? []))];
}

/** A query and its state: `- hello(string p) (installed v2)`. Of what else is listed, nothing ends in a second pair of brackets. */
const query = /^-\s*([A-Za-z_]\w{0,127})\s*\(.*\)\s*\(([^()]*)\)$/;

export interface QueriesView {
  readonly queries: number;
  /** Names of those that are not installed. */
  readonly pending: readonly string[];
}

/** Lines under `Queries:`, each of which is a query, whole or not. */
function queryLines(lines: readonly string[]): readonly string[] {
  const at = lines.indexOf('Queries:');
  if (at < 0) return [];
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => heading.test(line));
  return rest.slice(0, end < 0 ? undefined : end).filter((line) => line.startsWith('-'));
}

/**
 * Queries that `gsql -g GRAPH ls` lists; null when it lists nothing that is understood. A draft waits for nothing; a query of which no
 * state is told may wait. Pure; never throws.
 */
export function parseQueries(text: string): QueriesView | null {
  const lines = linesOf(text);
  if (!isList(lines) && !lines.some((line) => query.test(line))) return null;
  const found = [...new Set([...lines.filter((line) => query.test(line)), ...queryLines(lines)])];
  const pending = found.flatMap((line) => {
    const [, name, state = ''] = query.exec(line) ?? /^-\s*(\w{0,128})/.exec(line) ?? [];
    return /^(?:installed\b|draft\b)/i.test(state.trim()) ? [] : [name || 'a query'];
  });
  return { queries: found.length, pending };
}
