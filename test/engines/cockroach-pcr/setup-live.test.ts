import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { parsePcrSettings } from '../../../src/engines/cockroach-pcr/config.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { aSetup, openPcr, type PcrBed, setupSecrets } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, executorFor, planOn } from '../../conformance/drive.ts';

const hourMs = 3_600_000;

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

describe('a refused statement', () => {
  it('tells nothing of the secrets in it, even when the server repeats them', async () => {
    const open = await openPcr('26.2', { start: 'none', externalConnections: {} }, undefined, (world) => ({ setup: aSetup(world) }));
    bed = open;
    const plan = await planOn(open, { kind: 'setup', link: open.link.id });
    const step = plan.steps.find(({ kind }) => kind === 'pcr.create-connection');
    if (step === undefined) throw new TypeError('the plan has no connection');
    const echoed = `cannot use postgresql://stream:${encodeURIComponent(setupSecrets.stream)}@x or ${setupSecrets.stream}`;
    open.world.faults.add({ match: /^CREATE EXTERNAL/, act: { kind: 'refuse', sqlState: 'XXUUU', message: echoed, hint: echoed } });
    const fault: unknown = await executorFor(open.engine(), step)
      .perform(step, open.link, anIo())
      .catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ effect: 'not-applied', code: 'statement-refused' });
    const told = fault instanceof Error ? `${fault.message} ${fault.stack} ${JSON.stringify(fault)} ${String(fault.cause)}` : '';
    expect(told).toContain('cannot use');
    for (const secret of [setupSecrets.stream, encodeURIComponent(setupSecrets.stream)]) expect(told).not.toContain(secret);
  });
});

describe('a first copy that is being made', () => {
  it('tells its share at every look', async () => {
    const open = await openPcr('26.2', { start: 'initializing', pace: { ...tinyPace, scanMs: 10 * hourMs } });
    bed = open;
    const look = () => open.engine().observe(open.link, anIo({ tag: 'replops/read' }));
    open.world.control().advance(4 * hourMs);
    expect((await look()).headline).toMatch(/the initial scan is running \((39|40|41) % is copied\), so sql-west can't take over yet\.$/);
    open.world.control().advance(2 * hourMs);
    expect((await look()).facts.find(({ name }) => name === 'standby.scan')?.value).toMatch(/^(59|60|61) %$/);
  });
});

describe('the setup section', () => {
  const side = (cluster: string) => ({ cluster, host: cluster, user: 'ops', password: 'env:PW', tls: { ca: 'file:ca.crt' } });
  const parse = (setup: Record<string, unknown>) =>
    parsePcrSettings({ primary: side('east'), standby: side('west'), setup }, (reference) => new Secret(`value of ${reference}`));

  it('keeps secrets as secrets, reads lengths of time, and takes addresses from the bot where none are given', () => {
    const answer = parse({ user: { name: 'repl', password: 'env:R' }, retention: '6h', addresses: { primary: { host: 'inner' } } });
    if (answer.kind !== 'parsed') throw new TypeError('it was refused');
    expect(answer.settings.setup).toMatchObject({
      source: 'main',
      retentionMs: 21_600_000,
      user: { name: 'repl', create: true },
      addresses: { primary: { host: 'inner', port: 26_257, ca: 'value of file:ca.crt' }, standby: { host: 'west' } },
    });
    expect(JSON.stringify(answer.settings)).not.toContain('value of env:R');
  });

  it.each([
    [{ user: { name: 'repl', password: 'plain' } }, 'password'],
    [{ user: { name: 'Rep"l', password: 'env:R' } }, 'name'],
    [{ user: { name: 'repl', password: 'env:R' }, retention: 'six hours' }, 'retention'],
  ])('refuses %j', (setup, path) => {
    const answer = parse(setup);
    expect(answer.kind === 'problems' ? answer.problems.map((problem) => problem.path.at(-1)) : []).toEqual([path]);
  });
});
