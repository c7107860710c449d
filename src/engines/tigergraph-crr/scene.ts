import type { Side } from '../../domain/observation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { ShellTarget } from '../../transports/shell.ts';
import { notNow } from '../frame/drafts.ts';
import type { At } from './acts.ts';
import type { BackupTool } from './acts-backup.ts';
import { type CrrLink, sides } from './config.ts';
import type { CrrDetail, ReadSide, ToolsView, VersionView } from './detail.ts';
import { isAtLeast } from './parse/version.ts';
import { bucketCheck, storeCheck } from './preflights/store.ts';
import { phaseOf, sharedHosts, writableOf } from './state.ts';
import { few, phaseWords, problemOf } from './words.ts';

/** One side of which all is known that a plan rests on. */
export interface Party {
  readonly side: Side;
  readonly read: ReadSide;
  readonly tools: ToolsView;
  readonly version: VersionView;
  readonly name: string;
  readonly at: At;
}

/** A side as an act addresses it: the node that answered for it, so that what runs for hours runs where gadmin works. */
export function partyOn(link: CrrLink, detail: CrrDetail, side: Side, operation: string): Party | Refusal {
  const { settings, id } = link;
  const name = settings[side].cluster;
  const read = detail[side];
  const problem = problemOf(name, read);
  if (read.kind !== 'read')
    return notNow(`${problem} So no ${operation} of ${id} can be planned.`, `Make ${name} reachable, then ask again.`);
  const node = nodeOf(link, side, read);
  const { tools, version } = read;
  if (node === null || tools === null || version === null) {
    return notNow(
      `${name} does not tell its version and what its tools can do, so no ${operation} of ${id} can be planned.`,
      'Ask again; /repl describe shows what was read.',
    );
  }
  return { side, read, tools, version, name, at: { settings, side, node } };
}

const nodeOf = ({ settings }: CrrLink, side: Side, read: ReadSide): ShellTarget | null =>
  settings[side].nodes.find(({ name }) => name === read.by) ?? null;

/** From 3.10 on a restore makes a standby, and the settings alone can't. */
export const restoresAsDr = ({ tools }: Party): boolean => tools.restore.includes('--dr');
export const hasCrr = ({ tools }: Party): boolean => tools.crr.includes('stop') && tools.crr.includes('start');
export const toolOf = ({ tools }: Pick<Party, 'tools'>): BackupTool => (tools.backup.includes('create') ? 'gadmin' : 'gbar');
/** Up to 3.9.1 another cluster needs the metadata in a file. For 3.9.2 the vendor says both, so there its own help decides. */
const needsMetadata = ({ tools, version }: Pick<Party, 'tools' | 'version'>): boolean =>
  tools.restore.includes('--meta') && !isAtLeast(version, [3, 9, 3]);

/** Where that file goes on its nodes: with the backup, or with a bucket into a folder of its own. Null where none is needed. */
export function metadataFolder({ settings }: CrrLink, party: Pick<Party, 'side' | 'tools' | 'version'>): string | null {
  const { backup } = settings[party.side];
  if (!needsMetadata(party) || toolOf(party) === 'gbar') return null;
  return backup.kind === 'local' ? backup.path : backup.metadata;
}

/** Nodes of a side that do not answer: settings are applied on all of them or on none. */
export const silentNodes = ({ read }: Party): readonly string[] => read.nodes.filter(({ answers }) => !answers).map(({ name }) => name);

/** Somebody else's settings that an apply would push. */
export function stagedRefusal({ name, read }: Party, operation: string): Refusal | null {
  const { staged } = read;
  if (staged.kind === 'unread')
    return notNow(`${staged.why} So it is not known whose changes the ${operation} would push on ${name}.`, 'Ask again.');
  if (staged.keys.length === 0) return null;
  return notNow(
    `On ${name} somebody has set ${few(staged.keys)} without applying it, and this ${operation} would push that too.`,
    `Run gadmin config discard on ${name}, then ask again; gadmin config diff shows there what that drops.`,
  );
}

/** What keeps the content of one side from being put on the other. */
export function pairRefusal(link: CrrLink, detail: CrrDetail, from: Party, to: Party, operation: string): Refusal | null {
  const no = `so no ${operation} of ${link.id} can be planned`;
  const shared = sharedHosts(detail);
  if (shared.length > 0)
    return notNow(
      `${from.name} and ${to.name} both list ${few(shared)} as their host, ${no}: it would destroy the original.`,
      'Correct the config: it names one cluster twice.',
    );
  if (from.read.hosts === null || to.read.hosts === null)
    return notNow(`The hosts of both clusters could not be read, ${no}.`, 'Ask again.');
  if (from.version.text !== to.version.text)
    return notNow(
      `${from.name} runs ${from.version.text} and ${to.name} ${to.version.text}, ${no}: the versions have to be equal.`,
      'Upgrade the older one first.',
    );
  const [ours, theirs] = [from.read.shape, to.read.shape];
  if (ours === null || theirs === null) return notNow(`The partitions of both clusters could not be read, ${no}.`, 'Ask again.');
  if (ours.partitions !== theirs.partitions)
    return notNow(
      `${from.name} has ${ours.partitions} partitions and ${to.name} ${theirs.partitions}, ${no}: they have to be equal.`,
      `Install ${to.name} anew with as many partitions as ${from.name}.`,
    );
  if (link.settings.equalReplicas && ours.replicas !== theirs.replicas)
    return notNow(
      `${from.name} keeps ${ours.replicas} copies of every partition and ${to.name} ${theirs.replicas}, ${no}, since the config asks for equal ones.`,
      'Expand one of them, or take equalReplicas out of the config.',
    );
  return storeRefusal(link, from, no) ?? storeRefusal(link, to, no) ?? bucketRefusal(link, from, to, no);
}

function bucketRefusal({ settings }: CrrLink, from: Party, to: Party, no: string): Refusal | null {
  const check = bucketCheck({ cluster: settings[from.side], read: from.read }, { cluster: settings[to.side], read: to.read });
  return check?.outcome === 'failed' ? notNow(`${check.seen.replace(/\.$/, '')}, ${no}.`, check.next ?? 'Ask again.') : null;
}

export function storeRefusal({ settings }: CrrLink, { side, read }: Party, no: string): Refusal | null {
  const check = storeCheck(settings[side], read);
  return check.outcome === 'failed' ? notNow(`${check.seen.replace(/\.$/, '')}, ${no}.`, check.next ?? 'Ask again.') : null;
}

export const replicaWarning = (from: Party, to: Party): readonly string[] => {
  const [a, b] = [from.read.shape?.replicas, to.read.shape?.replicas];
  return a === b ? [] : [`${from.name} keeps ${a} copies of every partition, ${to.name} ${b}.`];
};

/** The one side that takes writes; null when that is none or both. */
export function servingSide(detail: CrrDetail): Side | null {
  const serving = sides.filter((side) => writableOf(detail[side]) === 'yes');
  const [only] = serving;
  return serving.length === 1 && only !== undefined ? only : null;
}

/** `graph-east takes writes; graph-west is stopped …`, or why a side does not tell. */
export const stateWords = ({ settings }: CrrLink, detail: CrrDetail): string =>
  sides
    .map(
      (side) =>
        problemOf(settings[side].cluster, detail[side])?.replace(/\.$/, '') ??
        `${settings[side].cluster} ${phaseWords[phaseOf(detail[side])]}`,
    )
    .join('; ');
