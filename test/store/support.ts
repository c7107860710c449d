import { Redis } from 'ioredis';
import { systemClock } from '../../src/domain/clock.ts';
import { asLinkId, asRunId } from '../../src/domain/ids.ts';
import type { Entry } from '../../src/domain/run.ts';
import type { Claim, ClaimAnswer } from '../../src/runs/ports.ts';
import { createCallNames } from '../../src/store/call-names.ts';
import { createConnection } from '../../src/store/connection.ts';
import { createJournal } from '../../src/store/journal.ts';
import { createReportQueue } from '../../src/store/report-queue.ts';
import type { StoreProblem } from '../../src/store/store-problem.ts';

let counted = 0;
/** A run id that no other test uses. */
export const aRun = () => {
  counted += 1;
  return asRunId(`r-${String(counted).padStart(10, '0')}`);
};
export const aLink = () => {
  counted += 1;
  return asLinkId(`link-${counted}`);
};

export const note = (sentence: string, at = 1_700_000_000_000): Entry => ({ at, kind: 'noted', sentence });

/** Far more than the 2 s of the bot: what is tested is seldom how long it waits. */
const patientMs = 20_000;

/** What one process has of the store, with a plain client beside it for looking and tampering. */
export function aProcess(url: string, worker = 'w1', callWithinMs = patientMs) {
  const problems: StoreProblem[] = [];
  const onProblem = (problem: StoreProblem) => problems.push(problem);
  const redis = createConnection({ url, name: worker, clock: systemClock, onProblem, callWithinMs });
  const newCallName = createCallNames(worker, systemClock);
  const raw = new Redis(url, { retryStrategy: () => 50 });
  raw.on('error', () => undefined);
  return {
    worker,
    redis,
    raw,
    problems,
    onProblem,
    newCallName,
    journal: createJournal({ redis, newCallName }),
    reports: createReportQueue({ redis, newCallName }),
    close: () => {
      redis.close();
      raw.disconnect();
    },
  };
}

export type Process = ReturnType<typeof aProcess>;

export function claimed(answer: ClaimAnswer): Claim {
  if (answer.kind !== 'claimed') throw new TypeError(`expected a claim, got ${JSON.stringify(answer)}`);
  return answer;
}

/** Resolves when the condition holds; rejects after `withinMs` (a bound, not a wait). */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 100_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new TypeError(`not true within ${withinMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
