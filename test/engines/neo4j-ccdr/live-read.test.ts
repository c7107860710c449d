import { afterEach, describe, expect, it } from 'vitest';
import { asRunId } from '../../../src/domain/ids.ts';
import type { Sample } from '../../../src/domain/observation.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { createNeo4jCcdr } from '../../../src/engines/neo4j-ccdr/index.ts';
import { withLeader } from '../../../src/engines/neo4j-ccdr/session.ts';
import type { GraphWorld, GraphWorldOptions } from '../../../src/sim/neo4j/contract.ts';
import { startGraphWorld } from '../../../src/sim/neo4j/graph-world.ts';
import { tinyPace } from '../../../src/sim/neo4j/pace.ts';
import { connectBolt } from '../../../src/transports/bolt.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { until } from '../../support/until.ts';
import { aReading, io, linkTo, seenBy } from './live.ts';

const worlds: GraphWorld[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

async function open(options: Partial<GraphWorldOptions> = {}): Promise<GraphWorld> {
  const world = await startGraphWorld({ version: '2026.07.1', pace: tinyPace, replica: 'orders-replica', ...options });
  worlds.push(world);
  return world;
}

describe('observing two clusters', { timeout: 180_000 }, () => {
  it.each([
    ['2026.03.0', 'preview', false],
    ['2026.07.1', 'preview', false],
    ['2026.08.0', 'ga', true],
  ] as const)('of %s tells roles, copies, routing and lag, and changes nothing', async (version, surface, tellsSource) => {
    const world = await open({ version });
    const { observation, detail } = await seenBy(aReading(), linkTo(world));
    expect(observation).toMatchObject({
      health: 'healthy',
      primary: { cluster: 'graph-east', reachable: true, version, role: 'primary', writable: 'yes', problem: null },
      standby: { cluster: 'graph-west', reachable: true, version, role: 'standby', writable: 'no', problem: null },
      lag: { kind: 'transactions' },
    });
    const { primary, standby } = detail;
    if (primary.kind !== 'read' || standby.kind !== 'read') throw new TypeError('a side was not read');
    expect([primary.by, standby.by, primary.surface, standby.edition]).toEqual(['leader', 'leader', surface, 'enterprise']);
    expect(standby.database?.copies.length).toBe(3);
    expect(
      standby.database?.copies.every(({ type, writer, lastTxn }) => type === 'replica' && !writer && /^\d+$/.test(lastTxn ?? '')),
    ).toBe(true);
    expect(standby.routing?.writers).toEqual([]);
    expect(primary.routing?.writers.length).toBe(1);
    expect(standby.database?.follows !== null).toBe(tellsSource);
    expect(world.effects().filter(({ tag }) => tag.startsWith('replops/'))).toEqual([]);
  });

  it('verifies TLS', async () => {
    const world = await open({ tls: true });
    const link = linkTo(world);
    expect((await seenBy(aReading(), link)).observation.health).toBe('healthy');
    const doubting = {
      ...link,
      settings: { ...link.settings, standby: { ...link.settings.standby, tls: { kind: 'verify', ca: null } as const } },
    };
    const { observation, detail } = await seenBy(aReading(), doubting);
    expect(detail.standby.kind).toBe('locked');
    expect(observation.standby.problem).toContain('could not prove who it is');
  });

  it.each([
    ['dead', 'gone', 'primary'],
    ['silent', 'silent', 'primary'],
    ['dead', 'gone', 'standby'],
  ] as const)('tells a %s side as %s (%s), within its time', async (outage, kind, side) => {
    const world = await open();
    await world.faults.down(side, outage);
    const { observation, detail } = await seenBy(aReading(), linkTo(world), { timeoutMs: 6_000 });
    expect(detail[side].kind).toBe(kind);
    expect(observation.health).toBe('broken');
    expect(observation[side]).toMatchObject({ reachable: false, role: 'unknown', writable: 'unknown' });
  });

  it('tells a wrong password without showing it', async () => {
    const world = await open();
    const link = linkTo(world);
    const settings = { ...link.settings, standby: { ...link.settings.standby, password: new Secret('hunter2-secret') } };
    const { observation, detail } = await seenBy(aReading(), { ...link, settings });
    expect(detail.standby.kind).toBe('locked');
    expect(JSON.stringify(observation)).not.toContain('hunter2-secret');
  });

  it('tells a cluster of the community edition', async () => {
    const world = await open({ edition: { standby: 'community' }, start: 'none' });
    const { observation } = await seenBy(aReading(), linkTo(world));
    expect(observation.standby.problem).toContain('community edition, which has no replicas');
  });

  it('asks any member when no leader can be found', async () => {
    const world = await open();
    const [first, second] = world.standby.servers;
    await world.faults.serverDown('standby', first?.name ?? '');
    await world.faults.serverDown('standby', second?.name ?? '');
    const { detail, observation } = await seenBy(aReading(), linkTo(world), { timeoutMs: 8_000 });
    expect(detail.standby).toMatchObject({ kind: 'read', by: 'member' });
    expect(observation.health).toBe('degraded');
    expect(observation.headline).toMatch(/not heard from/);
  });

  it('names a broken store', async () => {
    const world = await open();
    world.faults.dirty('standby', world.standby.servers[1]?.name ?? '', 'orders-replica', true);
    const { observation } = await seenBy(aReading(), linkTo(world));
    expect(observation.health).toBe('degraded');
    expect(observation.headline).toContain('its store is broken');
  });

  it('tells a replica in the making, and none', async () => {
    const making = await open({ start: 'creating', pace: { ...tinyPace, storeCopyMs: 60_000 } });
    expect((await seenBy(aReading(), linkTo(making))).observation.headline).toContain('is being created');
    const none = await open({ start: 'none' });
    const { observation } = await seenBy(aReading(), linkTo(none));
    expect(observation.headline).toBe('Replication is not set up yet: graph-east takes the writes, and graph-west has no orders-replica.');
    expect(observation.standby.problem).toContain('graph-west has no database orders-replica');
  });

  it('tells a fenced old primary after a promotion, and split brain when somebody opens it', async () => {
    const world = await open({ start: 'promoted' });
    const link = linkTo(world);
    const fenced = (await seenBy(aReading(), link)).observation;
    expect(fenced.headline).toBe('graph-west takes the writes and nothing follows it: on graph-east, it is read-only.');
    expect([fenced.primary.writable, fenced.standby.role]).toEqual(['no', 'primary']);
    await withLeader(connectBolt, link.settings.primary, io({ tag: 'somebody' }), (session) =>
      session.change('ALTER DATABASE `orders` SET ACCESS READ WRITE'),
    );
    await until(async () => (await seenBy(aReading(), link)).observation.health === 'danger', 'both sides take writes');
    expect((await seenBy(aReading(), link)).observation.headline).toContain(
      'Split brain: applications can write to orders on graph-east and to orders-replica on graph-west',
    );
  });

  it('tells lag in time from what any bot has seen, and what is lost when the source dies', async () => {
    const world = await open({ writesPerSecond: 200 });
    const link = linkTo(world);
    const samples: Sample[] = [];
    // Every look is by a bot that has just started; what is kept is all that it knows.
    const look = async (timeoutMs = 5_000) => {
      const seen = await seenBy(aReading(), link, { timeoutMs, history: async () => samples });
      const { observedAt: at, health, headline, trail = null } = seen.observation;
      samples.push({ at, health, headline, trail });
      return seen;
    };
    expect((await look()).detail.past.words).not.toContain('up to');
    await until(async () => (await look()).detail.past.behindMs !== null, 'the replica has passed a look at the source');
    world.faults.link('down');
    await until(async () => {
      const { lag } = (await look()).observation;
      return lag.kind === 'transactions' && lag.transactions > 50 && (lag.atMostMs ?? 0) > 0;
    }, 'the replica falls behind');
    await world.faults.down('primary');
    const { detail, observation } = await look(8_000);
    expect(observation.trail).toBeUndefined();
    expect(Number(detail.past.atLeastLost?.transactions)).toBeGreaterThan(50);
    expect(detail.past.atLeastLost?.ms).toBeGreaterThan(0);
    expect(observation.headline).toContain('lacks at least');
    const plan = createNeo4jCcdr({ connect: connectBolt, shell: connectShell }).plan(
      { kind: 'failover', link: link.id, to: { kind: 'latest' } },
      link,
      observation,
    );
    expect(plan.kind === 'plan' && plan.predictedLoss.words).toMatch(
      /^At least \d+ transactions, writes of (less than|about) .* is lost too: writes of at most /,
    );
    expect((await seenBy(aReading(), link, { timeoutMs: 6_000 })).detail.past.atLeastLost).toBeNull();
  });

  it('ends with a fault only when its caller gives up', async () => {
    const world = await open();
    await expect(aReading().observe(linkTo(world), io({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('looks beside the state', { timeout: 180_000 }, () => {
  it('show the topology of both sides', async () => {
    const world = await open();
    const inspection = await aReading().inspections.topology?.look(linkTo(world), io());
    expect(inspection?.rows.length).toBe(6);
    expect(inspection?.headline).toContain('graph-west holds orders-replica (replica) on 3 of 3 servers');
    expect(inspection?.rows.filter((row) => row[3]?.includes('write')).length).toBe(1);
  });

  it('say so when neither side can be shown', async () => {
    const world = await open();
    await world.faults.down('primary');
    await world.faults.down('standby');
    await expect(aReading().inspections.topology?.look(linkTo(world), io({ timeoutMs: 6_000 }))).rejects.toMatchObject({
      code: 'connect-failed',
    });
  });
});

describe('preflight', { timeout: 180_000 }, () => {
  const setup = (world: GraphWorld) => ({ kind: 'setup', link: linkTo(world).id }) as const;
  const outcomes = async (world: GraphWorld, operation: Parameters<ReturnType<typeof aReading>['preflight']>[0]) => {
    const checks = await aReading().preflight(operation, linkTo(world), io());
    expect(checks.every((check) => (check.outcome === 'passed') === (check.next === null))).toBe(true);
    expect(checks.every(({ seen }) => /\.$/.test(seen))).toBe(true);
    return new Map(checks.map(({ name, outcome, seen }) => [name, `${outcome}: ${seen}`]));
  };

  it('passes what a setup needs on two fit clusters, and warns of what Bolt cannot show', async () => {
    const world = await open({ start: 'none', version: '2026.08.0' });
    const found = await outcomes(world, setup(world));
    for (const name of [
      'graph-east: reachable',
      'graph-west: edition',
      'graph-west: version',
      'graph-east: servers',
      'graph-east: system database',
      'graph-west: privileges',
      'graph-west: databases',
      'graph-east: clock',
      'versions of both sides',
      'graph-east: source',
      'graph-west: name',
      'graph-west: room',
      'graph-east: cluster addresses',
      'graph-east: encryption between servers',
    ]) {
      expect(found.get(name), name).toMatch(/^passed/);
    }
    expect(found.get('trust between the clusters')).toMatch(/^warned/);
    expect(found.get('network between the clusters')).toMatch(/^warned/);
    expect(world.effects().filter(({ tag }) => tag.startsWith('replops/'))).toEqual([]);
  });

  it.each([
    ['versions that differ before 2026.08', { version: { primary: '2026.07.0', standby: '2026.07.1' } }, 'versions of both sides'],
    ['a version without replicas', { version: '2026.02.0' }, 'versions of both sides'],
    ['a cluster that is too small', { servers: { primary: 3, standby: 2 } }, 'graph-west: room'],
    ['the community edition', { edition: { standby: 'community' } }, 'graph-west: edition'],
  ] as const)('fails on %s', async (_, options, name) => {
    const world = await open({ start: 'none', ...options });
    expect((await outcomes(world, setup(world))).get(name)).toMatch(/^failed/);
  });

  it('fails on a Bolt address in the place of a cluster port, and warns of one that the cluster does not know', async () => {
    const world = await open({ start: 'none' });
    const link = linkTo(world);
    const [server] = world.primary.servers;
    const found = async (replication: readonly string[]) => {
      const { primary } = link.settings;
      const settings = { ...link.settings, primary: { ...primary, replication } };
      const checks = await aReading().preflight(setup(world), { ...link, settings }, io());
      return checks.find(({ name }) => name === 'graph-east: cluster addresses');
    };
    const bolt = `${server?.host}:${server?.port}`;
    expect(await found([bolt])).toMatchObject({
      outcome: 'failed',
      seen: expect.stringContaining(`${bolt} of graph-east is a Bolt address`),
    });
    expect(await found(['elsewhere:6000'])).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining('no cluster port that graph-east tells'),
    });
    world.faults.add({
      match: /checkConnectivity/,
      act: { kind: 'refuse', code: 'Neo.ClientError.Security.Forbidden', gqlStatus: '42NFF', message: 'No.' },
    });
    expect(await found(link.settings.primary.replication)).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining('does not tell'),
    });
    expect(await found(link.settings.primary.replication)).toMatchObject({ outcome: 'passed' });
  });

  it('fails on a name that is taken, with what to do', async () => {
    const world = await open({ start: 'promoted' });
    const checks = await aReading().preflight(setup(world), linkTo(world), io());
    expect(checks.find(({ name }) => name === 'graph-east: name')).toMatchObject({
      outcome: 'failed',
      next: expect.stringContaining('/repl rebuild'),
    });
  });

  it('fails on a server that lets anybody copy the database', async () => {
    const world = await open({ start: 'none' });
    const server = world.primary.servers[1];
    world.faults.add({
      match: /ssl\.policy/,
      server: server?.name ?? '',
      act: {
        kind: 'rewrite',
        rewrite: ({ columns, rows }) => ({
          columns,
          rows: rows.map(([name, value]) => [name ?? null, value === 'true' ? 'false' : (value ?? null)]),
        }),
      },
    });
    const found = await outcomes(world, setup(world));
    expect(found.get('graph-east: encryption between servers')).toContain(`failed: 127.0.0.1:${server?.port} of graph-east accept`);
    expect(found.get('graph-west: encryption between servers')).toMatch(/^passed/);
  });

  it('warns of a primary that is gone before a failover, and fails before a switchover', async () => {
    const world = await open();
    await world.faults.down('primary');
    const link = linkTo(world).id;
    expect((await outcomes(world, { kind: 'failover', link, to: { kind: 'latest' } })).get('graph-east: reachable')).toMatch(/^warned/);
    expect((await outcomes(world, { kind: 'switchover', link, maxWriteStopMs: 60_000 })).get('graph-east: reachable')).toMatch(/^failed/);
  });
});

describe('eviction', { timeout: 180_000 }, () => {
  it('ends transactions of older owners of the run, and no others', async () => {
    const world = await open();
    const link = linkTo(world);
    world.faults.add({ match: /SHOW ALIASES/, times: 3, act: { kind: 'hang', ms: 60_000 } });
    const { cluster, bolt, user, password, tls } = link.settings.standby;
    const target = { cluster, addresses: bolt, user, password, tls, reach: 'cluster', database: 'system', access: 'write' } as const;
    const tags = ['replops/r-4k9zq0tm2x/16', 'replops/r-4k9zq0tm2x/18', 'replops/r-0000000000/3'];
    const sessions = await Promise.all(tags.map((tag) => connectBolt(target, { signal: io().signal, timeoutMs: 20_000, tag })));
    const ends = sessions.map((session) =>
      session.read('SHOW ALIASES FOR DATABASE YIELD name').then(
        () => 'answered',
        () => 'ended',
      ),
    );
    const open3 = () =>
      world.statements().filter(({ statement, outcome }) => statement.includes('SHOW ALIASES') && outcome === 'open').length === 3;
    await until(open3, 'three statements hang');
    const sentences = await aReading().evict(link, asRunId('r-4k9zq0tm2x'), 17, io({ tag: 'replops/r-4k9zq0tm2x/17' }));
    expect(sentences.length).toBe(1);
    expect(sentences[0]).toContain('replops/r-4k9zq0tm2x/16');
    expect(await ends[0]).toBe('ended');
    for (const session of sessions) session.close();
    await Promise.all(ends);
  });

  it('goes on when a side is gone, and stops when one that is there gives no answer', async () => {
    const world = await open();
    await world.faults.down('primary');
    const evict = () => aReading().evict(linkTo(world), asRunId('r-4k9zq0tm2x'), 17, io({ timeoutMs: 6_000 }));
    expect(await evict()).toEqual([]);
    await world.faults.down('standby', 'silent');
    await expect(evict()).rejects.toMatchObject({ code: 'deadline-passed' });
  });
});
