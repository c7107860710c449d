import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import { byHand, pcrLinkId as link, linkTo, openPcr, type PcrBed, setupSecrets } from '../../conformance/cockroach-pcr-bed.ts';
import { byConnection, streamSettings, streamUsers } from '../../conformance/cockroach-pcr-streams.ts';
import { anIo, carryOut, executorFor, planOn, pressRetry, retriedOn, settle, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});
async function open(...how: Parameters<typeof openPcr>): Promise<PcrBed> {
  bed = await openPcr(...how);
  return bed;
}

const carry = (on: PcrBed, plan: Plan): Promise<void> =>
  through(on, plan, async (step) => void (await carryOut(on, step, () => on.engine())));
const look = (on: PcrBed) => on.engine().observe(on.link, anIo());
const failover = (at: number | null): Operation => ({
  kind: 'failover',
  link,
  to: at === null ? { kind: 'latest' } : { kind: 'time', at },
});
const step = (plan: Plan, kind: string): Step => {
  const found = plan.steps.find((one) => one.kind === kind);
  if (found === undefined) throw new TypeError(`no ${kind}`);
  return found;
};

describe('a reconnect', { timeout: 180_000 }, () => {
  const reconnect: Operation = { kind: 'reconnect', link };
  const byExternal = () => open('26.2', streamUsers('26.2'), (world) => byConnection(world, '26.2'), streamSettings);

  it('lets a stream go on whose password was changed on the primary', async () => {
    const on = await byExternal();
    await byHand(on.world, 'primary', `ALTER USER ops WITH PASSWORD 'ops-renewed'`);
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION');
    await until(() => on.world.vc('standby')?.status === 'replication paused', 'it is paused');
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main RESUME REPLICATION');
    await until(() => on.world.jobs('standby').some(({ runningStatus }) => runningStatus?.includes('28P01') === true), 'it is locked out');
    const plan = on.engine().plan(reconnect, on.link, await look(on));
    if (plan.kind !== 'plan') throw new TypeError(plan.sentence);
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['pcr.prove-login', 'pcr.replace-connection', 'pcr.bounce', 'pcr.prove-catch-up']);
    await carry(on, plan);
    expect(on.world.vc('standby')?.status).toBe('replicating');
    expect(JSON.stringify(on.effects())).not.toContain(encodeURIComponent(setupSecrets.stream));
  });

  it('overwrites nothing while the password of the config lets nobody in', async () => {
    const on = await byExternal();
    const plan = await planOn(on, reconnect);
    await byHand(on.world, 'primary', `ALTER USER stream WITH PASSWORD 'another'`);
    expect(await settle(on, step(plan, 'pcr.prove-login'), () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining("sql-east has a user stream that the config's password does not let in"),
    });
    expect(on.effects()).toEqual([]);
  });

  it.each(['24.1', '25.2', '26.2'] as const)('%s: a stream whose connection is gone is not called healthy', async (version) => {
    const on = await open(version, streamUsers(version), (world) => byConnection(world, version), streamSettings);
    expect((await look(on)).health).toBe('healthy');
    await byHand(on.world, 'standby', `DROP EXTERNAL CONNECTION "to-primary"`);
    const seen = await look(on);
    expect(seen.health).toBe('degraded');
    expect(seen.headline).toContain('The external connection to-primary is gone from sql-west: the stream stops');
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION');
    await until(() => on.world.vc('standby')?.status === 'replication paused', 'it is paused');
    expect((await look(on)).headline).toContain("The external connection to-primary is gone from sql-west: the stream can't go on");
  });

  it('says nothing of a connection that somebody else owns', async () => {
    const [, stream] = streamUsers('25.2').users ?? [];
    const grants = [
      'MANAGEVIRTUALCLUSTER',
      'MODIFYCLUSTERSETTING',
      'REPLICATIONSOURCE',
      'REPLICATIONDEST',
      'EXTERNALCONNECTION',
      'VIEWJOB',
    ];
    const users = [{ name: 'ops', password: 'ops-secret', grants }, ...(stream === undefined ? [] : [stream])];
    const on = await open('25.2', { start: 'none', users }, (world) => byConnection(world, '25.2'), streamSettings);
    await byHand(on.world, 'standby', `DROP EXTERNAL CONNECTION "to-primary"`);
    expect(await look(on)).toMatchObject({ health: 'healthy' });
  });

  it('drops no connection that the bot may not make anew', async () => {
    const [, stream] = streamUsers('25.2').users ?? [];
    const grants = ['MANAGEVIRTUALCLUSTER', 'MODIFYCLUSTERSETTING', 'REPLICATIONSOURCE', 'REPLICATIONDEST', 'REPLICATION', 'VIEWJOB'];
    const users = [{ name: 'ops', password: 'ops-secret', grants }, ...(stream === undefined ? [] : [stream])];
    const on = await open('25.2', { start: 'none', users }, (world) => byConnection(world, '25.2'), streamSettings);
    const plan = await planOn(on, reconnect);
    expect(await settle(on, step(plan, 'pcr.replace-connection'), () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /ops does not hold EXTERNALCONNECTION on sql-west.*left as it is.*GRANT SYSTEM EXTERNALCONNECTION TO "ops"/,
      ),
    });
    expect(on.effects()).toEqual([]);
    const checks = await on.engine().preflight(reconnect, on.link, anIo());
    expect(checks.find(({ name }) => name === 'sql-west: external connection')).toMatchObject({
      outcome: 'warned',
      next: expect.stringContaining('GRANT SYSTEM EXTERNALCONNECTION TO "ops"'),
    });
  });

  it('says that the connection is gone when it was dropped and could not be made anew', async () => {
    const on = await open('25.2', streamUsers('25.2'), (world) => byConnection(world, '25.2'), streamSettings);
    const plan = await planOn(on, reconnect);
    on.world.faults.add({ match: /^CREATE EXTERNAL CONNECTION/, act: { kind: 'refuse', sqlState: '42501', message: 'not now' } });
    await expect(carryOut(on, step(plan, 'pcr.replace-connection'), () => on.engine())).rejects.toThrow(
      /not now\. The external connection to-primary is gone from sql-west: .* press Retry, or create the connection by hand\./,
    );
    await carry(on, plan);
    expect(on.world.vc('standby')?.status).toBe('replicating');
  });

  it('halts when the stream does not come back, and says why', async () => {
    const on = await byExternal();
    const plan = await planOn(on, reconnect);
    const wrong = linkTo(on.world, streamSettings(on.world));
    await byHand(on.world, 'primary', `ALTER USER stream WITH PASSWORD 'another'`);
    await carryOut({ ...on, link: wrong }, step(plan, 'pcr.replace-connection'), () => on.engine());
    await carryOut(on, step(plan, 'pcr.bounce'), () => on.engine());
    await until(() => on.world.vc('standby')?.status === 'replication paused', 'it gave up');
    expect(await settle(on, step(plan, 'pcr.prove-catch-up'), () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('paused itself'),
    });
    expect((await look(on)).headline).toContain('28P01');
  });
});

describe('a failover to a time to come', { timeout: 180_000 }, () => {
  it('stops the primary when the time has come, and never has two sides take writes', async () => {
    const on = await open('26.2', { writesPerSecond: 100 });
    const at = Math.floor(on.world.now()) + 120_000;
    const plan = await planOn(on, failover(at));
    const stopAt: number[] = [];
    await through(on, plan, async (one) => {
      if (one.kind === 'pcr.await-time') on.world.control().advance(120_000);
      await carryOut(on, one, () => on.engine());
      if (one.kind === 'pcr.stop-service') stopAt.push(on.world.now());
    });
    expect(stopAt[0]).toBeGreaterThanOrEqual(at);
    expect(on.world.lost()).toMatchObject({ side: 'standby', activation: at });
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
    expect(on.world.splitBrain()).toEqual([]);
  });

  it('never comes about when the primary dies before, says so, and can be made to take what is there', async () => {
    const on = await open('26.2');
    const at = Math.floor(on.world.now()) + 120_000;
    const plan = await planOn(on, failover(at));
    await carryOut(on, step(plan, 'pcr.complete-replication'), () => on.engine());
    await on.world.faults.down('primary');
    const wait = step(plan, 'pcr.await-time');
    const shown = await settle(on, wait, () => on.engine());
    expect(shown).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/never promoted to .*--to latest\. To go on waiting .* Retry/),
    });
    pressRetry(on, shown);
    expect(await executorFor(on.engine(), wait).probe(wait, on.link, anIo({ retried: retriedOn(on) }))).toMatchObject({ kind: 'underway' });
    on.world.control().advance(120_000);
    expect(await settle(on, wait, () => on.engine())).toMatchObject({ kind: 'impossible', why: expect.stringContaining('--to latest') });
    await carry(on, await planOn(on, failover(null)));
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
  });

  it.each([
    ['was paused', (on: PcrBed) => byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION')],
    ['has lost its way to the primary', async (on: PcrBed) => on.world.control().linkDown()],
  ] as const)('does not stop a primary for a standby that %s', async (_, trouble) => {
    const on = await open('26.2', { writesPerSecond: 100 });
    const plan = await planOn(on, failover(Math.floor(on.world.now()) + 20 * 60_000));
    await carryOut(on, step(plan, 'pcr.complete-replication'), () => on.engine());
    await trouble(on);
    on.world.control().advance(21 * 60_000);
    const wait = step(plan, 'pcr.await-time');
    // A stream that lost its way is tried again for a while before it gives up.
    expect(await settle(on, wait, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/^sql-west stands at .* and does not go on .* sql-east has not been stopped and goes on\./),
    });
    expect(on.world.writable()).toEqual({ primary: true, standby: false });
  });

  it('is not asked for once its time has passed while the run waited for approval', async () => {
    const on = await open('26.2', { writesPerSecond: 100 });
    const plan = await planOn(on, failover(Math.floor(on.world.now()) + 20 * 60_000));
    on.world.control().advance(21 * 60_000);
    expect(await settle(on, step(plan, 'pcr.complete-replication'), () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/has passed while this run waited to begin.* Nothing was changed\./),
    });
    expect(on.effects()).toEqual([]);
  });

  it('is not moved by a plan that was made before somebody else moved it', async () => {
    const on = await open('26.2');
    await byHand(on.world, 'standby', `ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME '+5h'`);
    const plan = await planOn(on, failover(null));
    await byHand(on.world, 'standby', `ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME '+6h'`);
    expect(await settle(on, step(plan, 'pcr.complete-replication'), () => on.engine())).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('somebody else'),
    });
    expect(on.effects()).toEqual([]);
  });
});

describe('a reader', { timeout: 180_000 }, () => {
  it('that does not serve is started when it is asked for again', async () => {
    const on = await open('24.3');
    await carry(on, await planOn(on, { kind: 'reader', link, on: true }));
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER "main-readonly" STOP SERVICE');
    expect(on.world.vc('standby', 'main-readonly')?.serviceMode).toBe('none');
    const again = await planOn(on, { kind: 'reader', link, on: true });
    expect(again.steps[0]?.kind).toBe('pcr.start-reader');
    await carry(on, again);
    expect(on.world.vc('standby', 'main-readonly')?.serviceMode).toBe('shared');
    expect((await look(on)).facts.find(({ name }) => name === 'standby.reader')?.value).toBe('ready, service shared');
  });
});

describe('what is seen of a stream', { timeout: 180_000 }, () => {
  it('names the jobs on both sides, and the time left of one that stands still', async () => {
    const on = await open('26.2', { start: 'paused' });
    on.world.control().advance(23 * 3_600_000);
    const { facts } = await look(on);
    const value = (name: string) => facts.find((fact) => fact.name === name)?.value ?? '';
    expect(value('primary.producers')).toMatch(/^\d{18,19} running$/);
    expect(value('standby.job')).toMatch(/paused$/);
    expect(value('standby.expires')).toMatch(/min|h/);
    on.world.control().advance(2 * 3_600_000);
    const later = await look(on);
    expect(later.facts.find(({ name }) => name === 'primary.producers')?.value).toMatch(/failed$/);
    expect(later.health).toBe('broken');
  });
});
