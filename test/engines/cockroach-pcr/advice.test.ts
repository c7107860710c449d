import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { isRefusal, type Refusal } from '../../../src/domain/refusal.ts';
import type { PcrLink } from '../../../src/engines/cockroach-pcr/config.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { aDetail, aJob, aLink, anObservation, aSource, aStandby, micros, nowMs, onVersion } from './build.ts';

const link = asLinkId('prod-sql');
const hour = 3_600_000;
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };

const answer = (operation: Operation, detail: PcrDetail, of: PcrLink = aLink()): Plan | Refusal =>
  planPcr(operation, of, anObservation(detail, of));

function planned(operation: Operation, detail: PcrDetail, of: PcrLink = aLink()): Plan {
  const plan = answer(operation, detail, of);
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  return plan;
}

describe('a failover while the primary works', () => {
  const paused = (msAgo: number) => aStandby({ status: 'replication paused', replicated: micros(msAgo), job: aJob({ status: 'paused' }) });
  const cases: readonly (readonly [string, PcrDetail, RegExp])[] = [
    ['a healthy stream', aDetail(), /a switchover would lose nothing \(\/repl switchover prod-sql\)/],
    [
      'a lag of hours',
      aDetail(aSource(), aStandby({ replicated: micros(3 * hour) })),
      /discards the last 3 h of its writes.*catches up first/,
    ],
    ['a pause', aDetail(aSource(), paused(hour)), /discards the last 60 min.*\/repl resume prod-sql, then \/repl switchover prod-sql/],
    [
      'a pause that was too long',
      aDetail(aSource({ history: 'lost' }), paused(25 * hour)),
      /no longer keeps the history.*discards the last 25 h of its writes; \/repl rebuild prod-sql keeps them/,
    ],
    ['an error', aDetail(aSource(), aStandby({ status: 'replication error' })), /mended first, and then \/repl switchover prod-sql/],
    [
      'a pending failover',
      aDetail(aSource(), aStandby({ status: 'replication pending failover', failover: micros(-hour) })),
      /is pending, so no switchover is possible any more/,
    ],
  ];
  it.each(cases)('says first what would keep the writes: %s', (_, detail, words) => {
    const { warnings } = planned(failover, detail);
    expect(warnings[0]).toMatch(words);
    const asked = answer(switchover, detail);
    expect(warnings.some((warning) => warning.includes('a switchover would lose nothing'))).toBe(!isRefusal(asked));
  });

  it('counts what a running stream may lag by while a failover is pending', () => {
    const pending = aStandby({ status: 'replication pending failover', failover: micros(-hour), replicated: micros(1_000) });
    expect(planned(failover, aDetail(aSource(), pending)).predictedLoss.ms).toBeGreaterThanOrEqual(30_000);
  });
});

describe('a promotion', () => {
  const readers = { reader: { status: 'ready', service: 'shared' } };
  it.each([failover, switchover])('says that an older primary can not follow a newer one: $kind', (operation) => {
    const newer = aDetail(aSource({ ...onVersion('24.3') }), aStandby({}, { release: { year: 25, number: 2, text: 'v25.2.1' } }));
    expect(planned(operation, newer).warnings.join(' ')).toMatch(/newer than v24\.3\.12.*can't follow it until it is upgraded/s);
    expect(planned(operation, aDetail()).warnings.join(' ')).not.toMatch(/newer than/);
  });

  it.each([failover, switchover])('says what becomes of the reader: $kind', (operation) => {
    expect(planned(operation, aDetail(aSource(), aStandby({}, readers))).warnings.join(' ')).toMatch(/drops main-readonly.*cut off/);
    const older = aDetail(aSource(onVersion('24.3')), aStandby({}, { ...onVersion('24.3'), ...readers }));
    expect(planned(operation, older).warnings.join(' ')).toMatch(/old data until \/repl reader prod-sql off/);
    expect(planned(operation, aDetail()).warnings.join(' ')).not.toMatch(/readonly/);
  });

  it('drops the reader of an older release when it is to a time', () => {
    const older = aDetail(aSource(onVersion('24.3')), aStandby({}, { ...onVersion('24.3'), ...readers }));
    const past: Operation = { kind: 'failover', link, to: { kind: 'time', at: nowMs - hour } };
    expect(planned(past, older).warnings.join(' ')).toMatch(/drops main-readonly/);
  });
});
