import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/domain/faults.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { SideNodes } from '../../../src/engines/cockroach-pcr/config-hosts.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import { factsOf } from '../../../src/engines/cockroach-pcr/facts.ts';
import { withHosts } from '../../../src/engines/cockroach-pcr/hosts-ground.ts';
import type { ShellConnect } from '../../../src/transports/shell.ts';
import { anIo } from '../../conformance/drive.ts';
import { aDetail, aMadeLink, aReadSide, aSource, aStandby, aVirtualCluster, gone, micros } from './build.ts';

const nodes: SideNodes = {
  // Nothing of a target is used: nobody connects to it.
  nodes: [{ name: 'node-1', user: 'ops', key: new Secret('k') } as unknown as SideNodes['nodes'][number]],
  certsFolder: '/certs',
  caCertificate: '/certs/ca.crt',
  trustedAs: 'ca.crt',
  binary: 'cockroach',
  address: 'localhost:26257',
  start: null,
};
const { settings } = aMadeLink({ hosts: { primary: nodes, standby: nodes } });

async function asked(detail: PcrDetail): Promise<number> {
  let calls = 0;
  const shell: ShellConnect = async () => {
    calls += 1;
    throw new Fault('connect-failed', 'node-1 could not be reached over SSH.', { effect: 'not-applied' });
  };
  await withHosts(shell, settings, detail, anIo());
  return calls;
}

describe('the nodes of both sides', () => {
  const promoted = aReadSide(aVirtualCluster({ activated: micros(60_000) }));
  const rows: readonly (readonly [string, PcrDetail, boolean])[] = [
    ['a side follows', aDetail(), false],
    ['the primary is gone while the standby follows', aDetail(gone), false],
    ['the primary is gone after the standby was promoted', aDetail(gone, promoted), false],
    ['the primary is gone while the standby follows no more', aDetail(gone, aStandby({ status: 'replication paused' })), false],
    ['the standby is a cluster that was never started', aDetail(aSource(), gone), true],
    ['neither side was ever started', aDetail(gone, gone), true],
    ['nothing is set up yet', aDetail(aSource(), aReadSide(null)), true],
  ];
  it.each(rows)('are asked only where a replication may have to be made: %s', async (_, detail, isAsked) => {
    expect((await asked(detail)) > 0).toBe(isAsked);
  });

  it('void no approval by a restart while their side answers', () => {
    const node = (running: boolean) => ({ node: 'node-1', release: null, running, found: 'absent' as const, sha256: null });
    const binding = (detail: PcrDetail, running: boolean) => {
      const read = { own: null, nodes: [node(running)], why: null };
      const facts = factsOf(settings, { ...detail, hosts: { primary: read, standby: read } });
      return JSON.stringify(facts.filter((fact) => fact.binding));
    };
    const bare = aDetail(aSource(), aReadSide(null));
    expect(binding(bare, true)).toBe(binding(bare, false));
    expect(binding(aDetail(aSource(), gone), true)).not.toBe(binding(aDetail(aSource(), gone), false));
  });
});
