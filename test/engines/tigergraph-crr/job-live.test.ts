import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Step } from '../../../src/domain/plan.ts';
import type { Engine, Probe } from '../../../src/engines/engine.ts';
import type { CrrLink } from '../../../src/engines/tigergraph-crr/config.ts';
import { tinyPace } from '../../../src/sim/tigergraph/pace.ts';
import { anIo, earlierOn, executorFor, planOn, pressRetry, retriedOn, settle, through } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { until } from '../../support/until.ts';

const hour = 3_600_000;
const backup: Operation = { kind: 'backup', link: crrLinkId, action: { kind: 'create', mode: 'full', tag: null }, on: null };

let bed: CrrBed;
let engine: Engine<CrrLink>;
afterEach(() => bed.close());

const look = (step: Step): Promise<Probe> => executorFor(engine, step).probe(step, bed.link, ioOf(step));
const ioOf = (step: Step) => anIo({ timeoutMs: 60_000, earlier: earlierOn(bed, step), retried: retriedOn(bed) });
const noteOf = (probe: Probe): string => ('note' in probe ? probe.note : '');
const why = (probe: Probe): string => ('why' in probe ? probe.why : probe.kind);

/** A backup that takes an hour, begun: a version that makes up its name, which is told in the first lines of its log only. */
async function backupUnderWay(): Promise<Step> {
  bed = await openCrr({ version: '3.9.3', start: 'replicating', pace: { ...tinyPace, backupMs: hour } });
  engine = bed.engine();
  const step = (await planOn(bed, backup)).steps.find(({ kind }) => kind === 'crr.take-backup');
  if (step === undefined) throw new TypeError('the plan takes no backup');
  await executorFor(engine, step).perform(step, bed.link, ioOf(step));
  await until(async () => /Exporting/.test(noteOf(await look(step))), 'it has told its name');
  return step;
}

/** What somebody does to the log of the one job, in its folder. */
async function atLog(command: string): Promise<void> {
  const host = bed.world.host('primary', 'm1');
  const [folder] = host.files.list('/home/tigergraph/.replops/jobs');
  const { exitCode, stderr } = await host.run(`cd ${folder} && ${command}`);
  if (exitCode !== 0) throw new TypeError(stderr);
}

/** What a bot that takes over sees from when the backup has come to its end. */
async function endOf(step: Step): Promise<readonly Probe[]> {
  const { control, host, side } = bed.world;
  await until(() => {
    control().advance(hour);
    return (
      side('primary').busy === null &&
      !host('primary', 'm1')
        .processes()
        .some(({ command }) => command.includes('gadmin'))
    );
  }, 'the backup has come to its end');
  engine = bed.engine();
  const probes = [await look(step)];
  await until(async () => {
    if (probes.at(-1)?.kind === 'underway') probes.push(await look(step));
    return probes.at(-1)?.kind !== 'underway';
  }, 'it is understood');
  return probes;
}

describe('a job that says more than anybody keeps', () => {
  it('is understood by a bot that takes over, once it has heard all of it', { timeout: 300_000 }, async () => {
    const step = await backupUnderWay();
    await atLog(`printf '%s' '${'[   Info] Exporting part – ü 漢 of no use\n'.repeat(15_000)}' > "$HOME/part"`);
    await atLog(`cat ${'"$HOME/part" '.repeat(9)} >> log`);
    engine = bed.engine();
    expect(noteOf(await look(step))).toMatch(/^tiger-east-m1 is at it; \d{7} bytes of its log are still to be read\.$/);
    expect(noteOf(await look(step))).toBe('tiger-east-m1 is at it: Exporting part – ü 漢 of no use');
    const [first, ...later] = await endOf(step);
    expect(first).toMatchObject({ kind: 'underway', note: expect.stringMatching(/bytes of its log are still to be read\.$/) });
    expect(later.at(-1)).toMatchObject({ kind: 'done', evidence: { backup: expect.stringMatching(/^replops1-\d{4}/) } });
  });
});

describe('a log that somebody touches', () => {
  it('is missed, and an end that it does not tell is unknown to whoever did not hear it', async () => {
    const step = await backupUnderWay();
    await atLog('rm log');
    expect(noteOf(await look(step))).toMatch(/^tiger-east-m1 is at it \(its log is gone\): /);
    engine = bed.engine();
    expect(await look(step)).toMatchObject({ kind: 'underway', note: 'tiger-east-m1 is at it.' });
    const probe = (await endOf(step)).at(-1);
    if (probe?.kind !== 'unknown') throw new TypeError(`it is ${probe?.kind}`);
    expect(why(probe)).toMatch(/ended on tiger-east-m1 without saying that it was done \(its log is gone\)\..* and press Retry\.$/);
    pressRetry(bed, probe);
    expect((await look(step)).kind).toBe('unknown');
  });

  it('is heard from its beginning when it is cut', async () => {
    const step = await backupUnderWay();
    await atLog(`printf 'Tag is short\\n' > log`);
    expect(await look(step)).toMatchObject({ note: 'tiger-east-m1 is at it (its log was replaced meanwhile): Tag is short' });
  });
});

describe('a restore that failed and that a person has run again', () => {
  it('is judged anew first: with no other copy left to serve, nothing is touched', async () => {
    bed = await openCrr({ version: '4.1.4', start: 'outdated' });
    engine = bed.engine();
    const plan = await planOn(bed, { kind: 'rebuild', link: crrLinkId });
    let failed: Probe | null = null;
    await through(bed, plan, async (step) => {
      if (failed !== null) return;
      if (step.kind === 'crr.restore') bed.world.faults.fullDisk('standby', 'm2', true);
      if ((await settle(bed, step, () => engine)).kind === 'todo') await executorFor(engine, step).perform(step, bed.link, ioOf(step));
      const probe = await settle(bed, step, () => engine);
      if (step.kind === 'crr.restore') failed = probe;
    });
    const step = plan.steps.find(({ kind }) => kind === 'crr.restore');
    if (failed === null || step === undefined) throw new TypeError('nothing was restored');
    expect(why(failed)).toMatch(/not enough disk space on m2.*Retry runs it again\.$/);
    pressRetry(bed, failed);
    expect((await look(step)).kind).toBe('todo');
    const { exitCode } = await bed.world.host('primary', 'm1').run('/home/tigergraph/tigergraph/app/cmd/gadmin stop -y');
    expect(exitCode).toBe(0);
    expect(await look(step)).toMatchObject({ kind: 'impossible', why: expect.stringMatching(/^tiger-east takes no writes now/) });
  });
});
