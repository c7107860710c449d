import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalCheck, verdictOn, verdictOnWrite } from '../../../src/engines/tigergraph-crr/preflights/refusal.ts';
import { newSideMemory } from '../../../src/engines/tigergraph-crr/reads/memory.ts';
import { readSide } from '../../../src/engines/tigergraph-crr/reads/side.ts';
import type { SimSide, TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { aWorld } from '../../sim/tigergraph/bed.ts';
import { anIo, linkTo } from './live-bed.ts';

async function checkOn(world: TigerWorld, side: SimSide, graphs: readonly string[] = []) {
  const cluster = linkTo(world).settings[side];
  const read = await readSide(connectShell, cluster, newSideMemory(), anIo());
  if (read.kind !== 'read') throw new TypeError(`the ${side} is ${read.kind}`);
  const before = world.effects().length;
  const check = await refusalCheck(connectShell, { side, cluster, read }, graphs, anIo());
  expect(world.effects().length).toBe(before);
  return check;
}

describe('whether a standby refuses changes', () => {
  it.each(['3.9.1', '4.1.4'])('is tried for every kind of change, in a graph that it lists, on %s', async (version) => {
    const world = await aWorld({ version });
    const check = await checkOn(world, 'standby');
    expect(check).toMatchObject({ name: 'tiger-west: refuses changes', outcome: 'passed' });
    expect(check.seen).toMatch(
      /^tiger-west refuses changes of schema, changes of users, changes of queries, changes of loading jobs and writes: /,
    );
  });

  it('fails when a write is taken, and tells nothing for certain of what GSQL looks for first', async () => {
    const check = await checkOn(await aWorld(), 'primary', ['orders']);
    expect(check.outcome).toBe('failed');
    expect(check.seen).toMatch(/^tiger-east took writes, although it is set to follow/);
  });

  it('is not told while RESTPP is down, or where no graph is known', async () => {
    const world = await aWorld();
    world.faults.service('standby', 'RESTPP', 'down');
    const check = await checkOn(world, 'standby');
    expect(check.outcome).toBe('warned');
    expect(check.seen).toMatch(
      /^tiger-west refuses changes of schema, .* Whether tiger-west refuses writes could not be tried: RESTPP gave no answer\.$/,
    );
  });
});

describe('an answer to a try', () => {
  it.each([
    [0, 'Successfully dropped vertex types: [x].', 'taken'],
    [212, 'Semantic Check Fails: this operation is not allowed on a disaster recovery cluster.', 'refused'],
    [212, "Semantic Check Fails: The query x doesn't exist!", 'unsure'],
    [0, 'The vertex type x does not exist.', 'unsure'],
    [41, 'Authentication failed.', 'unsure'],
    [202, 'Connection refused.', 'unsure'],
    [null, 'the connection broke', 'unsure'],
  ] as const)('of GSQL: %s, %s', (exitCode, text, kind) => expect(verdictOn({ exitCode, text }).kind).toBe(kind));

  it.each([
    ['{"error":false,"message":"","results":[{"accepted_vertices":0}]}\n200', 'taken'],
    ['{"version":{"api":"v2"},"error":true,"message":"Updates are not allowed.","code":"REST-1"}\n200', 'refused'],
    ['{"error":"true","message":"read only"}\n403', 'unsure'],
    ['{"error":true,"message":"Access Denied because the input token is empty","code":"REST-10018"}\n200', 'unsure'],
    ['{"error":true,"message":"Graph g does not exist."}\n404', 'unsure'],
    ['<html>502 Bad Gateway</html>\n502', 'unsure'],
    ['\n000', 'unsure'],
    ['', 'unsure'],
  ] as const)('of RESTPP: %s', (text, kind) => expect(verdictOnWrite(text).kind).toBe(kind));

  it('is a refusal or a write only where the answer says so', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { kind } = verdictOnWrite(text);
        if (kind !== 'unsure') expect(text).toContain('"error"');
      }),
      { numRuns: 300 },
    );
  });
});
