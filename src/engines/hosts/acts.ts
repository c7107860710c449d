import { hashOf } from '../../domain/json.ts';
import type { Side } from '../../domain/observation.ts';
import type { Act, Undo } from '../../domain/plan.ts';
import type { ShellTarget } from '../../transports/shell.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';

/** Names of these steps. They are written into journals, so a name is never used again for something else. */
export const hostKinds = {
  placeCertificate: 'hosts.place-certificate',
  removeCertificate: 'hosts.remove-certificate',
  runCommand: 'hosts.run-command',
  byHand: 'hosts.by-hand',
} as const;

/** Where on a node something runs. */
export interface NodeAt {
  readonly side: Side;
  readonly cluster: string;
  readonly node: ShellTarget;
}

/** One certificate of one side that one node of the other side is to trust. */
export interface Placement extends NodeAt {
  /** Absolute, without a slash at its end; it has to exist. */
  readonly folder: string;
  readonly file: string;
  readonly source: NodeAt & { readonly path: string };
  /** Of the source, as it was when the plan was made: the approval is bound to it. Hex. */
  readonly sha256: string;
  /** Of what was there under this name when the plan was made; null: nothing. Anything else that turns up since is left alone. */
  readonly before: string | null;
}

/** A command of the team's own config, with one that ends with exit code 0 when the first need not run any more. */
export interface NodeCommand extends NodeAt {
  /** Imperative sentence without a full stop, e.g. `Start CockroachDB`. */
  readonly title: string;
  readonly command: string;
  readonly check: string;
}

/** How a node is called in parameters: a config that has come to mean another host makes the approval void. */
export const addressOf = ({ user, host, port }: ShellTarget): string => `${user}@${host}:${port}`;

/**
 * Stores its input under the name, or changes nothing: what came is compared with the checksum before it takes the place of an older
 * file in one instant, so that neither a broken connection nor a full disk leaves half a certificate.
 */
export function storeCommand(folder: string, file: string, sha256: string): string {
  const part = `t=${quoteWord(`${folder}/.${file}.`)}$$`;
  const checked = `cat > "$t" && sha256sum < "$t" | grep -q -F ${quoteWord(sha256)}`;
  return `umask 022; ${part}; ${checked} && chmod 0644 "$t" && sync "$t" && mv -f "$t" ${quoteWord(`${folder}/${file}`)} || { rm -f "$t"; exit 1; }`;
}

/** Removes the file if it is still the one that was placed. */
export function removeCommand(folder: string, file: string, sha256: string): string {
  const path = quoteWord(`${folder}/${file}`);
  return `sha256sum < ${path} | grep -q -F ${quoteWord(sha256)} && rm -f ${path}`;
}

export const placeCertificateAct = ({ side, cluster, node, folder, file, source, sha256, before }: Placement): Act => ({
  kind: hostKinds.placeCertificate,
  title: `Put the certificate authority of ${source.cluster} on ${node.name} of ${cluster} as ${folder}/${file}`,
  cluster,
  side,
  statements: [storeCommand(folder, file, sha256)],
  params: {
    node: node.name,
    address: addressOf(node),
    folder,
    file,
    sha256,
    before,
    from: { side: source.side, cluster: source.cluster, node: source.node.name, address: addressOf(source.node), path: source.path },
  },
});

export const removeCertificateAct = ({ side, cluster, node, folder, file, sha256 }: Omit<Placement, 'source' | 'before'>): Act => ({
  kind: hostKinds.removeCertificate,
  title: `Remove ${folder}/${file} from ${node.name} of ${cluster}`,
  cluster,
  side,
  statements: [removeCommand(folder, file, sha256)],
  params: { node: node.name, address: addressOf(node), folder, file, sha256 },
});

export const placeCertificateUndo = (placement: Placement): Undo =>
  placement.before === null
    ? { kind: 'act', act: removeCertificateAct(placement) }
    : { kind: 'none', why: `${placement.file} was on ${placement.node.name} before, and what it held is not kept.` };

export const runCommandAct = ({ side, cluster, node, title, command, check }: NodeCommand): Act => ({
  kind: hostKinds.runCommand,
  title: `${title} on ${node.name} of ${cluster}`,
  cluster,
  side,
  statements: [command],
  params: { node: node.name, address: addressOf(node), title, check },
});

/** What a person has to do because the bot has no way to the node. */
export const byHandAct = (of: { readonly title: string; readonly commands: readonly string[] }): Act => ({
  kind: hostKinds.byHand,
  title: of.title,
  cluster: null,
  side: null,
  statements: of.commands,
  params: {},
});

/** Where a person puts a certificate by hand; nodes by their names or addresses, as the team calls them. */
export interface PlacementByHand {
  readonly node: string;
  readonly folder: string;
  readonly file: string;
  readonly source: { readonly node: string; readonly path: string };
  /** Null when nobody could read it. */
  readonly sha256: string | null;
}

/** The exact commands of a person who has SSH to both nodes, in order; the last shows whether it worked. */
export function certificateByHand({ node, folder, file, source, sha256 }: PlacementByHand): readonly string[] {
  const [to, from] = [quoteWord(node), quoteWord(source.node)];
  const path = quoteWord(`${folder}/${file}`);
  const store = `umask 022; cat > ${path}`;
  return [
    `ssh ${from} ${quoteWord(`cat ${quoteWord(source.path)}`)} | ssh ${to} ${quoteWord(sha256 === null ? store : storeCommand(folder, file, sha256))}`,
    `ssh ${to} ${quoteWord(`sha256sum ${path}`)}`,
  ];
}

/** The same id for the same act of the same run, whichever owner of the run asks. */
export const jobIdOf = (run: string, { kind, cluster, statements, params }: Act): string =>
  `${run
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)}-${hashOf({ kind, cluster, statements, params }).slice(0, 24)}`;
