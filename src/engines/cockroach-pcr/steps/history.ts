import { firstValue, withSystem } from '../../cockroach/session.ts';
import { msOfMicros } from '../../cockroach/times.ts';
import { releaseOf } from '../../cockroach/version.ts';
import type { Probe } from '../../engine.ts';
import { impossible, unknown } from '../../frame/probes.ts';
import type { VirtualClusterView } from '../detail.ts';
import { ownHistory } from '../own-history.ts';
import { microsOf } from '../phase.ts';
import { historyThere, type Place, statusOf } from '../place.ts';
import type { VirtualClusterReading } from '../read-side.ts';
import { questions } from '../reads.ts';
import { windowMsOf } from '../window.ts';
import { problemOf, spell, spellTime } from '../words.ts';

/**
 * Why the stream must not be let go on; null when it may. One that asks its source for history which that has let go fails, and what it
 * had copied can't even be promoted any more.
 */
export async function endedByGoingOn(place: Place, { vc, now }: VirtualClusterReading): Promise<Probe | null> {
  const there = await historyThere({ ...place, name: vc?.sourceName ?? place.name });
  const history = there.kind === 'read' ? ownHistory(vc?.job ?? null, there) : 'untold';
  if (history === 'kept') return null;
  const still = stillSince(vc);
  if (history === 'lost') return impossible(lostWords(place, still), { status: statusOf(vc), 'replicated time': spellTime(still) });
  const windowMs = await windowOf(place);
  if (still === null || msOfMicros(now - BigInt(still)) <= windowMs) return null;
  return unknown(unseenWords(place, there, history === 'mixed', still, windowMs), {
    status: statusOf(vc),
    'replicated time': spellTime(still),
  });
}

const stillSince = (vc: VirtualClusterView | null): string | null => {
  const at = microsOf(vc?.replicated ?? vc?.job?.modified ?? null);
  return at === null ? null : String(at);
};

const left = ({ here }: Place): string => `what ${here} has could no longer be promoted`;

function lostWords(place: Place, still: string | null): string {
  const { here, there, link } = place;
  return `${there} no longer keeps the history that ${here} needs to go on from ${spellTime(still)}. Letting the stream go on would end it, and ${left(place)}. It was left as it is. End this run: /repl rebuild ${link.id} gives ${here} a new full copy, and until then ${here} can still be promoted to what it has.`;
}

function unseenWords(
  place: Place,
  read: Awaited<ReturnType<typeof historyThere>>,
  isMixed: boolean,
  still: string,
  windowMs: number,
): string {
  const { here, there, link } = place;
  const why =
    problemOf(there, read) ?? (read.kind === 'read' && read.history === 'untold' ? `${there} did not list its jobs in time.` : null);
  const jobs = isMixed
    ? `${there} keeps history by several jobs, and which of them does for ${here} is not told: another cluster may follow it too.`
    : `${there} lists no job that feeds ${here}.`;
  return `${why ?? jobs} ${here} has stood still since ${spellTime(still)}, longer than the ${spell(windowMs)} for which history is usually kept. If it is gone, letting the stream go on would end it, and ${left(place)}. It was left as it is. Let the bot see the jobs of ${there} and press Retry; or end this run, and /repl rebuild ${link.id} gives ${here} a new full copy.`;
}

/** How long the source waits for this side, unless somebody has set another window, ms. */
const windowOf = ({ connect, address, io, link }: Place): Promise<number> =>
  withSystem(connect, address, io, async (session) => {
    const release = releaseOf(firstValue(await session.read(questions.release)) ?? '');
    // One that is not understood is taken for a newer one, whose window is the shorter.
    return windowMsOf(link.settings, { release: release ?? { year: 25, number: 2, text: '' } }, null);
  });
