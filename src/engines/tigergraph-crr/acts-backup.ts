import type { Act } from '../../domain/plan.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import { type At, actAt, clusterAt, kinds, lookAt } from './acts.ts';
import { asks } from './asks.ts';
import { isTag } from './names.ts';

/** Stands in a statement for the full name of the backup that an earlier step of the run took: the cluster makes it up. */
export const backupPlaceholder = '<backup>';

/** Which tool makes and takes backups: `gbar` up to 3.6, where gadmin can't. */
export type BackupTool = 'gadmin' | 'gbar';

export interface BackupParams {
  /** What the full name begins with, or, with `exact`, is. */
  readonly tag: string;
  readonly mode: 'full' | 'incremental';
  readonly exact: boolean;
  readonly tool: BackupTool;
}

export const takeBackupAct = (at: At, { tag, mode, exact, tool }: BackupParams): Act => {
  const flags = `${exact ? ' --custom-tag' : ''}${mode === 'incremental' ? ' --incremental' : ''}`;
  const statement = tool === 'gbar' ? `gbar backup -t ${tag}` : `gadmin backup create ${tag}${flags}`;
  return actAt(at, kinds.takeBackup, `Take ${mode === 'full' ? 'a full' : 'an incremental'} backup of ${clusterAt(at)}`, [statement], {
    tag,
    mode,
    exact,
    tool,
  });
};

/** `backup`: full name; null: the one that was taken earlier in the run. */
const named = (backup: string | null): string => backup ?? backupPlaceholder;

/** A path with a backup's folder in it as one word. Neither a path of the config nor a name of a backup can break out of it. */
const folderOf = (path: string, backup: string | null): string => quoteWord(`${path}/${named(backup)}`);

export interface StoredParams {
  readonly backup: string | null;
  /** Folder of backups on every node of the cluster. */
  readonly path: string;
}

/** Up to 3.9.1 a backup doesn't carry what another cluster needs to read it. */
export const exportMetadataAct = (at: At, { backup, path }: StoredParams): Act =>
  actAt(
    at,
    kinds.exportMetadata,
    `Write what another cluster needs to read the backup of ${clusterAt(at)}`,
    [`mkdir -p ${folderOf(path, backup)} && cd ${folderOf(path, backup)} && gadmin backup list ${named(backup)} --meta`],
    { backup, path },
  );

export interface PlaceMetadataParams extends StoredParams {
  /** The node of the other side that wrote the metadata, and its folder there. */
  readonly from: { readonly node: string; readonly address: string; readonly path: string };
}

/** Goes through the bot: with a bucket, nothing else passes between the nodes of the two sides. */
export const placeMetadataAct = (at: At, { backup, path, from }: PlaceMetadataParams): Act => {
  const folder = folderOf(path, backup);
  return actAt(
    at,
    kinds.placeMetadata,
    `Put what ${clusterAt(at)} needs to read ${backup ?? 'the backup'} on ${at.node.name}`,
    [`mkdir -p ${folder} && cd ${folder} && cat > metadata.part && mv -f metadata.part metadata`],
    { backup, path, from: { ...from } },
  );
};

/**
 * When a step of a copy is taken: in any case, where all parts of the backup fit into one folder, or where one name stands for different
 * files on two nodes and each part goes to the node of the same number.
 */
export const ways = ['always', 'one-folder', 'each-its-own'] as const;
export type Way = (typeof ways)[number];

const wayParam = (way: Way) => (way === 'always' ? {} : { way });
const wayWords: Readonly<Record<Way, string>> = {
  always: '',
  'one-folder': ', where all parts fit into one folder',
  'each-its-own': ', to the node of the same number, where they do not fit into one folder',
};

export const fitPartsAct = (at: At, { backup, path }: StoredParams): Act =>
  lookAt(
    at,
    kinds.fitParts,
    `Look whether all parts of ${backup ?? 'the backup'} on ${clusterAt(at)} fit into one folder`,
    asks.parts(at, path, named(backup)),
    { backup, path },
  );

export interface CopyParams extends StoredParams {
  /** `always` when left out. */
  readonly way?: Way;
  readonly to: { readonly cluster: string; readonly user: string; readonly ip: string; readonly path: string };
}

/** From one node straight to one of the other cluster; what is there already is not sent again. */
export const copyBackupAct = (at: At, { backup, path, to, way = 'always' }: CopyParams): Act =>
  actAt(
    at,
    kinds.copyBackup,
    `Copy the part of ${backup ?? 'the backup'} that lies on ${at.node.name} to ${to.cluster}${wayWords[way]}`,
    [
      `rsync -a --partial --inplace -e 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes' ${quoteWord(`${path}/${named(backup)}/`)} ${quoteWord(`${to.user}@${to.ip}:${to.path}/${named(backup)}/`)}`,
    ],
    { backup, path, to: { ...to }, ...wayParam(way) },
  );

export const spreadBackupAct = (at: At, { backup, path, way = 'always' }: StoredParams & Pick<CopyParams, 'way'>): Act =>
  actAt(
    at,
    kinds.spreadBackup,
    `Give every node of ${clusterAt(at)} the whole of ${backup ?? 'the backup'}${wayWords[way]}`,
    [`gscp all ${folderOf(path, backup)} ${quoteWord(path)}`],
    { backup, path, ...wayParam(way) },
  );

export interface CompareParams extends StoredParams {
  /** Folder of backups on the other side. */
  readonly source: string;
  /** Nodes of the other side, each with the one here that has to have its files where names clash; null or left out where nothing can clash. */
  readonly pairs?: readonly { readonly from: string; readonly to: string }[] | null;
}

export const compareFilesAct = (at: At, { backup, path, source, pairs = null }: CompareParams): Act =>
  lookAt(
    at,
    kinds.compareFiles,
    `Compare the checksums of ${backup ?? 'the backup'} on ${clusterAt(at)} with the original`,
    asks.files(at, { here: path, there: source }, named(backup)),
    { backup, path, source, ...(pairs === null ? {} : { pairs: pairs.map(({ from, to }) => ({ from, to })) }) },
  );

export const checkBackupAct = (at: At, { backup, path }: StoredParams): Act =>
  lookAt(
    at,
    kinds.checkBackup,
    `Check that ${backup ?? 'the backup'} is whole on ${clusterAt(at)}, and fits it`,
    asks.stored(at, path, named(backup)),
    {
      backup,
      path,
    },
  );

/** What has to hold where a copy is replaced: the other side serves; and this one still follows, or still takes no writes, as when it was planned. */
export const copyGuards = ['other-serves', 'follower', 'idle'] as const;
export type CopyGuard = (typeof copyGuards)[number];

export interface RestoreParams {
  /** Full name; null: the one that was taken earlier in the run; `nothing`: only turns the replication on (both sides are empty). */
  readonly backup: string | null;
  readonly empty: boolean;
  /** Makes the cluster a standby in the same breath. */
  readonly dr: boolean;
  readonly tool: BackupTool;
  /** Folder of backups, where the metadata has to be named (up to 3.9.1); null elsewhere. */
  readonly metaPath: string | null;
  /** A moment that is restored instead of a backup; the product finds the backup that covers it. */
  readonly moment: string | null;
  /** Of the state that the cluster itself is taken back to, ms since the epoch; null when it is another one's, or not known. */
  readonly stateAt: number | null;
  /** What has to hold when it begins. `other-serves`: the other side takes writes, so that what is replaced is a copy; `own`: this very content is given up. */
  readonly guard: CopyGuard | 'own';
}

export const restoreAct = (at: At, params: RestoreParams): Act => {
  const title = params.empty
    ? `Turn the replication into ${clusterAt(at)} on, restoring nothing`
    : `Replace everything in ${clusterAt(at)} with ${params.moment === null ? (params.backup ?? 'the backup') : `its state at ${params.moment}`}${params.dr ? ' and have it follow' : ''}`;
  return actAt(at, kinds.restore, title, [restoreStatement(params)], { ...params });
};

function restoreStatement({ backup, empty, dr, tool, metaPath, moment }: RestoreParams): string {
  if (moment !== null) return `gadmin backup restore ${moment} --time-point -y`;
  if (tool === 'gbar') return `gbar restore -y ${named(backup)}`;
  if (empty) return 'gadmin backup restore --dr -y';
  if (metaPath !== null) return `gadmin backup restore --meta=${quoteWord(`${metaPath}/${named(backup)}/metadata`)} -y`;
  return `gadmin backup restore ${named(backup)}${dr ? ' --dr' : ''} -y`;
}

/** `echo y` answers a prompt where the version has one. */
export const removeBackupAct = (at: At, { backup, tool }: { readonly backup: string; readonly tool: BackupTool }): Act =>
  actAt(
    at,
    kinds.removeBackup,
    `Delete the backup ${backup} of ${clusterAt(at)} for good`,
    [tool === 'gbar' ? `echo y | gbar remove ${backup}` : `echo y | gadmin backup remove ${backup}`],
    { backup, tool },
  );

/** The statement as it is sent, with the name that the cluster gave. Throws TypeError for a name that no cluster gives. */
export function withBackup(statement: string, backup: string): string {
  if (!isTag(backup)) throw new TypeError('that is no name of a backup');
  return statement.replaceAll(backupPlaceholder, backup);
}
