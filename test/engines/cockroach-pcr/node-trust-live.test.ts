import { afterEach, describe, expect, it } from 'vitest';
import { otherSide, type Side } from '../../../src/domain/observation.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Check } from '../../../src/domain/plan.ts';
import type { SideNodes } from '../../../src/engines/cockroach-pcr/config-hosts.ts';
import type { SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import { createOpenssl } from '../../../src/sim/cockroach/openssl.ts';
import type { SimHost } from '../../../src/sim/hosts/contract.ts';
import { startHost } from '../../../src/sim/hosts/host.ts';
import { createAuthority } from '../../../src/sim/tls/certificate.ts';
import { aSetup, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { bare } from '../../conformance/cockroach-pcr-situations.ts';
import { anIo } from '../../conformance/drive.ts';
import { targetOf } from '../../sim/hosts/bed.ts';

const setup: Operation = { kind: 'setup', link };
const folder = "/var/lib/it's/certs";
const stranger = createAuthority(['elsewhere']).ca;

let close: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(close.map((one) => one()));
  close = [];
});

interface Nodes {
  readonly bed: PcrBed;
  readonly hosts: readonly SimHost[];
  down: boolean;
}

const other = { primary: 'sql-west', standby: 'sql-east' } as const;
const own = { primary: 'sql-east', standby: 'sql-west' } as const;

interface Opened {
  readonly openssl?: boolean;
  /** Whose nodes the bot may log in to. */
  readonly side?: Side;
}

/** Nodes of a side; `held`: the file by which each knows the other side. */
async function open(
  version: NonNullable<SqlWorldOptions['version']>,
  held: readonly (string | 'right' | null)[],
  { openssl: has = true, side = 'standby' }: Opened = {},
): Promise<Nodes> {
  const nodes: { bed: PcrBed | null; hosts: readonly SimHost[]; down: boolean } = { bed: null, hosts: [], down: false };
  const file = `ca_${other[side]}.crt`;
  const prepare = async (world: PcrBed['world']): Promise<void> => {
    const authority = world[otherSide(side)].ca ?? '';
    const openssl = createOpenssl([{ address: `${other[side]}:26257`, authority, answers: () => !nodes.down }]);
    const cockroach = () => ({ exitCode: 0, stdout: 'v26.2.2\n' });
    nodes.hosts = await Promise.all(
      held.map((text, at) =>
        startHost({
          name: `${own[side]}-${at + 1}`,
          products: has ? { openssl, cockroach } : { cockroach },
          files: {
            [`${folder}/ca.crt`]: world[side].ca ?? '',
            ...(text === null ? {} : { [`${folder}/${file}`]: text === 'right' ? authority : text }),
          },
        }),
      ),
    );
    close.push(...nodes.hosts.map((host) => () => host.close()));
  };
  const ownNodes = (): SideNodes => ({
    nodes: nodes.hosts.map((host) => targetOf(host)),
    certsFolder: folder,
    caCertificate: `${folder}/ca.crt`,
    trustedAs: file,
    binary: 'cockroach',
    address: 'localhost:26257',
    start: null,
  });
  const newest = typeof version === 'string' ? version : version.standby;
  const bed = await openPcr(newest, { ...bare, tls: true, version }, prepare, (world) => {
    const made = aSetup(world, { hosts: { primary: null, standby: null, [side]: ownNodes() } });
    const by = (one: Side) => ({ ...made.addresses[one], caPath: `${folder}/${file}` });
    return { setup: { ...made, addresses: { primary: by('primary'), standby: by('standby') } } };
  });
  close.push(() => bed.close());
  nodes.bed = bed;
  return Object.assign(nodes, { bed });
}

async function ways({ bed }: Nodes, from = 'sql-west'): Promise<readonly Check[]> {
  const checks = await bed.engine().preflight(setup, bed.link, anIo({ tag: 'replops/read' }));
  return checks.filter(({ name }) => name.startsWith(`${from}: way`));
}

describe('what the nodes themselves find on their way to the other side', { timeout: 180_000 }, () => {
  it('is told of each of them, by the certificate that travels with the address', async () => {
    const nodes = await open('26.2', [null, null]);
    expect(await ways(nodes)).toMatchObject([
      { name: 'sql-west: way of sql-west-1 to sql-east', outcome: 'passed', seen: expect.stringContaining('trusts the certificate') },
      { name: 'sql-west: way of sql-west-2 to sql-east', outcome: 'passed' },
    ]);
    nodes.down = true;
    expect(await ways(nodes)).toMatchObject([
      { outcome: 'failed', seen: expect.stringContaining('sql-west-1 does not reach sql-east:26257') },
      { outcome: 'failed', next: expect.stringContaining('firewall') },
    ]);
    expect(nodes.hosts.flatMap((host) => host.effects())).toEqual([]);
  });

  it('is told of each of them, by its file', async () => {
    const nodes = await open('23.2', ['right', stranger]);
    expect(await ways(nodes)).toMatchObject([
      { outcome: 'passed', seen: expect.stringContaining('trusts the certificate') },
      {
        outcome: 'failed',
        seen: 'sql-west-2 reaches sql-east:26257, but does not trust what answers there (unable to get local issuer certificate), so no stream would begin.',
      },
    ]);
  });

  it('proves no more than that something answers where the file is not there yet', async () => {
    expect(await ways(await open('23.2', [null]))).toMatchObject([{ outcome: 'passed', seen: expect.stringContaining('is not proven') }]);
  });

  it('is asked of people where a node can not try, or can not be logged in to', async () => {
    const nodes = await open('26.2', [null, null], { openssl: false });
    await nodes.hosts[1]?.faults.down();
    expect(await ways(nodes)).toMatchObject([
      { outcome: 'warned', seen: expect.stringContaining('could not be tried from sql-west-1') },
      { outcome: 'warned', seen: expect.stringContaining('It could not be tried') },
    ]);
  });

  it('is a warning where a stream goes that way only once the roles are swapped', async () => {
    const nodes = await open('26.2', [null], { side: 'primary' });
    nodes.down = true;
    const later = /^sql-east-1 does not reach sql-west:26257 .* matters only once the roles are swapped/;
    expect(await ways(nodes, 'sql-east')).toMatchObject([{ outcome: 'warned', seen: expect.stringMatching(later) }]);
  });

  it('goes by the release of the side that follows: a newer one takes the certificate with the address', async () => {
    const nodes = await open({ primary: '23.2', standby: '24.1' }, [null]);
    expect(await ways(nodes)).toMatchObject([{ outcome: 'passed', seen: expect.stringContaining('trusts the certificate') }]);
  });
});
