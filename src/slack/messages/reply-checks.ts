import type { Check } from '../../domain/plan.ts';
import type { Reply } from '../../domain/reply.ts';
import { cut } from './foreign.ts';
import { lineSections } from './lines.ts';
import { type Block, context, header, type Message, message } from './message.ts';
import { join, type Mrkdwn, md, typed } from './mrkdwn.ts';
import { count, titleOf } from './words.ts';

const outcomes = {
  failed: { mark: '❌', word: 'Failed', rank: 0 },
  warned: { mark: '⚠️', word: 'Warning', rank: 1 },
  passed: { mark: '✅', word: 'Passed', rank: 2 },
} as const satisfies Record<Check['outcome'], object>;

/** `/repl preflight`. */
export function renderChecks({ operation, link, command, checks }: Extract<Reply, { kind: 'checked' }>): Message {
  const title = titleOf(operation, link);
  const verdict = verdictOf(checks, `${title} can go ahead`, `${title} cannot go ahead`);
  return message(md`${verdict}. ${troubles(checks)}`, [
    header(`${markOf(checks)} ${verdict}`),
    ...checkBlocks(checks),
    context(md`Nothing was changed. ${typed(`plan ${command}`)} shows what would run.`),
  ]);
}

/** `/repl doctor`. */
export function renderFindings({ findings }: Extract<Reply, { kind: 'doctor' }>): Message {
  const verdict = verdictOf(findings, 'ReplOps is in order', 'ReplOps has a problem');
  return message(md`${verdict}. ${troubles(findings)}`, [
    header(`${markOf(findings)} ${verdict}`),
    ...checkBlocks(findings),
    context(md`The doctor looks and changes nothing.`),
  ]);
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

/** What failed comes first, each with what was seen and what to do. */
const checkBlocks = (checks: readonly Check[]): readonly Block[] => lineSections(sorted(checks).map(checkLine), 24_000);

/** A name that begins with a cluster's is left as that is written. */
const titled = (name: string): string => (name.includes(':') ? name : name.slice(0, 1).toUpperCase() + name.slice(1));

const checkLine = ({ name, outcome, seen, next }: Check): Mrkdwn =>
  join([
    md`${outcomes[outcome].mark} *${outcomes[outcome].word}: ${titled(name.slice(0, 80))}.* ${cut(seen, 1_000)}`,
    next === null ? null : md`      → ${cut(next, 600)}`,
  ]);
