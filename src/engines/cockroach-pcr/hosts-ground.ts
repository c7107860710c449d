import { isFault } from '../../domain/faults.ts';
import type { ShellConnect, ShellTarget } from '../../transports/shell.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import { releaseOf } from '../cockroach/version.ts';
import type { EngineIo } from '../engine.ts';
import { lookAtFile, readCertificate } from '../hosts/certificate.ts';
import { withShell } from '../hosts/session.ts';
import type { PcrSettings } from './config.ts';
import type { SideNodes } from './config-hosts.ts';
import type { HostsRead, PcrDetail } from './detail.ts';
import { followersOf } from './phase.ts';

type NodeView = HostsRead['nodes'][number];

/**
 * Asks the nodes themselves where a replication may have to be made: while nothing follows. Never while a side follows, so that a
 * look at a failover does not wait for nodes that are gone.
 */
export async function withHosts(shell: ShellConnect, { setup }: PcrSettings, detail: PcrDetail, io: EngineIo): Promise<PcrDetail> {
  const hosts = setup?.hosts;
  if (hosts == null || (hosts.primary === null && hosts.standby === null) || isBusy(detail)) return detail;
  const [primary, standby] = await Promise.all([readOf(shell, hosts.primary, io), readOf(shell, hosts.standby, io)]);
  return { ...detail, hosts: { primary, standby } };
}

function isBusy(detail: PcrDetail): boolean {
  const followers = followersOf(detail);
  const silent = detail.primary.kind !== 'read' || detail.standby.kind !== 'read';
  // A standby that holds something is not set up anew, so nodes of a primary that is gone have nothing to tell.
  if (silent && detail.standby.kind === 'read' && detail.standby.vc !== null) return true;
  return followers.some(({ phase }) => silent || phase === 'following' || phase === 'scanning');
}

/** What can't be read is part of the answer. */
async function readOf(shell: ShellConnect, side: SideNodes | null, io: EngineIo): Promise<HostsRead | null> {
  if (side === null) return null;
  const problems: string[] = [];
  const orNull = async <T>(work: Promise<T>): Promise<T | null> => {
    try {
      return await work;
    } catch (cause) {
      if (!isFault(cause) || io.signal.aborted) throw cause;
      problems.push(cause.message);
      return null;
    }
  };
  const [first] = side.nodes;
  const own = first === undefined ? null : await orNull(readCertificate(shell, first, side.caCertificate, io));
  const nodes = await Promise.all(
    side.nodes.map(async (node): Promise<NodeView> => {
      const software = await orNull(softwareOf(shell, node, side, io));
      const look = software === null ? null : await orNull(lookAtFile(shell, node, side.certsFolder, side.trustedAs, io));
      return {
        node: node.name,
        release: software?.release ?? null,
        running: software?.running ?? null,
        found: look?.kind ?? 'unread',
        sha256: look?.kind === 'file' ? look.sha256 : null,
      };
    }),
  );
  return { own: own === null ? null : { sha256: own.sha256, notAfter: own.notAfter }, nodes, why: problems[0] ?? null };
}

/** `running` is null where the config has no command that tells. */
const softwareOf = (shell: ShellConnect, node: ShellTarget, { binary, start }: SideNodes, io: EngineIo) =>
  withShell(shell, node, io, async (session) => {
    const version = await session.read(`${quoteWord(binary)} version --build-tag`);
    const check = start === null ? null : await session.read(start.check);
    return {
      release: version.exitCode === 0 ? releaseOf(version.stdout) : null,
      running: check === null ? null : check.exitCode === 0,
    };
  });
