import { afterEach, describe, expect, it } from 'vitest';
import type { SimHost } from '../../../src/sim/hosts/contract.ts';
import { createAuthority } from '../../../src/sim/tls/certificate.ts';
import { anIo, carryOut, executorFor, planOn, settle } from '../../conformance/drive.ts';
import { type CcdrBed, ccdrLinkId as link, openCcdr } from '../../conformance/neo4j-ccdr-bed.ts';
import { aHost, targetOf } from '../../sim/hosts/bed.ts';
import { stepOf } from './acting.ts';

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

  it('goes both ways, to every node, and says when the config names too few', async () => {
    const [ofEast, ofWest] = [createAuthority(['127.0.0.1']).ca, createAuthority(['127.0.0.1']).ca];
    const nodesOf = (name: string, own: string) =>
      Promise.all([1, 2].map((n) => aHost({ name: `${name}-${n}`, files: { [ca]: own }, folders: [folder] })));
    const [east, west] = [await nodesOf('east', ofEast), await nodesOf('west', ofWest)];
    const hosts = (of: readonly SimHost[]) => ({
      nodes: of.map((host) => targetOf(host)),
      caCertificate: ca,
      trustedFolder: folder,
      trustedAs: 'other.crt',
    });
    const on = await openCcdr('2026.08.0', {
      world: { start: 'none', servers: { primary: 2, standby: 3 } },
      settings: ({ primary, standby }) => ({ primary: { ...primary, hosts: hosts(east) }, standby: { ...standby, hosts: hosts(west) } }),
    });
    bed = on;
    const { steps } = await planOn(on, { kind: 'setup', link });
    for (const step of steps.slice(0, 2 + 2 + 2 + 3)) await carryOut(on, step, () => on.engine());
    expect(east.map(({ files }) => files.read(at))).toEqual([ofWest, ofWest]);
    expect(west.map(({ files }) => files.read(at))).toEqual([ofEast, ofEast]);
    expect(on.world.effects().map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'dbms.security.reloadTLS'));
    const checks = await on.engine().preflight({ kind: 'setup', link }, on.link, anIo());
    const told = checks.filter(({ name }) => name.endsWith(': hosts')).map(({ seen }) => seen);
    expect(told).toEqual(['The config names 2 of the hosts of graph-west, which has 3 servers.']);
  });

  it('stops with what to do where a server does not read its certificates anew', async () => {
    const east = await aHost({ name: 'east-1', files: { [ca]: createAuthority(['127.0.0.1']).ca }, folders: [folder] });
    const west = await aHost({ name: 'west-1', files: { [ca]: createAuthority(['127.0.0.1']).ca }, folders: [folder] });
    const hosts = (host: SimHost) => ({ nodes: [targetOf(host)], caCertificate: ca, trustedFolder: folder, trustedAs: 'other.crt' });
    const on = await openCcdr('2026.08.0', {
      world: { start: 'none' },
      settings: ({ primary, standby }) => ({ primary: { ...primary, hosts: hosts(east) }, standby: { ...standby, hosts: hosts(west) } }),
    });
    bed = on;
    const reload = stepOf(await planOn(on, { kind: 'setup', link }), 'ccdr.reload-tls');
    const off = { code: 'Neo.ClientError.Procedure.ProcedureCallFailed', gqlStatus: '52N37', message: 'It is turned off.' };
    on.world.faults.add({ match: /reloadTLS/, act: { kind: 'refuse', ...off } });
    await expect(executorFor(on.engine(), reload).perform(reload, on.link, anIo())).rejects.toMatchObject({
      effect: 'not-applied',
      message: expect.stringMatching(
        /It is turned off\. It needs dbms\.security\.tls_reload_enabled=true there; otherwise restart .* and press Skip\./,
      ),
    });
  });
});
