import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { askNode } from '../ask.ts';
import { parseGraphs } from '../parse/gsql.ts';
import { linesOf, plain, reasonIn } from '../parse/text.ts';
import type { Known } from './check.ts';
import { type Said, sayTo } from './gsql.ts';

/** What came of trying one kind of change. `unsure`: neither refused for what the side is, nor taken. */
type Verdict = { readonly kind: 'refused' | 'taken' | 'unsure'; readonly why: string };

/** Nobody has anything of that name, so that a statement changes nothing even where it is not refused. */
const nothing = 'replops_check_of_refusal';

interface Try {
  /** For people, after `changes of`. */
  readonly what: string;
  readonly statement: string;
  /** Said of one graph, or of all of them. */
  readonly inGraph: boolean;
}

const tries: readonly Try[] = [
  { what: 'schema', statement: `DROP VERTEX ${nothing}`, inGraph: false },
  { what: 'users', statement: `DROP USER ${nothing}`, inGraph: false },
  { what: 'queries', statement: `DROP QUERY ${nothing}`, inGraph: true },
  { what: 'loading jobs', statement: `DROP JOB ${nothing}`, inGraph: true },
];

const shortReason = (text: string): string => reasonIn(text).slice(0, 160);

/** The product documents neither the words nor the exit code of a refusal. Pure. */
export function verdictOn({ exitCode, text }: Said): Verdict {
  const why = shortReason(text);
  // A wrong password and a GSQL that is down tell nothing of it.
  if (exitCode === null || [41, 202, 204, 255].includes(exitCode)) return { kind: 'unsure', why: why || 'GSQL gave no answer' };
  if (/not exist|doesn't exist|not (?:be )?found|no such/i.test(text))
    return { kind: 'unsure', why: 'GSQL looked for what was to be dropped rather than refuse to drop it' };
  return { kind: exitCode === 0 ? 'taken' : 'refused', why: why || `exit code ${exitCode}` };
}

/** Reads the answer of RESTPP to an upsert of nothing, with the status code of HTTP on the last line. Pure; never throws. */
export function verdictOnWrite(text: string): Verdict {
  const lines = plain(text).trimEnd().split('\n');
  const status = /^\d{3}$/.exec(lines.at(-1) ?? '')?.[0] ?? '000';
  const body = lines.slice(0, -1).join('\n');
  const why = (/"message"\s*:\s*"((?:[^"\\]|\\.){1,160})/.exec(body)?.[1] ?? '').trim();
  if (status === '000') return { kind: 'unsure', why: 'RESTPP gave no answer' };
  if (['401', '403'].includes(status) || /\btoken\b|authenti|authoriz|access denied/i.test(body))
    return { kind: 'unsure', why: 'RESTPP wants a token' };
  if (/"error"\s*:\s*"?true\b/.test(body)) {
    const isAway = /not exist|not (?:be )?found|no such|unavailable|not ready/i.test(body) || status === '404';
    return isAway ? { kind: 'unsure', why: why || `status ${status}` } : { kind: 'refused', why: why || `status ${status}` };
  }
  return status === '200' && /"error"\s*:\s*"?false\b/.test(body)
    ? { kind: 'taken', why: 'RESTPP took an upsert of nothing' }
    : { kind: 'unsure', why: `RESTPP answered with status ${status}` };
}

/** An upsert of no vertices and no edges, which changes nothing wherever it is taken. */
const emptyWrite = (graph: string): string =>
  `curl -s -m 5 -w '\\n%{http_code}' -X POST -d '{"vertices":{}}' ${quoteWord(`http://localhost:9000/graph/${graph}`)}`;

/** A graph to try in: one that the config names, or the first that the side lists; null when there is none. */
async function graphOf(shell: ShellConnect, known: Known, graphs: readonly string[], io: EngineIo): Promise<string | null> {
  const [named] = graphs;
  if (named !== undefined) return named;
  const said = await sayTo(shell, known, null, 'ls', io);
  return said?.exitCode === 0 ? (parseGraphs(said.text)?.[0] ?? null) : null;
}

async function writeVerdict(shell: ShellConnect, { cluster, read }: Known, graph: string | null, io: EngineIo): Promise<Verdict> {
  const node = cluster.nodes.find(({ name }) => name === read.by);
  if (graph === null || node === undefined) return { kind: 'unsure', why: 'no graph is known to try it in' };
  const [answer] = await askNode(shell, cluster, node, io, [emptyWrite(graph)]);
  return verdictOnWrite(linesOf(answer.text).join('\n'));
}

/** Whether a side that follows really refuses changes: what is set there is not yet what it does. Nothing that is tried changes anything. */
export async function refusalCheck(shell: ShellConnect, known: Known, graphs: readonly string[], io: EngineIo): Promise<Check> {
  const { cluster } = known.cluster;
  const graph = await graphOf(shell, known, graphs, io);
  const ask = async ({ statement, inGraph }: Try): Promise<Verdict> => {
    if (inGraph && graph === null) return { kind: 'unsure', why: 'no graph is known to try it in' };
    const said = await sayTo(shell, known, inGraph ? graph : null, statement, io);
    return said === null ? { kind: 'unsure', why: 'the config names no superuser' } : verdictOn(said);
  };
  const [write, ...changes] = await Promise.all([writeVerdict(shell, known, graph, io), ...tries.map(ask)]);
  const all = [
    ...changes.map((verdict, index) => ({ what: `changes of ${tries[index]?.what ?? ''}`, verdict })),
    { what: 'writes', verdict: write },
  ];
  return told(cluster, all);
}

type Tried = readonly { readonly what: string; readonly verdict: Verdict }[];

/** `a, b and c`. */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;

/** Pure. */
function told(cluster: string, all: Tried): Check {
  const name = `${cluster}: refuses changes`;
  const of = (kind: Verdict['kind']) => all.filter(({ verdict }) => verdict.kind === kind);
  const names = (some: Tried) => listed(some.map(({ what }) => what));
  const [refused, taken, unsure] = [of('refused'), of('taken'), of('unsure')];
  const next = `Try it on ${cluster} by hand; a side that follows has to refuse changes of schema, users, queries and loading jobs, and every write.`;
  if (taken.length > 0)
    return failed(
      name,
      `${cluster} took ${names(taken)}, although it is set to follow: it can go apart from the side that it follows.`,
      next,
    );
  const reason = refused[0]?.verdict.why;
  const yes = reason === undefined ? '' : `${cluster} refuses ${names(refused)}: ${reason.replace(/\.$/, '')}.`;
  if (unsure.length === 0) return passed(name, yes);
  const no = `Whether ${cluster} refuses ${names(unsure)} could not be tried: ${unsure[0]?.verdict.why ?? ''}.`;
  return warned(name, `${yes} ${no}`.trim(), next);
}
