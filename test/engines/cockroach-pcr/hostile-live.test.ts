import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { aSetup, pcrLinkId as link, openPcr } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, planOn, through } from '../../conformance/drive.ts';
import { quotedIn, skeletonOf } from '../../support/hostile.ts';

/** Ids of jobs and times differ from run to run; names have no say in them. */
const shapeOf = (statement: string): string => skeletonOf(statement).replace(/\d+/g, '0');

type Options = NonNullable<Parameters<typeof openPcr>[1]>;

async function seenIn(version: SimVersion, operation: Operation, name: string, options: Options) {
  const both = { primary: name, standby: name };
  const users = [{ name: 'ops', password: 'ops-secret', admin: true }] as const;
  const bed = await openPcr(version, { virtualCluster: name, externalConnections: both, users, ...options }, undefined, (world) => ({
    streams: both,
    setup: { ...aSetup(world), user: { ...aSetup(world).user, name: `u_${name}` } },
  }));
  try {
    const engine = bed.engine();
    await engine.preflight(operation, bed.link, anIo({ tag: 'replops/read' }));
    const plan = await planOn(bed, operation);
    await through(bed, plan, async (step) => void (await carryOut(bed, step, () => engine)));
    return bed.world.statements().filter(({ tag }) => tag.startsWith('replops/'));
  } finally {
    await bed.close();
  }
}

const ops = { name: 'ops', password: 'ops-secret', admin: true } as const;

async function everythingSeen(version: SimVersion, name: string) {
  const grants = [version === '26.2' ? 'REPLICATIONSOURCE' : 'REPLICATION'];
  const users = [ops, { name: 'repl', password: 'repl-secret', grants, in: 'system' }] as const;
  return [
    ...(await seenIn(version, { kind: 'switchover', link, maxWriteStopMs: 60_000 }, name, { users })),
    ...(await seenIn(version, { kind: 'verify', link }, name, { users })),
    ...(await seenIn(version, { kind: 'teardown', link }, name, { users })),
    ...(await seenIn(version, { kind: 'setup', link }, name, { start: 'none', externalConnections: {} })),
  ];
}

type Seen = ReturnType<typeof everythingSeen>;
const plainSeen = new Map<SimVersion, Seen>();
function plainOn(version: SimVersion): Seen {
  const seen = plainSeen.get(version) ?? everythingSeen(version, 'plain');
  plainSeen.set(version, seen);
  return seen;
}

/** All that CockroachDB lets a virtual cluster be called and that means something else elsewhere. */
const names = ['a--b', 'select', '0-0', 'null'];

/** One that asks in other words. */
const rows: readonly (readonly [SimVersion, string])[] = [
  ...names.map((name) => ['26.2', name] as const),
  ['24.3', 'a--b'],
  ['24.3', 'select'],
];

describe('names in everything that is sent', { timeout: 180_000 }, () => {
  it.each(rows)('stay within their quotes over the wire, on %s: %s', async (version, name) => {
    const shapes = new Set((await plainOn(version)).map(({ statement }) => shapeOf(statement)));
    const seen = await everythingSeen(version, name);
    expect(seen.filter(({ statement }) => !shapes.has(shapeOf(statement))).map(({ statement }) => statement)).toEqual([]);
    // What is being dropped has lost its name (42704) a moment before its row is gone.
    const refused = seen.filter(({ sqlState }) => sqlState !== null && sqlState !== '42704');
    expect(refused.map(({ statement, sqlState }) => [statement, sqlState])).toEqual([]);
    expect(shapes.size).toBeGreaterThan(20);
    expect(seen.filter(({ statement }) => quotedIn(statement).includes(name)).length).toBeGreaterThan(10);
  });
});
