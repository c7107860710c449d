import { otherSide, type Side } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { aloneNext } from '../alone.ts';
import { certificateSteps } from '../certificates.ts';
import type { PcrLink } from '../config.ts';
import type { GroundRead, PcrDetail, ReadSide } from '../detail.ts';
import { connectionSteps, copySteps, handSettingSteps, renewalSteps, settingSteps, streamUserSteps, wayFrom } from '../making.ts';
import { newerWarnings } from '../newer.ts';
import { optionWarnings } from '../options.ts';
import { type Phase, phaseOf, writableOf } from '../phase.ts';
import { usedRefusal } from '../setup-ground.ts';
import { followRefusal, unseenVersion } from '../versions.ts';
import { nobodyWords, phaseWords, problemOf } from '../words.ts';
import { isElsewhere, isScheduled } from './teardown.ts';

/** The drop is answered at once; its space is freed later by the database itself, ms. */
const dropBudgetMs = 10 * 60_000;
const statementBudgetMs = 120_000;

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Who serves, and who is to get a new full copy of it. */
interface Pair {
  readonly link: PcrLink;
  readonly side: Side;
  readonly read: ReadSide;
  readonly sourceRead: ReadSide;
  readonly here: string;
  readonly there: string;
}

/** Plans a new full copy for the side that can't follow any more: what it has is dropped, and everything is copied anew. Pure. */
export function planRebuild(link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const pair = pairOf(link, detail);
  if (isRefusal(pair)) return pair;
  const refusal = phaseRefusal(pair) ?? strangerRefusal(pair) ?? followRefusal(pair.here, pair.read, pair.there, pair.sourceRead);
  if (refusal !== null) return refusal;
  const { setup } = link.settings;
  const way = wayFrom(link, pair.side, sourceNameOf(pair), pair.sourceRead, pair.read, true);
  if (isRefusal(way)) return way;
  const { here, there } = pair;
  return {
    summary: `${pair.read.vc === null ? 'Copy' : `Drop what ${here} has, copy`} ${way.copy.source} of ${there} to ${here} in full, and let ${here} follow ${there}.`,
    steps: [
      ...handSettingSteps(link, readsOf(pair)),
      ...settingSteps(link, groundsOf(pair)),
      ...streamUserSteps(way),
      ...certificateSteps(link, pair.side, way.copy.trust, detail),
      // All that a new copy needs comes before what is there is dropped: it may be the last other copy.
      ...connectionSteps(way),
      ...(way.connect ? [] : renewalSteps(link, pair.side, pair.read, true)),
      ...(pair.read.vc === null ? [] : [lookStep(actsFor(link.settings).proveConnection(pair.side), statementBudgetMs)]),
      ...dropSteps(pair),
      ...copySteps(way, setup),
      ...(isElsewhere(pair.sourceRead) ? [] : [lookStep(actsFor(link.settings).checkSplitBrain(otherSide(pair.side)), statementBudgetMs)]),
    ],
    predictedLoss: lossOf(pair),
    predictedDowntime: { ms: 0, words: `Applications are not affected; they go on with ${there}.` },
    warnings: [...newerWarnings(otherSide(pair.side), link, detail), ...warningsOf(pair)],
  };
}

/** An older cluster is copied from its system virtual cluster; every other side from the one of the link. */
const sourceNameOf = ({ link, sourceRead, side }: Pair): string => {
  if (sourceRead.flat === true) return 'system';
  if (sourceRead.elsewhere !== undefined) return sourceRead.elsewhere;
  const { setup, virtualCluster } = link.settings;
  return side === 'standby' && setup !== null && setup.source !== 'system' ? setup.source : virtualCluster;
};

/** The side that serves by its own word. An older cluster counts only while no virtual cluster of the link serves. */
function servingOf(detail: PcrDetail): readonly Side[] {
  const serving = sides.filter((side) => writableOf(detail[side]) === 'yes');
  const own = serving.filter((side) => {
    const read = detail[side];
    return read.kind === 'read' && read.vc !== null;
  });
  return own.length > 0 ? own : serving;
}

function pairOf(link: PcrLink, detail: PcrDetail): Pair | Refusal {
  const { settings, id } = link;
  const problems = sides.flatMap((side) => problemOf(settings[side].cluster, detail[side]) ?? []);
  if (problems.length > 0) {
    return notNow(
      `${problems.join(' ')} A rebuild of ${id} needs both sides, since the other copy may be the only one.`,
      aloneNext(link, detail) ?? statusOf(id),
    );
  }
  const serving = servingOf(detail);
  const [source] = serving;
  if (serving.length === 2) {
    return notNow(
      `${settings.primary.cluster} and ${settings.standby.cluster} both take writes (split brain), so neither may be dropped.`,
      `/repl fence ${id} stops the side that was given up, or with --keep CLUSTER the one that is not named; then ask again.`,
    );
  }
  const side = source === undefined ? null : otherSide(source);
  const read = side === null ? null : detail[side];
  const sourceRead = source === undefined ? null : detail[source];
  if (source === undefined || side === null || read?.kind !== 'read' || sourceRead?.kind !== 'read') {
    return notNow(
      `${nobodyWords(settings, detail, id)}, so which copy is the good one can't be told, and none may be dropped.`,
      statusOf(id),
    );
  }
  return { link, side, read, sourceRead, here: settings[side].cluster, there: settings[source].cluster };
}

const statusOf = (id: string): string => `/repl status ${id} shows both sides.`;

/** What must not be dropped under whoever began it, or works as it should. */
const untouchable: Readonly<Partial<Record<Phase, string>>> = {
  following: 'shows that it needs no new copy',
  scanning: 'gets a new copy already',
  pending: 'has to be waited for',
  reverting: 'has to be waited for',
  dropping: 'has to be waited for',
  strange: 'is not to be touched',
};

function phaseRefusal(pair: Pair): Refusal | null {
  const { link, read, here } = pair;
  const phase = phaseOf(read.vc);
  const why = untouchable[phase];
  if (why === undefined) return null;
  return notNow(`On ${here}, ${phaseWords[phase]}, which ${why}; no rebuild of ${link.id} is planned.`, nextFor(phase, pair));
}

function nextFor(phase: Phase, { link: { id }, read, here }: Pair): string {
  if (phase === 'following' || phase === 'scanning')
    return `If ${here} has to be copied anew all the same, /repl teardown ${id} drops what it has, and then /repl rebuild ${id} copies.`;
  return isScheduled(read) ? `/repl pause ${id} holds it before its time; then ask again.` : statusOf(id);
}

const readsOf = ({ side, read, sourceRead }: Pair): Readonly<Record<Side, ReadSide>> =>
  side === 'standby' ? { primary: sourceRead, standby: read } : { primary: read, standby: sourceRead };

const groundsOf = ({ side, read, sourceRead }: Pair): Readonly<Record<Side, GroundRead | null>> => {
  const [own, source] = [read.ground ?? null, sourceRead.ground ?? null];
  return side === 'standby' ? { primary: source, standby: own } : { primary: own, standby: source };
};

/** A primary that is rebuilt may hold what it was before; a standby without a copy may be somebody else's cluster. */
const strangerRefusal = ({ link, side, read }: Pair): Refusal | null =>
  side === 'standby' && read.vc === null ? usedRefusal(link, read) : null;

/** A reader reads the copy, so it goes first. */
function dropSteps({ link, side, read, here }: Pair): readonly Draft[] {
  const acts = actsFor(link.settings);
  const why = noUndo(`What is dropped on ${here} is gone; the new copy takes its place.`);
  const change = (act: Parameters<typeof changeStep>[0]): Draft => changeStep(act, dropBudgetMs, why, { pointOfNoReturn: true });
  return [
    ...(read.reader == null
      ? []
      : [change(acts.stopReader(side, read.reader.id ?? null)), change(acts.dropReader(side, read.reader.id ?? null))]),
    ...(read.vc === null ? [] : [change(acts.dropOldCopy(side, read.vc.id))]),
  ];
}

function lossOf({ read, here, there }: Pair): Outline['predictedLoss'] {
  if (read.flat === true) {
    return { ms: null, words: `What ${here} alone has in system stays there, but no longer counts once ${here} serves the new copy.` };
  }
  if (read.vc === null) return { ms: 0, words: `Nothing is lost: ${here} has no copy yet.` };
  if (phaseOf(read.vc) !== 'ready') return { ms: 0, words: `No write is lost: ${there} has everything that ${here} has.` };
  return {
    ms: null,
    words: `Every write that only ${here} has, because it took it after it was given up, is lost; how many is not known.`,
  };
}

/** Passwords and certificates in a connection are never shown; where the config does not hold them, they can't be written anew either. */
function unprovenWarnings({ link, side, read, here, there }: Pair): readonly string[] {
  const { setup, streams } = link.settings;
  if (setup !== null || read.vc === null || streams[side] === null) return [];
  return [
    `Whether the external connection ${streams[side]} on ${here} still lets it in on ${there} can't be seen: what ${here} has is dropped first, so see before you approve that its address, password and certificate are valid. With a settings.setup section the bot writes it anew before anything is dropped.`,
  ];
}

function warningsOf(pair: Pair): readonly string[] {
  const { link, read, sourceRead, here, there } = pair;
  const phase = phaseOf(read.vc);
  const failback =
    phase === 'ready' && read.flat !== true && isAtLeast(read.release, 24, 1)
      ? [`/repl failback ${link.id} may still be possible, and copies only what has changed: ask for its plan first.`]
      : [];
  const resume =
    phase === 'paused' && sourceRead.history !== 'lost'
      ? [`Replication into ${here} is only paused: /repl resume ${link.id} may be all that is needed.`]
      : [];
  return [
    ...failback,
    ...resume,
    ...unprovenWarnings(pair),
    ...unseenVersion(there, link.settings.virtualCluster, sourceRead),
    ...optionWarnings(link, here, read, there, sourceRead),
    `Until the copy is complete, which can take hours, nothing protects ${there}: no failover is possible.`,
    `The roles stay as they are: once ${here} follows, /repl switchover ${link.id} swaps them.`,
  ];
}
