import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { aSetup, pcrLinkId as link, openPcr } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, planOn, through } from '../../conformance/drive.ts';
import { quotedIn, skeletonOf } from '../../support/hostile.ts';

/** Ids of jobs and times differ from run to run; names have no say in them. */
const shapeOf = (statement: string): string => skeletonOf(statement).replace(/\d+/g, '0');

type Options = NonNullable<Parameters<typeof openPcr>[1]>;

async function seenIn(operation: Operation, name: string, options: Options) {
  const both = { primary: name, standby: name };
  const users = [{ name: 'ops', password: 'ops-secret', admin: true }] as const;
  const bed = await openPcr('26.2', { virtualCluster: name, externalConnections: both, users, ...options }, undefined, (world) => ({
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

const repl = { name: 'repl', password: 'repl-secret', grants: ['REPLICATIONSOURCE'], in: 'system' } as const;
const ops = { name: 'ops', password: 'ops-secret', admin: true } as const;

async function everythingSeen(name: string) {
  const users = [ops, repl];
  return [
    ...(await seenIn({ kind: 'switchover', link, maxWriteStopMs: 60_000 }, name, { users })),
    ...(await seenIn({ kind: 'verify', link }, name, { users })),
    ...(await seenIn({ kind: 'teardown', link }, name, { users })),
    ...(await seenIn({ kind: 'setup', link }, name, { start: 'none', externalConnections: {} })),
  ];
}

const plain = everythingSeen('plain');

/** All that CockroachDB lets a virtual cluster be called and that means something else elsewhere. */
const names = ['a--b', 'select', '0-0', 'null'];

describe('names in everything that is sent', { timeout: 180_000 }, () => {
  it.each(names)('stay within their quotes over the wire: %s', async (name) => {
    const shapes = new Set((await plain).map(({ statement }) => shapeOf(statement)));
    const seen = await everythingSeen(name);
    expect(seen.filter(({ statement }) => !shapes.has(shapeOf(statement))).map(({ statement }) => statement)).toEqual([]);
    // What is being dropped has lost its name (42704) a moment before its row is gone.
    const refused = seen.filter(({ sqlState }) => sqlState !== null && sqlState !== '42704');
    expect(refused.map(({ statement, sqlState }) => [statement, sqlState])).toEqual([]);
    expect(shapes.size).toBeGreaterThan(20);
    expect(seen.filter(({ statement }) => quotedIn(statement).includes(name)).length).toBeGreaterThan(10);
  });
});
