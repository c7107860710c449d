import type { JsonObject } from '../../domain/json.ts';

/** What clusters hold, past every wire and every engine. */
export interface ContentTruth {
  /**
   * What each side holds, serves, runs, is set to and knows of its users: equal for equal states. Left out is what the clock alone moves
   * on (replicated times, work that is left), jobs that have ended, and the job that reclaims the space of what was dropped: nothing
   * stops that one or takes it back.
   */
  contents(): JsonObject;
  /** Applications write one row wherever they can. Returns how to ask which of these rows are lost to them by then, in words. */
  clientsWrite(): () => readonly string[];
}
