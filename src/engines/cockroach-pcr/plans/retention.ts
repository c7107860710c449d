import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, personStep } from '../../frame/drafts.ts';
import { windowByHand } from '../acts/by-hand.ts';
import type { ExpirationOf } from '../acts/tuning.ts';
import { actsFor } from '../acts.ts';
import { expiryMsOf, microsOf } from '../phase.ts';
import { promotionUnderWay, type Scene } from '../scene.ts';
import { phaseWords, problemOf, spell, spellTime } from '../words.ts';

type Retention = Extract<Operation, { kind: 'retention' }>;

/** Setting one is answered at once, ms. */
const budgetMs = 120_000;
const proofBudgetMs = 180_000;

const notShown = 'The databases do not show what it was before, so it can not be put back; another value can be set at any time.';

/** Plans how far back the standby can be promoted, and how long the primary keeps history for a silent one. Pure. */
export function planRetention(operation: Retention, scene: Scene): Outline | Refusal {
  const { link, follower, here, there } = scene;
  const { windowMs, expirationMs } = operation;
  if (windowMs === null && expirationMs === null) {
    return refuse(
      'bad-input',
      `Nothing was given to be set on ${link.id}.`,
      `Say --window (how far back ${here} can be promoted, such as 6h), --expiration (how long ${there} keeps history for a silent ${here}, such as 48h), or both.`,
    );
  }
  const underWay = promotionUnderWay('retention', scene);
  if (underWay !== null) return underWay;
  const expiration = expirationMs === null ? [] : expirationStep(expirationMs, scene);
  if (isRefusal(expiration)) return expiration;
  const acts = actsFor(link.settings);
  const window =
    windowMs === null
      ? []
      : [changeStep(acts.setRetention(follower.side, windowMs), budgetMs, noUndo(notShown), { pointOfNoReturn: true })];
  // A stream that is paused or in trouble is not seen to move, and can be set all the same.
  const proof = follower.phase === 'following' ? [lookStep(acts.proveCatchUp(follower.side, Number.MAX_SAFE_INTEGER), proofBudgetMs)] : [];
  return {
    summary: summaryOf(operation, scene),
    steps: [...window, ...expiration, ...proof],
    predictedLoss: { ms: 0, words: 'No write is lost.' },
    predictedDowntime: { ms: 0, words: 'Applications are not affected.' },
    warnings: [
      ...windowWarnings(windowMs, scene),
      ...expirationWarnings(expirationMs, scene),
      `CockroachDB does not show these settings: that it took them is all the proof there is.`,
    ],
  };
}

function summaryOf({ windowMs, expirationMs }: Retention, { here, there }: Scene): string {
  const window = windowMs === null ? [] : [`let ${here} keep ${spell(windowMs)} of history that it can be promoted to`];
  const expiration = expirationMs === null ? [] : [`let ${there} keep history for ${spell(expirationMs)} while ${here} is silent`];
  const words = [...window, ...expiration].join(', and ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** From 25.2 on the source is told, from 24.1 to 25.1 its consumer; before that there is no such statement. */
function expirationStep(expirationMs: number, scene: Scene): readonly Draft[] | Refusal {
  const { link, follower, source, sourceRead, here, there } = scene;
  const problem = problemOf(there, sourceRead);
  if (sourceRead.kind !== 'read') {
    return notNow(
      `${problem ?? there} How long ${there} keeps history for ${here} can't be set on ${link.id} now.`,
      `Make ${there} reachable and ask again; --window alone can be set without it.`,
    );
  }
  const wanted = homeOf(scene);
  const copied = sourceRead.flat === true ? 'system' : (sourceRead.elsewhere ?? null);
  if (wanted === 'source' && copied !== null) return [personStep(windowByHand(link, source, copied, expirationMs))];
  if (wanted === null) {
    const before = [follower.read.release, sourceRead.release].find((release) => !isAtLeast(release, 24, 1));
    return before === undefined
      ? notNow(
          `${there} runs ${sourceRead.release.text} and ${here} runs ${follower.read.release.text}: the older one wants to be told by a statement that the newer one no longer has.`,
          `Finish the upgrade of both sides of ${link.id}, then ask again.`,
        )
      : notNow(
          `${before.text} has no statement for how long ${there} keeps history for a silent ${here}; that exists from v24.1 on.`,
          `On ${there} it is the cluster setting stream_replication.job_liveness_timeout (3 days), for every stream at once: set it by hand if you must.`,
        );
  }
  const act = actsFor(link.settings).setExpiration(wanted === 'source' ? source : follower.side, expirationMs, wanted);
  return [changeStep(act, budgetMs, noUndo(notShown), { pointOfNoReturn: true })];
}

function homeOf({ follower, sourceRead }: Scene): ExpirationOf | null {
  if (sourceRead.kind !== 'read') return null;
  if (isAtLeast(sourceRead.release, 25, 2)) return 'source';
  const both = [follower.read.release, sourceRead.release];
  return both.every((release) => isAtLeast(release, 24, 1) && !isAtLeast(release, 25, 2)) ? 'consumer' : null;
}

function windowWarnings(windowMs: number | null, { follower, here }: Scene): readonly string[] {
  if (windowMs === null) return [];
  const [newest, oldest] = [microsOf(follower.vc.replicated), microsOf(follower.vc.retained)];
  const keepsMs = newest === null || oldest === null ? null : Number((newest - oldest) / 1000n);
  if (keepsMs !== null && windowMs < keepsMs) {
    return [
      `${here} can go back to ${spellTime(oldest)} now (${spell(keepsMs)}); what is older than ${spell(windowMs)} is given up at once, and a longer window later does not bring it back.`,
    ];
  }
  return [`The window only grows as time passes, and a longer one costs ${here} disk space.`];
}

function expirationWarnings(expirationMs: number | null, { follower, here, there }: Scene): readonly string[] {
  if (expirationMs === null) return [];
  const shorter =
    expirationMs < expiryMsOf(follower.read)
      ? [
          `That is shorter than the ${spell(expiryMsOf(follower.read))} that the database starts with: a longer pause or outage ends the link for good.`,
        ]
      : [`While ${here} is silent, ${there} can't clean up old data for that long, which costs disk space.`];
  const paused =
    follower.phase === 'following' || follower.phase === 'scanning'
      ? []
      : [`On ${here}, ${phaseWords[follower.phase]}: the time runs already.`];
  return [...shorter, ...paused];
}
