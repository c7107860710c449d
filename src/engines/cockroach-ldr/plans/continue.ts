import { otherSide, type Side } from '../../../domain/observation.ts';
import type { ContinueFrom } from '../../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { spell, spellTime } from '../../cockroach/spell.ts';
import { type Micros, microsOfMs, msOfMicros, timestampOfMicros } from '../../cockroach/times.ts';
import { type Draft, notNow, type Outline, personAct, personStep } from '../../frame/drafts.ts';
import { kinds } from '../acts.ts';
import { flowsOf } from '../flow.ts';
import { limitsOf, noLoss } from '../scene.ts';
import { emptied, findingWarnings, schemaRefusal } from '../unfit.ts';
import { strayList, untoldWarnings, type Weighing, weigh } from '../weigh.ts';
import { tablesAt, wayOf } from '../words.ts';
import { type Continued, copyWords } from './full-copy.ts';
import { isBoth } from './move.ts';
import { beyondWords, type Proven, provenInto, silentWords } from './proven.ts';
import { sentRefusal } from './redirected.ts';
import { planReturn } from './refill.ts';
import { sentTo } from './sent.ts';
import { startSteps } from './start.ts';
import { vouchSteps } from './vouch.ts';

/**
 * Plans to let replication go on from a time, without a first copy: for sides that were in step until a job ended. What was written
 * between the time up to which a side has everything and the time that is given would never arrive, and the server would not notice.
 */
export function planContinue(from: ContinueFrom, scene: Continued): Outline | Refusal {
  const { link, detail, reads } = scene;
  const { order } = scene;
  const ground = groundRefusal(scene, order);
  if (ground !== null) return ground;
  const times: Record<Side, string | null> = { primary: null, standby: null };
  const warnings: string[] = [];
  const vouched: Draft[] = [];
  for (const into of order) {
    const onward = onwardInto(from, scene, into);
    if (isRefusal(onward)) return onward;
    times[into] = timestampOfMicros(onward.at);
    warnings.push(...onward.warnings);
    vouched.push(...onward.vouched);
  }
  const steps = startSteps('setup', link, reads, { kind: 'stream', order, from: times });
  if (isRefusal(steps)) return steps;
  return {
    summary: `Let replication ${order.map((into) => `${wayOf(link.settings, into)} go on from ${shown(times[into])}`).join(' and ')}, without a new copy.`,
    steps: [...(isBoth(link) ? [] : [personStep(untouchedAct(scene, shown(times.standby)))]), ...vouched, ...steps],
    predictedLoss:
      vouched.length === 0
        ? noLoss('Nothing is lost, if each side has everything up to the time from which it goes on.')
        : {
            ms: null,
            words: 'Not known: a person has to find out what the databases do not tell, and to confirm it before anything is started.',
          },
    predictedDowntime: { ms: 0, words: 'Applications go on; the side that follows catches up with what was written since.' },
    warnings: [
      ...warnings,
      ...flowsOf(link.settings, detail).map(({ into }) => `${wayOf(link.settings, into)} goes on meanwhile as it is.`),
      'Tables that were emptied, restored or changed by hand since then need a full copy instead: ask without --from, or compare both sides afterwards with a verify.',
      ...limitsOf(link),
      ...findingWarnings(detail, order, emptied),
    ],
  };
}

interface Onward {
  readonly at: Micros;
  readonly warnings: readonly string[];
  /** What a person has to answer for. */
  readonly vouched: readonly Draft[];
}

/** From when on a side goes on, and what that rests on; a refusal where it can't. */
function onwardInto(from: ContinueFrom, scene: Continued, into: Side): Onward | Refusal {
  const { link, detail } = scene;
  const proven = provenInto(link, detail, into);
  const at = timeInto(from, scene, proven);
  if (typeof at === 'object') return at;
  const window = windowOf(scene, into, at);
  if (typeof window === 'object') return window;
  const weighing = weighInto(scene, into);
  const written = writtenRefusal(scene, weighing, at);
  if (written !== null) return written;
  const sent = isBoth(link) ? null : sentTo(detail, into, proven.least?.at ?? null);
  if (sent !== null && sent !== 'untold' && from.kind === 'last') return sentRefusal(link, detail, sent, at);
  const untold = weighing === null ? [] : untoldWarnings(link, weighing, beforeStart);
  return {
    at,
    warnings: [...timeWarnings(scene, into, at, window), ...untold],
    vouched: vouchSteps(link, { into, at, unlisted: proven.unlisted, weighing, sent }),
  };
}

const shown = (time: string | null): string => time?.replace('+00:00', ' UTC') ?? 'there';

/** What has to be there on both sides: all tables, fit for each other, and rows to go on from. */
function groundRefusal(scene: Continued, order: readonly Side[]): Refusal | null {
  const { link, detail, reads } = scene;
  const { settings, id } = link;
  for (const side of ['primary', 'standby'] as const) {
    const absent = reads[side].tables.flatMap((state, place) => (state === 'absent' ? [place] : []));
    if (absent.length === 0) continue;
    return notNow(
      `${settings[side].cluster} has no ${tablesAt(settings, side, absent)}, so there is nothing there that replication of ${id} could go on from.`,
      copyWords(scene),
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
      copyWords(scene),
    );
  }
  return null;
}

/** From when on a side goes on; a refusal where that would leave something out, or where that is not known. */
function timeInto(from: ContinueFrom, scene: Continued, proven: Proven): Micros | Refusal {
  const { link } = scene;
  const { settings, id } = link;
  const here = settings[proven.into].cluster;
  const silent = silentWords(link, proven);
  if (silent !== null) return notNow(silent, copyWords(scene));
  if (from.kind === 'time') return givenTime(microsOfMs(from.at), scene, proven);
  const { least, unlisted } = proven;
  if (least !== null && unlisted.length === 0) return least.at;
  const of = least === null ? id : `${tablesAt(settings, proven.into, unlisted)} of ${id}`;
  return notNow(
    `${here} lists no earlier job of ${of}, so it is not known from when replication could go on.`,
    `Give a time up to which ${here} is known to have everything (/repl setup ${id} --from TIME)${least === null ? '' : `, ${spellTime(least.at)} at the latest`}. Or have everything copied anew. ${copyWords(scene)}`,
  );
}

function givenTime(at: Micros, scene: Continued, proven: Proven): Micros | Refusal {
  const { settings, id } = scene.link;
  const source = otherSide(proven.into);
  const there = settings[source].cluster;
  if (at >= BigInt(scene.reads[source].now)) {
    return notNow(
      `${spellTime(at)} has not come yet by the clock of ${there}, so replication of ${id} can't go on from there.`,
      'Give a time that has passed.',
    );
  }
  const { least } = proven;
  if (least === null || at <= least.at) return at;
  return notNow(beyondWords(scene.link, proven, least, at), earlierWords(least.at, scene));
}

/** What works where a time is too late. Full sentences. */
function earlierWords(least: Micros, scene: Continued): string {
  const { id } = scene.link;
  if (!isRefusal(planContinue({ kind: 'last' }, scene))) return `/repl setup ${id} --from last goes on from where it ended.`;
  const earlier = planContinue({ kind: 'time', at: msOfMicros(least) }, scene);
  return isRefusal(earlier) ? earlier.next : `Give ${spellTime(least)} or an earlier time.`;
}

/** One way, what applications wrote on the side that follows since then says that they may use it, and would stay there alone. */
function writtenRefusal({ link, detail }: Continued, weighing: Weighing | null, at: Micros): Refusal | null {
  if (weighing === null) return null;
  const { into } = weighing;
  const late = { ...weighing, strays: weighing.strays.filter((stray) => stray.at > at) };
  if (late.strays.length === 0) return null;
  const [here, there] = [link.settings[into].cluster, link.settings[otherSide(into)].cluster];
  return notNow(
    `${here} has taken writes since ${spellTime(at)} that no job brought (${strayList(link, late).join('; ')}), so applications may use it, and replication of ${link.id} does not go on over them.`,
    isRefusal(planReturn(link, detail))
      ? `Save those rows. If applications use ${there}, empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${link.id}.`
      : `If applications use ${here}, /repl failback ${link.id} fills ${there} anew from it. If they use ${there}, save those rows, empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${link.id}.`,
  );
}

/** How much longer the source keeps the history from then on, ms; a refusal when that is over or not known. */
function windowOf(scene: Continued, into: Side, at: Micros): number | Refusal {
  const { link, detail, reads } = scene;
  const { settings, id } = link;
  const source = otherSide(into);
  const there = settings[source].cluster;
  const kept = detail.schema.kind === 'read' ? detail.schema.pairs.map((pair) => pair.kept?.[source] ?? null) : [];
  const silent = kept.flatMap((seconds, place) => (seconds === null ? [place] : []));
  const copy = copyWords(scene);
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

function timeWarnings({ link: { settings } }: Continued, into: Side, at: Micros, leftMs: number): readonly string[] {
  const there = settings[otherSide(into)].cluster;
  return [
    `${there} keeps the history from ${spellTime(at)} on for ${spell(leftMs)} more, and nothing protects it until replication runs and has caught up.`,
  ];
}

/** Goes on after `A person has to say so before`. */
const beforeStart = 'replication goes on over it';

/** One way, who wrote last on the side that goes on; null both ways, where the other job brings that. A table without rows was not written. */
function weighInto({ link, detail }: Continued, into: Side): Weighing | null {
  if (isBoth(link)) return null;
  const weighing = weigh(link, detail, into);
  const isBare = (pair: number) => detail.schema.kind === 'read' && detail.schema.pairs[pair]?.rows[into] === 'empty';
  return { ...weighing, untold: weighing.untold.filter(({ pair }) => !isBare(pair)) };
}

/** One way, what somebody wrote on the side that follows stays there, and later writes of the other side may go over it. */
const untouchedAct = ({ link: { settings } }: Continued, since: string) => {
  const [here, there] = [settings.standby.cluster, settings.primary.cluster];
  return personAct(kinds.stopWriters, `Make sure that applications use ${there}, and that nothing has written on ${here} since ${since}`, [
    `Rows that were written on ${here} in the meantime stay there, and the two sides then differ. If there are any, cancel, and ask for a full copy.`,
  ]);
};
