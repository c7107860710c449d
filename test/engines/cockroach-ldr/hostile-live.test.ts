import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { LdrSettings } from '../../../src/engines/cockroach-ldr/config.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import type { LdrWorldOptions } from '../../../src/sim/cockroach/ldr/ldr-world.ts';
import { quoteIdentifier } from '../../../src/transports/sql-quoting.ts';
import { type LdrBed, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, planOn, through } from '../../conformance/drive.ts';
import { quotedIn, skeletonOf } from '../../support/hostile.ts';
import { until } from '../../support/until.ts';

const tablesOf = (name: string): Pick<LdrSettings, 'tables'> => ({
  tables: [name, `${name}2`].map((table) => {
    const same = { database: name, schema: name, table };
    return { primary: same, standby: same };
  }),
});

const worldOf = (name: string): Partial<LdrWorldOptions> => ({
  tables: [name, `${name}2`].map((table) => ({ name: `${name}.${name}.${table}` })),
});

/** Functions that decide about the conflicts of both tables. */
const decidersOf = (name: string): Pick<LdrWorldOptions, 'functions'> => ({
  functions: [name, `${name}2`].map((table) => ({
    name: `${name}.${name}.${table}`,
    overloads: [{ arguments: ['text', ...[1, 2, 3].map(() => quoteIdentifier(table)), 'numeric', 'numeric', 'numeric'], returns: 'text' }],
  })),
});

const decidedBy = (name: string): Pick<LdrSettings, 'options'> => {
  const called = (table: string) => ({ database: name, schema: name, table });
  const [first, second] = [called(name), called(`${name}2`)];
  return {
    options: {
      mode: 'validated',
      discardTtlDeletes: false,
      label: null,
      skipSchemaCheck: false,
      defaultFunction: { primary: first, standby: first },
      functions: [{ pair: 1, function: { primary: second, standby: second } }],
    },
  };
};

/** Ids of queues, jobs and times, which differ from run to run, stand outside quotes or in them; names have no say in either. */
const shapeOf = (statement: string): string => skeletonOf(statement).replace(/\d+/g, '0');

interface Scene {
  readonly world?: Partial<LdrWorldOptions>;
  readonly settings?: Partial<LdrSettings>;
  readonly prepare?: (bed: LdrBed['world']) => Promise<void>;
}

async function seenIn(version: SimVersion, operation: Operation, name: string, { world, settings, prepare }: Scene = {}) {
  const bed = await openLdr(version, {
    world: { ...worldOf(name), ...world },
    settings: () => ({ ...tablesOf(name), ...settings }),
    ...(prepare === undefined ? {} : { prepare }),
  });
  try {
    const engine = bed.engine();
    const io = anIo({ tag: 'replops/read' });
    for (const kind of ['setup', 'verify', 'pause'] as const) await engine.preflight({ kind, link }, bed.link, io);
    await engine.inspections.dlq?.look(bed.link, io);
    const plan = await planOn(bed, operation);
    await through(bed, plan, async (step) => void (await carryOut(bed, step, () => engine)));
    return bed.world.statements().filter(({ tag }) => tag.startsWith('replops/'));
  } finally {
    await bed.close();
  }
}

/** Some rows could not be applied, so that there is a queue with the name of the table in its own. */
const deadLetters = (name: string) => async (world: LdrBed['world']) => {
  world.ldr.conflict('standby', `${name}.${name}.${name}`, 2);
  world.control().advance(61_000);
  await until(() => world.tables('standby').some(({ dlq }) => dlq > 0), 'rows are in the queue');
};

async function everythingSeen(version: SimVersion, name: string) {
  const admin = { users: [{ name: 'ops', password: streamPassword, admin: true }], start: 'none' } as const;
  const setup = { kind: 'setup', link } as const;
  return [
    ...(await seenIn(version, { kind: 'verify', link }, name)),
    ...(await seenIn(version, { kind: 'pause', link }, name, { prepare: deadLetters(name) })),
    ...(await seenIn(version, setup, name, { world: { ...admin, ...decidersOf(name) }, settings: decidedBy(name) })),
  ];
}

type Seen = ReturnType<typeof everythingSeen>;
const plainSeen = new Map<SimVersion, Seen>();
function plainOn(version: SimVersion): Seen {
  const seen = plainSeen.get(version) ?? everythingSeen(version, 'plain');
  plainSeen.set(version, seen);
  return seen;
}

/** No dots: the simulator's own tables are named with dots between the parts. */
const names = [`a"b'c`, `"; DROP TABLE t; --`, `' OR 1=1; /* */`, 'a\nb\t', '日本 👩‍🚀', '\\ $1 %_ SELECT', `external://'x'`];

/** The oldest that has it asks in words of its own. */
const rows: readonly (readonly [SimVersion, string])[] = [
  ...names.map((name) => ['26.2', name] as const),
  ['24.3', `"; DROP TABLE t; --`],
  ['24.3', `\\ $1 %_ SELECT\n' OR 1=1; /* */`],
];

describe('names in everything that is sent', { timeout: 180_000 }, () => {
  it.each(rows)('stay within their quotes over the wire, on %s: %j', async (version, name) => {
    const shapes = new Set((await plainOn(version)).map(({ statement }) => shapeOf(statement)));
    const seen = await everythingSeen(version, name);
    expect(seen.filter(({ statement }) => !shapes.has(shapeOf(statement))).map(({ statement }) => statement)).toEqual([]);
    expect(seen.filter(({ outcome }) => outcome !== 'answered').map(({ statement, sqlState }) => [statement, sqlState])).toEqual([]);
    expect(shapes.size).toBeGreaterThan(25);
    const quoted = seen.map(({ statement }) => quotedIn(statement));
    expect(quoted.filter((texts) => texts.includes(name)).length).toBeGreaterThan(25);
    const both = [name, `${name}2`].map((table) => [name, name, table].map(quoteIdentifier).join('.'));
    expect(quoted.flat()).toContain(both[0]);
    expect(seen.some(({ statement }) => statement.includes(`, FUNCTION ${both[1]} FOR TABLE ${both[1]}`))).toBe(true);
    for (const start of ['SET database = ', 'SELECT function_name']) {
      expect(seen.some(({ statement }) => statement.startsWith(start) && quotedIn(statement).includes(name))).toBe(true);
    }
  });
});
