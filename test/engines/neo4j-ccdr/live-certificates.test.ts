import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/domain/clock.ts';
import { type CertificateMemory, distrusting, readCertificates } from '../../../src/engines/neo4j-ccdr/certificates.ts';
import type { CcdrLink } from '../../../src/engines/neo4j-ccdr/config.ts';
import type { SimHost } from '../../../src/sim/hosts/contract.ts';
import { createAuthority } from '../../../src/sim/tls/certificate.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { aHost, targetOf } from '../../sim/hosts/bed.ts';
import { aLink, someSettings } from './build.ts';
import { io } from './live.ts';

const folder = '/etc/neo4j/trusted';
const ca = '/etc/neo4j/ca.crt';

async function hostsOfBoth() {
  const [ofEast, ofWest] = [createAuthority(['127.0.0.1']).ca, createAuthority(['127.0.0.1']).ca];
  const east = await aHost({ name: 'east-1', files: { [ca]: ofEast, [`${folder}/other.crt`]: ofWest } });
  const west = await aHost({ name: 'west-1', files: { [ca]: ofWest }, folders: [folder] });
  const hosts = (host: SimHost) => ({ nodes: [targetOf(host)], caCertificate: ca, trustedFolder: folder, trustedAs: 'other.crt' });
  const { primary, standby } = someSettings();
  const link: CcdrLink = aLink({ primary: { ...primary, hosts: hosts(east) }, standby: { ...standby, hosts: hosts(west) } });
  return { east, west, ofEast, link };
}

const read = (link: CcdrLink, memory: CertificateMemory = new Map(), clock = systemClock) =>
  readCertificates(connectShell, memory, link, io({ clock }));

describe('certificates on the hosts of both clusters', { timeout: 180_000 }, () => {
  it('show who trusts whom, and change nothing', async () => {
    const { east, west, link } = await hostsOfBoth();
    const { primary, standby } = await read(link);
    if (primary === null || standby === null) throw new TypeError('nothing was read');
    expect(primary.nodes).toEqual([{ node: 'east-1', found: 'file', sha256: standby.own?.sha256 }]);
    expect(standby.nodes).toEqual([{ node: 'west-1', found: 'absent', sha256: null }]);
    expect(distrusting(primary, standby)).toEqual([]);
    expect(distrusting(standby, primary).map(({ node }) => node)).toEqual(['west-1']);
    expect([...east.effects(), ...west.effects()]).toEqual([]);
  });

  it('are told as unread, with the reason, when a host is gone', async () => {
    const { west, link } = await hostsOfBoth();
    await west.faults.down('dead');
    const { primary, standby } = await read(link);
    expect(standby).toMatchObject({ own: null, nodes: [{ found: 'unread', sha256: null }] });
    expect(standby?.why).toContain('west-1');
    expect(primary?.own).not.toBeNull();
  });

  it('are looked at again after a minute, not at every observation', async () => {
    const { west, ofEast, link } = await hostsOfBoth();
    let now = 1_000_000;
    const clock = { ...systemClock, now: () => now };
    const memory: CertificateMemory = new Map();
    expect((await read(link, memory, clock)).standby?.nodes[0]?.found).toBe('absent');
    west.files.write(`${folder}/other.crt`, ofEast);
    expect((await read(link, memory, clock)).standby?.nodes[0]?.found).toBe('absent');
    now += 60_000;
    expect((await read(link, memory, clock)).standby?.nodes[0]?.found).toBe('file');
  });

  it('are nothing when no hosts are named', async () => {
    expect(await read(aLink())).toEqual({ primary: null, standby: null });
  });
});
