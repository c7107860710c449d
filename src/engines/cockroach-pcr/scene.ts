import type { Side } from '../../domain/observation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { notNow } from '../frame/drafts.ts';
import type { PcrLink } from './config.ts';
import type { SideRead } from './detail.ts';
import { type Follower, lagMsOf } from './phase.ts';
import { phaseWords, spellTime } from './words.ts';

/** Who follows whom, by the databases' own word: what every operation is planned on. */
export interface Scene {
  readonly link: PcrLink;
  readonly follower: Follower;
  /** Name of the follower's cluster. */
  readonly here: string;
  readonly source: Side;
  readonly sourceRead: SideRead;
  /** Name of the source's cluster. */
  readonly there: string;
}

/** A refusal when the follower is already on its way to be promoted; null when it is not. */
export function promotionUnderWay(operation: string, { link, follower, here }: Scene): Refusal | null {
  if (follower.phase === 'pending') {
    return notNow(
      `A failover of ${here} to ${spellTime(follower.vc.failover)} is already pending, so no ${operation} of ${link.id} can be planned.`,
      `/repl failover ${link.id} completes it once its time has come, --to latest takes what is there now, and another --to moves it. If a run of the bot waits for it, let that go on.`,
    );
  }
  if (follower.phase === 'reverting') {
    return notNow(
      `A failover of ${here} is under way and can't be called off or moved, so no ${operation} of ${link.id} can be planned.`,
      `If no run of the bot carries it on, /repl failover ${link.id} does.`,
    );
  }
  return null;
}

/** How old the newest consistent copy on the follower is, ms; a refusal when there is nothing to promote yet. */
export function copyAgeMs(operation: string, { link, follower, here, there, sourceRead }: Scene): number | Refusal {
  const lagMs = lagMsOf(follower);
  const why = whyTooEarly(follower) ?? (lagMs === null ? 'it has no replicated time' : null);
  if (lagMs !== null && why === null) return lagMs;
  return notNow(
    `${here} has no consistent copy yet (${why}), so no ${operation} of ${link.id} is possible.`,
    sourceRead.kind === 'read'
      ? `Wait until the initial scan has ended; /repl status ${link.id} shows it.`
      : `It can't end without ${there}: make ${there} reachable. If ${there} is lost, ${here} can't serve: restore a backup.`,
  );
}

function whyTooEarly({ phase, vc }: Follower): string | null {
  if (phase === 'scanning') return phaseWords.scanning;
  // The server prints the very beginning of time before it has recorded what it retains, and refuses to promote until then.
  return vc.retained !== null && BigInt(vc.retained) < 1_000_000n ? 'it has not recorded yet how far back it can go' : null;
}
