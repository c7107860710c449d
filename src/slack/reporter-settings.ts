/** How the reporter paces itself; all times in ms. */
export interface ReporterSettings {
  /** Runs that are shown at the same time by this process. */
  readonly slots: number;
  /** How long a run stays ours without a sign of life. */
  readonly leaseMs: number;
  /** Time between two looks for runs to show; a nudge is faster. */
  readonly pollMs: number;
  /** Least time between two edits of one message. */
  readonly editMs: number;
  /** How long a fresh proposal may wait for its approval request before it is posted. */
  readonly settleMs: number;
  /** Longest wait with a run in hand; a longer one gives it back. */
  readonly patienceMs: number;
  /** By then a call of an older owner has ended: the time limit of one call, and a little more. */
  readonly quietMs: number;
  /** Pause before a lost answer is looked up, and before the second look. */
  readonly lookMs: number;
  /** First and longest pause after a failure. */
  readonly retryMs: number;
  readonly longestRetryMs: number;
  /** Pause for a run that could not be shown for another reason than Slack's, e.g. since Redis did not answer. */
  readonly brokenMs: number;
  /** Time that `stop` gives to what is left to show. */
  readonly stopMs: number;
  readonly perMinute: number;
  readonly burst: number;
  readonly channelMs: number;
  readonly channelBurst: number;
}

export const reporterSettings: ReporterSettings = {
  slots: 4,
  leaseMs: 4_000,
  pollMs: 500,
  editMs: 1_000,
  settleMs: 1_000,
  patienceMs: 5_000,
  quietMs: 12_000,
  lookMs: 1_500,
  retryMs: 1_000,
  longestRetryMs: 30_000,
  brokenMs: 3_000,
  stopMs: 5_000,
  perMinute: 50,
  burst: 12,
  channelMs: 1_000,
  channelBurst: 4,
};
