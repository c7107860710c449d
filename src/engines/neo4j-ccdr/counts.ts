import type { BoltSession } from '../../transports/bolt.ts';
import { countAt, textAt } from '../../transports/bolt-values.ts';
import { isQuotableName, quoteCypherName, quoteCypherString } from '../../transports/cypher-quoting.ts';
import { questions } from './questions.ts';

/** Counts by label and by type. `all nodes` counts those without a label too. */
export interface Counts {
  readonly by: ReadonlyMap<string, number>;
  /** Names of labels and types that can't be written into a statement safely, and so are not counted by themselves. */
  readonly leftOut: readonly string[];
}

/** Labels or types that are counted by one statement. */
const atOnce = 100;

interface Part {
  /** As it is shown. */
  readonly name: string;
  readonly pattern: string;
}

/** A server keeps these numbers, so that none of the graph is read for them however large it is. */
const counted = ({ name, pattern }: Part): string => `MATCH ${pattern} WITH count(n) AS c RETURN ${quoteCypherString(name)} AS name, c`;

export const countStatement = (parts: readonly Part[]): string => parts.map(counted).join(' UNION ALL ');

export const countsOfAll: readonly Part[] = [
  { name: 'all nodes', pattern: '(n)' },
  { name: 'all relationships', pattern: '()-[n]->()' },
];
export const countsOfLabel = (label: string): Part => ({ name: `label ${label}`, pattern: `(n:${quoteCypherName(label)})` });
export const countsOfType = (type: string): Part => ({ name: `type ${type}`, pattern: `()-[n:${quoteCypherName(type)}]->()` });

export async function countAll(session: BoltSession): Promise<Counts> {
  const labels = await namesFrom(session, questions.labels, 'label');
  const types = await namesFrom(session, questions.types, 'relationshipType');
  const parts: readonly Part[] = [
    ...countsOfAll,
    ...labels.filter(isQuotableName).map(countsOfLabel),
    ...types.filter(isQuotableName).map(countsOfType),
  ];
  const by = new Map<string, number>();
  for (let at = 0; at < parts.length; at += atOnce) {
    const { rows } = await session.read(countStatement(parts.slice(at, at + atOnce)));
    for (const row of rows) by.set(textAt(row, 'name') ?? '', countAt(row, 'c') ?? Number.NaN);
  }
  return { by, leftOut: [...labels, ...types].filter((name) => !isQuotableName(name)) };
}

async function namesFrom(session: BoltSession, statement: string, column: string): Promise<readonly string[]> {
  return (await session.read(statement)).rows.flatMap((row) => textAt(row, column) ?? []).sort();
}
