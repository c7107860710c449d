import { otherSide, type Side } from '../../../domain/observation.ts';
import type { ContinueFrom } from '../../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { spell, spellTime } from '../../cockroach/spell.ts';
import { type Micros, microsOfMs, msOfMicros, timestampOfMicros } from '../../cockroach/times.ts';
import { notNow, type Outline, personAct, personStep } from '../../frame/drafts.ts';
import { kinds } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { lastOver, wantedInto } from '../flow.ts';
import { isWhole } from '../own-jobs.ts';
import { limitsOf, noLoss } from '../scene.ts';
import { emptied, findingWarnings, schemaRefusal } from '../unfit.ts';
import { strayList, weigh } from '../weigh.ts';
import { tablesAt, wayOf } from '../words.ts';
import { type Reads, startSteps } from './start.ts';

interface Continued {
  readonly link: LdrLink;
  readonly detail: LdrDetail;
  readonly reads: Reads;
}

/**
 * Plans to let replication go on from a time, without a first copy: for sides that were in step until a job ended. What was written
 * between the time up to which a side has everything and the time that is given would never arrive, and the server would not notice.
 */
export function planContinue(from: ContinueFrom, scene: Continued): Outline | Refusal {
  const { link, detail, reads } = scene;
  const order = wantedInto(link.settings);
  const ground = groundRefusal(scene, order);
  if (ground !== null) return ground;
  const times: Record<Side, string | null> = { primary: null, standby: null };
  const warnings: string[] = [];
  for (const into of order) {
    const at = timeInto(from, scene, into);
    if (typeof at === 'object') return at;
    const window = windowOf(scene, into, at);
    if (typeof window === 'object') return window;
    const written = writtenRefusal(scene, into, at);
    if (written !== null) return written;
    times[into] = timestampOfMicros(at);
    warnings.push(...timeWarnings(from, scene, into, at, window));
  }
  const steps = startSteps('setup', link, reads, { kind: 'stream', order, from: times });
  if (isRefusal(steps)) return steps;
  return {
    summary: `Let replication ${order.map((into) => `${wayOf(link.settings, into)} go on from ${shown(times[into])}`).join(' and ')}, without a new copy.`,
    steps: [...(link.settings.direction === 'bidirectional' ? [] : [personStep(untouchedAct(scene, shown(times.standby)))]), ...steps],
    predictedLoss: noLoss('Nothing is lost, if each side has everything up to the time from which it goes on.'),
    predictedDowntime: { ms: 0, words: 'Applications go on; the side that follows catches up with what was written since.' },
    warnings: [
      ...warnings,
      'Tables that were emptied, restored or changed by hand since then need a full copy instead: ask without --from, or compare both sides afterwards with a verify.',
      ...limitsOf(link),
      ...findingWarnings(detail, order, emptied),
    ],
  };
}

const shown = (time: string | null): string => time?.replace('+00:00', ' UTC') ?? 'there';

/** What has to be there on both sides: all tables, fit for each other, and rows to go on from. */
function groundRefusal({ link, detail, reads }: Continued, order: readonly Side[]): Refusal | null {
  const { settings, id } = link;
  for (const side of ['primary', 'standby'] as const) {
    const absent = reads[side].tables.flatMap((state, place) => (state === 'absent' ? [place] : []));
    if (absent.length === 0) continue;
    return notNow(
      `${settings[side].cluster} has no ${tablesAt(settings, side, absent)}, so there is nothing there that replication of ${id} could go on from.`,
      `Ask for /repl setup ${id} without --from: it makes a full copy.`,
    );
  }
  const unfit = schemaRefusal('setup', link, detail, order, emptied);
  if (unfit !== null || detail.schema.kind !== 'read') return unfit;
  const { pairs } = detail.schema;
  for (const into of order) {
    const bare = pairs.flatMap(({ rows }, place) => (rows[into] === 'empty' && rows[otherSide(into)] === 'filled' ? [place] : []));
    if (bare.length === 0) continue;
    return notNow(
      `${tablesAt(settings, into, bare)} on ${settings[into].cluster} holds no row, while ${settings[otherSide(into)].cluster} has some: what was written there before the time that is given would never arrive.`,
      `Ask for /repl setup ${id} without --from: it makes a full copy.`,
    );
  }
  return null;
}

/** From when on a side goes on; a refusal where that would leave something out. */
function timeInto(from: ContinueFrom, { link, detail, reads }: Continued, into: Side): Micros | Refusal {
  const { settings, id } = link;
  const here = settings[into].cluster;
  const last = lastOver(detail, into);
  const known = last?.replicated == null || !isWhole(settings, last) ? null : BigInt(last.replicated);
  if (from.kind === 'last') {
    if (known !== null) return known;
    return notNow(
      last === null
        ? `${here} lists no earlier job of ${id}, so it is not known from when replication could go on.`
        : `Job ${last.id} on ${here}, the last one of ${id}, does not tell up to when all tables have everything, so it is not known from when replication could go on.`,
      `Give a time up to which ${here} is known to have everything (/repl setup ${id} --from TIME), or ask without --from for a full copy.`,
    );
  }
  const at = microsOfMs(from.at);
  const now = BigInt(reads[otherSide(into)].now);
  if (at >= now) {
    return notNow(
      `${spellTime(at)} has not come yet by the clock of ${settings[otherSide(into)].cluster}, so replication of ${id} can't go on from there.`,
      'Give a time that has passed.',
    );
  }
  if (known === null || at <= known) return at;
  return notNow(
    `Job ${last?.id ?? ''}, the last one of ${id} into ${here}, brought everything up to ${spellTime(known)} only: what was written between then and ${spellTime(at)} would never arrive.`,
    `/repl setup ${id} --from last goes on from where it ended.`,
  );
}

/** One way, what applications wrote on the side that follows since then says that they may use it, and would stay there alone. */
function writtenRefusal({ link, detail }: Continued, into: Side, at: Micros): Refusal | null {
  if (link.settings.direction === 'bidirectional') return null;
  const weighing = weigh(link, detail, into);
  const late = { ...weighing, strays: weighing.strays.filter((stray) => stray.at > at) };
  if (late.strays.length === 0) return null;
  const [here, there] = [link.settings[into].cluster, link.settings[otherSide(into)].cluster];
  return notNow(
    `${here} has taken writes since ${spellTime(at)} that no job brought (${strayList(link, late).join('; ')}), so applications may use it, and replication of ${link.id} does not go on over them.`,
    `If they use ${here}, /repl failback ${link.id} fills ${there} anew from it. If they use ${there}, save those rows, empty the tables on ${here} by hand (TRUNCATE), and ask for /repl setup ${link.id}.`,
  );
}

/** How much longer the source keeps the history from then on, ms; a refusal when that is over or not known. */
function windowOf({ link, detail, reads }: Continued, into: Side, at: Micros): number | Refusal {
  const { settings, id } = link;
  const source = otherSide(into);
  const there = settings[source].cluster;
  const kept = detail.schema.kind === 'read' ? detail.schema.pairs.map((pair) => pair.kept?.[source] ?? null) : [];
  const silent = kept.flatMap((seconds, place) => (seconds === null ? [place] : []));
  const copy = `Ask for /repl setup ${id} without --from: it makes a full copy.`;
  if (kept.length === 0 || silent.length > 0) {
    return notNow(
      `How long ${there} keeps the history of ${tablesAt(settings, source, silent)} could not be read, so nothing was started.`,
      copy,
    );
  }
  const keptMs = Math.min(...kept.flatMap((seconds) => (seconds === null ? [] : [seconds * 1_000])));
  const left = keptMs - msOfMicros(BigInt(reads[source].now) - at);
  if (left > 0) return left;
  return notNow(
    `${there} keeps the history of the link's tables for ${spell(keptMs)} (gc.ttlseconds), and ${spellTime(at)} is ${spell(keptMs - left)} ago: what was overwritten since may be gone, so replication of ${id} can't go on from there.`,
    copy,
  );
}

function timeWarnings(from: ContinueFrom, { link, detail }: Continued, into: Side, at: Micros, leftMs: number): readonly string[] {
  const { settings } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const guessed = from.kind === 'time' && lastOver(detail, into) === null;
  return [
    `${there} keeps the history from ${spellTime(at)} on for ${spell(leftMs)} more, and nothing protects it until replication runs and has caught up.`,
    ...(guessed
      ? [
          `${here} lists no earlier job that would tell up to when it has everything. If it lacks anything from before ${spellTime(at)}, that never arrives, without notice.`,
        ]
      : []),
  ];
}

/** One way, what somebody wrote on the side that follows stays there, and later writes of the other side may go over it. */
const untouchedAct = ({ link: { settings } }: Continued, since: string) => {
  const [here, there] = [settings.standby.cluster, settings.primary.cluster];
  return personAct(kinds.stopWriters, `Make sure that applications use ${there}, and that nothing has written on ${here} since ${since}`, [
    `Rows that were written on ${here} in the meantime stay there, and the two sides then differ. If there are any, cancel, and ask for a full copy.`,
  ]);
};
