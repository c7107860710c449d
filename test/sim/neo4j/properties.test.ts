import fc from 'fast-check';
import neo4j from 'neo4j-driver';
import { describe, expect, it } from 'vitest';
import type { GraphWorld } from '../../../src/sim/neo4j/contract.ts';
import { parse } from '../../../src/sim/neo4j/grammar/parse.ts';
import { GraphError } from '../../../src/sim/neo4j/graph-error.ts';
import { startGraphWorld } from '../../../src/sim/neo4j/graph-world.ts';
import { tinyPace } from '../../../src/sim/neo4j/pace.ts';
import { type Cell, MalformedMessage, packStructure, unpackStructure } from '../../../src/sim/neo4j/wire/packstream.ts';
import { generalVersion, previewVersion, stillClock } from './bed.ts';

const { cell } = fc.letrec<{ cell: Cell }>((tie) => ({
  cell: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.array(tie('cell'), { maxLength: 20 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('cell'),
      { maxKeys: 20, noNullPrototype: true },
    ),
  ),
}));

describe('PackStream', () => {
  it('reads back what it has written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 127 }), fc.array(cell, { maxLength: 15 }), (signature, fields) => {
        expect(unpackStructure(packStructure({ signature, fields }))).toEqual({ signature, fields });
      }),
    );
  });

  it('refuses whatever is no message, and crashes on nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          unpackStructure(Buffer.from(bytes));
        } catch (cause) {
          expect(cause).toBeInstanceOf(MalformedMessage);
        }
      }),
    );
  });
});

describe('the grammar', () => {
  it('takes any text in back-ticks as one name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(parse(`DROP DATABASE \`${name.replaceAll('`', '``')}\``).statement).toMatchObject({
          kind: 'drop-database',
          name: { kind: 'value', value: name },
        });
      }),
    );
  });

  it('refuses everything else as a syntax error', () => {
    const word = fc.constantFrom('SHOW', 'DATABASE', 'CREATE', '`', "'", '{', '$a', 'YIELD', 'WHERE', 'CALL', '(', ')', '7', 'orders', ';');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          try {
            expect(parse(text).text).toBe(text);
          } catch (cause) {
            expect(cause).toBeInstanceOf(GraphError);
            expect(cause).toMatchObject({ gqlStatus: '42001' });
          }
        },
      ),
    );
  });
});

type Side = 'primary' | 'standby';
type Move =
  | { readonly kind: 'ask'; readonly side: Side; readonly cypher: string }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'link'; readonly up: boolean };

const fence = 'ALTER DATABASE orders SET ACCESS READ ONLY';
const texts = [
  fence,
  'ALTER DATABASE orders SET ACCESS READ WRITE',
  'ALTER DATABASE orders SET TOPOLOGY 2 PRIMARIES',
  'STOP DATABASE orders',
  'START DATABASE orders',
  'DROP DATABASE orders IF EXISTS CASCADE ALIASES',
  'CREATE ALIAS shop IF NOT EXISTS FOR DATABASE orders',
  'CREATE DATABASE orders IF NOT EXISTS',
  'SHOW DATABASES YIELD *',
  `CALL internal.dbms.promoteReplicaDatabase('orders')`,
  `CALL internal.dbms.promoteReplicaDatabaseWithTopology('orders', 2, 1)`,
  `CALL dbms.promoteReplicaDatabase('orders', {})`,
  `CALL internal.dbms.createReplicaDatabase('orders', 2, 0, {remote: 'orders', addresses: <other>})`,
  `CREATE REPLICA DATABASE orders TOPOLOGY 2 PRIMARIES OPTIONS {replicaConfig: {remote: 'orders', addresses: <other>}}`,
];
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      side: fc.constantFrom<Side>('primary', 'standby'),
      cypher: fc.constantFrom(...texts),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 10, 60, 500, 90_000_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('link' as const), up: fc.boolean() }) },
);

interface Trace {
  readonly world: GraphWorld;
  readonly accepted: number;
  readonly codes: readonly string[];
}

async function play(version: string, moves: readonly Move[], check: (trace: Trace) => void): Promise<void> {
  const world = await startGraphWorld({ version, clock: stillClock, pace: tinyPace });
  const driverOf = (side: Side) =>
    neo4j.driver(`bolt://127.0.0.1:${world[side].servers[0]?.port}`, neo4j.auth.basic(world[side].user, world[side].password));
  const drivers = { primary: driverOf('primary'), standby: driverOf('standby') };
  const codes: string[] = [];
  let accepted = 0;
  const ask = async (side: Side, cypher: string): Promise<void> => {
    const other = world[side === 'primary' ? 'standby' : 'primary'].servers.map(({ replication }) => `'${replication}'`);
    const session = drivers[side].session({ database: 'system' });
    await session.run(cypher.replace('<other>', `[${other.join(', ')}]`)).then(
      () => {
        accepted += 1;
      },
      (cause: unknown) => void codes.push(String(Reflect.get(Object(cause), 'code'))),
    );
    await session.close();
  };
  try {
    for (const step of moves) {
      if (step.kind === 'advance') world.control().advance(step.ms);
      else if (step.kind === 'link') world.faults.link(step.up ? 'up' : 'down');
      else await ask(step.side, step.cypher);
    }
    check({ world, accepted, codes });
  } finally {
    await Promise.all(Object.values(drivers).map((driver) => driver.close()));
    await world.close();
  }
}

describe('any sequence of statements, time and link failures', () => {
  it('never crashes a server, makes a replica writable, or elects two writers', async () => {
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(previewVersion, generalVersion),
        fc.array(move, { minLength: 5, maxLength: 30 }),
        async (version, moves) => {
          await play(version, moves, ({ world, accepted, codes }) => {
            ran += accepted;
            expect(codes.filter((code) => !code.startsWith('Neo.ClientError.'))).toEqual([]);
            expect(world.statements().every(({ outcome }) => outcome !== 'open')).toBe(true);
            for (const side of ['primary', 'standby'] as const) {
              const database = world.database(side);
              expect(database?.copies.filter(({ writer }) => writer).length ?? 0).toBeLessThanOrEqual(1);
              if (database?.type === 'replica') expect(database.writable).toBe(false);
            }
          });
        },
      ),
      { numRuns: 40 },
    );
    expect(ran).toBeGreaterThan(40);
  }, 180_000);

  it('makes both sides writable only after a promotion', async () => {
    let promotions = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 30 }), async (moves) => {
        await play(previewVersion, moves, ({ world }) => {
          const promoted = world.effects().some(({ kind }) => kind.includes('promote'));
          if (promoted) promotions += 1;
          if (world.splitBrain().length > 0) expect(promoted).toBe(true);
          expect(world.lost() !== null).toBe(promoted);
        });
      }),
      { numRuns: 40 },
    );
    expect(promotions).toBeGreaterThan(0);
  }, 180_000);

  it('does not split when the primary was fenced first and stays so', async () => {
    const polite = move.filter((step) => step.kind !== 'ask' || step.side === 'standby' || /SHOW|STOP|READ ONLY/.test(step.cypher));
    await fc.assert(
      fc.asyncProperty(fc.array(polite, { maxLength: 20 }), async (moves) => {
        const first: Move[] = [
          { kind: 'ask', side: 'primary', cypher: fence },
          { kind: 'advance', ms: 100 },
          { kind: 'ask', side: 'standby', cypher: `CALL internal.dbms.promoteReplicaDatabase('orders')` },
          { kind: 'advance', ms: 100 },
        ];
        await play(previewVersion, [...first, ...moves], ({ world }) => {
          expect(world.writableHistory().some(({ side }) => side === 'standby')).toBe(true);
          expect(world.splitBrain()).toEqual([]);
          expect(world.lost()?.transactions).toBe(0);
        });
      }),
      { numRuns: 30 },
    );
  }, 180_000);
});
