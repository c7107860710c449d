import { isFault } from '../../domain/faults.ts';
import type { LinkId } from '../../domain/ids.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { EngineIo } from '../engine.ts';
import { lookAtFile, readCertificate } from '../hosts/certificate.ts';
import type { CcdrCluster, CcdrHosts, CcdrLink } from './config.ts';
import type { CcdrDetail, CertificatesView } from './detail.ts';

type Certificates = CcdrDetail['certificates'];
type NodeView = CertificatesView['nodes'][number];

/** The last reading of each link: certificates change rarely, and a look at every host at every observation would be too much. */
export type CertificateMemory = Map<LinkId, { readonly at: number; readonly certificates: Certificates }>;

/** For so long a reading is taken to hold, ms. A step looks for itself before it acts. */
const holdsMs = 60_000;

export const noCertificates: Certificates = { primary: null, standby: null };

/** Reads the certificates on the hosts of both clusters. What can't be read is part of the answer. */
export async function readCertificates(
  shell: ShellConnect,
  memory: CertificateMemory,
  { id, settings }: CcdrLink,
  io: EngineIo,
): Promise<Certificates> {
  const now = io.clock.now();
  const held = memory.get(id);
  if (held !== undefined && now - held.at < holdsMs && now >= held.at) return held.certificates;
  const [primary, standby] = await Promise.all([readOf(shell, settings.primary, io), readOf(shell, settings.standby, io)]);
  const certificates = { primary, standby };
  memory.set(id, { at: now, certificates });
  return certificates;
}

async function readOf(shell: ShellConnect, { hosts }: CcdrCluster, io: EngineIo): Promise<CertificatesView | null> {
  if (hosts === null) return null;
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
  const own = orNull(readOwn(shell, hosts, io));
  const nodes = await Promise.all(
    hosts.nodes.map(async (node, index): Promise<NodeView> => {
      // One session at a time on a host: the first one is asked for the certificate too.
      if (index === 0) await own;
      const look = await orNull(lookAtFile(shell, node, hosts.trustedFolder, hosts.trustedAs, io));
      return { node: node.name, found: look?.kind ?? 'unread', sha256: look?.kind === 'file' ? look.sha256 : null };
    }),
  );
  return { own: await own, why: problems[0] ?? null, nodes };
}

async function readOwn(shell: ShellConnect, { nodes: [first], caCertificate }: CcdrHosts, io: EngineIo): Promise<CertificatesView['own']> {
  if (first === undefined) return null;
  const { sha256, notAfter } = await readCertificate(shell, first, caCertificate, io);
  return { sha256, notAfter };
}

/** Nodes of a side that do not hold the other side's certificate as it is now. Pure. */
export function distrusting(here: CertificatesView, there: CertificatesView): readonly NodeView[] {
  const { own } = there;
  return own === null ? [] : here.nodes.filter(({ sha256 }) => sha256 !== own.sha256);
}
