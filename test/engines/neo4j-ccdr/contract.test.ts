import { afterAll, describe, expect, it } from 'vitest';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { CcdrCluster, CcdrLink } from '../../../src/engines/neo4j-ccdr/config.ts';
import { createNeo4jCcdr } from '../../../src/engines/neo4j-ccdr/index.ts';
import { readSide } from '../../../src/engines/neo4j-ccdr/read-side.ts';
import type { Edition, GraphWorld } from '../../../src/sim/neo4j/contract.ts';
import { startGraphWorld } from '../../../src/sim/neo4j/graph-world.ts';
import { tinyPace } from '../../../src/sim/neo4j/pace.ts';
import { connectBolt } from '../../../src/transports/bolt.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { io, linkTo } from './live.ts';

/** A real server: `bolt://user:password@host:port`, plain. It is only read. */
const given = process.env['NEO4J_TEST_URL'];
if (given === undefined) {
  process.stderr.write('NEO4J_TEST_URL is not set, so what the engine asks of Neo4j is held against the simulated servers only.\n');
}

const worlds: GraphWorld[] = [];
afterAll(async () => {
  for (const world of worlds) await world.close();
});

const simulated = (edition: Edition) => async (): Promise<CcdrLink> => {
  const world = await startGraphWorld({ version: '2026.08.0', pace: tinyPace, start: 'none', edition: { standby: edition } });
  worlds.push(world);
  return linkTo(world);
};

/** The real server stands where the replica would be. */
const real = (url: URL) => async (): Promise<CcdrLink> => {
  const link = await simulated('enterprise')();
  const standby: CcdrCluster = {
    ...link.settings.standby,
    cluster: 'real',
    bolt: [{ host: url.hostname, port: Number(url.port === '' ? 7687 : url.port) }],
    user: decodeURIComponent(url.username),
    password: new Secret(decodeURIComponent(url.password)),
  };
  return { ...link, settings: { ...link.settings, standby } };
};

const servers: readonly (readonly [string, () => Promise<CcdrLink>])[] = [
  ['a simulated Enterprise Edition', simulated('enterprise')],
  ['a simulated Community Edition', simulated('community')],
  ...(given === undefined ? [] : [['the real server', real(new URL(given))] as const]),
];

describe.each(servers)('%s', { timeout: 180_000 }, (_, open) => {
  const engine = createNeo4jCcdr({ connect: connectBolt, shell: connectShell });

  it('lets the engine in, and tells its version, its edition and its databases', async () => {
    const { settings } = await open();
    const side = await readSide(connectBolt, settings.standby, io({ timeoutMs: 20_000 }));
    if (side.kind !== 'read') throw new TypeError(side.why);
    expect(side.release.year).toBeGreaterThanOrEqual(4);
    expect(['enterprise', 'community']).toContain(side.edition);
    if (side.edition === 'community') return expect([side.surface, side.servers]).toEqual(['none', []]);
    expect(side.servers.length).toBeGreaterThan(0);
    expect(side.names.map(({ name }) => name)).toContain('system');
  });

  it('keeps out a wrong password, in words without it', async () => {
    const { settings } = await open();
    const side = await readSide(connectBolt, { ...settings.standby, password: new Secret('certainly-wrong') }, io({ timeoutMs: 20_000 }));
    expect(side).toMatchObject({ kind: 'locked', why: expect.stringMatching(/Security\./) });
    expect(JSON.stringify(side)).not.toContain('certainly-wrong');
  });

  it('is checked and planned for by what it is: replicas need the Enterprise Edition', async () => {
    const link = await open();
    const operation = { kind: 'setup', link: link.id } as const;
    const { cluster } = link.settings.standby;
    const side = await readSide(connectBolt, link.settings.standby, io({ timeoutMs: 20_000 }));
    const edition = side.kind === 'read' ? side.edition : '';
    const checks = await engine.preflight(operation, link, io({ timeoutMs: 20_000 }));
    expect(checks.find(({ name }) => name === `${cluster}: edition`)?.outcome).toBe(edition === 'enterprise' ? 'passed' : 'failed');
    const plan = engine.plan(operation, link, await engine.observe(link, io({ timeoutMs: 20_000 })));
    if (edition === 'community') expect(isRefusal(plan) && `${plan.sentence} ${plan.next}`).toMatch(/has no replicas.*Enterprise/s);
    else if (cluster !== 'real') expect(isRefusal(plan)).toBe(false);
  });
});
