import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isAtLeast } from '../cockroach/version.ts';
import { notNow } from '../frame/drafts.ts';
import type { LdrLink } from './config.ts';
import type { LdrDetail } from './detail.ts';
import type { Reads } from './plans/start.ts';

export function versionRefusal(operation: OperationName, link: LdrLink, reads: Reads): Refusal | null {
  for (const side of ['primary', 'standby'] as const) {
    const { release, activeVersion } = reads[side];
    const { cluster } = link.settings[side];
    if (!isAtLeast(release, 24, 3)) {
      return notNow(
        `${cluster} runs ${release.text}, and logical data replication exists from v24.3 on only.`,
        `Upgrade ${cluster} first.`,
      );
    }
    if (isAtLeast(release, 25, 1) && /^24\./.test(activeVersion)) {
      return notNow(
        `The upgrade of ${cluster} to ${release.text} is not finalized (active version ${activeVersion}), and until then no replication can be started.`,
        `Finalize the upgrade of ${cluster}, then ask for the ${operation} again.`,
      );
    }
  }
  return null;
}

/** About rows that stand in the way of a first copy. A rebuild deletes them after it was approved; what goes on from a time makes no copy. */
export const emptied = ['both-filled', 'destination-filled'];

/** Nothing is started while a finding says that CockroachDB would refuse it, or that data would be lost. */
export function schemaRefusal(
  operation: OperationName,
  link: LdrLink,
  { schema }: LdrDetail,
  into: readonly Side[],
  without: readonly string[] = operation === 'setup' ? [] : emptied,
): Refusal | null {
  if (schema.kind === 'skipped') return null;
  if (schema.kind === 'unread') {
    return notNow(
      `The tables of ${link.id} could not be read: ${schema.why} Nothing was started.`,
      'Give the bot the right to read them, then ask again.',
    );
  }
  const blocking = into
    .flatMap((side) => schema.findings[side])
    .filter(({ severity, rule }) => severity === 'blocks' && !without.includes(rule));
  const [first] = blocking;
  if (first === undefined) return null;
  const more = blocking.length - 1;
  if (more === 0) return notNow(first.sentence, first.next);
  const words = `There ${more === 1 ? 'is 1 more finding' : `are ${more} more findings`}; /repl preflight ${operation} ${link.id} lists all.`;
  const all = [...new Set(blocking.map(({ sentence, next }) => `${sentence} ${next}`))];
  return { ...notNow(`${first.sentence} ${words}`, first.next), all };
}

/** So many findings go into a plan, which is kept and shown whole; a preflight tells all. */
const mostWarned = 40;

export function findingWarnings({ schema }: LdrDetail, into: readonly Side[], without: readonly string[] = []): readonly string[] {
  if (schema.kind !== 'read') return [];
  const warns = into
    .flatMap((side) => schema.findings[side])
    .filter(({ severity, rule }) => severity === 'warns' && !without.includes(rule));
  const all = [...new Set(warns.map(({ sentence, next }) => `${sentence} ${next}`))];
  if (all.length <= mostWarned) return all;
  return [
    ...all.slice(0, mostWarned),
    `${all.length - mostWarned} more findings about the tables are not listed here; a preflight lists all.`,
  ];
}
