import type { RunnerPace } from '../../src/runs/runner.ts';

/**
 * Short waits between looks, and more time for each look than the product gives: a machine that stands still for seconds must not
 * decide what is seen. Leases are as long, so that only who dies loses one.
 */
export const quickPace: RunnerPace = {
  leaseMs: 20_000,
  sweepMs: 50,
  pollMs: 25,
  probeMs: 30_000,
  observeMs: 30_000,
  progressEveryMs: 10_000,
  lineMs: 50,
};

/** For workers that are killed and frozen: whoever takes over waits for the end of the lease. */
export const mortalPace: RunnerPace = { ...quickPace, leaseMs: 2_500 };

export const quickReporter = {
  leaseMs: 20_000,
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

export const mortalReporter = { ...quickReporter, leaseMs: 2_500 };
