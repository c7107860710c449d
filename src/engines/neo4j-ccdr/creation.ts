import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { changeStep, type Draft, lookStep, notNow, undoBy } from '../frame/drafts.ts';
import type { Acts } from './acts.ts';
import type { CcdrLink } from './config.ts';
import type { ReadSide } from './detail.ts';
import type { Identity } from './identity.ts';
import { roomObstacle } from './preflights/creation.ts';
import { versionObstacle } from './release.ts';
import { formOf, type Pair } from './scene.ts';
import type { Form } from './statements.ts';

/** Committing what is wanted takes seconds, and the servers act on it soon, ms. */
export const changeBudgetMs = 180_000;
/** A name is free when the last server has let go of the store, ms. */
export const dropBudgetMs = 15 * 60_000;
/** Writing a large store into a dump before that takes hours, ms. */
export const dumpBudgetMs = 6 * 3_600_000;
/** Copying a large store between regions takes hours, ms. When it is over the run asks, and can go on waiting. */
const copyBudgetMs = 24 * 3_600_000;
const catchUpBudgetMs = 2 * 3_600_000;
export const lookBudgetMs = 120_000;
/** Transactions by which a healthy replica is behind at any moment at most. */
export const usualLag = 1_000;

/** A replica that is to be created on one side. */
export interface Creation {
  readonly side: Side;
  readonly database: string;
  readonly form: Form;
  /** Database on the other side that it follows. */
  readonly remote: string;
  readonly old: Identity | null;
}

/** Why no replica can be created on the target, from what was seen; else how it would be. */
export function creatable(operation: OperationName, pair: Pair): Form | Refusal {
  const { link, targetRead, sourceRead, here, there, target } = pair;
  const form = formOf(operation, link, here, targetRead);
  if (isRefusal(form)) return form;
  const versions = versionObstacle(sourceRead.release, targetRead.release);
  if (versions !== null)
    return notNow(`${here} can't follow ${there}, since ${versions}.`, 'Upgrade first the side that follows, then the other.');
  if (form === 'preview' && link.settings[target].follow.kind === 'backups') {
    return notNow(
      `${here} can't follow backups before 2026.08, so no ${operation} of ${link.id} is possible.`,
      'Upgrade it, or set follow to network.',
    );
  }
  return roomFor(operation, link, target, targetRead) ?? form;
}

function roomFor(operation: OperationName, { id, settings }: CcdrLink, side: Side, { servers }: ReadSide): Refusal | null {
  const { cluster, database, topology } = settings[side];
  const obstacle = roomObstacle(servers, database, topology);
  if (obstacle === null) return null;
  return notNow(
    `${cluster} has no room for the replica, since ${obstacle}, so no ${operation} of ${id} is possible.`,
    'Enable more servers there, or ask for fewer copies in the config.',
  );
}

/** Creates, waits for the copy, and proves that it follows and can be read. */
export function creationSteps({ settings }: CcdrLink, acts: Acts, { side, ...creation }: Creation): readonly Draft[] {
  const { database, remote } = creation;
  return [
    changeStep(acts.create(side, creation), changeBudgetMs, undoBy(acts.dropReplica(side, database))),
    lookStep(acts.awaitOnline(side, database), copyBudgetMs),
    ...(settings[side].follow.kind === 'network'
      ? [lookStep(acts.proveCatchUp(side, { database, remote, within: usualLag }), catchUpBudgetMs)]
      : []),
    lookStep(acts.verifyReads(side, database), lookBudgetMs),
  ];
}

/** The step that lets the link's alias lead to a database, if it does not yet. `dropped`: a database whose drop takes its aliases with it. */
export function aliasSteps(
  { settings: { alias } }: CcdrLink,
  acts: Acts,
  side: Side,
  read: ReadSide,
  database: string,
  dropped: string | null = null,
): readonly Draft[] {
  if (alias === null) return [];
  const target = read.aliases.find(({ name }) => name === alias)?.database ?? null;
  if (target === null || target === dropped) {
    const undo = undoBy(acts.dropAlias(side, { alias, database }));
    return [changeStep(acts.setAlias(side, { alias, database, change: 'create' }), changeBudgetMs, undo)];
  }
  if (target === database) return [];
  const undo = undoBy(acts.setAlias(side, { alias, database: target, change: 'move' }));
  return [changeStep(acts.setAlias(side, { alias, database, change: 'move' }), changeBudgetMs, undo)];
}
