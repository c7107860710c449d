import { otherSide, type Side } from '../../../domain/observation.ts';
import type { OperationName } from '../../../domain/operation.ts';
import type { Act, Undo } from '../../../domain/plan.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, undoBy } from '../../frame/drafts.ts';
import { type Acts, actsFor } from '../acts.ts';
import type { Grant } from '../acts-access.ts';
import type { LdrLink } from '../config.ts';
import type { ReadSide, Replicator } from '../detail.ts';
import { newestId } from '../own-jobs.ts';
import { pairRefusal } from '../pair.ts';
import { connectionOf, gatewayRefusal, reachInto } from '../reach.ts';

/**
 * How replication is started. `stream`: into tables that exist, in this order of the sides that follow; `from` holds the times from which
 * they go on, and without it everything is copied first. `create`: one statement that makes the tables on `into` as well, and starts the
 * way back when `both`.
 */
export type Form =
  | { readonly kind: 'stream'; readonly order: readonly Side[]; readonly from?: Readonly<Record<Side, string | null>> }
  | { readonly kind: 'create'; readonly into: Side; readonly both: boolean };

export type Reads = Readonly<Record<Side, ReadSide>>;

/** A setting, a grant, a connection: seconds, with room for a slow cluster, ms. */
export const accessBudgetMs = 120_000;
/** A first copy of terabytes, ms. When it is over the run asks, and can go on waiting. */
const scanBudgetMs = 24 * 3_600_000;
const proofBudgetMs = 10 * 60_000;
/** A look is short; what takes it back reads every row that was copied, ms. */
const takeBackBudgetMs = 2 * 3_600_000;

export const followers = (form: Form): readonly Side[] =>
  form.kind === 'stream' ? form.order : form.both ? [form.into, otherSide(form.into)] : [form.into];

/** What a start needs to be there, and the start itself. Nothing of the first deletes anything, and all of it can be proven before. */
interface Start {
  readonly access: readonly Draft[];
  readonly start: readonly Draft[];
}

/** The steps from nothing to a replication that is seen to move; a refusal when the config does not say enough. */
export function startSteps(operation: OperationName, link: LdrLink, reads: Reads, form: Form): readonly Draft[] | Refusal {
  const parts = startParts(operation, link, reads, form);
  return isRefusal(parts) ? parts : [...parts.access, ...parts.start];
}

/** The same in two parts, for what has to delete rows in between: what can fail has to fail before. */
export function startParts(operation: OperationName, link: LdrLink, reads: Reads, form: Form): Start | Refusal {
  const { settings } = link;
  const apart = pairRefusal(operation, link, reads);
  if (apart !== null) return apart;
  const acts = actsFor(settings);
  const access: Draft[] = [];
  for (const into of followers(form)) {
    const steps = accessSteps(operation, link, reads, form, into, acts);
    if (isRefusal(steps)) return steps;
    access.push(...steps);
  }
  // What goes on from a past time has as much to catch up with as was written since.
  const budgetMs = form.kind === 'stream' && form.from !== undefined ? scanBudgetMs : proofBudgetMs;
  const proofs = followers(form).map((into) => lookStep(acts.proveAdvance(into, settings.maxLagMs), budgetMs));
  return { access, start: [...(operation === 'setup' ? bareSteps(reads, form, acts) : []), ...createSteps(reads, form, acts), ...proofs] };
}

/**
 * A first copy begins where nothing is: that is seen once more right before it, since what was seen so is made so again when the run is
 * taken back, after every job has ended.
 */
function bareSteps(reads: Reads, form: Form, acts: Acts): readonly Draft[] {
  if (form.kind === 'create') {
    const undo = undoBy(acts.dropCopy(form.into, startOn(reads, form.into)));
    return [changeStep(acts.checkAbsent(form.into), takeBackBudgetMs, undo)];
  }
  const into = form.order.at(-1);
  if (form.from !== undefined || into === undefined) return [];
  return [changeStep(acts.checkSchema(into), takeBackBudgetMs, undoBy(acts.clearCopy(into, startOn(reads, into))))];
}

const startOn = (reads: Reads, side: Side) => ({ after: newestId(reads[side].jobs) });

function createSteps(reads: Reads, form: Form, acts: Acts): readonly Draft[] {
  if (form.kind === 'create') {
    const { into, both } = form;
    const start = startOn(reads, into);
    const create = changeStep(acts.createReplicated(into, both, start), accessBudgetMs, undoBy(acts.endReplicated(into, both, start)));
    return [
      create,
      // Before everything is copied from there.
      sourceStep(acts, into),
      ...followers(form).map((side) =>
        lookStep(acts.awaitScan(side, { ...startOn(reads, side), by: side === into ? 'create' : 'back' }), scanBudgetMs),
      ),
      ...(both ? [sourceStep(acts, otherSide(into))] : []),
    ];
  }
  // The last one is the side without rows; the one before it may hold the only ones.
  const { from } = form;
  return form.order.flatMap((into) => {
    const start = from === undefined ? startOn(reads, into) : { ...startOn(reads, into), cursor: from[into] };
    // Both ways, what is written there meanwhile is brought to the other side by the job that was started first.
    const bare = from === undefined && form.order.length === 1;
    const create = changeStep(acts.createStream(into, { ...start, bare }), accessBudgetMs, undoBy(acts.endStream(into, start)));
    return [create, sourceStep(acts, into), lookStep(acts.awaitScan(into, start), scanBudgetMs)];
  });
}

const sourceStep = (acts: Acts, into: Side): Draft => lookStep(acts.proveSource(into), accessBudgetMs);

/** What has to be there before a job into a side can be started: rangefeeds and a user at the source, a connection here. */
function accessSteps(
  operation: OperationName,
  link: LdrLink,
  reads: Reads,
  form: Form,
  into: Side,
  acts: Acts,
): readonly Draft[] | Refusal {
  const { settings, id } = link;
  const source = otherSide(into);
  const here = settings[into].cluster;
  const name = connectionOf(settings, into);
  const reach = reachInto(settings, into);
  const { connections } = reads[into];
  const key = into === 'standby' ? 'toStandby' : 'toPrimary';
  const byGateway = gatewayRefusal(link, into, reads[into]);
  if (byGateway !== null) return byGateway;
  if (name === '') {
    return notNow(
      `The config of ${id} does not say how ${here} reaches ${settings[source].cluster}, so the ${operation} can't be planned.`,
      `Name an external connection in the config: settings.streams.${key}.externalConnection.`,
    );
  }
  if (reach === null && connections?.includes(name) === false) {
    return notNow(
      `${here} has no external connection ${name}, and the config of ${id} does not say from what to make it.`,
      `Make it on ${here} with CREATE EXTERNAL CONNECTION, or give settings.streams.${key}.reach in the config.`,
    );
  }
  const isThere = connections?.includes(name) === true;
  return [
    // Before anything is changed for it.
    ...(reach !== null && isThere ? [lookStep(acts.checkConnection(into), accessBudgetMs)] : []),
    ...rangefeedSteps(reads, source, acts),
    ...(reach === null ? [] : userSteps(link, reads, form, into, acts)),
    ...(reach === null || isThere
      ? []
      : [changeStep(acts.createConnection(into), accessBudgetMs, undoBy(acts.dropConnection(into, false)))]),
  ];
}

function rangefeedSteps(reads: Reads, source: Side, acts: Acts): readonly Draft[] {
  const { rangefeeds } = reads[source];
  if (rangefeeds === true) return [];
  const undo = rangefeeds === false ? undoBy(acts.setRangefeeds(source, false)) : noUndo('What it was before could not be read.');
  return [changeStep(acts.setRangefeeds(source, true), accessBudgetMs, undo)];
}

function userSteps({ settings }: LdrLink, reads: Reads, form: Form, into: Side, acts: Acts): readonly Draft[] {
  const source = otherSide(into);
  const reach = reachInto(settings, into);
  // The way back of a start in both directions comes as the user that starts it, who gets what is needed with the new tables.
  if (reach === null || (form.kind === 'create' && into !== form.into)) return [];
  const { user, password } = reach;
  const privileges = ['REPLICATIONSOURCE', ...(form.kind === 'create' && form.both ? ['REPLICATIONDEST'] : [])];
  const old = !isAtLeast(reads[source].release, 25, 2);
  const isOwn = user === settings[source].user;
  if (isOwn) return [];
  const before = reads[source].replicator ?? null;
  const grant = { user, privileges, old };
  return [
    ...(password === null ? [] : [changeStep(acts.createUser(source, user), accessBudgetMs, unmake(before, acts.dropUser(source, user)))]),
    changeStep(acts.grant(source, grant), accessBudgetMs, ungrant(before, grant, acts.revoke(source, grant))),
  ];
}

const unknownBefore = noUndo('It stays: what there was before could not be read, and it changes no data.');

/** A user that was there before is somebody's. */
function unmake(before: Replicator | null, drop: Act): Undo {
  if (before === null) return unknownBefore;
  return before.there ? noUndo('It was there before, so it stays.') : undoBy(drop);
}

/** What a user held before is not taken from it, and no server tells afterwards which part of a grant was new. */
function ungrant(before: Replicator | null, { privileges, old }: Grant, revoke: Act): Undo {
  if (before === null) return unknownBefore;
  const needed = old ? ['REPLICATION', 'ALL'] : [...privileges, 'ALL'];
  const held = old ? before.system : before.tables.flat();
  return held.some((privilege) => needed.includes(privilege)) ? noUndo('It had such privileges before, so they stay.') : undoBy(revoke);
}
