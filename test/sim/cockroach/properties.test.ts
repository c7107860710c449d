import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SqlWorld } from '../../../src/sim/cockroach/contract.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { startSqlWorld } from '../../../src/sim/cockroach/sql-world.ts';
import { aClient, simVersions, stillClock, vcOf } from './bed.ts';

type Move =
  | { readonly kind: 'ask'; readonly side: 'primary' | 'standby'; readonly sql: string }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'link'; readonly up: boolean };

const onePromotion = [
  'COMPLETE REPLICATION TO LATEST',
  `COMPLETE REPLICATION TO SYSTEM TIME '-1s'`,
  `COMPLETE REPLICATION TO SYSTEM TIME '+1s'`,
];
const endings = [
  ...onePromotion,
  'PAUSE REPLICATION',
  'RESUME REPLICATION',
  'START SERVICE SHARED',
  'STOP SERVICE',
  'RENAME TO other',
  `SET REPLICATION RETENTION = '1h'`,
  'SET REPLICATION READ VIRTUAL CLUSTER',
  'START REPLICATION OF <vc> ON <other>',
];
const others = [
  'DROP VIRTUAL CLUSTER IF EXISTS <vc>',
  'CREATE VIRTUAL CLUSTER <vc> FROM REPLICATION OF <vc> ON <other>',
  'SHOW VIRTUAL CLUSTERS WITH REPLICATION STATUS',
  'SHOW JOBS',
  'CANCEL JOBS (SELECT job_id FROM [SHOW JOBS])',
  'PAUSE JOBS (SELECT job_id FROM [SHOW JOBS])',
  'BEGIN',
  'COMMIT',
  `SET CLUSTER SETTING server.controller.default_target_cluster = 'system'`,
];

const sql = fc.oneof(fc.constantFrom(...endings.map((ending) => `ALTER VIRTUAL CLUSTER <vc> ${ending}`)), fc.constantFrom(...others));
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), side: fc.constantFrom('primary' as const, 'standby' as const), sql }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 30, 200, 5000, 90_000_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('link' as const), up: fc.boolean() }) },
);

interface Trace {
  readonly world: SqlWorld;
  /** Statements that the server accepted, in order. */
  readonly accepted: readonly string[];
  readonly codes: readonly string[];
}

async function play(version: (typeof simVersions)[number], moves: readonly Move[], check: (trace: Trace) => void): Promise<void> {
  const pace = { ...tinyPace, serviceMs: 0 };
  const world = await startSqlWorld({ version, clock: stillClock, pace });
  const lines = { primary: aClient(world, 'primary'), standby: aClient(world, 'standby') };
  const accepted: string[] = [];
  const codes: string[] = [];
  try {
    for (const client of Object.values(lines)) {
      client.on('error', () => undefined);
      await client.connect();
    }
    for (const step of moves) {
      if (step.kind === 'advance') world.control().advance(step.ms);
      else if (step.kind === 'link') world.faults.link(step.up ? 'up' : 'down');
      else {
        const uri = world[step.side === 'primary' ? 'standby' : 'primary'].streamUri;
        const text = step.sql.replaceAll('<vc>', vcOf(version)).replace('<other>', `'${uri}'`);
        try {
          await lines[step.side].query(text);
          accepted.push(`${step.side}: ${step.sql}`);
        } catch (cause) {
          codes.push(String(Reflect.get(Object(cause), 'code')));
        }
      }
    }
    check({ world, accepted, codes });
  } finally {
    for (const client of Object.values(lines)) await client.end().catch(() => undefined);
    await world.close();
  }
}

describe('any sequence of statements, time and link failures', () => {
  it('never crashes the server', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...simVersions), fc.array(move, { minLength: 5, maxLength: 40 }), async (version, moves) => {
        await play(version, moves, (trace) => {
          accepted += trace.accepted.length;
          expect(trace.codes.filter((code) => !/^[0-9A-Z]{5}$/.test(code) || code === 'XX000')).toEqual([]);
          expect(trace.world.statements().every(({ outcome }) => outcome !== 'open')).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
    expect(accepted).toBeGreaterThan(60);
  }, 180_000);

  it('makes both sides writable only if somebody started a service, and never without a promotion', async () => {
    let promotions = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...simVersions), fc.array(move, { minLength: 5, maxLength: 40 }), async (version, moves) => {
        await play(version, moves, ({ world, accepted }) => {
          const kinds = new Set(world.effects().map(({ kind }) => kind));
          if (world.lost() !== null) promotions += 1;
          if (world.splitBrain().length > 0) {
            expect(kinds).toContain('start-service');
            expect(kinds).toContain('complete-replication');
          }
          expect(world.effects().length).toBeLessThanOrEqual(accepted.length * 20);
        });
      }),
      { numRuns: 60 },
    );
    expect(promotions).toBeGreaterThan(0);
  }, 180_000);

  it('does not split when the primary was stopped first and is not started again', async () => {
    const polite = move.filter((step) => step.kind !== 'ask' || step.side === 'standby' || /SHOW|PAUSE|COMPLETE|STOP/.test(step.sql));
    await fc.assert(
      fc.asyncProperty(fc.array(polite, { maxLength: 25 }), async (moves) => {
        const stop: Move[] = [
          { kind: 'ask', side: 'primary', sql: 'ALTER VIRTUAL CLUSTER <vc> STOP SERVICE' },
          { kind: 'advance', ms: 200 },
          { kind: 'ask', side: 'standby', sql: 'ALTER VIRTUAL CLUSTER <vc> COMPLETE REPLICATION TO LATEST' },
          { kind: 'advance', ms: 500 },
          { kind: 'ask', side: 'standby', sql: 'ALTER VIRTUAL CLUSTER <vc> START SERVICE SHARED' },
        ];
        await play('26.2', [...stop, ...moves], ({ world }) => {
          expect(world.writableHistory().some(({ side }) => side === 'standby')).toBe(true);
          expect(world.splitBrain()).toEqual([]);
        });
      }),
      { numRuns: 40 },
    );
  }, 180_000);

  it('keeps job ids growing and unique', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 30 }), async (moves) => {
        await play('26.2', moves, ({ world }) => {
          for (const side of ['primary', 'standby'] as const) {
            const ids = world.jobs(side).map(({ id }) => BigInt(id));
            expect(ids.length).toBeGreaterThan(0);
            expect([...ids].sort((a, b) => (a < b ? -1 : 1))).toEqual(ids);
            expect(new Set(ids).size).toBe(ids.length);
          }
        });
      }),
      { numRuns: 20 },
    );
  }, 180_000);
});
