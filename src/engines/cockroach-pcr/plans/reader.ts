import type { Side } from '../../../domain/observation.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { isAtLeast, isAtLeastPatch } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, undoBy } from '../../frame/drafts.ts';
import { type Acts, actsFor } from '../acts.ts';
import type { PcrLink } from '../config.ts';
import { type PcrDetail, type ReaderView, type ReadSide, readerName } from '../detail.ts';
import { phaseOf } from '../phase.ts';
import type { Scene } from '../scene.ts';
import { phaseWords, problemOf, spellTime } from '../words.ts';

/** Starting, stopping and dropping a reader: seconds, with room for a slow cluster. */
const budgetMs = 120_000;
/** A new reader is listed within a minute, and answers about a minute after that, ms. */
const openBudgetMs = 5 * 60_000;

const noLoss = { ms: 0, words: 'No write is lost.' } as const;
const noDowntime = { ms: 0, words: 'Applications that write are not affected.' } as const;

/** Plans to open the standby for reads, or to start a reader that does not serve. Pure. */
export function planReaderOn(scene: Scene): Outline | Refusal {
  const { link, follower, here } = scene;
  const { read, side, phase } = follower;
  const name = readerName(link.settings.virtualCluster);
  const acts = actsFor(link.settings);
  const reader = read.reader ?? null;
  // One that is there is stopped and started by every release that has any.
  if (reader !== null) return reader.status === 'ready' ? startOf(link, here, side, reader, acts) : stillOpening(link, here, reader);
  const tooOld = versionRefusal(scene);
  if (tooOld !== null) return tooOld;
  if (phase !== 'following') {
    return notNow(
      `On ${here}, ${phaseWords[phase]}, so it can't be opened for reads; it has to follow.`,
      `/repl status ${link.id} shows what it does.`,
    );
  }
  return {
    summary: `Open ${here} for reads through the virtual cluster ${name}.`,
    steps: [changeStep(acts.openReader(side), budgetMs, undoBy(acts.closeReader(side))), ...servingSteps(acts, side)],
    predictedLoss: noLoss,
    predictedDowntime: noDowntime,
    warnings: [
      `Applications connect to ${name} on ${here} (options=-ccluster=${name}) with their own users. They read what ${here} had a moment ago, and can write nothing.`,
      `A reader is a preview of CockroachDB. It does not outlive a failover to a time (from v25.4 on no failover at all), and has to be made anew after a major upgrade.`,
      ...earlyWarning(read),
    ],
  };
}

const servingSteps = (acts: Acts, side: Side): readonly Draft[] => [
  lookStep(acts.awaitReader(side), openBudgetMs),
  lookStep(acts.verifyReader(side), openBudgetMs),
];

function versionRefusal({ link, follower: { read }, here, there }: Scene): Refusal | null {
  const { release } = read;
  if (isAtLeastPatch(release, 24, 3, 12)) return null;
  return isAtLeast(release, 24, 3)
    ? notNow(
        `${here} runs ${release.text}, and a running standby can be opened for reads from v24.3.12 on only.`,
        `Upgrade ${here} to v24.3.12 or newer, then ask again. Without that only a new copy can have a reader: write reader: true in settings.setup, then /repl teardown ${link.id} and /repl rebuild ${link.id}; nothing protects ${there} until that copy is complete.`,
      )
    : notNow(
        `${here} runs ${release.text}, which can't open a standby for reads; that exists from v24.3 on.`,
        `Upgrade both sides of ${link.id} first.`,
      );
}

function earlyWarning({ release }: ReadSide): readonly string[] {
  if (isAtLeast(release, 25, 2)) return [];
  return isAtLeast(release, 25, 1)
    ? ['Early releases of v25.1 do not know the statement yet: then it is refused and nothing is changed.']
    : ['On v24.3 a reader may be stuck while it starts: then ask for the same again, which stops and starts its service.'];
}

const stillOpening = ({ id, settings }: PcrLink, here: string, reader: ReaderView): Refusal =>
  notNow(
    `${readerName(settings.virtualCluster)} on ${here} is there already, but its state is ${reader.status}.`,
    `Wait until the standby follows; if it stays so, /repl reader ${id} off drops it.`,
  );

/** A reader that is ready and does not serve, or that is listed as serving: a stop and a start mend a stuck one. */
function startOf(link: PcrLink, here: string, side: Side, reader: ReaderView, acts: Acts): Outline {
  const name = readerName(link.settings.virtualCluster);
  const serves = reader.service !== 'none';
  const cut = serves ? `Readers on ${here} are cut off for some seconds.` : 'Nobody can read there now.';
  return {
    summary: serves
      ? `Stop and start ${name} on ${here}, which is open for reads already.`
      : `Start ${name} on ${here}, whose service is stopped.`,
    steps: [
      ...(serves ? [changeStep(acts.stopReader(side), budgetMs, undoBy(acts.startReader(side)))] : []),
      changeStep(acts.startReader(side), budgetMs, undoBy(acts.stopReader(side))),
      ...servingSteps(acts, side),
    ],
    predictedLoss: noLoss,
    predictedDowntime: noDowntime,
    warnings: [cut, ...(serves ? [`If readers get answers from ${name}, nothing has to be done: do not approve.`] : [])],
  };
}

const sides = ['standby', 'primary'] as const satisfies readonly Side[];

/** Plans to close a reader, on whichever side has one: a failover may leave a stale one on the promoted side. Pure. */
export function planReaderOff(link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const { settings, id } = link;
  const name = readerName(settings.virtualCluster);
  const found = sides.flatMap((side) => {
    const read = detail[side];
    return read.kind === 'read' && read.reader != null ? [{ side, read, reader: read.reader }] : [];
  });
  const [first] = found;
  if (first === undefined) {
    const deaf = sides.flatMap((side) => problemOf(settings[side].cluster, detail[side]) ?? []);
    return notNow(
      deaf.length > 0
        ? `${deaf.join(' ')} On the side that answers there is no ${name}.`
        : `Neither side of ${id} has ${name}, so nothing is open for reads.`,
      `/repl reader ${id} on opens the standby for reads.`,
    );
  }
  const { side, read, reader } = first;
  const here = settings[side].cluster;
  const phase = phaseOf(read.vc);
  if (phase === 'pending' || phase === 'reverting') {
    return notNow(
      `On ${here}, ${phaseWords[phase]} (${spellTime(read.vc?.failover ?? null)}), which may drop ${name} by itself.`,
      `Ask again once it is over; /repl status ${id} shows it.`,
    );
  }
  const acts = actsFor(settings);
  return {
    summary: `Close ${here} for reads: drop ${name}.`,
    steps: closeSteps(acts, side, reader, phase === 'following' && isAtLeastPatch(read.release, 24, 3, 12)),
    predictedLoss: { ms: 0, words: `Nothing is lost: ${name} holds no data of its own.` },
    predictedDowntime: { ms: 0, words: `Applications that write are not affected; those that read from ${here} are cut off at once.` },
    warnings: [`Applications that read from ${name} on ${here} get no answer any more: redirect them first.`],
  };
}

/** Takes the reader of a side away. `reopens`: a new one can take its place at any time, so nothing is given up. */
export function closeSteps(acts: Acts, side: Side, reader: ReaderView, reopens: boolean): readonly Draft[] {
  const id = reader.id ?? null;
  const stop = reader.service === 'none' ? [] : [changeStep(acts.stopReader(side, id), budgetMs, undoBy(acts.startReader(side)))];
  return [
    ...stop,
    reopens
      ? changeStep(acts.dropReader(side, id), budgetMs, undoBy(acts.openReader(side)))
      : changeStep(
          acts.dropReader(side, id),
          budgetMs,
          noUndo('A new one can be opened only while the standby follows, and up to v24.3.11 only with a new copy.'),
          {
            pointOfNoReturn: true,
          },
        ),
  ];
}
