import { z } from 'zod';
import { asRunId } from '../domain/ids.ts';
import type { ReportQueue } from '../runs/ports.ts';
import type { NewCallName } from './call-names.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { understood } from './redis-faults.ts';

export interface ReportQueueDeps {
  readonly redis: Connection;
  readonly newCallName: NewCallName;
}

const flag = z.union([z.literal(0), z.literal(1)]);

/** Hands out runs that have something to show, each to one reporter at a time. */
export function createReportQueue({ redis, newCallName }: ReportQueueDeps): ReportQueue {
  const places = [keys.reportDue, keys.reportClaims];
  return {
    claim: async (owner, leaseMs) => {
      const token = `${owner}@${newCallName()}`;
      // A re-send would take a second run; the first would wait for its claim to end.
      const answer = await redis.script('report-claim', places, [token, Math.round(leaseMs)], { resend: false });
      const run = understood(z.string(), answer, 'the answer of report-claim');
      return run === '' ? null : { run: asRunId(run), token };
    },
    renew: async (run, token, leaseMs) => {
      const answer = await redis.script('report-renew', places, [run, token, Math.round(leaseMs)]);
      return understood(flag, answer, 'the answer of report-renew') === 1;
    },
    finish: async (run, token, seq) => {
      await redis.script('report-finish', [...places, keys.run(run)], [run, token, seq]);
    },
    postpone: async (run, token, inMs) => {
      await redis.script('report-postpone', places, [run, token, Math.max(0, Math.round(inMs))]);
    },
  };
}
