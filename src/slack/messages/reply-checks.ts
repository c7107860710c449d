import type { Check } from '../../domain/plan.ts';
import type { Reply } from '../../domain/reply.ts';
import { type Block, context, header, type Message, message, section } from './message.ts';
import { join, type Mrkdwn, md } from './mrkdwn.ts';
import { chunks } from './reply-links.ts';
import { count, titleOf } from './words.ts';

const outcomes = {
  failed: { mark: '❌', word: 'Failed', rank: 0 },
  warned: { mark: '⚠️', word: 'Warning', rank: 1 },
  passed: { mark: '✅', word: 'Passed', rank: 2 },
} as const satisfies Record<Check['outcome'], object>;

/** `/repl preflight`. */
export function renderChecks({ operation, link, checks }: Extract<Reply, { kind: 'checked' }>): Message {
  const title = titleOf(operation, link);
  const verdict = verdictOf(checks, `${title} can go ahead`, `${title} cannot go ahead`);
  return message(md`${verdict}. ${troubles(checks)}`, [
    header(`${markOf(checks)} ${verdict}`),
    ...checkBlocks(checks),
    context(md`Nothing was changed. \`/repl plan ${operation} ${link}\` shows what would run.`),
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
      .map(({ seen }) => md`${seen.slice(0, 200)}`),
    ' ',
  );

/** What failed comes first, each with what was seen and what to do. */
function checkBlocks(checks: readonly Check[]): readonly Block[] {
  const lines = sorted(checks).slice(0, 40).map(checkLine);
  const left = checks.length - lines.length;
  return [...chunks(lines, 4).map((some) => section(join(some))), ...(left === 0 ? [] : [section(md`${left} more are not shown.`)])];
}

/** A name that begins with a cluster's is left as that is written. */
const titled = (name: string): string => (name.includes(':') ? name : name.slice(0, 1).toUpperCase() + name.slice(1));

const checkLine = ({ name, outcome, seen, next }: Check): Mrkdwn =>
  join([
    md`${outcomes[outcome].mark} *${outcomes[outcome].word}: ${titled(name.slice(0, 80))}.* ${seen.slice(0, 300)}`,
    next === null ? null : md`      → ${next.slice(0, 250)}`,
  ]);
