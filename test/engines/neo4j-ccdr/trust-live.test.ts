import { afterEach, describe, expect, it } from 'vitest';
import type { SimHost } from '../../../src/sim/hosts/contract.ts';
import { createAuthority } from '../../../src/sim/tls/certificate.ts';
import { carryOut, planOn, settle } from '../../conformance/drive.ts';
import { type CcdrBed, ccdrLinkId as link, openCcdr } from '../../conformance/neo4j-ccdr-bed.ts';
import { aHost, targetOf } from '../../sim/hosts/bed.ts';

const folder = '/etc/neo4j/trusted';
const ca = '/etc/neo4j/ca.crt';
const at = `${folder}/other.crt`;

let bed: CcdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

describe('trust between the clusters', { timeout: 180_000 }, () => {
  it('is set up on the nodes that lack it, read by the servers, and vouched for by a person', async () => {
    const [ofEast, ofWest] = [createAuthority(['127.0.0.1']).ca, createAuthority(['127.0.0.1']).ca];
    const east = await aHost({ name: 'east-1', files: { [ca]: ofEast, [at]: ofWest } });
    const west = await aHost({ name: 'west-1', files: { [ca]: ofWest }, folders: [folder] });
    const hosts = (host: SimHost) => ({ nodes: [targetOf(host)], caCertificate: ca, trustedFolder: folder, trustedAs: 'other.crt' });
    const on = await openCcdr('2026.07.1', {
      world: { start: 'none' },
      settings: ({ primary, standby }) => ({ primary: { ...primary, hosts: hosts(east) }, standby: { ...standby, hosts: hosts(west) } }),
    });
    bed = on;
    const { steps } = await planOn(on, { kind: 'setup', link });
    expect(steps.slice(0, 6).map(({ kind, cluster }) => [kind, cluster])).toEqual([
      ['hosts.place-certificate', on.link.settings.standby.cluster],
      ...on.world.standby.servers.map(() => ['ccdr.reload-tls', on.link.settings.standby.cluster]),
      ['ccdr.attest-trust', null],
      ['ccdr.attest-network', null],
    ]);
    for (const step of steps.slice(0, 4)) expect(await carryOut(on, step, () => on.engine()), step.title).toBe(1);
    expect(west.files.read(at)).toBe(ofEast);
    expect(on.world.effects().map(({ statement, server }) => [statement, server])).toEqual(
      on.world.standby.servers.map(({ name }) => ['CALL dbms.security.reloadTLS()', name]),
    );
    const [placed] = steps;
    if (placed === undefined || placed.undo.kind !== 'act') throw new TypeError('a placement has an undo');
    await carryOut(on, placed.undo.act, () => on.engine());
    expect(west.files.list(folder)).toEqual([]);
    expect((await settle(on, placed, () => on.engine())).kind).toBe('todo');
  });
});
