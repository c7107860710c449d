import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { blindWords, type Sight, sightGrant } from '../cockroach/sight.ts';
import { notNow } from '../frame/drafts.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import type { LdrDetail } from './detail.ts';
import { flowsOf, readOf } from './flow.ts';
import { upper } from './words.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Operations that start replication, or empty a side on the ground that nothing replicates into it. */
const starting: readonly OperationName[] = ['setup', 'rebuild', 'failback', 'alter'];

const blindOn = (detail: LdrDetail): readonly { readonly side: Side; readonly sight: Sight }[] =>
  sides.flatMap((side) => {
    const read = readOf(detail, side);
    const sight = read?.sight ?? 'unknown';
    return read === null || sight === 'all' ? [] : [{ side, sight }];
  });

const grantOn = (settings: LdrSettings, side: Side): string => sightGrant(settings[side], settings.interface);

/** A bot that can't see the jobs of others would start a second one beside them, or take a link for one without replication. Pure. */
export function blindRefusal(operation: OperationName, { id, settings }: LdrLink, detail: LdrDetail): Refusal | null {
  const blind = blindOn(detail);
  if (blind.length === 0 || (!starting.includes(operation) && flowsOf(settings, detail).length > 0)) return null;
  const what = blind.map(({ side, sight }) => blindWords(settings[side], sight)).join('; ');
  return notNow(
    `${what}: replication of ${id} that somebody else started would stay hidden, so no ${operation} is planned and nothing was changed.`,
    `${upper(blind.map(({ side }) => grantOn(settings, side)).join('; '))}; then ask again.`,
  );
}

/** What may be missing from a plan on the jobs that were seen. Pure. */
export const blindWarnings = ({ id, settings }: LdrLink, detail: LdrDetail): readonly string[] =>
  blindOn(detail).map(
    ({ side, sight }) =>
      `${blindWords(settings[side], sight)}: a job of ${id} that somebody else started there is not in this plan. To see it, ${grantOn(settings, side)}.`,
  );
