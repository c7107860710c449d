import { afterEach, describe, expect, it } from 'vitest';
import { type HostsBed, openBareNodes } from '../../conformance/cockroach-pcr-hosts.ts';
import { sendTo } from '../hosts/bed.ts';

let bed: HostsBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

async function aNode(version: '23.2' | '26.2') {
  const on = await openBareNodes(version);
  bed = on;
  const [host] = on.hosts.primary;
  if (host === undefined) throw new TypeError('there is no host');
  return { on, send: (command: string, stdin = '') => sendTo(host, command, { stdin }) };
}
const certs = `--certs-dir="/var/lib/it's cockroach/certs"`;

describe('the cockroach of a node', { timeout: 180_000 }, () => {
  it('initializes a cluster once, and only when a node runs', async () => {
    const { on, send } = await aNode('26.2');
    expect(await send(`cockroach init ${certs} --virtualized`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('cannot dial server.'),
    });
    expect((await send(`cockroach start ${certs} --join=a,b --background`)).exitCode).toBe(0);
    expect(await send(`cockroach init ${certs} --virtualized`)).toMatchObject({
      exitCode: 0,
      stdout: 'Cluster successfully initialized\n',
    });
    expect(await send(`cockroach init ${certs} --virtualized`)).toMatchObject({
      exitCode: 1,
      stderr: 'ERROR: cluster has already been initialized\nFailed running "init"\n',
    });
    expect(on.world.vc('primary')?.serviceMode).toBe('shared');
  });

  it('makes what its flags say, and lets root in', async () => {
    const { on, send } = await aNode('26.2');
    await send(`cockroach start ${certs} --join=a,b --background`);
    await send(`cockroach init ${certs}`);
    expect(on.world.vc('primary')).toBeNull();
    expect(await send(`cockroach sql ${certs}`, `CREATE USER a; CREATE USER a;`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('SQLSTATE: 42710'),
    });
  });

  it.each([
    ['', 0],
    [' --config-profile replication-target', 1],
  ])('brings a template on v23.2 only where it was started with a profile: “%s”', async (profile, templates) => {
    const { on, send } = await aNode('23.2');
    await send(`cockroach start ${certs} --join=a,b --background${profile}`);
    await send(`cockroach init ${certs}`);
    expect(on.world.vc('primary', 'template') === null ? 0 : 1).toBe(templates);
  });

  it('knows the flags of its release only', async () => {
    const { send } = await aNode('23.2');
    expect((await send('cockroach version --build-tag')).stdout).toMatch(/^v23\.2\.\d+\n$/);
    expect(await send(`cockroach init ${certs} --virtualized`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('unknown flag: --virtualized'),
    });
  });
});
