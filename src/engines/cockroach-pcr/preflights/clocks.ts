import { isFault } from '../../../domain/faults.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import type { ClusterAddress } from '../../cockroach/address.ts';
import { readNow } from '../../cockroach/now.ts';
import { withSystem } from '../../cockroach/session.ts';
import { msOfMicros } from '../../cockroach/times.ts';
import type { EngineIo } from '../../engine.ts';
import type { PcrLink } from '../config.ts';

/** A node stops itself when its clock is further than this from the others', ms. */
const mostSkewMs = 500;

/** How far a clock is ahead of the bot's, and how much of that may be the way there and back. */
interface Skew {
  readonly cluster: string;
  readonly aheadMs: number;
  readonly slackMs: number;
}

/** Asks both sides for their time. Changes nothing. */
export async function clockChecks(connect: SqlConnect, { settings }: PcrLink, io: EngineIo): Promise<readonly Check[]> {
  try {
    const [east, west] = await Promise.all([measure(connect, settings.primary, io), measure(connect, settings.standby, io)]);
    return [clockCheck(east, west)];
  } catch (cause) {
    // A side that does not answer has its own check.
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return [];
  }
}

/** The time is taken to be that of the middle between the question and its answer. */
const measure = (connect: SqlConnect, address: ClusterAddress, io: EngineIo): Promise<Skew> =>
  withSystem(connect, address, io, async (session) => {
    const asked = io.clock.now();
    const told = msOfMicros(await readNow(session, address.cluster));
    const slackMs = (io.clock.now() - asked) / 2;
    return { cluster: address.cluster, aheadMs: told - asked - slackMs, slackMs };
  });

/** Pure. */
export function clockCheck(east: Skew, west: Skew): Check {
  const name = 'clocks';
  const slackMs = Math.ceil(east.slackMs + west.slackMs);
  const apartMs = Math.round(Math.abs(east.aheadMs - west.aheadMs));
  const fromBot = Math.max(Math.abs(east.aheadMs) - east.slackMs, Math.abs(west.aheadMs) - west.slackMs);
  const seen = `The clocks of ${east.cluster} and ${west.cluster} are ${apartMs} ms apart (measured to ${slackMs} ms), and at most ${Math.max(0, Math.round(fromBot))} ms from the bot's.`;
  return apartMs - slackMs <= mostSkewMs && fromBot <= mostSkewMs
    ? { name, outcome: 'passed', seen, next: null }
    : { name, outcome: 'warned', seen, next: 'Let NTP or chrony keep the clocks of all nodes and of the bot.' };
}
