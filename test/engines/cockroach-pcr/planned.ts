import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { isRefusal, type Refusal } from '../../../src/domain/refusal.ts';
import type { PcrLink } from '../../../src/engines/cockroach-pcr/config.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { aDetail, aJob, aLink, anObservation, aReadSide, aVirtualCluster, micros, nowMs } from './build.ts';

export const link = asLinkId('prod-sql');
export const failover = { kind: 'failover', link, to: { kind: 'latest' } } as const satisfies Operation;
export const failoverTo = (msAgo: number): Operation => ({ kind: 'failover', link, to: { kind: 'time', at: nowMs - msAgo } });
export const switchover = { kind: 'switchover', link, maxWriteStopMs: 100_000 } as const satisfies Operation;
export const pause = { kind: 'pause', link } as const satisfies Operation;
export const resume = { kind: 'resume', link } as const satisfies Operation;
export const failback = { kind: 'failback', link } as const satisfies Operation;
export const teardown = { kind: 'teardown', link } as const satisfies Operation;
export const verify = { kind: 'verify', link } as const satisfies Operation;
export const fenceIt = { kind: 'fence', link } as const satisfies Operation;

export const answer = (operation: Operation, detail: PcrDetail, of: PcrLink = aLink()): Plan | Refusal =>
  planPcr(operation, of, anObservation(detail, of));

export function planned(operation: Operation, detail: PcrDetail = aDetail(), of: PcrLink = aLink()): Plan {
  const plan = answer(operation, detail, of);
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  return plan;
}

/** Steps as `kind@cluster`. */
export const kindsOf = (plan: Plan): readonly string[] =>
  plan.steps.map(({ kind, cluster }) => `${kind.replace('pcr.', '')}@${cluster ?? '-'}`);

/** Every statement that the engine sends. */
export const sent = (plan: Plan): readonly string[] =>
  plan.steps.filter(({ by }) => by === 'engine').flatMap(({ statements }) => statements);

export const serve = [
  'await-promotion@sql-west',
  'start-service@sql-west',
  'set-default-target@sql-west',
  'verify-service@sql-west',
  'redirect@-',
  'check-split-brain@sql-west',
];
export const fence = 'stop-service@sql-east';
export const promote = 'complete-replication@sql-west';
export const byHand = 'fence-by-hand@-';
export const stock = 'take-stock@sql-west';

export const gaveUp = aJob({ status: 'paused', runningStatus: 'ingestion job failed (x) but is being paused' });
export const stopped = aReadSide(aVirtualCluster({ service: 'none' }), { history: 'kept' });
/** After a failover 10 min ago: sql-west serves and keeps the history, sql-east is stopped. */
export const hasServed = (more: Parameters<typeof aReadSide>[1] = {}) =>
  aReadSide(aVirtualCluster({ activated: micros(600_000) }), { history: 'kept', ...more });
export const afterFailover = aDetail(stopped, hasServed());
/** The same a minute after. */
export const promoted = aDetail(stopped, aReadSide(aVirtualCluster({ activated: micros(60_000) })));
export const promotedEarlier = aReadSide(aVirtualCluster({ activated: micros(900_000) }));

/** A step on the other side. */
export const swapped = (step: string): string => step.replace(/sql-(east|west)/, (name) => (name === 'sql-east' ? 'sql-west' : 'sql-east'));

/** What is planned or refused, by a name, in a state of the databases. */
interface Tables {
  readonly plans: readonly (readonly [string, Operation, PcrDetail, readonly string[]])[];
  /** Predicted loss, ms. */
  readonly losses?: readonly (readonly [string, Operation, PcrDetail, number])[];
  readonly warnings?: readonly (readonly [string, Operation, PcrDetail, string])[];
  readonly refusals: readonly (readonly [string, Operation, PcrDetail, Refusal['code'], string])[];
}

export function describePlans({ plans, losses = [], warnings = [], refusals }: Tables): void {
  describe('a plan', () => {
    it.each(plans)('of %s', (_, operation, detail, steps) => {
      expect(kindsOf(planned(operation, detail))).toEqual(steps);
    });

    it.each(losses)('predicts what is lost: %s', (_, operation, detail, ms) => {
      const { predictedLoss, predictedDowntime } = planned(operation, detail);
      expect(predictedLoss.ms).toBe(ms);
      for (const { words } of [predictedLoss, predictedDowntime]) expect(words).toMatch(/^[A-Z].*\.$/s);
    });

    it.each(warnings)('warns of %s', (_, operation, detail, words) => {
      expect(planned(operation, detail).warnings.join('\n')).toContain(words);
    });
  });

  describe('a refusal', () => {
    it.each(refusals)('of %s', (_, operation, detail, code, words) => {
      const refusal = answer(operation, detail);
      expect(refusal).toMatchObject({ kind: 'refusal', code });
      if (!isRefusal(refusal)) throw new TypeError('it was planned');
      expect(refusal.sentence).toContain(words);
      for (const sentence of [refusal.sentence, refusal.next]) expect(sentence).toMatch(/^\S.*[.]$/s);
    });
  });
}
