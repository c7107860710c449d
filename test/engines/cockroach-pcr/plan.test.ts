import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { hashPlan } from '../../../src/domain/plan.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { aDetail, aLink, anObservation, aReadSide, aSource, aStandby, aStream, gone, locked, micros, silent } from './build.ts';
import {
  answer,
  failback,
  failover,
  failoverTo,
  fenceIt,
  link,
  pause,
  planned,
  resume,
  sent,
  stopped,
  switchover,
  teardown,
  verify,
} from './planned.ts';

describe('planning', () => {
  const arbitraryStatus = fc.constantFrom(
    'ready',
    'add',
    'replicating',
    'replication paused',
    'replication error',
    'initializing replication',
    'replication pending failover',
    'replication failing over',
    'dropping',
    'something new',
  );
  const arbitraryTime = fc.option(fc.integer({ min: 0, max: 10 * 3_600_000 }).map(micros));
  const arbitrarySide = fc.oneof(
    fc.constantFrom(gone, silent, locked, aReadSide(null)),
    fc
      .record({
        status: arbitraryStatus,
        service: fc.constantFrom('none', 'shared', 'external'),
        replicated: arbitraryTime,
        retained: arbitraryTime,
      })
      .map((vc) => aReadSide(aStream(vc))),
  );
  const arbitraryOperation = fc.oneof(
    fc.constantFrom(failover, failback, fenceIt, verify, teardown, pause, resume),
    fc.integer({ min: -3_600_000, max: 3_600_000 }).map(failoverTo),
    fc.integer({ min: 0, max: 600_000 }).map((maxWriteStopMs): Operation => ({ kind: 'switchover', link, maxWriteStopMs })),
  );

  it('is pure, and never plans a promotion of a side without a consistent copy', () => {
    fc.assert(
      fc.property(arbitraryOperation, arbitrarySide, arbitrarySide, (operation, primary, standby) => {
        const detail = aDetail(primary, standby);
        const first = answer(operation, detail);
        expect(answer(structuredClone(operation), structuredClone(detail))).toEqual(first);
        if (isRefusal(first)) return;
        const promotion = first.steps.find(({ kind }) => kind === 'pcr.complete-replication');
        if (promotion === undefined || promotion.side === null) return;
        const side = detail[promotion.side];
        expect(side.kind === 'read' && side.vc?.replicated).toBeTruthy();
        expect(JSON.parse(JSON.stringify(first))).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });

  it('makes the same plan while only the lag moves, so that an approval lasts', () => {
    const early = planned(failover, aDetail(gone, aStandby({ replicated: micros(12_000) })));
    const late = planned(failover, aDetail(gone, aStandby({ replicated: micros(90_000), status: 'replication error' })));
    expect(hashPlan(late)).toBe(hashPlan(early));
    expect(late.predictedLoss).not.toEqual(early.predictedLoss);
  });

  it.each([
    ['the primary comes back', aDetail()],
    ['the primary is stopped', aDetail(stopped)],
    ['the standby is paused by hand', aDetail(gone, aStandby({ status: 'replication paused' }))],
    ['the standby follows somebody else', aDetail(gone, aStandby({ sourceUri: 'external://other' }))],
  ])('makes another plan when %s', (_, detail) => {
    expect(hashPlan(planned(failover, detail))).not.toBe(hashPlan(planned(failover, aDetail(gone))));
  });

  it('quotes any name of a virtual cluster, so that a statement keeps its meaning', () => {
    const tail = / (STOP SERVICE|COMPLETE REPLICATION TO LATEST|START SERVICE SHARED)$/;
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }).filter((name) => !name.includes('\u0000')),
        (name) => {
          const hostile = aLink(name);
          const plan = planPcr(failover, hostile, anObservation(aDetail(aSource(), aStandby({ sourceName: name })), hostile));
          if (isRefusal(plan)) throw new TypeError(plan.sentence);
          const alters = sent(plan).filter((statement) => statement.startsWith('ALTER'));
          expect(alters.length).toBe(3);
          for (const statement of alters) {
            const quoted = statement.slice('ALTER VIRTUAL CLUSTER '.length).replace(tail, '');
            expect(quoted.slice(1, -1).replaceAll('""', '')).not.toContain('"');
            expect(quoted.slice(1, -1).replaceAll('""', '"')).toBe(name);
          }
        },
      ),
    );
  });
});

describe('a plan', () => {
  it('says exactly what will be sent, in order', () => {
    expect(sent(planned(switchover))).toEqual([
      'ALTER VIRTUAL CLUSTER "main" STOP SERVICE',
      'ALTER VIRTUAL CLUSTER "main" COMPLETE REPLICATION TO LATEST',
      'ALTER VIRTUAL CLUSTER "main" START SERVICE SHARED',
      "SET CLUSTER SETTING server.controller.default_target_cluster = 'main'",
      'SELECT 1 AS one',
    ]);
    expect(sent(planned(failoverTo(3_600_000), aDetail(gone)))[0]).toBe(
      `ALTER VIRTUAL CLUSTER "main" COMPLETE REPLICATION TO SYSTEM TIME '2026-06-01 09:00:00.000000+00:00'`,
    );
    expect(sent(planned(pause))).toEqual(['ALTER VIRTUAL CLUSTER "main" PAUSE REPLICATION']);
    expect(sent(planned(resume, aDetail(aSource(), aStandby({ status: 'replication paused' }))))).toEqual([
      'ALTER VIRTUAL CLUSTER "main" RESUME REPLICATION',
    ]);
  });
});

describe('a refusal', () => {
  it('of an observation in a format that is not known', () => {
    const refusal = planPcr(failover, aLink(), { ...anObservation(), detail: { primary: 'x' } });
    expect(refusal).toMatchObject({ kind: 'refusal', code: 'stale-plan' });
  });
});
