import type { Check } from '../../domain/plan.ts';
import type { Reply } from '../../domain/reply.ts';
import { cut } from './foreign.ts';
import { header } from './message.ts';
import { join, type Mrkdwn, md, typed } from './mrkdwn.ts';
import type { Answer } from './pages.ts';
import { count, titleOf } from './words.ts';
import { together, whole } from './wrapping.ts';

const outcomes = {
  failed: { mark: '❌', word: 'Failed', rank: 0 },
  warned: { mark: '⚠️', word: 'Warning', rank: 1 },
  passed: { mark: '✅', word: 'Passed', rank: 2 },
} as const satisfies Record<Check['outcome'], object>;

/** `/repl preflight`. */
export function renderChecks({ operation, link, command, checks }: Extract<Reply, { kind: 'checked' }>): Answer {
  const title = titleOf(operation, link);
  const verdict = verdictOf(checks, `${title} can go ahead`, `${title} cannot go ahead`);
  return {
    text: md`${verdict}. ${troubles(checks)}`,
    title: `Preflight: ${title}`,
    head: [header(`${markOf(checks)} ${verdict}`)],
    body: [{ kind: 'lines', lines: sorted(checks).flatMap(checkLines) }],
    foot: md`Nothing was changed. ${typed(`plan ${command}`)} shows what would run.`,
  };
}

/** `/repl doctor`. */
export function renderFindings({ findings }: Extract<Reply, { kind: 'doctor' }>): Answer {
  const verdict = verdictOf(findings, 'ReplOps is in order', 'ReplOps has a problem');
  return {
    text: md`${verdict}. ${troubles(findings)}`,
    title: 'Doctor',
    head: [header(`${markOf(findings)} ${verdict}`)],
    body: [{ kind: 'lines', lines: sorted(findings).flatMap(checkLines) }],
    foot: md`The doctor looks and changes nothing.`,
  };
}

function verdictOf(checks: readonly Check[], good: string, bad: string): string {
  const failed = checks.filter(({ outcome }) => outcome === 'failed').length;
  const warned = checks.filter(({ outcome }) => outcome === 'warned').length;
  if (failed > 0) return `${bad}: ${count(failed, 'check')} failed`;
  if (checks.length === 0) return `${bad}: nothing was checked`;
  return warned > 0 ? `${good}, with ${count(warned, 'warning')}` : `${good}: ${count(checks.length, 'check')} passed`;
}

function markOf(checks: readonly Check[]): string {
  if (checks.length === 0 || checks.some(({ outcome }) => outcome === 'failed')) return outcomes.failed.mark;
  return checks.some(({ outcome }) => outcome === 'warned') ? outcomes.warned.mark : outcomes.passed.mark;
}

const sorted = (checks: readonly Check[]): readonly Check[] =>
  [...checks].sort((a, b) => outcomes[a.outcome].rank - outcomes[b.outcome].rank);

const troubles = (checks: readonly Check[]): Mrkdwn =>
  join(
    sorted(checks)
      .filter(({ outcome }) => outcome !== 'passed')
      .slice(0, 5)
      .map(({ seen }) => md`${cut(seen, 300)}`),
    ' ',
  );

/** A name that begins with a cluster's is left as that is written. */
const titled = (name: string): string => (name.includes(':') ? name : name.slice(0, 1).toUpperCase() + name.slice(1));

/** All that was seen and all that can be done, however long: in one piece if a section has room for it. */
const checkLines = ({ name, outcome, seen, next }: Check): readonly Mrkdwn[] =>
  together([
    ...whole(md`${outcomes[outcome].mark} *${outcomes[outcome].word}: ${titled(cut(name, 200))}.* `, seen),
    ...(next === null ? [] : whole(md`      → `, next)),
  ]);
