import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import type { Engine, Probe } from '../../../src/engines/engine.ts';
import type { CrrLink, CrrSettings } from '../../../src/engines/tigergraph-crr/config.ts';
import type { TigerWorldOptions } from '../../../src/sim/tigergraph/contract.ts';
import { tinyPace } from '../../../src/sim/tigergraph/pace.ts';
import { quoteWord } from '../../../src/transports/shell-quoting.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn, pressRetry, retriedOn, settle } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { backedUp, type Prepare } from '../../conformance/tigergraph-crr-prepared.ts';
import { until } from '../../support/until.ts';

const restore: Operation = { kind: 'restore', link: crrLinkId, backup: 'latest', from: 'own', on: 'tiger-east' };
const backup: Operation = { kind: 'backup', link: crrLinkId, action: { kind: 'create', mode: 'full', tag: null }, on: null };

let bed: CrrBed;
let engine: Engine<CrrLink>;
afterEach(() => bed.close());

async function opened(options: Partial<TigerWorldOptions>, prepare?: Prepare): Promise<void> {
  bed = await openCrr({ version: '4.1.4', start: 'none', ...options }, prepare);
  engine = bed.engine();
}

async function stepOf(operation: Operation, kind: string): Promise<Step> {
  const step = (await planOn(bed, operation)).steps.find((one) => one.kind === kind);
  if (step === undefined) throw new TypeError(`the plan has no ${kind}`);
  return step;
}

const io = (step: Step) => anIo({ timeoutMs: 10_000, earlier: earlierOn(bed, step), retried: retriedOn(bed) });
const begin = (step: Step) => executorFor(engine, step).perform(step, bed.link, io(step));
const look = (step: Step): Promise<Probe> => executorFor(engine, step).probe(step, bed.link, io(step));
const noteOf = (probe: Probe): string => ('note' in probe ? probe.note : '');

/** Somebody changes the schema of the primary. */
const change = (name: string) =>
  bed.world
    .host('primary', 'm1')
    .run(
      `printf '%s\\n' ${quoteWord(bed.world.primary.password)} | /home/tigergraph/tigergraph/app/cmd/gsql -u tigergraph 'CREATE VERTEX ${name}'`,
    );
const why = (probe: Probe): string => ('why' in probe ? probe.why : probe.kind);

/** Begins a step that was still to be done, and waits for what becomes of it. */
async function attempted(step: Step): Promise<Probe> {
  expect((await look(step)).kind).toBe('todo');
  await begin(step);
  return settle(bed, step, () => engine);
}

describe('a restore that the product refuses', () => {
  it.each([
    ['for want of room', () => bed.world.faults.fullDisk('primary', 'm2', true), /not enough disk space on m2/],
    [
      'since its backup is of another version',
      () => bed.world.control().upgrade('primary', '4.1.5'),
      /does not match system version 4\.1\.5/,
    ],
  ])('%s leaves the cluster as it was, and says so', async (_, spoil, words) => {
    await opened({}, backedUp('primary', 'nightly'));
    const step = await stepOf(restore, 'crr.restore');
    spoil();
    const probe = await attempted(step);
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(words);
    expect(why(probe)).toMatch(
      /before anything was touched: tiger-east has the data and the services that it had\. Retry runs it again\.$/,
    );
    expect(bed.world.side('primary')).toMatchObject({ writable: true, records: expect.any(Number) });
    expect(bed.world.effects().filter(({ kind }) => kind.startsWith('restore'))).toEqual([]);
  });

  it('for want of access to the bucket runs again once it has it', async () => {
    await opened({ backup: 's3' }, backedUp('primary', 'nightly'));
    const step = await stepOf(restore, 'crr.restore');
    bed.world.faults.denyS3('primary', 'm1', true);
    const refused = await attempted(step);
    expect(why(refused)).toMatch(/AccessDenied.*before anything was touched/);
    pressRetry(bed, refused);
    bed.world.faults.denyS3('primary', 'm1', false);
    expect(await carryOut(bed, step, () => engine)).toBe(1);
    expect(bed.effects().map(({ statement }) => statement)).toEqual(['gadmin backup restore nightly -y']);
  });
});

describe('a restore of a primary that has a standby', () => {
  it('tells of the standby that was paused for it when the product refuses', async () => {
    await opened({ start: 'replicating' }, backedUp('primary', 'nightly'));
    const pause = await stepOf(restore, 'crr.stop-replication');
    const step = await stepOf(restore, 'crr.restore');
    expect(await carryOut(bed, pause, () => engine)).toBe(1);
    bed.world.faults.fullDisk('primary', 'm2', true);
    expect(why(await attempted(step))).toMatch(/tiger-west was paused before; if you give the restore up, \/repl resume prod-graph has it/);
  });
});

describe('a backup that was brought over', () => {
  const folder = '/home/tigergraph/backups/replops1';
  const compared = async (): Promise<Step> => {
    await opened({});
    const step = await stepOf({ kind: 'setup', link: crrLinkId }, 'crr.compare-files');
    await backedUp('primary', 'replops1')(bed.world);
    return step;
  };

  it('is not restored while two nodes have other files under one name: people copy it node to node', async () => {
    const step = await compared();
    const copied = bed.world.host('primary', 'm2').run(`printf 'other' > ${folder}/GPE_1_1.tgdat`);
    expect((await copied).exitCode).toBe(0);
    const probe = await settle(bed, step, () => engine);
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(
      /^Two nodes of tiger-east have different files GPE_1_1\.tgdat of replops1.*Nothing was restored\. Copy the part of each node/,
    );
  });

  it('is read for as long as that takes, whatever one look may take, and anew when the reading died', async () => {
    const step = await compared();
    expect(noteOf(await look(step))).toMatch(/tiger-east-m1.* read what is there of replops1\.$/);
    const ended = 'find "$HOME/.replops/jobs" -type f -name rc';
    const host = bed.world.host('primary', 'm1');
    await until(async () => (await host.run(ended)).stdout !== '', 'it has read everything');
    // As a host leaves a job that it went down with: begun, and without a word of its end.
    expect((await host.run(`${ended} -exec rm {} +`)).exitCode).toBe(0);
    const died = await settle(bed, step, () => engine);
    expect(why(died)).toMatch(
      /files of replops1 on tiger-east-m1 could not be read: the reading was ended.*Nothing was restored\..*then press Retry/,
    );
    pressRetry(bed, died);
    expect(why(await settle(bed, step, () => engine))).toMatch(/replops1 is missing or damaged .* on tiger-west-m1/);
  });

  it('is not restored when nothing of it is left', async () => {
    const step = await compared();
    for (const { name } of bed.world.primary.nodes) await bed.world.host('primary', name).run(`rm -rf ${folder}`);
    expect(await settle(bed, step, () => engine)).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/Nothing was restored\. Find out what became/),
    });
  });
});

describe('a standby that was made', () => {
  const rebuild: Operation = { kind: 'rebuild', link: crrLinkId };
  it('is not done while it replays nothing, whatever its connector says', async () => {
    await opened({ start: 'replicating' });
    const step = await stepOf(rebuild, 'crr.await-in-step');
    expect((await look(step)).kind).toBe('done');
    bed.world.faults.blockReplica('standby', true);
    expect((await change('a')).exitCode).toBe(0);
    expect(await look(step)).toMatchObject({
      kind: 'underway',
      note: expect.stringMatching(/^tiger-west is at change \d+ of the metadata, tiger-east at \d+\.$/),
    });
    bed.world.faults.blockReplica('standby', false);
    expect((await settle(bed, step, () => engine)).kind).toBe('done');
  });

  it('does not follow when it is ahead', async () => {
    await opened({ start: 'outdated' });
    const probe = await look(await stepOf(rebuild, 'crr.await-in-step'));
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(/tiger-west does not follow it\. Nothing protects tiger-east\./);
  });
});

describe('a switchover', () => {
  it('waits for changes of metadata that have come over and are not replayed, though every topic is equal', async () => {
    await opened({ start: 'replicating', writesPerSecond: 0 });
    const { steps } = await planOn(bed, { kind: 'switchover', link: crrLinkId });
    const [prove, stop, equal] = steps;
    if (prove === undefined || stop === undefined || equal === undefined) throw new TypeError('a switchover has more steps');
    expect([prove.kind, stop.kind, equal.kind]).toEqual(['crr.prove-keeps-up', 'crr.stop-services', 'crr.await-equal']);
    expect((await settle(bed, prove, () => engine)).kind).toBe('done');
    bed.world.faults.blockReplica('standby', true);
    expect((await change('a')).exitCode).toBe(0);
    expect(await carryOut(bed, stop, () => engine)).toBe(1);
    await until(
      async () => /has replayed the metadata up to change \d+, and more has come/.test(noteOf(await look(equal))),
      'it lacks one',
    );
    bed.world.faults.blockReplica('standby', false);
    expect((await settle(bed, equal, () => engine)).kind).toBe('done');
    expect(bed.world.side('standby').seq).toBe(bed.world.side('primary').seq);
  });

  it.each(['primary', 'standby'] as const)('waits for every node of the %s', async (side) => {
    await opened({ start: 'replicating' });
    await bed.world.faults.nodeDown(side, 'm2');
    const switchover: Operation = { kind: 'switchover', link: crrLinkId };
    await expect(planOn(bed, switchover)).rejects.toThrow(/m2 does not answer, so no switchover of prod-graph can be planned/);
  });
});

describe('queries that are installed anew', () => {
  const rebuild: Operation = { kind: 'rebuild', link: crrLinkId };
  const open = async (settings: Partial<CrrSettings>): Promise<Step> => {
    bed = await openCrr({ version: '4.1.4', start: 'replicating', pace: { ...tinyPace, installMs: 5_000 } }, undefined, settings);
    engine = bed.engine();
    return stepOf(rebuild, 'crr.install-queries');
  };

  it('are not begun with while a service is down, since the product would leave them waiting', async () => {
    const step = await open({});
    bed.world.faults.service('primary', 'GPE', 'down');
    expect(await look(step)).toMatchObject({ kind: 'impossible', why: expect.stringMatching(/only while every node of tiger-east is up/) });
    expect(bed.effects()).toEqual([]);
  });

  it('are proven in graphs that the config does not name: one that waits is told, until it is installed', async () => {
    const step = await open({ graphs: [] });
    expect((await look(step)).kind).toBe('todo');
    await begin(step);
    await bed.world.faults.nodeDown('primary', 'm2');
    const probe = await settle(bed, step, () => engine);
    expect(why(probe)).toMatch(/^On tiger-east orders\.\w+.* still waits? to be installed\. Data flows/);
    expect(probe.kind).toBe('impossible');
    await bed.world.faults.nodeUp('primary', 'm2');
    const password = quoteWord(bed.world.primary.password);
    const tool = '/home/tigergraph/tigergraph/app/cmd/gsql';
    const host = bed.world.host('primary', 'm1');
    expect((await host.run(`printf '%s\\n' ${password} | ${tool} -u tigergraph 'INSTALL QUERY -force ALL'`)).exitCode).toBe(0);
    expect(await look(step)).toMatchObject({ kind: 'done', evidence: { 'graphs looked at': 1, pending: 0 } });
    expect(bed.world.side('primary').queriesPending).toBe(false);
  });

  it('are not proven by a list that is none', async () => {
    const step = await open({});
    await begin(step);
    await until(async () => (await look(step)).kind === 'done', 'they are installed');
    const garbled = bed.world.faults.add({
      side: 'primary',
      match: /gsql .*\bls\b/,
      times: 9,
      act: { kind: 'refuse', exitCode: 0, stderr: 'ok' },
    });
    await expect(look(step)).rejects.toThrow(/did not tell what was asked: GSQL did not list the queries of orders/);
    expect(garbled.hits()).toBeGreaterThan(0);
  });
});

describe('while somebody else is at work on the same cluster', () => {
  const operator = (command: string) =>
    bed.world.host('primary', 'm2').run(`PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; ${command}`);

  /** Until nothing that takes long runs on the primary. */
  const hoursPass = () =>
    until(() => {
      bed.world.control().advance(600_000);
      return bed.world.side('primary').busy === null;
    }, 'it comes to its end');

  it('a backup is refused by the product, changes nothing, and runs once the other one has ended', async () => {
    await opened({ start: 'replicating', pace: { ...tinyPace, backupMs: 3_600_000 } });
    const step = await stepOf(backup, 'crr.take-backup');
    const theirs = operator('gadmin backup create theirs --custom-tag');
    await until(() => bed.world.side('primary').busy !== null, 'the other backup is under way');
    const probe = await attempted(step);
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(/another operation 'backup' is in progress.*tiger-east goes on as before.*Retry runs it again\.$/);
    expect(bed.effects()).toEqual([]);
    await hoursPass();
    expect((await theirs).exitCode).toBe(0);
    pressRetry(bed, probe);
    expect((await look(step)).kind).toBe('todo');
    await begin(step);
    await until(() => bed.world.side('primary').busy !== null, 'ours is under way');
    await hoursPass();
    expect(await settle(bed, step, () => engine)).toMatchObject({ kind: 'done', evidence: { backup: 'replops1' } });
  });

  it('settings are not applied while theirs are staged, and are once they are gone', async () => {
    await opened({ start: 'replicating' });
    const step = await stepOf({ kind: 'failover', link: crrLinkId, to: { kind: 'latest' } }, 'crr.configure');
    const onStandby = (command: string) =>
      bed.world.host('standby', 'm2').run(`PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; ${command}`);
    await onStandby('gadmin config set Kafka.RetentionHours 24');
    const probe = await settle(bed, step, () => engine);
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(/Somebody has set Kafka\.RetentionHours on tiger-west without applying it.*Nothing was changed/);
    expect(bed.world.side('standby').applied['Kafka.RetentionHours']).not.toBe('24');
    expect((await onStandby('gadmin config discard')).exitCode).toBe(0);
    expect(await carryOut(bed, step, () => engine)).toBe(1);
    expect(bed.world.side('standby').applied['System.CrossRegionReplication.Enabled']).toBe('false');
  });

  it('a service that they start again ends a switchover before anything is promoted', async () => {
    await opened({ start: 'replicating' });
    const { steps } = await planOn(bed, { kind: 'switchover', link: crrLinkId });
    const [prove, stop, equal] = steps;
    if (prove === undefined || stop === undefined || equal === undefined) throw new TypeError('a switchover has more steps');
    expect((await settle(bed, prove, () => engine)).kind).toBe('done');
    expect(await carryOut(bed, stop, () => engine)).toBe(1);
    expect((await operator('gadmin start')).exitCode).toBe(0);
    const probe = await settle(bed, equal, () => engine);
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(/tiger-east takes writes again, so promoting tiger-west now would lose them/);
  });
});

describe('a restore that ends half-way', () => {
  const slow = { pace: { ...tinyPace, restoreMs: 5_000 } };
  const stopped = () =>
    until(() => bed.world.effects().some(({ kind }) => kind === 'restore-stops'), 'the restore has stopped services', 100_000, 5);

  it('says what is left and where the old data is, and the same one puts it right', async () => {
    await opened(slow, backedUp('primary', 'nightly'));
    const step = await stepOf(restore, 'crr.restore');
    await begin(step);
    await stopped();
    await bed.world.faults.nodeDown('primary', 'm2');
    const probe = await settle(bed, step, () => engine);
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(/connection refused\)+\. tiger-east is left half-way: .* neither the old data nor the backup/);
    expect(why(probe)).toMatch(/must not be deleted yet/);
    await bed.world.faults.nodeUp('primary', 'm2');
    pressRetry(bed, probe);
    expect(await carryOut(bed, step, () => engine)).toBe(1);
    await until(() => bed.world.side('primary').writable, 'tiger-east serves');
    expect(bed.world.side('primary').records).toBeGreaterThan(0);
  });

  it('with the node that ran it is unknown, and never repeated by itself', async () => {
    await opened(slow, backedUp('primary', 'nightly'));
    const step = await stepOf(restore, 'crr.restore');
    await begin(step);
    await stopped();
    await bed.world.faults.nodeDown('primary', 'm1');
    await bed.world.faults.nodeUp('primary', 'm1');
    const probe = await settle(bed, step, () => engine);
    expect(probe.kind).toBe('unknown');
    expect(why(probe)).toMatch(/neither runs nor said how it ended.*It is not repeated by itself\. tiger-east is left half-way/);
    await expect(begin(step)).rejects.toMatchObject({ code: 'aborted', effect: 'not-applied' });
    expect(bed.world.effects().filter(({ kind }) => kind === 'restore-stops')).toHaveLength(1);
  });
});

describe('a backup', () => {
  it('is not begun while a service that it is taken from is down', async () => {
    await opened({ start: 'replicating' });
    const step = await stepOf(backup, 'crr.take-backup');
    bed.world.faults.service('primary', 'GSE', 'down');
    const probe = await settle(bed, step, () => engine);
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(/A backup of tiger-east needs GSE_1#1, GSE_2#1, which is not online/);
    expect(bed.effects()).toEqual([]);
  });

  it('waits for a query that runs, and says that it is at it', async () => {
    await opened({ start: 'replicating' });
    const step = await stepOf(backup, 'crr.take-backup');
    bed.world.faults.runningQuery('primary', true);
    await begin(step);
    await until(
      async () => /Exporting GSE data/.test(((probe) => ('note' in probe ? probe.note : ''))(await look(step))),
      'it exports',
      5_000,
      20,
    );
    bed.world.faults.runningQuery('primary', false);
    expect(await settle(bed, step, () => engine)).toMatchObject({ kind: 'done', evidence: { backup: 'replops1', type: 'FULL' } });
  });

  it('that fails leaves the cluster as it is, and runs again when asked to', async () => {
    await opened({ start: 'replicating' });
    const step = await stepOf(backup, 'crr.take-backup');
    bed.world.faults.fullDisk('primary', 'm1', true);
    // The folder of the job lies on another disk than the backups.
    const jobs = bed.world.host('primary', 'm1');
    jobs.files.fill(false);
    const failed = await attempted(step);
    expect(why(failed)).toMatch(/not enough disk space on m1.*tiger-east goes on as before/);
    pressRetry(bed, failed);
    bed.world.faults.fullDisk('primary', 'm1', false);
    expect(await carryOut(bed, step, () => engine)).toBe(1);
  });

  it('is read out of a log whose paths hold the first password of the product, and shown without gaps', async () => {
    await opened({
      version: '3.9.3',
      start: 'replicating',
      users: [{ name: 'tigergraph', password: 'tigergraph', superuser: true }],
      pace: { ...tinyPace, backupMs: 300 },
    });
    const step = await stepOf(backup, 'crr.take-backup');
    await begin(step);
    const notes: string[] = [];
    const end = await (async () => {
      for (;;) {
        const probe = await look(step);
        if (probe.kind !== 'underway') return probe;
        notes.push(probe.note);
      }
    })();
    expect(end).toMatchObject({ kind: 'done', evidence: { backup: expect.stringMatching(/^replops1-\d{4}/) } });
    expect(notes.join('\n')).not.toContain('[redacted]');
  });
});

describe('a copy that somebody promoted while its backup was on its way', () => {
  /** Everything up to the restore, and then somebody promotes the standby by hand. */
  async function promotedBefore(operation: Operation, kind: string): Promise<Step> {
    const plan = await planOn(bed, operation);
    for (const step of plan.steps) {
      if (step.kind === kind) {
        const gadmin = '/home/tigergraph/tigergraph/app/cmd/gadmin';
        const enabled = 'System.CrossRegionReplication.Enabled';
        for (const words of ['crr stop -y', `config set ${enabled} false`, 'config apply -y', 'restart -y'])
          expect((await bed.world.host('standby', 'm1').run(`${gadmin} ${words}`)).exitCode).toBe(0);
        await until(() => bed.world.writable().standby, 'the standby takes writes');
        return step;
      }
      if (step.by === 'engine') await carryOut(bed, step, () => engine);
    }
    throw new TypeError(`the plan has no ${kind}`);
  }

  it('is not filled anew, though the other side serves', async () => {
    await opened({ start: 'replicating', writesPerSecond: 0 });
    const restoreStep = await promotedBefore({ kind: 'rebuild', link: crrLinkId }, 'crr.restore');
    const probe = await look(restoreStep);
    expect(probe.kind).toBe('impossible');
    expect(why(probe)).toMatch(
      /tiger-west followed tiger-east when this was planned, and does not any more\. Nothing was changed\..*fence/,
    );
  });
});
