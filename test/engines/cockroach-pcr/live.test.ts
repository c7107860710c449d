import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/domain/clock.ts';
import { asRunId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Act, Step } from '../../../src/domain/plan.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { kinds } from '../../../src/engines/cockroach-pcr/acts.ts';
import type { PcrLink } from '../../../src/engines/cockroach-pcr/config.ts';
import type { Earlier } from '../../../src/engines/engine.ts';
import type { SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { connectSql } from '../../../src/transports/sql.ts';
import { byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, executorFor, planOn, settle } from '../../conformance/drive.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});
async function open(options: Partial<SqlWorldOptions> = {}): Promise<PcrBed> {
  bed = await openPcr('26.2', options);
  return bed;
}

const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };

async function stepsOf(on: PcrBed, operation: Operation): Promise<(kind: string) => Step> {
  const { steps } = await planOn(on, operation);
  return (kind) => {
    const step = steps.find((candidate) => candidate.kind === kind);
    if (step === undefined) throw new TypeError(`no ${kind}`);
    return step;
  };
}
const undoOf = (step: Step): Act => {
  if (step.undo.kind !== 'act') throw new TypeError('no undo');
  return step.undo.act;
};

const look = (on: PcrBed) => on.engine().observe(on.link, anIo());

describe('observing', { timeout: 180_000 }, () => {
  const outages = [
    ['dead', "can't be reached"],
    ['silent', 'half gone'],
  ] as const;
  it.each(outages)('gives a primary that is %s its own sentence and still tells of the standby', async (outage, words) => {
    const on = await open();
    await on.world.faults.down('primary', outage);
    const seen = await on.engine().observe(on.link, anIo({ timeoutMs: 5_000 }));
    expect(seen.primary).toMatchObject({ reachable: false, role: 'unknown', writable: 'unknown' });
    expect(seen.primary.problem).toContain(words);
    expect(seen.standby).toMatchObject({ reachable: true, role: 'standby', problem: null });
    expect(seen.health).toBe('broken');
  });

  it('tells a stream that gave up from one that was paused by hand', async () => {
    const on = await open();
    on.world.faults.link('down');
    await expect
      .poll(async () => (await look(on)).headline, { timeout: 100_000 })
      .toContain('paused itself (the source can not be reached)');
    // The server's own text may name hosts, users and values.
    expect(JSON.stringify(await look(on))).not.toContain('ingestion job failed');
  });

  it.each([
    ['retrying: dial tcp 10.0.0.1', 'the source cluster does not answer; it is tried again'],
    [
      'ingestion job failed (kv.rangefeed.enabled must be true) but is being paused',
      'pausing after error: rangefeeds are off at the source',
    ],
    [
      'ingestion job failed (replication job 7 must be running (is failed)) but is being paused',
      'the source keeps no history for it any more',
    ],
  ])('says of a job what it says of itself: %s', async (text, words) => {
    const on = await open();
    on.world.faults.add({
      side: 'standby',
      match: /FROM \[SHOW JOBS\]/,
      act: {
        kind: 'rewrite',
        rewrite: ({ columns, rows }) => ({
          columns,
          rows: rows.map((row) => row.map((value, at) => (columns[at]?.name === 'running_status' ? text : value))),
        }),
      },
    });
    const says = (await look(on)).facts.find(({ name }) => name === 'standby.job-says');
    expect(says?.value).toContain(words);
  });

  it('calls it danger when an old primary comes back and takes writes', async () => {
    const on = await open();
    await on.world.faults.down('primary', 'unreachable');
    const step = await stepsOf(on, failover);
    for (const kind of [kinds.completeReplication, kinds.awaitPromotion, kinds.startService])
      await carryOut(on, step(kind), () => on.engine());
    await on.world.faults.up('primary');
    const seen = await look(on);
    expect(seen.health).toBe('danger');
    expect(seen.headline).toContain('Split brain');
    const check = await settle(on, step(kinds.checkSplitBrain), () => on.engine());
    expect(check).toMatchObject({ kind: 'impossible', why: expect.stringContaining('sql-east takes writes while sql-west does too') });
  });

  it('does not take a session for the control plane that has landed elsewhere', async () => {
    const on = await open();
    on.world.faults.add({
      side: 'standby',
      match: /^SHOW virtual_cluster_name$/,
      act: { kind: 'rewrite', rewrite: (table) => ({ ...table, rows: [['main']] }) },
    });
    const seen = await look(on);
    expect(seen.standby.reachable).toBe(false);
    expect(seen.standby.problem).toContain("on 'main' instead of the system interface");
  });
});

describe('a switchover', { timeout: 180_000 }, () => {
  it('waits before the stop while the standby does not move, and stops nothing', async () => {
    const on = await open();
    const step = await stepsOf(on, switchover);
    on.world.faults.catchUpStuck('standby', true);
    const probe = await executorFor(on.engine(), step(kinds.proveCatchUp)).probe(
      step(kinds.proveCatchUp),
      on.link,
      anIo({ timeoutMs: 5_000 }),
    );
    expect(probe.kind).toBe('underway');
    expect(on.effects()).toEqual([]);
  });

  it('does not call it caught up when the stream stalls after the stop, and the stop can be taken back', async () => {
    const on = await open();
    const step = await stepsOf(on, switchover);
    await carryOut(on, step(kinds.proveCatchUp), () => on.engine());
    on.world.faults.catchUpStuck('standby', true);
    await carryOut(on, step(kinds.stopService), () => on.engine());
    const stop = await settle(on, step(kinds.stopService), () => on.engine());
    if (stop.kind !== 'done') throw new TypeError('not stopped');
    const earlier = [{ kind: kinds.stopService, cluster: 'sql-east', evidence: stop.evidence }];
    const notes = new Set<string>();
    for (let i = 0; i < 5; i++) {
      // Every look is by another process: all wait for the same moment.
      const probe = await executorFor(on.engine(), step(kinds.awaitCut)).probe(step(kinds.awaitCut), on.link, anIo({ earlier }));
      expect(probe.kind).toBe('underway');
      notes.add(probe.kind === 'underway' ? probe.note : '');
    }
    expect([...notes].map((note) => /needs to reach (\S+ \S+)/.exec(note)?.[1]).length).toBe(1);
    const blind = await executorFor(on.engine(), step(kinds.awaitCut)).probe(step(kinds.awaitCut), on.link, anIo());
    expect(blind).toMatchObject({ kind: 'impossible', why: expect.stringContaining('was not recorded') });
    await carryOut(on, undoOf(step(kinds.stopService)), () => on.engine());
    expect(on.world.writable()).toEqual({ primary: true, standby: false });
  });

  it('loses nothing by the count of the world', async () => {
    const on = await open({ writesPerSecond: 1_000 });
    const { steps } = await planOn(on, switchover);
    const engine = on.engine();
    for (const step of steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => engine);
    expect(on.world.lost()).toMatchObject({ side: 'standby', rows: 0 });
    expect(on.world.writable()).toEqual({ primary: false, standby: true });
  });

  it('does not promote when somebody has started the old primary again', async () => {
    const on = await open();
    const step = await stepsOf(on, switchover);
    await carryOut(on, step(kinds.stopService), () => on.engine());
    await byHand(on.world, 'primary', 'ALTER VIRTUAL CLUSTER "main" START SERVICE SHARED');
    const cut = await settle(on, step(kinds.awaitCut), () => on.engine());
    const promotion = await settle(on, step(kinds.completeReplication), () => on.engine());
    expect(cut).toMatchObject({ kind: 'impossible', why: expect.stringContaining('sql-east is not stopped') });
    expect(promotion).toMatchObject({ kind: 'impossible', why: expect.stringContaining('takes writes again') });
  });

  it('never restarts the old primary once the standby is being promoted', async () => {
    const on = await open();
    const step = await stepsOf(on, switchover);
    await carryOut(on, step(kinds.stopService), () => on.engine());
    await carryOut(on, step(kinds.completeReplication), () => on.engine());
    const undo = undoOf(step(kinds.stopService));
    expect(await settle(on, undo, () => on.engine())).toMatchObject({ kind: 'impossible' });
    await carryOut(on, step(kinds.awaitPromotion), () => on.engine());
    expect(await settle(on, undo, () => on.engine())).toMatchObject({ kind: 'impossible' });
    expect(on.world.splitBrain()).toEqual([]);
  });

  it('does not put the new primary into service while the old one takes writes', async () => {
    const on = await open();
    const step = await stepsOf(on, switchover);
    await carryOut(on, step(kinds.stopService), () => on.engine());
    await carryOut(on, step(kinds.completeReplication), () => on.engine());
    await carryOut(on, step(kinds.awaitPromotion), () => on.engine());
    await byHand(on.world, 'primary', 'ALTER VIRTUAL CLUSTER "main" START SERVICE SHARED');
    const probe = await settle(on, step(kinds.startService), () => on.engine());
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringContaining('two sides writable') });
    expect(on.world.splitBrain()).toEqual([]);
  });
});

describe('a failover', { timeout: 180_000 }, () => {
  it('does not take a promotion to another time for its own', async () => {
    const on = await open();
    const step = await stepsOf(on, failover);
    await byHand(on.world, 'standby', `ALTER VIRTUAL CLUSTER "main" COMPLETE REPLICATION TO SYSTEM TIME '+5h'`);
    const probe = await settle(on, step(kinds.completeReplication), () => on.engine());
    expect(probe).toMatchObject({ kind: 'unknown', why: expect.stringContaining('somebody else asked for it') });
  });

  it('predicts at least what is lost by the count of the world', async () => {
    const on = await open({ writesPerSecond: 1_000 });
    const plan = await planOn(on, failover);
    for (const step of plan.steps.filter(({ by }) => by === 'engine')) await carryOut(on, step, () => on.engine());
    const lost = on.world.lost();
    expect(lost).not.toBeNull();
    expect(plan.predictedLoss.ms ?? -1).toBeGreaterThanOrEqual(lost?.ms ?? Number.POSITIVE_INFINITY);
  });

  it('cuts exactly at the time that was asked for', async () => {
    const on = await open();
    const at = Math.floor(on.world.now()) - 60_000;
    const step = await stepsOf(on, { kind: 'failover', link, to: { kind: 'time', at } });
    await carryOut(on, step(kinds.completeReplication), () => on.engine());
    await carryOut(on, step(kinds.awaitPromotion), () => on.engine());
    expect(on.world.lost()?.activation).toBe(at);
  });

  it('refuses to carry out an act that the config has come to mean differently', async () => {
    const on = await open();
    const step = (await stepsOf(on, failover))(kinds.stopService);
    const moved: PcrLink = {
      ...on.link,
      settings: { ...on.link.settings, primary: { ...on.link.settings.primary, cluster: 'sql-north' } },
    };
    const executor = executorFor(on.engine(), step);
    expect(await executor.probe(step, moved, anIo())).toMatchObject({ kind: 'impossible', why: expect.stringContaining('sql-north') });
    await expect(executor.perform(step, moved, anIo())).rejects.toMatchObject({ effect: 'not-applied' });
    const forged = { ...step, statements: ['DROP VIRTUAL CLUSTER "main" IMMEDIATE'] };
    expect(await executor.probe(forged, on.link, anIo())).toMatchObject({ kind: 'impossible' });
    await expect(executor.perform(forged, on.link, anIo())).rejects.toMatchObject({ effect: 'not-applied' });
    expect(on.effects()).toEqual([]);
  });
});

describe('a failback', { timeout: 180_000 }, () => {
  const failback: Operation = { kind: 'failback', link };

  it('gives nothing up while the other side does not serve, cannot be asked, or this side serves', async () => {
    const on = await open({ start: 'promoted' });
    const step = (await stepsOf(on, failback))(kinds.startReplication);
    const probe = () => executorFor(on.engine(), step).probe(step, on.link, anIo({ timeoutMs: 10_000 }));
    expect(await probe()).toEqual({ kind: 'todo' });
    await on.world.faults.down('standby');
    await expect(probe()).rejects.toMatchObject({ code: 'connect-failed', effect: 'not-applied' });
    await on.world.faults.up('standby');
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main STOP SERVICE');
    expect(await probe()).toMatchObject({ kind: 'impossible', why: expect.stringContaining('must not give up its data') });
    await byHand(on.world, 'primary', 'ALTER VIRTUAL CLUSTER main START SERVICE SHARED');
    expect(await probe()).toMatchObject({ kind: 'impossible', why: expect.stringContaining('service of main on sql-east runs') });
    expect(on.effects()).toEqual([]);
  });

  it('learns from the refusal of the database that the history is gone, and has changed nothing', async () => {
    const on = await open({ start: 'promoted' });
    const step = (await stepsOf(on, failback))(kinds.startReplication);
    on.world.control().advance(25 * 3_600_000);
    await expect(executorFor(on.engine(), step).perform(step, on.link, anIo())).rejects.toMatchObject({
      code: 'statement-refused',
      effect: 'not-applied',
    });
    expect(on.engine().plan(failback, on.link, await look(on))).toMatchObject({
      code: 'not-possible-now',
      next: expect.stringContaining('full copy'),
    });
  });

  it('checks the external connection and the rangefeeds before anything is asked for', async () => {
    const on = await open({ start: 'promoted', externalConnections: {} });
    const checks = await on.engine().preflight(failback, on.link, anIo());
    expect(checks.find(({ name }) => name === 'sql-east: external connection')).toMatchObject({ outcome: 'warned' });
    expect(checks.find(({ name }) => name === 'sql-west: rangefeeds')).toMatchObject({ outcome: 'passed' });
  });
});

describe('a teardown', { timeout: 180_000 }, () => {
  it('does not stumble over what a team has set for the sessions of the bot', async () => {
    const defaults = { sql_safe_updates: 'on', default_transaction_read_only: 'on', statement_timeout: '1' };
    const on = await open({ users: [{ name: 'ops', password: 'ops-secret', admin: true, defaults }] });
    const { steps } = await planOn(on, { kind: 'teardown', link });
    for (const step of steps) await carryOut(on, step, () => on.engine());
    expect(on.world.vc('standby')).toBeNull();
  });

  it.each(['23.2', '26.2'] as const)(
    'is seen while the drop goes on, and not taken for a new copy of the same name (%s)',
    async (version) => {
      bed = await openPcr(version, { pace: { ...tinyPace, dropMs: 600_000 } });
      const opened = bed;
      const name = bed.world.virtualCluster;
      await byHand(bed.world, 'standby', `DROP VIRTUAL CLUSTER ${name}`);
      expect((await look(bed)).headline).toContain('it is being dropped');
      const like = version === '23.2' ? 'LIKE template ' : '';
      await byHand(
        bed.world,
        'standby',
        `CREATE VIRTUAL CLUSTER ${name} ${like}FROM REPLICATION OF ${name} ON '${bed.world.primary.streamUri}'`,
      );
      await expect.poll(async () => (await look(opened)).health, { timeout: 100_000 }).toBe('healthy');
    },
  );

  it('drops nothing while this side serves, is being promoted, or the other side does not serve', async () => {
    const on = await open();
    const step = (await stepsOf(on, { kind: 'teardown', link }))(kinds.dropCopy);
    const probe = () => executorFor(on.engine(), step).probe(step, on.link, anIo({ timeoutMs: 10_000 }));
    expect(await probe()).toEqual({ kind: 'todo' });
    await on.world.faults.down('primary');
    await expect(probe()).rejects.toMatchObject({ code: 'connect-failed', effect: 'not-applied' });
    await on.world.faults.up('primary');
    await byHand(on.world, 'primary', 'ALTER VIRTUAL CLUSTER main STOP SERVICE');
    expect(await probe()).toMatchObject({ kind: 'impossible', why: expect.stringContaining('only good copy') });
    await byHand(on.world, 'standby', `ALTER VIRTUAL CLUSTER main COMPLETE REPLICATION TO SYSTEM TIME '+5h'`);
    expect(await probe()).toMatchObject({ kind: 'impossible', why: expect.stringContaining('failover is pending') });
    expect(on.effects()).toEqual([]);
  });
});

describe('a verify', { timeout: 180_000 }, () => {
  const verify: Operation = { kind: 'verify', link };

  /** What the run records before it compares. */
  async function taken(on: PcrBed): Promise<readonly Earlier[]> {
    const probe = await settle(on, (await stepsOf(on, verify))(kinds.takeTime), () => on.engine());
    return probe.kind === 'done' ? [{ kind: kinds.takeTime, cluster: 'sql-west', evidence: probe.evidence }] : [];
  }

  it.each(['23.2', '24.3', '25.2', '26.2'] as const)('proves that both sides are equal, and changes nothing (%s)', async (version) => {
    bed = await openPcr(version);
    const step = (await stepsOf(bed, verify))(kinds.compareCopies);
    const engine = bed.engine();
    const [recorded] = await taken(bed);
    expect(await carryOut(bed, step, () => engine)).toBe(1);
    const { here, there } = { here: 'fingerprint on sql-west', there: 'fingerprint on sql-east' };
    const probe = await settle(bed, step, () => engine);
    const evidence = probe.kind === 'done' ? probe.evidence : {};
    expect(evidence[here]).toMatch(/^-?\d+$/);
    expect(evidence[here]).toBe(evidence[there]);
    expect(evidence['as of']).toBe(recorded?.evidence['as of']);
    expect(bed.effects()).toEqual([]);
  });

  it('halts on a difference, and compares anew when asked again', async () => {
    const on = await open();
    const step = (await stepsOf(on, verify))(kinds.compareCopies);
    const engine = on.engine();
    on.world.faults.corrupt('standby', true);
    await executorFor(engine, step).perform(step, on.link, anIo({ earlier: await taken(on) }));
    expect(await settle(on, step, () => engine)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('differs between sql-west and sql-east'),
    });
    on.world.faults.corrupt('standby', false);
    expect(await carryOut(on, step, () => engine)).toBe(1);
  });

  it('gives up a comparison that no run asks about any more, and says so if one does', async () => {
    const on = await open();
    const step = (await stepsOf(on, verify))(kinds.compareCopies);
    const engine = on.engine();
    on.world.faults.add({ match: /FINGERPRINTS/, times: 2, act: { kind: 'hang' } });
    let leapMs = 0;
    const clock: Clock = {
      ...systemClock,
      monotonic: () => systemClock.monotonic() + leapMs,
      sleep: (_, signal) => systemClock.sleep(5, signal),
    };
    const reading = () =>
      (['primary', 'standby'] as const).flatMap((side) =>
        on.world.sessions(side).filter(({ activeQuery }) => activeQuery?.includes('FINGERPRINTS')),
      ).length;
    await executorFor(engine, step).perform(step, on.link, anIo({ clock, timeoutMs: 15_000, earlier: await taken(on) }));
    await expect.poll(reading, { timeout: 100_000 }).toBe(2);
    expect(await executorFor(engine, step).probe(step, on.link, anIo({ clock }))).toMatchObject({ kind: 'underway' });
    leapMs = 61_000;
    await expect.poll(reading, { timeout: 100_000 }).toBe(0);
    leapMs = 0;
    expect(await settle(on, step, () => engine)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('came to no end') });
  });

  it('makes a comparison that another process was making again as of the same time, whatever the stream does meanwhile', async () => {
    const on = await open();
    const step = (await stepsOf(on, verify))(kinds.compareCopies);
    const earlier = await taken(on);
    await executorFor(on.engine(), step).perform(step, on.link, anIo({ earlier }));
    await byHand(on.world, 'standby', 'ALTER VIRTUAL CLUSTER main PAUSE REPLICATION');
    const successor = on.engine();
    expect(await settle(on, step, () => successor)).toEqual({ kind: 'todo' });
    expect(await carryOut(on, step, () => successor)).toBe(1);
    const probe = await settle(on, step, () => successor);
    expect(probe).toMatchObject({ kind: 'done', evidence: { 'as of': earlier[0]?.evidence['as of'] } });
    expect(on.effects()).toEqual([]);
  });

  it('compares at no time that the run has not recorded', async () => {
    const on = await open();
    const step = (await stepsOf(on, verify))(kinds.compareCopies);
    const probe = await executorFor(on.engine(), step).probe(step, on.link, anIo());
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringContaining('has not recorded') });
  });
});

describe('eviction', { timeout: 180_000 }, () => {
  const run = asRunId('r-4k9zq0tm2x');

  it('ends what an older owner left under way, so that it never happens', async () => {
    const on = await open();
    const step = (await stepsOf(on, failover))(kinds.stopService);
    on.world.faults.add({ match: /STOP SERVICE$/, act: { kind: 'hang', lingers: true } });
    const older = executorFor(on.engine(), step).perform(step, on.link, anIo({ tag: `replops/${run}/7`, timeoutMs: 15_000 }));
    const outcome = older.then(
      () => null,
      (cause: unknown) => cause,
    );
    await expect
      .poll(() => on.world.sessions('primary').some(({ activeQuery }) => activeQuery?.includes('STOP SERVICE')), { timeout: 100_000 })
      .toBe(true);
    const ended = await on.engine().evict(on.link, run, 8, anIo({ tag: `replops/${run}/8` }));
    expect(ended.length).toBe(1);
    expect(ended[0]).toContain('sql-east');
    expect(await outcome).toMatchObject({ effect: 'unknown' });
    expect(on.world.writable().primary).toBe(true);
    expect(on.effects().filter(({ statement }) => statement.includes('STOP SERVICE'))).toEqual([]);
  });

  it('leaves its own, newer and foreign sessions alone', async () => {
    const on = await open();
    const tags = [`replops/${run}/8`, `replops/${run}/9`, 'replops/r-0000000000/1', 'replops/read', 'app'];
    const sessions = await Promise.all(
      tags.map((tag) =>
        connectSql(
          { ...on.link.settings.standby, virtualCluster: 'system' },
          { signal: new AbortController().signal, timeoutMs: 15_000, tag },
        ),
      ),
    );
    expect(await on.engine().evict(on.link, run, 8, anIo({ tag: `replops/${run}/8` }))).toEqual([]);
    for (const session of sessions) {
      expect((await session.read('SHOW virtual_cluster_name')).length).toBe(1);
      session.close();
    }
  });

  it('passes over a side that is gone, and not over one that is silent', async () => {
    const on = await open();
    await on.world.faults.down('primary', 'dead');
    expect(await on.engine().evict(on.link, run, 8, anIo())).toEqual([]);
    await on.world.faults.up('primary');
    await on.world.faults.down('primary', 'silent');
    await expect(on.engine().evict(on.link, run, 8, anIo({ timeoutMs: 2_000 }))).rejects.toMatchObject({ code: 'deadline-passed' });
  });
});

describe('over TLS', { timeout: 180_000 }, () => {
  it('follows a certificate that leads to the given authority, and no other', async () => {
    const on = await open({ tls: true });
    expect((await look(on)).health).toBe('healthy');
    const stranger: PcrLink['settings']['primary'] = {
      ...on.link.settings.primary,
      tls: { kind: 'verify', ca: null, cert: null, key: null },
    };
    const seen = await on.engine().observe({ ...on.link, settings: { ...on.link.settings, primary: stranger } }, anIo());
    expect(seen.primary.reachable).toBe(false);
    expect(seen.primary.problem).toContain('could not prove who it is');
  });
});

describe('a wrong password', { timeout: 180_000 }, () => {
  it('is a fault of the login, changes nothing, and is not repeated in any words', async () => {
    const on = await open();
    const step = (await stepsOf(on, failover))(kinds.stopService);
    const primary = { ...on.link.settings.primary, password: new Secret('wrong-password-42') };
    const locked: PcrLink = { ...on.link, settings: { ...on.link.settings, primary } };
    await expect(executorFor(on.engine(), step).perform(step, locked, anIo())).rejects.toMatchObject({
      code: 'login-refused',
      effect: 'not-applied',
    });
    const seen = await on.engine().observe(locked, anIo());
    expect(seen.primary.problem).toContain('does not let the bot see its state');
    expect(JSON.stringify(seen)).not.toContain('wrong-password-42');
    expect(isRefusal(on.engine().plan(failover, locked, seen))).toBe(false);
  });
});
