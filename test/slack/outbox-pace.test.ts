import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/domain/clock.ts';
import { createPace } from '../../src/slack/outbox-pace.ts';

const limits = { perMinute: 50, burst: 5, channelMs: 1_000, channelBurst: 2 };

function heldClock(): Clock & { pass(ms: number): void } {
  let now = 0;
  return { now: () => now, monotonic: () => now, sleep: () => Promise.resolve(), pass: (ms) => (now += ms) };
}

describe('the pace of calls', () => {
  it('never lets more than the burst and the rate through, whatever is asked when', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 300 }), (waits) => {
        const clock = heldClock();
        const pace = createPace(clock, limits);
        let sent = 0;
        for (const wait of waits) {
          clock.pass(wait);
          if (pace.waitMs('chat.update', null) > 0) continue;
          pace.spend('chat.update', null);
          sent += 1;
        }
        expect(sent).toBeLessThanOrEqual(limits.burst + (clock.now() * limits.perMinute) / 60_000 + 1e-6);
      }),
    );
  });

  it('lets a call through after the time that it names', () => {
    const clock = heldClock();
    const pace = createPace(clock, limits);
    for (let calls = 0; calls < limits.burst; calls += 1) pace.spend('chat.update', null);
    const wait = pace.waitMs('chat.update', null);
    expect(wait).toBeGreaterThan(0);
    clock.pass(wait);
    expect(pace.waitMs('chat.update', null)).toBe(0);
  });

  it('keeps one method waiting as long as Slack said, and no other', () => {
    const clock = heldClock();
    const pace = createPace(clock, limits);
    pace.backOff('chat.update', 30_000);
    expect(pace.waitMs('chat.update', null)).toBe(30_000);
    expect(pace.waitMs('chat.postMessage', 'C1')).toBe(0);
    clock.pass(30_000);
    expect(pace.waitMs('chat.update', null)).toBe(0);
  });

  it('holds back a channel that was posted to often, and no other channel', () => {
    const pace = createPace(heldClock(), limits);
    pace.spend('chat.postMessage', 'C1');
    pace.spend('chat.postMessage', 'C1');
    expect(pace.waitMs('chat.postMessage', 'C1')).toBe(1_000);
    expect(pace.waitMs('chat.postMessage', 'C2')).toBe(0);
  });

  it('believes no pause of more than a quarter of an hour', () => {
    const pace = createPace(heldClock(), limits);
    pace.backOff('chat.update', 86_400_000);
    expect(pace.waitMs('chat.update', null)).toBe(900_000);
  });
});
