import type { Operation } from '../../../domain/operation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, personStep, undoBy } from '../../frame/drafts.ts';
import { type Acts, actsFor } from '../acts.ts';
import type { CcdrLink } from '../config.ts';
import { aliasSteps, changeBudgetMs, usualLag } from '../creation.ts';
import type { CcdrDetail, ReadSide } from '../detail.ts';
import { identityOf } from '../identity.ts';
import { missingPrivileges } from '../preflights/privileges.ts';
import { redirectAct, redirectWarnings } from '../redirect.ts';
import { formOf, promotable, pullsBackups, type Scene, sceneOf, unled, wayBackObstacle } from '../scene.ts';
import { behindOf, copiesOf, isOnline, phaseOf } from '../state.ts';
import type { Form } from '../statements.ts';
import { notCopiedTo, previewWarnings, unprotected } from '../warnings.ts';
import { phaseWords, problemOf, spell, transactions } from '../words.ts';

type Switchover = Extract<Operation, { kind: 'switchover' }>;

/** How long the replica may take to show that it keeps up, before anything is touched, ms. */
const proofBudgetMs = 180_000;
/** Access changes on every server within seconds, and open transactions need time to end; less can't be kept, ms. */
const leastWriteStopMs = 10_000;
/** Longest write stop when nobody says another, ms. */
const usualWriteStopMs = 60_000;
/** A healthy replica's lag in time goes up and down below this, ms. */
const usualLagMs = 60_000;
/** From a promotion to its writer, ms. */
export const electionMs = 60_000;
const electionBudgetMs = 10 * 60_000;

/** How the time of the write stop is shared by the steps before the promotion. Sums to at most `maxWriteStopMs`. */
function sharesOf(maxWriteStopMs: number) {
  const part = (percent: number) => Math.floor((maxWriteStopMs * percent) / 100);
  return { stop: part(25), drain: part(30), mark: part(10), equal: part(35) };
}

/** A move of the writes from the side that serves to the one that follows it. */
export interface Move {
  readonly acts: Acts;
  readonly from: { readonly side: Scene['source']; readonly database: string; readonly of: ReturnType<typeof identityOf> };
  readonly to: { readonly side: Scene['source']; readonly database: string; readonly form: Form };
  readonly maxWriteStopMs: number;
}

/**
 * Stops writes, waits until every copy has the last one, and promotes. Everything before the promotion is taken back by itself when
 * the time is used up.
 */
export function moveSteps({ acts, from, to, maxWriteStopMs }: Move): readonly Draft[] {
  const share = sharesOf(maxWriteStopMs);
  const late = { onLate: 'undo' } as const;
  const on = { database: from.database, of: from.of };
  const pair = { database: to.database, remote: from.database };
  return [
    changeStep(
      acts.setReadOnly(from.side, on, { drain: true, otherServes: false }),
      share.stop,
      undoBy(acts.setReadWrite(from.side, on)),
      late,
    ),
    lookStep(acts.awaitDrained(from.side, from.database), share.drain, 'undo'),
    lookStep(acts.markEnd(from.side, from.database), share.mark, 'undo'),
    lookStep(acts.awaitEqual(to.side, pair), share.equal, 'undo'),
    changeStep(
      acts.promote(to.side, { ...pair, form: to.form, topology: null, before: 'caught-up' }),
      changeBudgetMs,
      noUndo('A promoted database never follows again.'),
      { pointOfNoReturn: true, onLate: 'undo' },
    ),
    lookStep(acts.awaitWriter(to.side, to.database), electionBudgetMs),
  ];
}

export function planSwitchover({ maxWriteStopMs = usualWriteStopMs }: Switchover, link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  const scene = sceneOf('switchover', link, detail);
  if (isRefusal(scene)) return scene;
  const ready = readySource(scene);
  if (isRefusal(ready)) return ready;
  const refusal = refusalOf(maxWriteStopMs, scene, ready);
  if (refusal !== null) return refusal;
  const { follower, here, there, source } = scene;
  const form = formOf('switchover', link, here, follower.read);
  if (isRefusal(form)) return form;
  const acts = actsFor(link.settings);
  const { database, remote } = { database: follower.view.name, remote: ready.database.name };
  return {
    summary: `Stop writes on ${there}, wait until every copy on ${here} has the last of them, and promote ${here}.`,
    steps: [
      lookStep(acts.proveCatchUp(follower.side, { database, remote, within: usualLag }), proofBudgetMs),
      ...moveSteps({
        acts,
        from: { side: source, database: remote, of: identityOf(ready.database) },
        to: { side: follower.side, database, form },
        maxWriteStopMs,
      }),
      ...aliasSteps(link, acts, follower.side, follower.read, database),
      personStep(redirectAct(link, here)),
    ],
    predictedLoss: { ms: 0, words: `Nothing: ${here} is promoted only after each of its copies has the last transaction of ${there}.` },
    predictedDowntime: downtimeOf(maxWriteStopMs, scene),
    warnings: [
      `Writes stay stopped at most ${spell(maxWriteStopMs)} before the promotion; if ${here} is not level by then, ${there} takes writes again by itself.`,
      `Open write transactions on ${there} are waited for, never ended: long ones use that time up.`,
      unprotected(link.id, here, there, wayBackObstacle(scene)),
      ...notCopiedTo(here, missingPrivileges(link.settings, scene.detail, follower.side)),
      ...redirectWarnings(link),
      ...previewWarnings(form),
    ],
  };
}

interface Ready {
  readonly read: ReadSide;
  readonly database: NonNullable<ReadSide['database']>;
}

function readySource({ link, sourceRead, there }: Scene): Ready | Refusal {
  if (sourceRead.kind !== 'read') {
    return notNow(
      `${problemOf(there, sourceRead)} A switchover of ${link.id} needs both sides.`,
      `If ${there} is lost, ask for a failover of ${link.id}.`,
    );
  }
  const { database } = sourceRead;
  if (database !== null && phaseOf(database) === 'serving') return { read: sourceRead, database };
  return notNow(
    `Applications can't write on ${there} now (${phaseWords[phaseOf(database)]}), so there is nothing to switch over.`,
    `Let ${there} take writes first, or ask for a failover of ${link.id}.`,
  );
}

function refusalOf(maxWriteStopMs: number, scene: Scene, { read, database }: Ready): Refusal | null {
  const { link, follower, here, there, detail } = scene;
  if (maxWriteStopMs < leastWriteStopMs) {
    return refuse(
      'bad-input',
      `A write stop of at most ${spell(maxWriteStopMs)} is too short for ${link.id}: servers act on a change of access within seconds only.`,
      `Allow at least ${spell(leastWriteStopMs)}.`,
    );
  }
  const refusal =
    unled('switchover', link, here, follower.read) ??
    unled('switchover', link, there, read) ??
    promotable('switchover', scene) ??
    pullsBackups('switchover', link, follower.side, follower.view);
  if (refusal !== null) return refusal;
  const down = copiesOf(follower.view).filter((copy) => !isOnline(copy)).length;
  if (down > 0) {
    return notNow(
      `${down} copies of ${follower.view.name} on ${here} are not online, so it can't be proven that each has everything.`,
      'Bring them back, then ask again.',
    );
  }
  const behind = behindOf(follower.view, database);
  if (behind === null || behind.isAhead) {
    return notNow(
      behind === null
        ? `How far ${here} is behind ${there} can't be told, so no switchover of ${link.id} can be planned.`
        : `${here} has transactions that ${there} lacks, so the two have grown apart and no switchover of ${link.id} is without loss.`,
      behind === null ? 'Ask again; a copy may not have told its last transaction.' : `/repl rebuild ${link.id} makes the replica anew.`,
    );
  }
  // By what is sure: a write stop that takes longer than it may is taken back by itself.
  const behindMs = detail.past.surelyMs ?? 0;
  if (behindMs <= Math.max(maxWriteStopMs, usualLagMs)) return null;
  return notNow(
    `${here} is ${transactions(behind.transactions)}, ${spell(behindMs)} or more, behind ${there}, so writes would be stopped for too long.`,
    'Wait until the lag is smaller, or allow a longer write stop.',
  );
}

function downtimeOf(maxWriteStopMs: number, { here, detail }: Scene): Estimate {
  const catchUpMs = Math.min(maxWriteStopMs, (detail.past.behindMs ?? 0) + 15_000);
  return {
    ms: catchUpMs + electionMs,
    words: `Stopping and catching up takes about ${spell(catchUpMs)} (at most ${spell(maxWriteStopMs)}); ${here} normally has a writer within ${spell(electionMs)} after its promotion; then people redirect the traffic.`,
  };
}
