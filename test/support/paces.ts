import type { RunnerPace } from '../../src/runs/runner.ts';

/** The order of the real pace, in a fraction of its time. */
export const quickPace: RunnerPace = {
  leaseMs: 1_200,
  sweepMs: 50,
  pollMs: 25,
  probeMs: 4_000,
  observeMs: 5_000,
  progressEveryMs: 10_000,
  lineMs: 50,
};

export const quickReporter = {
  leaseMs: 1_200,
  pollMs: 50,
  editMs: 20,
  settleMs: 100,
  quietMs: 400,
  lookMs: 50,
  retryMs: 50,
  longestRetryMs: 500,
  perMinute: 100_000,
  burst: 1_000,
  channelMs: 1,
  channelBurst: 1_000,
};
