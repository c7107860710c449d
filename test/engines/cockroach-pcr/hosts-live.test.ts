import { afterEach, describe, expect, it } from 'vitest';
import { asRunId } from '../../../src/domain/ids.ts';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import type { PcrLink } from '../../../src/engines/cockroach-pcr/config.ts';
import { type HostsBed, openBareNodes, operatorSecret } from '../../conformance/cockroach-pcr-hosts.ts';
import { anIo, carryOut, executorFor, planOn, settle, through } from '../../conformance/drive.ts';
import { sendTo } from '../../sim/hosts/bed.ts';
import { until } from '../../support/until.ts';

let bed: HostsBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

async function open(...options: Parameters<typeof openBareNodes>): Promise<HostsBed> {
  bed = await openBareNodes(...options);
  return bed;
}
const setupOf = (on: HostsBed): Promise<Plan> => planOn(on, { kind: 'setup', link: on.link.id });
const carry = (on: HostsBed, plan: Plan) => through(on, plan, async (step) => void (await carryOut(on, step, () => on.engine())));
const ask = async (on: HostsBed, link: PcrLink = on.link) =>
  on.engine().plan({ kind: 'setup', link: link.id }, link, await on.engine().observe(link, anIo({ tag: 'replops/read' })));
const upTo = (plan: Plan, kind: string): Plan => ({ ...plan, steps: plan.steps.slice(0, indexOf(plan, kind)) });
const indexOf = (plan: Plan, kind: string): number => plan.steps.findIndex((step) => step.kind === kind);
function find(plan: Plan, kind: string): Step {
  const step = plan.steps[indexOf(plan, kind)];
  if (step === undefined) throw new TypeError(`no ${kind}`);
  return step;
}
const first = (on: HostsBed, side: 'primary' | 'standby') => {
  const [host] = on.hosts[side];
  if (host === undefined) throw new TypeError('a side has no hosts');
  return host;
};

describe('a setup from bare nodes', { timeout: 180_000 }, () => {
  it.each([
    ['23.2', '--config-profile replication-source', 4],
    ['26.2', 'init --certs-dir', 0],
  ] as const)('on %s starts, initializes and connects everything, and tells no secret', async (version, words, placed) => {
    const on = await open(version);
    const plan = await setupOf(on);
    expect(JSON.stringify(plan)).toContain(words);
    expect(plan.steps.filter(({ kind }) => kind === 'hosts.place-certificate').length).toBe(placed);
    await carry(on, plan);
    expect(on.world.vc('standby')?.status).toBe('replicating');
    expect(
      [...on.hosts.primary, ...on.hosts.standby].flatMap((host) => host.effects()).filter(({ what }) => what.startsWith('init')),
    ).toHaveLength(2);
    const commands = [...on.hosts.primary, ...on.hosts.standby].flatMap((host) => host.commands().map(({ command }) => command));
    const told = JSON.stringify([plan, commands, on.effects(), await on.engine().observe(on.link, anIo())]);
    expect(told).not.toContain(JSON.stringify(operatorSecret.reveal()).slice(1, -1));
    const again = await ask(on);
    expect(isRefusal(again) ? again.sentence : '').toMatch(/nothing to set up/);
  });

  it('starts only what does not run', async () => {
    const on = await open('26.2');
    const all = await setupOf(on);
    const [start] = all.steps;
    if (start === undefined) throw new TypeError('the plan is empty');
    await carryOut(on, start, () => on.engine());
    const rest = await setupOf(on);
    expect(rest.steps.length).toBe(all.steps.length - 1);
    expect(rest.fingerprint).not.toBe(all.fingerprint);
  });

  it('halts on a cluster that somebody initialized otherwise, before anything is made on it', async () => {
    const on = await open('26.2');
    const plan = await setupOf(on);
    await carry(on, upTo(plan, 'pcr.init-cluster'));
    expect(await sendTo(first(on, 'standby'), `cockroach init --host=localhost:26257 --virtualized`)).toMatchObject({ exitCode: 0 });
    const operators = plan.steps.filter(({ kind, side }) => kind === 'pcr.create-operator' && side === 'standby');
    for (const step of operators) await carryOut(on, step, () => on.engine());
    const look = plan.steps.find(({ kind, side }) => kind === 'pcr.see-control-plane' && side === 'standby');
    if (look === undefined) throw new TypeError('nothing looks');
    expect(await settle(on, look, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('system, main instead of system'),
    });
  });

  it('takes a cluster that was initialized meanwhile for what it is, and does not initialize it again', async () => {
    const on = await open('26.2');
    const plan = await setupOf(on);
    await carry(on, upTo(plan, 'pcr.init-cluster'));
    await sendTo(first(on, 'primary'), 'cockroach init --host=localhost:26257 --virtualized');
    expect(await settle(on, find(plan, 'pcr.init-cluster'), () => on.engine())).toMatchObject({ kind: 'done' });
    // A call that comes too late is refused by the product and changes nothing.
    await executorFor(on.engine(), find(plan, 'pcr.init-cluster')).perform(find(plan, 'pcr.init-cluster'), on.link, anIo());
    expect(
      first(on, 'primary')
        .effects()
        .filter(({ what }) => what.startsWith('init')),
    ).toHaveLength(1);
  });

  it('says what cockroach said when it refuses, without the password', async () => {
    const on = await open('26.2');
    const plan = await setupOf(on);
    await carry(on, upTo(plan, 'pcr.create-operator'));
    const step = find(plan, 'pcr.create-operator');
    first(on, 'primary').faults.add({
      match: / sql /,
      act: { kind: 'refuse', exitCode: 1, stderr: `ERROR: no ${operatorSecret.reveal()}` },
    });
    const fault: unknown = await executorFor(on.engine(), step)
      .perform(step, on.link, anIo())
      .catch((cause: unknown) => cause);
    expect(fault).toMatchObject({
      effect: 'not-applied',
      message: expect.stringContaining('failed on sql-east-1 (exit code 1: ERROR: no '),
    });
    expect(String(fault)).not.toContain(operatorSecret.reveal());
  });

  it('finds a node without the certificate before the copy is begun', async () => {
    const on = await open('23.2');
    const plan = await setupOf(on);
    await carry(on, upTo(plan, 'pcr.init-cluster'));
    const look = find(plan, 'pcr.check-certificates');
    expect((await settle(on, look, () => on.engine())).kind).toBe('done');
    const [, second] = on.hosts.standby;
    second?.files.remove("/var/lib/it's cockroach/certs/ca_sql-east.crt");
    expect(await settle(on, look, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('sql-west-2 of sql-west does not hold'),
    });
  });
});

describe('nodes that the bot can not judge', { timeout: 180_000 }, () => {
  it('are not planned on: one that can not be reached is named', async () => {
    const on = await open('26.2');
    await first(on, 'standby').faults.down('unreachable');
    const answer = await ask(on);
    expect(isRefusal(answer) ? `${answer.sentence} ${answer.next}` : '').toMatch(/sql-west-1: not told.*over SSH/s);
  });

  it('are left to people with exact commands, and proven by connecting, when the config names their release only', async () => {
    const on = await open('26.2');
    const { setup } = on.link.settings;
    if (setup === null) throw new TypeError('no setup');
    const link: PcrLink = {
      ...on.link,
      settings: { ...on.link.settings, setup: { ...setup, hosts: { primary: null, standby: null }, release: '26.2' } },
    };
    const plan = await ask(on, link);
    if (isRefusal(plan)) throw new TypeError(plan.sentence);
    expect(plan.steps.slice(0, 4).map(({ by, kind }) => `${by} ${kind}`)).toEqual([
      'person hosts.by-hand',
      'engine pcr.see-control-plane',
      'person hosts.by-hand',
      'engine pcr.see-control-plane',
    ]);
    expect(plan.steps[0]?.statements.join('\n')).toMatch(/cockroach' init .*--virtualized\n.*CREATE USER "ops"/s);
    const [, look] = plan.steps;
    if (look === undefined) throw new TypeError('nothing looks');
    await expect(executorFor(on.engine(), look).probe(look, link, anIo())).rejects.toMatchObject({ code: 'connect-failed' });
  });

  it('are refused with the words for people when nothing tells their release', async () => {
    const on = await open('26.2');
    const { setup } = on.link.settings;
    if (setup === null) throw new TypeError('no setup');
    const answer = await ask(on, {
      ...on.link,
      settings: { ...on.link.settings, setup: { ...setup, hosts: { primary: null, standby: null } } },
    });
    expect(isRefusal(answer) ? answer.next : '').toContain('cockroach init --virtualized');
  });
});

describe('the nodes of a link', { timeout: 180_000 }, () => {
  it('are cleared of what an older owner of a run left running on them', async () => {
    const on = await open('26.2');
    const run = asRunId('r-4k9zq0tm2x');
    const plan = await setupOf(on);
    await carry(on, upTo(plan, 'pcr.init-cluster'));
    const step = find(plan, 'pcr.init-cluster');
    first(on, 'primary').faults.add({ match: / init /, act: { kind: 'hang' } });
    const older = executorFor(on.engine(), step)
      .perform(step, on.link, anIo({ tag: `replops/${run}/7`, timeoutMs: 20_000 }))
      .catch((cause: unknown) => cause);
    await until(
      () =>
        first(on, 'primary')
          .processes()
          .some(({ command }) => command.includes(' init ')),
      'the command hangs',
    );
    expect(await on.engine().evict(on.link, run, 8, anIo({ tag: `replops/${run}/8` }))).toEqual([expect.stringContaining('sql-east-1')]);
    expect(await older).toMatchObject({ effect: 'unknown' });
    expect(
      first(on, 'primary')
        .effects()
        .filter(({ what }) => what.startsWith('init')),
    ).toEqual([]);
  });

  it('are named when their host keys are not checked', async () => {
    const on = await open('26.2');
    const { setup } = on.link.settings;
    const side = setup?.hosts?.primary;
    if (setup === null || side == null) throw new TypeError('no hosts');
    const nodes = side.nodes.map((node) => ({ ...node, hostKey: { mode: 'unchecked' } as const }));
    const link = {
      ...on.link,
      settings: { ...on.link.settings, setup: { ...setup, hosts: { primary: { ...side, nodes }, standby: null } } },
    };
    expect(
      on
        .engine()
        .cautions(link)
        .filter((sentence) => sentence.includes('host key')).length,
    ).toBe(2);
    expect(on.engine().cautions(on.link).join(' ')).not.toContain('host key');
  });
});
