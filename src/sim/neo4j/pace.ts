import type { GraphPace } from './contract.ts';

/** As long as the product takes, where its documentation says; otherwise plausible. */
export const productPace: GraphPace = {
  reconcileMs: 1000,
  storeCopyMs: 20_000,
  startMs: 3000,
  stopMs: 2000,
  electionMs: 5000,
  pullMs: 1000,
  lagMs: 200,
  secondaryLagMs: 300,
  backupMs: 60_000,
  applyPerSecond: 5000,
  deallocateMs: 3000,
  bookmarkMs: 30_000,
  authLockMs: 5000,
};

/** For tests and demos with a real clock: the same order of things, in tens of milliseconds. */
export const tinyPace: GraphPace = {
  reconcileMs: 10,
  storeCopyMs: 60,
  startMs: 20,
  stopMs: 20,
  electionMs: 30,
  pullMs: 20,
  lagMs: 10,
  secondaryLagMs: 10,
  backupMs: 60,
  applyPerSecond: 5000,
  deallocateMs: 20,
  bookmarkMs: 100,
  authLockMs: 100,
};
