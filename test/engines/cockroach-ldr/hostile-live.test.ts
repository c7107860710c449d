import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { LdrSettings } from '../../../src/engines/cockroach-ldr/config.ts';
import type { LdrWorldOptions } from '../../../src/sim/cockroach/ldr/ldr-world.ts';
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

/** Ids of queues, jobs and times, which differ from run to run, stand outside quotes or in them; names have no say in either. */
const shapeOf = (statement: string): string => skeletonOf(statement).replace(/\d+/g, '0');

async function seenIn(
  operation: Operation,
  name: string,
  options: Partial<LdrWorldOptions>,
  prepare?: (bed: LdrBed['world']) => Promise<void>,
) {
  const bed = await openLdr('26.2', {
    world: { ...worldOf(name), ...options },
    settings: () => tablesOf(name),
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

async function everythingSeen(name: string) {
  const admin = { users: [{ name: 'ops', password: streamPassword, admin: true }] } as const;
  return [
    ...(await seenIn({ kind: 'verify', link }, name, {})),
    ...(await seenIn({ kind: 'pause', link }, name, {}, deadLetters(name))),
    ...(await seenIn({ kind: 'setup', link }, name, { ...admin, start: 'none' })),
  ];
}

const plain = everythingSeen('plain');

/** No dots: the simulator's own tables are named with dots between the parts. */
const names = [`a"b'c`, `"; DROP TABLE t; --`, `' OR 1=1; /* */`, 'a\nb\t', '日本 👩‍🚀', '\\ $1 %_ SELECT', `external://'x'`];

describe('names in everything that is sent', { timeout: 180_000 }, () => {
  it.each(names)('stay within their quotes over the wire: %j', async (name) => {
    const shapes = new Set((await plain).map(({ statement }) => shapeOf(statement)));
    const seen = await everythingSeen(name);
    expect(seen.filter(({ statement }) => !shapes.has(shapeOf(statement))).map(({ statement }) => statement)).toEqual([]);
    expect(seen.filter(({ outcome }) => outcome !== 'answered').map(({ statement, sqlState }) => [statement, sqlState])).toEqual([]);
    expect(shapes.size).toBeGreaterThan(25);
    expect(seen.filter(({ statement }) => quotedIn(statement).includes(name)).length).toBeGreaterThan(25);
  });
});
