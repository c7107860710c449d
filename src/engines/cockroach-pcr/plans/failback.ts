import { otherSide, type Side } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { msOfMicros } from '../../cockroach/times.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { changeStep, lookStep, notNow, noUndo, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { aloneNext } from '../alone.ts';
import type { PcrLink } from '../config.ts';
import { type PcrDetail, type ReadSide, readerName } from '../detail.ts';
import { astrayWarnings, connectionSteps, rangefeedSteps, streamUserSteps, wayFrom } from '../making.ts';
import { newerWarnings } from '../newer.ts';
import { keptSteps, optionWarnings } from '../options.ts';
import { expiryMsOf, followersOf, microsOf, phaseOf, writableOf } from '../phase.ts';
import { followRefusal, unseenVersion } from '../versions.ts';
import { nobodyWords, phaseWords, problemOf, spell, spellTime } from '../words.ts';
import { closeSteps } from './reader.ts';

/** The request is answered within seconds; the rewind and the catch-up are waited for afterwards, ms. */
const startBudgetMs = 120_000;
/** A rewind and a catch-up of hours of writes, ms. When it is over the run asks, and can go on waiting. */
const followBudgetMs = 2 * 3_600_000;
const proofBudgetMs = 120_000;

/** Who is to follow whom after a failback. */
interface Return {
  readonly link: PcrLink;
  /** The side that serves, and that the other one is to follow. */
  readonly source: Side;
  readonly sourceRead: ReadSide;
  readonly there: string;
  /** The side that was given up and is to follow. */
  readonly side: Side;
  readonly read: ReadSide;
  readonly here: string;
}

/**
 * Plans that the side that was given up follows the one that serves, by a rewind instead of a full copy. It does not swap the roles:
 * once the side follows, a switchover does, with its own bounds and its own approval. Pure.
 */
export function planFailback(link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const way = returnOf(link, detail);
  if (isRefusal(way)) return way;
  const refusal = sideRefusal(way) ?? versionRefusal(way) ?? historyRefusal(way) ?? connectionRefusal(way);
  if (refusal !== null) return refusal;
  const { side, source, sourceRead, read, here, there } = way;
  const { setup, virtualCluster } = link.settings;
  const copy = wayFrom(link, side, virtualCluster, sourceRead, read);
  if (isRefusal(copy)) return copy;
  const acts = actsFor(link.settings);
  const newer = newerWarnings(source, link, detail);
  const { trust, retention, expiration, reader } = copy.copy;
  const startOptions = { trust, retention, expiration, reader };
  return {
    summary: `Rewind ${here} to where it parted from ${there}, and make it follow ${there}.`,
    steps: [
      ...rangefeedSteps(copy),
      ...streamUserSteps(copy),
      ...connectionSteps(copy),
      // What a promotion left of a reader has the name of the new one.
      ...(read.reader == null ? [] : closeSteps(acts, side, read.reader, false)),
      changeStep(acts.startReplication(side, startOptions), startBudgetMs, noUndo(`What ${here} alone had is discarded once it follows.`), {
        pointOfNoReturn: true,
      }),
      lookStep(acts.awaitFollowing(side), followBudgetMs),
      lookStep(acts.checkSplitBrain(source), proofBudgetMs),
      ...keptSteps(copy, setup),
    ],
    predictedLoss: {
      ms: null,
      words: `Every write that ${here} took after ${takeOver(way)} is discarded; the databases do not tell how many those are${newer.length === 0 ? ', and after a switchover there are none' : ''}.`,
    },
    predictedDowntime: { ms: 0, words: `Applications are not affected; they go on with ${there}.` },
    warnings: [...newer, ...astrayWarnings(link, side, read, copy.copy.trust), ...warningsOf(way)],
  };
}

/** When the two sides parted: the newest promotion of either. Null when neither was ever promoted. */
function partingOf({ sourceRead, read, there, here }: Return): { readonly at: bigint; readonly promoted: string } | null {
  const ofSource = microsOf(sourceRead.vc?.activated ?? null);
  const ofSide = microsOf(read.vc?.activated ?? null);
  if (ofSource !== null && (ofSide === null || ofSource >= ofSide)) return { at: ofSource, promoted: there };
  return ofSide === null ? null : { at: ofSide, promoted: here };
}

function takeOver(way: Return): string {
  const parting = partingOf(way);
  return parting === null ? 'the two sides parted' : `${spellTime(parting.at)}, when ${parting.promoted} was promoted,`;
}

/** The side that serves and the side that does not; a refusal when that can't be told. */
function returnOf(link: PcrLink, detail: PcrDetail): Return | Refusal {
  const { settings, id } = link;
  const follower = followersOf(detail)[0];
  if (follower !== undefined) {
    const here = settings[follower.side].cluster;
    return notNow(
      `On ${here}, ${phaseWords[follower.phase]}, so there is nothing to fail back on ${id}.`,
      `Once ${here} follows, /repl switchover ${id} swaps the roles.`,
    );
  }
  const serving = (['primary', 'standby'] as const).filter((side) => writableOf(detail[side]) === 'yes');
  if (serving.length === 2) {
    return notNow(
      `${settings.primary.cluster} and ${settings.standby.cluster} both take writes (split brain), so no failback of ${id} can be planned.`,
      `/repl fence ${id} stops the side that was given up, or with --keep CLUSTER the one that is not named; then ask again.`,
    );
  }
  const [source] = serving;
  const side = source === undefined ? null : otherSide(source);
  const deaf = (['primary', 'standby'] as const).flatMap((one) => problemOf(settings[one].cluster, detail[one]) ?? []);
  if (deaf.length > 0) {
    return notNow(
      `${deaf.join(' ')} A failback of ${id} needs both sides.`,
      aloneNext(link, detail) ?? 'Make both sides reachable for the bot, then ask again.',
    );
  }
  const sourceRead = source === undefined ? null : detail[source];
  const read = side === null ? null : detail[side];
  if (source === undefined || side === null || sourceRead?.kind !== 'read' || read?.kind !== 'read') {
    return notNow(
      `${nobodyWords(settings, detail, id)}, so it can't be told which one the other should follow.`,
      `Start the service on the side with the newest data first: /repl failover ${id} says which one was promoted last.`,
    );
  }
  return { link, source, sourceRead, there: settings[source].cluster, side, read, here: settings[side].cluster };
}

/** The way that is left when nothing can be rewound. */
const rebuild = ({ link: { id }, here, there }: Return): string =>
  `/repl rebuild ${id} gives ${here} a new full copy of ${there}; once ${here} follows, /repl switchover ${id} swaps the roles.`;

function sideRefusal(way: Return): Refusal | null {
  const { link, read, sourceRead, here, there } = way;
  const phase = phaseOf(read.vc);
  if (phase === 'ready' && sourceRead.vc !== null) return null;
  if (phase === 'ready') {
    const name = sourceRead.flat === true ? 'system' : (sourceRead.elsewhere ?? 'another virtual cluster');
    return notNow(
      `Applications write to ${name} on ${there}, not to ${link.settings.virtualCluster}, so ${here} can't be rewound to follow it.`,
      `/repl rebuild ${link.id} gives ${here} a new full copy of ${there}.`,
    );
  }
  return notNow(
    `On ${here}, ${phaseWords[phase]}, so there is nothing on ${here} that a failback of ${link.id} could rewind.`,
    rebuild(way),
  );
}

function versionRefusal(way: Return): Refusal | null {
  const { link, read, sourceRead, here, there } = way;
  const old = [
    { cluster: here, release: read.release },
    { cluster: there, release: sourceRead.release },
  ].find(({ release }) => !isAtLeast(release, 24, 1));
  if (old !== undefined) {
    return notNow(
      `${old.cluster} runs ${old.release.text}, and a failback of ${link.id} without a full copy exists from v24.1 on only.`,
      rebuild(way),
    );
  }
  return followRefusal(here, read, there, sourceRead);
}

/** The rewind needs the history since the promotion; who was promoted keeps it for a while. */
function historyRefusal(way: Return): Refusal | null {
  const { link, read, sourceRead, here, there } = way;
  if (partingOf(way) === null) {
    return notNow(
      `Nothing shows that ${there} and ${here} ever followed each other, so a failback of ${link.id} is not possible.`,
      rebuild(way),
    );
  }
  // The rewind goes by what the side itself kept as well.
  if (read.history === 'lost') {
    return notNow(`${here} no longer keeps its own history since then, so it can't be rewound to follow ${there}.`, rebuild(way));
  }
  const untold = [
    { read, cluster: here },
    { read: sourceRead, cluster: there },
  ].find((one) => one.read.history === 'untold');
  if (untold !== undefined) {
    const { cluster } = untold;
    return notNow(
      `${cluster} did not list its jobs in time, so whether the history is kept that a failback needs is not known. Nothing was changed.`,
      `Ask again when ${cluster} answers SHOW JOBS.`,
    );
  }
  if (sourceRead.history === 'kept' || (sourceRead.history === 'none' && !isLongAgo(way))) return null;
  return notNow(`${there} no longer keeps the history that ${here} would need to be rewound and follow.`, rebuild(way));
}

function msSince(way: Return): number | null {
  const parting = partingOf(way);
  return parting === null ? null : msOfMicros(BigInt(way.sourceRead.now) - parting.at);
}

/** Job lists forget what has ended, so the age of the promotion decides when no job is listed. */
const isLongAgo = (way: Return): boolean => (msSince(way) ?? Number.POSITIVE_INFINITY) >= expiryMsOf(way.sourceRead);

function connectionRefusal({ link, side, here, there }: Return): Refusal | null {
  if (link.settings.streams[side] !== null || link.settings.setup !== null) return null;
  const key = side === 'primary' ? 'toPrimary' : 'toStandby';
  return notNow(
    `The config of ${link.id} does not say how ${here} reaches ${there}, so a failback can't be planned.`,
    `Create an external connection on ${here} that leads to ${there}, and name it in the config: settings.streams.${key}.externalConnection.`,
  );
}

function warningsOf(way: Return): readonly string[] {
  const { link, here, there, side, read, sourceRead } = way;
  const connection = link.settings.streams[side];
  const since = msSince(way);
  const unseen =
    sourceRead.history === 'kept'
      ? []
      : [`${there} lists no job that keeps the history; if there is none, ${here} refuses and nothing is changed.`];
  const left = since === null ? null : Math.min(expiryMsOf(sourceRead), expiryMsOf(read)) - since;
  const expiry =
    left === null || left <= 0 ? [] : [`The history is kept for about ${spell(left)} more; after that only a full copy helps.`];
  return [
    `Writes that ${here} took after ${takeOver(way)} are discarded for good: save or merge those that matter before you approve.`,
    `From the rewind until ${here} follows, nothing protects ${there}: no failover is possible then, and what ${here} has now can't be served any more.`,
    ...unseen,
    ...expiry,
    ...(connection === null
      ? []
      : [`${here} reaches ${there} by its external connection ${connection}; where that leads is not shown here.`]),
    ...(read.reader == null ? [] : [`${readerName(link.settings.virtualCluster)} on ${here} is dropped; what reads from it is cut off.`]),
    ...unseenVersion(there, link.settings.virtualCluster, sourceRead),
    ...optionWarnings(link, here, read, there, sourceRead),
    `The roles stay as they are: once ${here} follows, /repl switchover ${link.id} makes it the primary again.`,
  ];
}
