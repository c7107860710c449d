import { asRunId } from '../domain/ids.ts';
import type { ReportQueue } from '../runs/ports.ts';
import type { NewCallName } from './call-names.ts';
import { createClaims } from './claims.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';

export interface ReportQueueDeps {
  readonly redis: Connection;
  readonly newCallName: NewCallName;
}

/** Hands out runs that have something to show, each to one reporter at a time. */
export function createReportQueue(deps: ReportQueueDeps): ReportQueue {
  const claims = createClaims(deps, { due: keys.reportDue, claims: keys.reportClaims, of: (run) => keys.run(asRunId(run)) });
  return {
    ...claims,
    claim: async (owner, leaseMs) => {
      const claim = await claims.claim(owner, leaseMs);
      return claim === null ? null : { run: asRunId(claim.id), token: claim.token };
    },
  };
}
