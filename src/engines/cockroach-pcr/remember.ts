import { isFault } from '../../domain/faults.ts';
import type { JsonObject } from '../../domain/json.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import { microsOfMs } from '../cockroach/times.ts';
import type { EngineIo } from '../engine.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail, SideRead } from './detail.ts';
import { type Said, type SaidOfBoth, type SignsOfUse, saidOfBoth } from './memory.ts';
import { microsOf, phaseOf, writableOf } from './phase.ts';
import { promotedAt } from './promoted.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** What a look leaves for a later one that can't ask a side any more. */
export const trailOf = (detail: PcrDetail): JsonObject => {
  const said: SaidOfBoth = { primary: saidBy(detail, 'primary'), standby: saidBy(detail, 'standby') };
  // The schema of what was said holds strings, nulls and `true` only, and nothing here sets a key to undefined.
  return said as unknown as JsonObject;
};

/** Of a side that is not heard, what it said before: else the next look would leave nothing of it. */
function saidBy(detail: PcrDetail, side: Side): Said | null {
  const read = detail[side];
  const before = detail.remembered?.[side] ?? null;
  if (read.kind !== 'read') return before === null ? null : { ...before, unheard: true };
  const activated = promotedAt(read);
  return { at: read.now, activated: activated === null ? null : String(activated), writable: writableOf(read) };
}

/** Adds what earlier looks were told by a side that can't be asked now, and what tells which side was put to use where that counts. */
export async function withMemory(
  settings: PcrSettings,
  detail: PcrDetail,
  io: Pick<EngineIo, 'history' | 'redirected'>,
): Promise<PcrDetail> {
  const isSplit = sides.every((side) => writableOf(detail[side]) === 'yes');
  if (!isSplit && sides.every((side) => detail[side].kind === 'read')) return detail;
  const trails = (await io.history()).flatMap(({ trail }) => {
    const read = saidOfBoth.safeParse(trail);
    return read.success ? [read.data] : [];
  });
  const known =
    isSplit || trails.length === 0
      ? detail
      : { ...detail, remembered: { primary: lastOf(trails, 'primary'), standby: lastOf(trails, 'standby') } };
  if (!isSplit && !sides.some((side) => isLeftStopped(detail[side]))) return known;
  return { ...known, signs: { ...(await sentTo(settings, io)), alone: aloneIn(trails), served: servedIn(trails) } };
}

/** A look whose history could not be read left nothing of the side that it did not hear; older ones still do. */
const lastOf = (trails: readonly SaidOfBoth[], side: Side): Said | null => trails.findLast((trail) => trail[side] !== null)?.[side] ?? null;

const isLeftStopped = (read: SideRead): boolean => read.kind === 'read' && phaseOf(read.vc) === 'ready' && read.vc?.service === 'none';

/** A journal that can't be read must not hide what the databases say. */
async function sentTo(settings: PcrSettings, io: Pick<EngineIo, 'redirected'>): Promise<Pick<SignsOfUse, 'sent' | 'untold'>> {
  try {
    const last = (await io.redirected?.()) ?? null;
    const side = sides.find((one) => settings[one].cluster === last?.to);
    return { sent: last === null || side === undefined ? null : { side, at: String(microsOfMs(last.endedAt)) } };
  } catch (cause) {
    if (isFault(cause)) return { sent: null, untold: true };
    throw cause;
  }
}

/** Of the last look that did not hear two sides serve: the one that served, if the other was not heard. */
function aloneIn(trails: readonly SaidOfBoth[]): SignsOfUse['alone'] {
  const before = trails.findLast((trail) => !sides.every((side) => trail[side]?.writable === 'yes' && trail[side].unheard !== true));
  if (before === undefined) return null;
  for (const side of sides) {
    const said = before[side];
    if (said?.writable === 'yes' && said.unheard !== true && before[otherSide(side)]?.unheard === true) return { side, at: said.at };
  }
  return null;
}

function servedIn(trails: readonly SaidOfBoth[]): SignsOfUse['served'] {
  const lastOf = (side: Side): string | null => {
    const times = trails.flatMap((trail) => (trail[side]?.writable === 'yes' ? (microsOf(trail[side].at) ?? []) : []));
    return times.length === 0 ? null : String(times.reduce((latest, at) => (at > latest ? at : latest)));
  };
  return { primary: lastOf('primary'), standby: lastOf('standby') };
}
