import type { VersionView } from './detail.ts';
import { parsePartitions } from './parse/host.ts';
import type { BackupMetadata, MetadataView } from './parse/metadata.ts';
import { isAtLeast } from './parse/version.ts';
import { few } from './words.ts';

/** What one node has of a backup. */
export interface StoredPart {
  readonly node: string;
  /** Null: the node has no metadata of it. */
  readonly metadata: MetadataView | null;
  /** Bytes of each file in its folder. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** The cluster that is to be filled from it. Null: not known. */
export interface Vessel {
  readonly cluster: string;
  readonly version: VersionView | null;
  readonly partitions: number | null;
}

export interface Verdict {
  /** Why it can't be restored; each goes on after its name and a colon. */
  readonly wrong: readonly string[];
  /** What it does not tell. */
  readonly unknown: readonly string[];
  readonly metadata: BackupMetadata | null;
}

/** From here on a backup has its metadata in its folder. For 3.9.2 the vendor says both. */
const ownMetadata = [3, 9, 3] as const;

/**
 * Whether a backup lies there whole, on all nodes of a cluster together, and fits the cluster that it is to fill. What it does not tell is
 * said; what contradicts it is wrong. Pure.
 */
export function judgeBackup(tag: string, parts: readonly StoredPart[], vessel: Vessel, listsBase: (base: string) => boolean): Verdict {
  const broken = parts.flatMap(({ node, metadata }) => (metadata?.kind === 'unread' ? [`${metadata.why}, on ${node}`] : []));
  const told = parts.flatMap(({ metadata }) => (metadata?.kind === 'read' ? [metadata.metadata] : []));
  const [metadata] = told;
  if (broken.length > 0) return { wrong: broken, unknown: [], metadata: null };
  if (metadata === undefined) return withoutMetadata(parts, vessel);
  if (new Set(told.map((each) => JSON.stringify(each))).size > 1)
    return { wrong: ['the nodes have different metadata of it'], unknown: [], metadata: null };
  return {
    wrong: [
      metadata.tag === tag ? [] : `its metadata is that of ${metadata.tag}`,
      versionWrong(metadata, vessel),
      partitionsWrong(metadata, vessel),
      filesWrong(metadata, parts),
      metadata.base === null || listsBase(metadata.base) ? [] : `it builds on ${metadata.base}, which is not there`,
    ].flat(),
    unknown: unknownOf(metadata, vessel),
    metadata,
  };
}

function withoutMetadata(parts: readonly StoredPart[], { version, partitions }: Vessel): Verdict {
  const names = parts.flatMap(({ sizes }) => [...sizes.keys()]);
  if (names.length === 0) return { wrong: ['no node has a file of it'], unknown: [], metadata: null };
  const there = parsePartitions(names);
  const missing = numbered(partitions).filter((partition) => !there.has(partition));
  const isNeeded = version !== null && isAtLeast(version, ownMetadata);
  return {
    wrong: [
      isNeeded ? 'no node has its metadata' : [],
      missing.length === 0 ? [] : `no node has both GPE and GSE of partition ${few(missing.map(String))}`,
    ].flat(),
    unknown: ['its metadata'],
    metadata: null,
  };
}

const numbered = (count: number | null): readonly number[] => Array.from({ length: count ?? 0 }, (_one, index) => index + 1);

const versionWrong = ({ version }: BackupMetadata, vessel: Vessel): readonly string[] =>
  version === null || vessel.version === null || version.text === vessel.version.text
    ? []
    : [`it was taken with ${version.text}, and ${vessel.cluster} runs ${vessel.version.text}`];

function partitionsWrong({ files }: BackupMetadata, { cluster, partitions }: Vessel): readonly string[] {
  if (files === null || partitions === null) return [];
  const parts = files.flatMap(({ part }) => part ?? []);
  const most = Math.max(0, ...parts.map(({ partition }) => partition));
  if (most > partitions) return [`it has ${most} partitions, and ${cluster} has ${partitions}`];
  const missing = numbered(partitions).flatMap((wanted) =>
    (['GPE', 'GSE'] as const)
      .filter((service) => !parts.some((part) => part.service === service && part.partition === wanted))
      .map((service) => `${service} of partition ${wanted}`),
  );
  return missing.length === 0 ? [] : [`it has nothing of ${few(missing)}`];
}

function filesWrong({ files }: BackupMetadata, parts: readonly StoredPart[]): readonly string[] {
  const missing = (files ?? []).filter(({ name }) => !parts.some(({ sizes }) => sizes.has(name))).map(({ name }) => name);
  const cut = (files ?? []).flatMap(({ name, size }) =>
    parts.flatMap(({ node, sizes }) => {
      const has = sizes.get(name);
      return size === null || has === undefined || has === size ? [] : [`${name} on ${node} has ${has} bytes instead of ${size}`];
    }),
  );
  return [missing.length === 0 ? [] : `${few(missing)} is on no node`, cut.length === 0 ? [] : few(cut)].flat();
}

const unknownOf = ({ version, type, base, files }: BackupMetadata, vessel: Vessel): readonly string[] =>
  [
    version === null ? 'the version it was taken with' : [],
    vessel.version === null ? `the version of ${vessel.cluster}` : [],
    vessel.partitions === null ? `the partitions of ${vessel.cluster}` : [],
    files === null ? 'its files' : [],
    files?.some(({ size }) => size === null) ? 'the sizes of its files' : [],
    type === null ? 'whether it is a full one' : [],
    type !== null && type !== 'FULL' && base === null ? 'what it builds on' : [],
  ].flat();

/** Bytes that a node needs where the data lies: the largest partition as it is unpacked, and the packed files beside it. Null: not told. Pure. */
export function roomFor({ files }: BackupMetadata): number | null {
  if (files === null || files.length === 0 || files.some(({ rawSize, size }) => rawSize === null || size === null)) return null;
  const byPartition = new Map<number, number>();
  for (const { part, rawSize } of files) {
    const partition = part?.partition ?? 0;
    byPartition.set(partition, (byPartition.get(partition) ?? 0) + (rawSize ?? 0));
  }
  const packed = files.reduce((sum, { size }) => sum + (size ?? 0), 0);
  return Math.max(...byPartition.values()) + packed;
}
