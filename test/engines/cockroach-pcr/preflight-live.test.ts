import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Check } from '../../../src/domain/plan.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { aSetup, byHand, pcrLinkId as link, linkTo, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { byConnection, streamSettings, streamUsers } from '../../conformance/cockroach-pcr-streams.ts';
import { anIo } from '../../conformance/drive.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const hourMs = 3_600_000;
const reconnect: Operation = { kind: 'reconnect', link };
const window: Operation = { kind: 'retention', link, windowMs: null, expirationMs: 48 * hourMs };

async function check(on: PcrBed, operation: Operation, name: string): Promise<Check> {
  bed = on;
  const checks = await on.engine().preflight(operation, on.link, anIo({ tag: 'replops/read' }));
  const found = checks.find((one) => one.name === name);
  if (found === undefined) throw new TypeError(`no check '${name}' among ${checks.map((one) => one.name).join(', ')}`);
  return found;
}
const streaming = (version: SimVersion) => openPcr(version, streamUsers(version), (world) => byConnection(world, version), streamSettings);

describe('the preflight', { timeout: 180_000 }, () => {
  it('sees that the user of the stream holds what it needs, and warns when it was taken away', async () => {
    const on = await streaming('26.2');
    expect(await check(on, reconnect, 'sql-east: user of the stream')).toMatchObject({
      outcome: 'passed',
      seen: 'stream holds REPLICATIONSOURCE on sql-east.',
    });
    await byHand(on.world, 'primary', 'REVOKE SYSTEM REPLICATIONSOURCE FROM stream');
    expect(await check(on, reconnect, 'sql-east: user of the stream')).toMatchObject({
      outcome: 'warned',
      next: 'Unless a role gives it, run GRANT SYSTEM REPLICATIONSOURCE TO "stream" there.',
    });
  });

  it('warns a bot that may not see jobs, since it can not tell who paused a stream', async () => {
    const grants = ['MANAGEVIRTUALCLUSTER', 'MODIFYCLUSTERSETTING', 'VIEWSYSTEMDATA', 'REPLICATIONSOURCE', 'REPLICATIONDEST'];
    // The stream is somebody else's.
    const users = [
      { name: 'ops', password: 'ops-secret', grants },
      { name: 'boss', password: 'boss-secret', admin: true },
      { name: 'repl', password: 'repl-secret', grants: ['REPLICATIONSOURCE'] },
    ];
    const on = await openPcr('26.2', { users, operator: 'boss', start: 'paused' }, undefined, (world) => {
      const asOps = (side: 'primary' | 'standby') => ({ ...linkTo(world).settings[side], user: 'ops', password: new Secret('ops-secret') });
      return { primary: asOps('primary'), standby: asOps('standby') };
    });
    const resume: Operation = { kind: 'resume', link };
    expect(await check(on, resume, 'sql-west: sight of jobs')).toMatchObject({
      outcome: 'warned',
      next: 'Run GRANT SYSTEM VIEWJOB TO "ops" there.',
    });
    const seen = await on.engine().observe(on.link, anIo({ tag: 'replops/read' }));
    expect(seen.headline).toContain('paused, by hand or by an error');
    await byHand(on.world, 'standby', 'GRANT SYSTEM VIEWJOB TO ops');
    expect(await check(on, resume, 'sql-west: sight of jobs')).toMatchObject({ outcome: 'passed' });
    expect((await on.engine().observe(on.link, anIo({ tag: 'replops/read' }))).headline).toContain('paused by hand');
  });

  it('says when the config does not name that user', async () => {
    const on = await openPcr('24.3', streamUsers('24.3'), (world) => byConnection(world, '24.3'));
    expect(await check(on, reconnect, 'sql-east: user of the stream')).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining('the database hides it'),
    });
  });

  it('sees why the bot may change the connection that it is to replace: it owns it, or is an admin', async () => {
    const on = await openPcr('26.2', {}, undefined, (world) => ({
      setup: aSetup(world),
      streams: { primary: null, standby: 'to-primary' },
    }));
    expect(await check(on, reconnect, 'sql-west: external connection')).toMatchObject({
      outcome: 'passed',
      seen: expect.stringContaining('ALL'),
    });
    const others = await streaming('26.2');
    await on.world.close();
    expect(await check(others, reconnect, 'sql-west: external connection')).toMatchObject({
      outcome: 'passed',
      seen: expect.stringContaining('admin'),
    });
  });

  it('warns before a window that the bot has no right to set', async () => {
    const on = await openPcr('26.2');
    expect(await check(on, window, 'sql-east: right to set the window')).toMatchObject({ outcome: 'passed' });
    await on.world.close();
    const grants = ['MANAGEVIRTUALCLUSTER', 'MODIFYCLUSTERSETTING', 'VIEWSYSTEMDATA', 'REPLICATIONDEST', 'EXTERNALCONNECTION'];
    const users = [
      { name: 'ops', password: 'ops-secret', grants, roleOptions: ['CONTROLJOB', 'VIEWJOB'] },
      { name: 'repl', password: 'repl-secret', grants: ['REPLICATIONSOURCE'] },
    ];
    const poorer = await openPcr('26.2', { users });
    expect(await check(poorer, window, 'sql-east: right to set the window')).toMatchObject({
      outcome: 'warned',
      next: expect.stringContaining('REPLICATIONSOURCE TO "ops"'),
    });
  });

  it('looks at what a user may do that is there already and is not to be created', async () => {
    const setup: Operation = { kind: 'setup', link };
    const bare = (grants: readonly string[]) => ({
      start: 'none' as const,
      externalConnections: {},
      users: [
        { name: 'ops', password: 'x', admin: true },
        { name: 'stream', password: 'y', grants, in: 'system' as const },
      ],
    });
    const open = (grants: readonly string[]) =>
      openPcr('26.2', bare(grants), undefined, (world) => {
        const made = aSetup(world);
        return { setup: { ...made, user: { ...made.user, create: false } } };
      });
    const poor = await open([]);
    expect(await check(poor, setup, 'sql-east: user of the stream')).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining('does not hold REPLICATIONSOURCE on sql-east'),
    });
    await poor.close();
    expect(await check(await open(['REPLICATION']), setup, 'sql-east: user of the stream')).toMatchObject({ outcome: 'passed' });
  });

  it('measures how far the clocks of both sides are apart', async () => {
    const bare = { start: 'none', externalConnections: {}, users: [{ name: 'ops', password: 'x', admin: true }] } as const;
    const setup: Operation = { kind: 'setup', link };
    const on = await openPcr('26.2', bare, undefined, (world) => ({ setup: aSetup(world) }));
    expect(await check(on, setup, 'clocks')).toMatchObject({ outcome: 'passed' });
    // Both sides are asked for their time once as they are observed, and once more for the clocks.
    const ahead = (ms: number) =>
      on.world.faults.add({
        side: 'standby',
        match: /^SELECT now\(\)/,
        times: 10,
        act: {
          kind: 'rewrite',
          rewrite: (table) => ({ ...table, rows: [[new Date(Date.now() + ms).toISOString().replace('T', ' ').replace('Z', '+00')]] }),
        },
      });
    const fast = ahead(5_000);
    expect(await check(on, setup, 'clocks')).toMatchObject({
      outcome: 'warned',
      seen: expect.stringMatching(/^The clocks of sql-east and sql-west are [4-9]\d{3} ms apart \(measured to \d+ ms\)/),
    });
    fast.remove();
    expect(await check(on, setup, 'nodes of both sides')).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining('from v26.1 on'),
    });
  });

  it('tells whether there is a reader to open or to close', async () => {
    const on = await openPcr('26.2');
    expect(await check(on, { kind: 'reader', link, on: true }, 'sql-west: reader')).toMatchObject({ outcome: 'passed' });
    expect(await check(on, { kind: 'reader', link, on: false }, 'sql-west: reader')).toMatchObject({
      outcome: 'warned',
      next: 'There is nothing to close.',
    });
  });

  it('compares zone configurations and counts nodes, where the version lets it', async () => {
    const bare = { start: 'none', externalConnections: {}, users: [{ name: 'ops', password: 'x', admin: true }] } as const;
    const setup: Operation = { kind: 'setup', link };
    const on = await openPcr('25.2', bare, undefined, (world) => ({ setup: aSetup(world) }));
    expect(await check(on, setup, 'zone configurations of both sides')).toMatchObject({ outcome: 'passed' });
    expect(await check(on, setup, 'nodes of both sides')).toMatchObject({
      outcome: 'passed',
      seen: 'sql-east has 3 nodes, sql-west has 3.',
    });
    on.world.faults.add({
      side: 'standby',
      match: /^SHOW ALL ZONE/,
      act: {
        kind: 'rewrite',
        rewrite: (table) => ({ ...table, rows: [['RANGE default', 'ALTER RANGE default CONFIGURE ZONE USING num_replicas = 5']] }),
      },
    });
    expect(await check(on, setup, 'zone configurations of both sides')).toMatchObject({ outcome: 'warned' });
    on.world.faults.add({
      side: 'standby',
      match: /gossip_nodes/,
      act: { kind: 'rewrite', rewrite: (table) => ({ ...table, rows: [['1']] }) },
    });
    expect(await check(on, setup, 'nodes of both sides')).toMatchObject({
      outcome: 'warned',
      seen: 'sql-east has 3 nodes, sql-west has 1.',
    });
    on.world.faults.add({ side: 'primary', match: /^SHOW ALL ZONE/, act: { kind: 'refuse', sqlState: '42501', message: 'no' } });
    expect(await check(on, setup, 'sql-east: zone configurations and nodes')).toMatchObject({
      outcome: 'warned',
      next: 'Check it by hand.',
    });
  });
});
