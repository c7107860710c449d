import { z } from 'zod';
import type { Side } from '../../domain/observation.ts';
import type { ShellTarget } from '../../transports/shell.ts';
import type { ClusterAddress, ResolveSecret } from '../cockroach/address.ts';
import { certificateFileConfig, nodesConfig, nodesOf, pathConfig } from '../hosts/config.ts';

/** A command of the team, with one that ends with exit code 0 when the first need not run. */
interface Checked {
  readonly command: string;
  readonly check: string;
}

/** The nodes of one side over SSH. */
export interface SideNodes {
  readonly nodes: readonly ShellTarget[];
  /** Where every node has its certificates, without a slash at its end. */
  readonly certsFolder: string;
  /** Certificate of this side's authority, on its first node. */
  readonly caCertificate: string;
  /** Name that the other side's certificate has in the folder. */
  readonly trustedAs: string;
  /** The cockroach binary. */
  readonly binary: string;
  /** Where the first node finds its own SQL port, for `cockroach init` and `cockroach sql`. */
  readonly address: string;
  /** How CockroachDB is started on a node; null when people do that. */
  readonly start: (Checked & { readonly undo: Checked | null }) | null;
}

/** Stands in a start command for what a release wants a node of a replication to be started with. */
export const profileMark = '{profile}';

const command = z
  .string()
  .min(1)
  .max(2_000)
  .regex(/^[^\p{Cc}]*$/u, 'must be one line');
const checked = { command, check: command };

const folder = pathConfig.transform((path) => path.replace(/(?<=.)\/+$/, ''));

const sideHosts = z.strictObject({
  nodes: nodesConfig,
  certsFolder: folder,
  /** ca.crt in the folder when it is left out. */
  caCertificate: pathConfig.optional(),
  trustedAs: certificateFileConfig.optional(),
  cockroach: z
    .string()
    .regex(/^[A-Za-z0-9_./-]{1,200}$/, 'must be the name or the path of the cockroach binary')
    .default('cockroach'),
  address: z
    .string()
    .regex(/^[A-Za-z0-9_.:[\]-]{1,253}:\d{1,5}$/, 'must be host:port, such as localhost:26257')
    .default('localhost:26257'),
  start: z.strictObject({ ...checked, undo: z.strictObject(checked).optional() }).optional(),
});

/** How the config file spells the nodes of both sides. */
export const hostsSchema = z.strictObject({ primary: sideHosts.optional(), standby: sideHosts.optional() }).prefault({});

/** Looks the references up. Throws what `resolve` throws. `other`: the side whose certificate the nodes are to hold. */
export function nodesFrom(
  config: z.infer<typeof sideHosts> | undefined,
  other: Pick<ClusterAddress, 'cluster'>,
  resolve: ResolveSecret,
): SideNodes | null {
  if (config === undefined) return null;
  const { certsFolder, caCertificate, trustedAs, cockroach, address, start } = config;
  return {
    nodes: nodesOf(config.nodes, resolve),
    certsFolder,
    caCertificate: caCertificate ?? `${certsFolder}/ca.crt`,
    trustedAs: trustedAs ?? `ca_${other.cluster}.crt`,
    binary: cockroach,
    address,
    start: start === undefined ? null : { command: start.command, check: start.check, undo: start.undo ?? null },
  };
}

/** Every node that the bot may log in to. */
export const nodesOfBoth = (hosts: Readonly<Record<Side, SideNodes | null>> | undefined): readonly ShellTarget[] =>
  [hosts?.primary, hosts?.standby].flatMap((side) => side?.nodes ?? []);

/** Where the nodes of a side hold the certificate of the other one. */
export const trustedPath = ({ certsFolder, trustedAs }: SideNodes): string => `${certsFolder}/${trustedAs}`;
