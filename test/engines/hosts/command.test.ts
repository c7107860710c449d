import { describe, expect, it } from 'vitest';
import { asRunId } from '../../../src/domain/ids.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Probe } from '../../../src/engines/engine.ts';
import { type NodeCommand, runCommandAct } from '../../../src/engines/hosts/acts.ts';
import { endLeftOvers } from '../../../src/engines/hosts/evict.ts';
import type { ProductTable } from '../../../src/sim/hosts/contract.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { aShell, targetOf } from '../../sim/hosts/bed.ts';
import { until } from '../../support/until.ts';
import { aBed, aBot, anIo, type HostsBed } from './bed.ts';

/** A database whose process is a file. `start` takes a while, and fails when it is told to. */
const products: ProductTable = {
  dbctl: async ({ argv, files, wait }) => {
    if (argv[0] === 'status') return { exitCode: files.exists('/run/db') ? 0 : 3, stdout: 'inactive\n' };
    if (files.exists('/etc/db/broken')) return { exitCode: 1, stderr: 'dbctl: no such certificate\n' };
    await wait(150);
    files.write('/run/db', '');
    return { exitCode: 0, stdout: 'started\n', changed: 'database started' };
  },
};

const commandOn = ({ west }: HostsBed, more: Partial<NodeCommand> = {}) =>
  runCommandAct({
    side: 'standby',
    cluster: 'neo-west',
    node: targetOf(west),
    title: 'Start the database',
    command: 'sudo -n dbctl start',
    check: 'dbctl status',
    ...more,
  });

const bedWith = () => aBed({ west: { products, folders: ['/run', '/etc/db'] } });

async function settled(bed: HostsBed, bot = aBot(), act = commandOn(bed), io = anIo()): Promise<Probe> {
  let probe: Probe = { kind: 'underway', fraction: null, note: 'not asked yet' };
  await until(async () => {
    probe = await bot.probe(act, bed.link, io);
    return probe.kind !== 'underway';
  }, 'the command has come to an end');
  return probe;
}

const shown = (probe: Probe) => ('evidence' in probe ? probe.evidence : {});

/** Folders of jobs: each try has its own, and a failed one is kept to be read. */
const jobsOn = ({ west }: HostsBed): readonly string[] => west.files.list('/home/ops/.replops/jobs');

const starts = ({ west }: HostsBed): number => west.effects().filter(({ what }) => what === 'database started').length;

describe('a command of the config', () => {
  it('runs once, and its check tells that it is done', async () => {
    const bed = await bedWith();
    const act = commandOn(bed);
    expect(await aBot().probe(act, bed.link)).toEqual({ kind: 'todo' });
    await aBot().perform(act, bed.link);
    expect(await settled(bed)).toEqual({ kind: 'done', evidence: { node: 'west-1', check: 'dbctl status', 'exit code': 0 } });
    expect(starts(bed)).toBe(1);
  });

  it('is not run when the check is met already', async () => {
    const bed = await bedWith();
    bed.west.files.write('/run/db', '');
    expect(await aBot().probe(commandOn(bed), bed.link)).toMatchObject({ kind: 'done' });
  });

  it.each(['drop-before', 'drop-after'] as const)('is run once after %s and a take-over', async (kind) => {
    const bed = await bedWith();
    const act = commandOn(bed);
    bed.west.faults.add({ match: /setsid/, act: { kind } });
    await expect(aBot().perform(act, bed.link)).rejects.toMatchObject({ effect: 'unknown' });
    await endLeftOvers(connectShell, [targetOf(bed.west)], asRunId('r-4k9zq0tm2x'), 18, anIo({ tag: 'replops/r-4k9zq0tm2x/18' }));
    const next = aBot();
    const probe = await settled(bed, next);
    expect(probe.kind).toBe(kind === 'drop-before' ? 'todo' : 'done');
    if (probe.kind === 'todo') await next.perform(act, bed.link, anIo({ tag: 'replops/r-4k9zq0tm2x/18' }));
    expect(await settled(bed, next)).toMatchObject({ kind: 'done' });
    expect(starts(bed)).toBe(1);
  });

  it('is not begun again while it runs', async () => {
    const bed = await bedWith();
    const act = commandOn(bed, { command: 'echo busy; sleep 600' });
    await aBot().perform(act, bed.link);
    await until(async () => {
      const probe = await aBot().probe(act, bed.link);
      return probe.kind === 'underway' && probe.note === 'west-1 is at it: busy.';
    }, 'its words are seen');
    await expect(aBot().perform(act, bed.link)).rejects.toMatchObject({ code: 'aborted', effect: 'not-applied' });
  });

  it('that fails stops the run with its last words, and Retry runs it again', async () => {
    const bed = await bedWith();
    bed.west.files.write('/etc/db/broken', '');
    const [act, bot] = [commandOn(bed), aBot()];
    await bot.perform(act, bed.link);
    expect(await settled(bed, bot)).toMatchObject({
      kind: 'impossible',
      why: "'Start the database on west-1 of neo-west' ended with exit code 1: dbctl: no such certificate. Mend the cause; Retry runs it again.",
    });
    bed.west.files.remove('/etc/db/broken');
    expect(await bot.probe(act, bed.link)).toMatchObject({ kind: 'impossible' });
    const io = anIo({ retried: [shown(await bot.probe(act, bed.link))] });
    expect(await bot.probe(act, bed.link, io)).toEqual({ kind: 'todo' });
    await bot.perform(act, bed.link, io);
    expect(await settled(bed, bot, act, io)).toMatchObject({ kind: 'done' });
    expect(jobsOn(bed)).toHaveLength(2);
  });

  it('that fails is told by a bot that took over, too, and one Retry has any bot run it again, once', async () => {
    const bed = await bedWith();
    const act = commandOn(bed);
    bed.west.files.write('/etc/db/broken', '');
    await aBot().perform(act, bed.link);
    const failed = await settled(bed);
    expect(failed).toMatchObject({ kind: 'impossible' });
    expect(await aBot().probe(act, bed.link)).toEqual(failed);
    await expect(aBot().perform(act, bed.link)).rejects.toMatchObject({ effect: 'not-applied' });
    const once = anIo({ retried: [{ job: 'of another step', 'exit code': 1 }, shown(failed)] });
    expect(await aBot().probe(act, bed.link, once)).toEqual({ kind: 'todo' });
    await aBot().perform(act, bed.link, once);
    await expect(aBot().perform(act, bed.link, once)).rejects.toMatchObject({ code: 'aborted' });
    const again = await settled(bed, aBot(), act, once);
    expect(again).toMatchObject({ kind: 'impossible' });
    expect(shown(again)).not.toEqual(shown(failed));
    const twice = anIo({ retried: [...once.retried, shown(again)] });
    expect(await aBot().probe(act, bed.link, twice)).toEqual({ kind: 'todo' });
  });

  it('shows nobody the password that it is logged in with, whatever its log says', async () => {
    const password = 'tr0ub4dor&3';
    const bed = await aBed({ west: { users: [{ name: 'ops', password }] } });
    const node = targetOf(bed.west, { login: { kind: 'password', password: new Secret(password) } });
    const { settings } = bed.link;
    const known = { ...bed, link: { ...bed.link, settings: { ...settings, standby: { ...settings.standby, nodes: [node] } } } };
    const command = `echo 'as ${password}'; exit 1`;
    const act = commandOn(known, { node, command, check: 'false' });
    await aBot().perform(act, known.link);
    const probe = await settled(known, aBot(), act);
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringContaining('exit code 1: as [redacted].') });
    expect(JSON.stringify(probe)).not.toContain(password);
  });

  it('that a host’s end cut off is unknown', async () => {
    const bed = await bedWith();
    const act = commandOn(bed, { command: 'sleep 600' });
    await aBot().perform(act, bed.link);
    await until(() => bed.west.processes().some(({ command }) => command === 'sleep 600'), 'it runs');
    await bed.west.faults.down('dead');
    await bed.west.faults.up();
    const probe = await settled(bed, aBot(), act);
    expect(probe).toMatchObject({ kind: 'unknown', why: expect.stringContaining('remove "$HOME/.replops/jobs/') });
    // Nobody knows what it has done, so Retry alone looks again and begins nothing.
    expect(await aBot().probe(act, bed.link, anIo({ retried: [shown(probe)] }))).toMatchObject({ kind: 'unknown' });
    expect(jobsOn(bed)).toHaveLength(1);
  });

  it('whose check can’t be run says so', async () => {
    const bed = await bedWith();
    expect(await aBot().probe(commandOn(bed, { check: 'nosuch status' }), bed.link)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('nosuch: not found'),
    });
  });

  it('that ended well waits for its check', async () => {
    const bed = await bedWith();
    const act = commandOn(bed, { command: 'true' });
    await aBot().perform(act, bed.link);
    await until(async () => {
      const probe = await aBot().probe(act, bed.link);
      return probe.kind === 'underway' && probe.note.includes('its check is not met yet (exit code 3: inactive)');
    }, 'it says so');
  });
});

describe('what an older owner left running', () => {
  const run = asRunId('r-4k9zq0tm2x');
  const io = anIo({ tag: 'replops/evict' });

  it('is ended, and what newer owners, other runs and jobs run goes on', async () => {
    const bed = await bedWith();
    const tags = ['replops/r-4k9zq0tm2x/16', 'replops/r-4k9zq0tm2x/18', 'replops/r-0000000000/3', 'somebody'];
    for (const tag of tags) {
      const session = await aShell(bed.west, { tag });
      session.change('sleep 600').catch(() => undefined);
    }
    await aBot().perform(commandOn(bed, { command: 'sleep 700' }), bed.link);
    const asleep = (): readonly string[] => {
      const marks = bed.west.processes().filter(({ command }) => command.startsWith('sleep'));
      return [...new Set(marks.map(({ env }) => env['REPLOPS_TAG'] ?? `job ${env['REPLOPS_JOB']?.slice(0, 12)}`))].sort();
    };
    await until(() => asleep().length === 5, 'all run');
    expect(await endLeftOvers(connectShell, [targetOf(bed.west)], run, 18, io)).toEqual([
      'Ended a command on west-1, which an older owner of the run (replops/r-4k9zq0tm2x/16) had left.',
    ]);
    expect(asleep()).toEqual([...tags.slice(1), 'job r-4k9zq0tm2x'].sort());
    expect(await endLeftOvers(connectShell, [targetOf(bed.west)], run, 18, io)).toEqual([]);
  });

  it('is ended the hard way when it does not listen', async () => {
    const bed = await bedWith();
    const session = await aShell(bed.west, { tag: 'replops/r-4k9zq0tm2x/1' });
    const work = session.change('true; sleep 600');
    await until(() => bed.west.processes().some(({ command }) => command === 'sleep 600'), 'it runs');
    bed.west.harden('sleep 600');
    const ended = await endLeftOvers(connectShell, [targetOf(bed.west)], run, 2, io);
    expect(ended).toHaveLength(1);
    await work.catch(() => undefined);
    expect(bed.west.processes().filter(({ env }) => env['REPLOPS_TAG']?.startsWith('replops/r-4k9zq0tm2x/'))).toEqual([]);
  });

  it('holds nobody up on a host that is gone, and is not said to be gone on one that can’t tell', async () => {
    const bed = await bedWith();
    const evict = (timeoutMs = 5_000) => endLeftOvers(connectShell, [targetOf(bed.west)], run, 2, { ...io, timeoutMs });
    await bed.west.faults.down('unreachable');
    expect(await evict()).toEqual([]);
    await bed.west.faults.up();
    await bed.west.faults.down('silent');
    await expect(evict(100)).rejects.toMatchObject({ code: 'deadline-passed' });
    await bed.west.faults.up();
    bed.west.faults.add({ match: /^grep/, act: { kind: 'refuse', exitCode: 127, stderr: 'sh: 1: grep: not found\n' } });
    await expect(evict()).rejects.toMatchObject({ code: 'answer-not-understood' });
  });
});
