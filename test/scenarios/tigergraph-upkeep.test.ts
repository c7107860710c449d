import { afterEach, describe, expect, it } from 'vitest';
import { openTiger, type TigerHouse, tigerVersions } from '../support/tiger-house.ts';
import { until } from '../support/until.ts';

let at: TigerHouse;
afterEach(() => at.close());

describe('upkeep of TigerGraph', { timeout: 180_000 }, () => {
  it('pauses and resumes the standby', async () => {
    at = await openTiger('4.1.4');
    const pause = await at.runs('/repl pause prod-tiger');
    expect(pause.view.state).toBe('succeeded');
    expect(pause.plan.warnings.join()).toMatch(/keeps what is not fetched for 168 h/);
    expect(at.follows('standby')).toBe(false);
    expect(await at.house.ask('ana', '/repl status prod-tiger')).toMatch(/is set to follow, but fetches nothing/);
    expect(await at.house.ask('ana', '/repl pause prod-tiger')).toMatch(/fetches nothing already.*\/repl resume prod-tiger/s);
    expect((await at.runs('/repl resume prod-tiger')).view.state).toBe('succeeded');
    expect(at.sent()).toEqual(['standby: crr-stop', 'standby: crr-start']);
    await until(() => at.follows('standby'), 'the standby follows again');
  });

  it.each([
    ['3.9.1', ['standby: connector-restart']],
    ['4.1.4', ['standby: crr-stop', 'standby: crr-start']],
  ] as const)('brings a connector of %s back that fails, once its brokers are reached', async (version, effects) => {
    at = await openTiger(version);
    at.tiger.faults.connector('standby', 'failed');
    expect(await at.house.ask('ana', '/repl status prod-tiger')).toMatch(/is set to follow, but its connector fails/);
    at.tiger.faults.blockPort('standby', 30_002, true);
    expect(await at.house.ask('ana', '/repl preflight resume prod-tiger')).toMatch(
      /Not reached: 10\.0\.1\.11:30002 from prod-tiger-dublin-m1/,
    );
    const cut = await at.runs('/repl resume prod-tiger');
    expect(cut.plan.summary).toBe('Have prod-tiger-dublin fetch again: its connector fails (RUNNING/FAILED).');
    expect(cut.view.halt?.sentence).toMatch(/of prod-tiger-dublin reach none of .*:30002.* Nothing was changed\./);
    expect(at.sent()).toEqual([]);
    at.tiger.faults.blockPort('standby', 30_002, false);
    await at.house.click(cut.run, 'ana', 'retry');
    const { state } = await at.house.reaches(cut.run, 'succeeded');
    expect(state).toBe('succeeded');
    expect(at.sent()).toEqual(effects);
    expect(at.follows('standby')).toBe(true);
  });

  it('says what a connector of TigerGraph fails at when it fails again', async () => {
    at = await openTiger('4.1.4');
    at.tiger.faults.connector('standby', 'broken');
    const { run, view } = await at.runs('/repl resume prod-tiger');
    expect(view.state).toBe('halted');
    expect(view.halt?.sentence).toMatch(/fails again \(RUNNING\/FAILED\)\. Kafka Connect says: .*TopicAuthorizationException/);
    at.tiger.faults.connector('standby', 'failed');
    await at.house.click(run, 'ana', 'retry');
    await at.house.reaches(run, 'succeeded');
    expect(at.sent()).toEqual(['standby: crr-stop', 'standby: crr-start', 'standby: crr-stop', 'standby: crr-start']);
    expect(at.follows('standby')).toBe(true);
  });

  it('says what a version can’t do, and what does instead', async () => {
    at = await openTiger('3.9.1');
    expect(await at.house.ask('ana', '/repl pause prod-tiger')).toMatch(
      /3\.9\.1, which can't stop and start fetching.*\/repl teardown prod-tiger/s,
    );
    expect(await at.house.ask('ana', '/repl backup prod-tiger --incremental')).toMatch(/takes full backups only/);
    expect(await at.house.ask('ana', '/repl verify prod-tiger')).toMatch(/nothing that compares the content of two clusters/);
    expect(at.sent()).toEqual([]);
  });

  it.each(tigerVersions)('ends the replication of %s and leaves one writer', async (version) => {
    at = await openTiger(version);
    const { view } = await at.runs('/repl teardown prod-tiger');
    expect(view.state).toBe('succeeded');
    expect(at.tiger.side('standby').applied['System.CrossRegionReplication.Enabled']).toBe('false');
    expect(at.tiger.writable()).toEqual({ primary: true, standby: false });
    expect(at.tiger.splitBrain()).toEqual([]);
    expect(await at.house.ask('ana', '/repl status prod-tiger')).toMatch(/prod-tiger-dublin is stopped and follows nothing/);
  });

  it('leaves the replication for an upgrade by people, and takes it up when both run the same version', async () => {
    at = await openTiger('4.1.4');
    const begin = await at.runs('/repl upgrade prod-tiger begin');
    expect(begin.view.state).toBe('succeeded');
    expect(begin.plan.warnings.join()).toMatch(/install\.sh -U.*\/repl upgrade prod-tiger finish/);
    at.tiger.control().upgrade('primary', '4.2.0');
    expect(await at.house.ask('ana', '/repl upgrade prod-tiger finish')).toMatch(/4\.2\.0.*4\.1\.4.*versions have to be equal/s);
    at.tiger.control().upgrade('standby', '4.2.0');
    const finish = await at.runs('/repl upgrade prod-tiger finish');
    expect(finish.view.state).toBe('succeeded');
    expect(at.follows('standby')).toBe(true);
    // A backup from before the upgrade can't be used, so a new one was taken after it.
    expect(at.sent().filter((one) => one === 'primary: backup')).toHaveLength(2);
    expect(at.tiger.splitBrain()).toEqual([]);
  });

  it('names whoever left settings unapplied, and pushes none of them', async () => {
    at = await openTiger('4.1.4');
    await at.byHand('standby', 'gadmin config set Kafka.RetentionHours 24');
    expect(await at.house.ask('ana', '/repl failover prod-tiger')).toMatch(/somebody has set Kafka\.RetentionHours without applying it/);
    expect(await at.house.ask('ana', '/repl status prod-tiger')).toMatch(/changed settings of prod-tiger-dublin that are not applied yet/);
    expect(at.sent()).toEqual([]);
  });

  it('tells all that it reads in describe, unknown as unknown, and no secret', async () => {
    at = await openTiger('4.1.4');
    at.tiger.control().password('primary', at.tiger.primary.user, 'changed-by-somebody');
    const told = await at.house.ask('ana', '/repl describe prod-tiger');
    expect(told).toMatch(/Topic prefix on prod-tiger-dublin.*Primary/s);
    expect(told).toMatch(/not known: GSQL does not let the superuser of the config in\./);
    expect(told).toMatch(/all 48 online/);
    expect(told).toMatch(/What it refuses on prod-tiger-dublin.*changes of schema, users, queries, .* and every write/s);
    expect(told).not.toContain(at.tiger.primary.password);
    expect(at.house.logs()).not.toContain(at.tiger.primary.password);
    expect(at.house.logs()).not.toContain('PRIVATE KEY');
  });
});
