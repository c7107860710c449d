import { type Refusal, refuse } from '../../../domain/refusal.ts';
import { microsOfMs, msOfMicros } from '../../cockroach/times.ts';
import { changeStep, type Draft, lookStep, noUndo, type Outline } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { fenceSteps, fenceWarnings, promotionWarnings, serviceBudgetMs, servingSteps } from '../failover-steps.ts';
import { fenceNeed } from '../fence-need.ts';
import { microsOf } from '../phase.ts';
import type { Scene } from '../scene.ts';
import { phaseWords, problemOf, spell, spellTime } from '../words.ts';

/**
 * A run holds its link, and the way out of a primary that dies is another failover of the same link. So a run waits for a time that
 * is near, while people watch it; for one that is further away it only asks for it, and another failover completes it then, ms.
 */
const nearMs = 30 * 60_000;

/** Slack for clocks and for the strides in which the replicated time moves, ms. */
const slackMs = 5 * 60_000;

/** A failover to a time that has not been replicated yet. */
interface Ahead {
  /** ms since the epoch. */
  readonly at: number;
  /** Whether the database has to be asked, or waits for that time already. */
  readonly ask: boolean;
  /** The pending failover that it takes the place of, µs in digits; null when there is none. */
  readonly replaces: string | null;
}

/** Plans a promotion to a time to come. Pure. */
export function planAhead(ahead: Ahead, scene: Scene): Outline | Refusal {
  const refusal = aheadRefusal(ahead, scene);
  if (refusal !== null) return refusal;
  const leftMs = msOfMicros(microsOfMs(ahead.at) - BigInt(scene.follower.read.now));
  return leftMs <= nearMs ? near(ahead, scene) : far(ahead, scene);
}

/** Why a standby might never get to a time that has not been replicated yet; null when it does. */
export function aheadRefusal({ at, ask }: Pick<Ahead, 'at' | 'ask'>, { link, follower, sourceRead, here, there }: Scene): Refusal | null {
  const time = spellTime(microsOfMs(at));
  const newest = microsOf(follower.vc.replicated);
  const problem = problemOf(there, sourceRead);
  if (problem !== null) {
    return refuse(
      'bad-input',
      `${time} is later than what has been replicated to ${here}, and ${problem} So ${here} never gets that far, and a failover of ${link.id} to that time would wait for ever.`,
      `${here} has everything up to ${spellTime(newest)}; --to latest takes that.`,
    );
  }
  const moves = follower.phase === 'following' || follower.phase === 'pending';
  if (moves) {
    const wait = !ask && msOfMicros(microsOfMs(at) - BigInt(follower.read.now)) > nearMs;
    return wait
      ? refuse(
          'not-possible-now',
          `A failover of ${here} to ${time} is pending already, and there is nothing more to do for ${link.id} until then.`,
          `Ask again when it is ${time}; --to latest promotes ${here} now, another --to moves it.`,
        )
      : null;
  }
  return refuse(
    'not-possible-now',
    `On ${here}, ${phaseWords[follower.phase]}, so a failover of ${link.id} to ${time} might wait for ever.`,
    `Let ${here} follow first (/repl resume ${link.id}), or ask for --to latest.`,
  );
}

/** Nothing is promoted when it is asked for. */
const untilThen = noUndo(
  'No statement calls a pending failover off. Until its time it can be moved to another time, or held by a pause of the replication.',
);

const asking = ({ at, ask, replaces }: Ahead, { link, follower, here }: Scene): readonly Draft[] =>
  ask
    ? [
        changeStep(
          {
            ...actsFor(link.settings).completeReplication(follower.side, { kind: 'time', at }, false, { replaces, ahead: true }),
            title: `Ask for the promotion of ${here} to ${spellTime(microsOfMs(at))}`,
          },
          serviceBudgetMs,
          untilThen,
          { pointOfNoReturn: true },
        ),
      ]
    : [];

/**
 * The primary goes on until the time has come: what it took until then is in the promotion, what it takes from then until it is
 * stopped is lost. It is stopped before the promoted side is put into service, so that never two take writes.
 */
function near(ahead: Ahead, scene: Scene): Outline {
  const { link, follower, here, there } = scene;
  const acts = actsFor(link.settings);
  const micros = String(microsOfMs(ahead.at));
  const time = spellTime(micros);
  const need = fenceNeed(scene);
  const stops = need !== 'none';
  return {
    summary: `Promote ${here} to ${time}, when that time has come, and let it take over from ${there}.`,
    steps: [
      ...asking(ahead, scene),
      lookStep(acts.awaitTime(follower.side, micros), nearMs + slackMs),
      ...(stops ? fenceSteps(scene, acts) : []),
      ...servingSteps(scene, acts),
    ],
    predictedLoss: {
      ms: stops ? 60_000 : 0,
      words: stops
        ? `What ${there} takes after ${time} until it is stopped: some seconds, if the run is not held up then (${there} → ${here}).`
        : `Nothing: ${there} takes no writes (${there} → ${here}).`,
    },
    predictedDowntime: {
      ms: null,
      words: `From the stop of ${there} at ${time} until ${here} is promoted and serves, normally some minutes; then people redirect the traffic.`,
    },
    warnings: [
      trap(scene, time),
      ...(need === 'person' ? fenceWarnings(scene) : []),
      `Until then the run holds ${link.id}.`,
      ...moved(ahead, scene),
      ...promotionWarnings(scene, true),
    ],
  };
}

/** Only asks for the promotion: nothing is stopped and nothing is put into service until somebody asks for a failover again. */
function far(ahead: Ahead, scene: Scene): Outline {
  const { link, here, there } = scene;
  const time = spellTime(microsOfMs(ahead.at));
  return {
    summary: `Have ${here} promoted to ${time} by its database; nothing else changes until somebody completes it then.`,
    steps: asking(ahead, scene),
    predictedLoss: {
      ms: null,
      words: `Nothing now. What ${there} takes after ${time} is lost (${there} → ${here}), so it depends on how soon it is completed then.`,
    },
    predictedDowntime: { ms: 0, words: `None now: applications go on with ${there} until the failover is completed.` },
    warnings: [
      `When it is ${time}, ask for /repl failover ${link.id}: it stops ${there} and puts ${here} into service. Until somebody does, applications go on writing to ${there}, and all that they write after ${time} is lost.`,
      trap(scene, time),
      `There is no statement that takes a pending failover back: it can be moved (--to another time) or held (/repl pause ${link.id}).`,
      ...moved(ahead, scene),
      `The time is more than ${spell(nearMs)} away, so this run does not wait for it: ${link.id} stays free for another failover.`,
    ],
  };
}

const trap = ({ link, here, there }: Scene, time: string): string =>
  `If ${there} is lost before ${time}, ${here} is never promoted to that time: ask for /repl failover ${link.id} --to latest then.`;

const moved = ({ replaces }: Ahead, { here }: Scene): readonly string[] =>
  replaces === null ? [] : [`This moves the failover of ${here} that is pending for ${spellTime(replaces)}.`];
