import { type Cluster, type DataSet, isDr, keys, otherSide, setting, type TigerState } from '../state/model.ts';

export interface Topic {
  /** Without the prefix. */
  readonly bare: string;
  readonly name: string;
  /** Offset of the oldest record that is still kept; that of the end when none is. */
  readonly begin: number;
  readonly end: number;
  /** By how much its offsets differ from the numbers of its records. */
  readonly shift: number;
}

/** Topics that are replicated, with their offsets. Mirrored ones count otherwise than their source, by a number of their own. */
export function topicsOf(cluster: Cluster): readonly Topic[] {
  const prefix = setting(cluster, keys.prefix);
  const shift = prefix === '' ? 0 : 3;
  const share = Math.floor(cluster.data.records / Math.max(1, cluster.partitions));
  const parts = Array.from({ length: cluster.partitions }, (_, index) => [
    { bare: `deltaQ_GPE_${index + 1}Q`, end: share, begin: 0 },
    { bare: `GSE_journal_${index + 1}`, end: Math.floor(share / 10), begin: 0 },
  ]).flat();
  const newest = Math.max(cluster.data.seq, cluster.crr.fetchedSeq);
  // The record of each change of metadata has its number, and number 0 is the one that the product begins with.
  const metadata = { bare: 'Metadata', end: newest + 1, begin: Math.min(cluster.keptFrom, newest + 1) };
  return [metadata, ...parts].map(({ bare, end, begin }) => ({
    bare,
    name: prefix === '' ? bare : `${prefix}.${bare}`,
    begin: begin + shift,
    end: end + shift,
    shift,
  }));
}

/** What whoever followed last has: a standby holds the records of its source, byte for byte. */
function dataOf({ clusters }: TigerState, cluster: Cluster): DataSet {
  const source = clusters[otherSide(cluster.side)];
  return isDr(cluster) && source.data.line === cluster.data.line ? source.data : cluster.data;
}

/** One record: when it was made, ms since the epoch, and its text. What a promoted standby adds differs from what its old primary adds. */
export function recordAt(
  state: TigerState,
  cluster: Cluster,
  { bare, shift }: Topic,
  offset: number,
): { readonly at: number; readonly text: string } {
  const { line, parent } = dataOf(state, cluster);
  const number = offset - shift;
  const forked =
    bare === 'Metadata' ? parent?.seq : parent === null ? undefined : Math.floor(parent.records / Math.max(1, cluster.partitions));
  const made = parent !== null && forked !== undefined && number <= forked ? parent.line : line;
  // Records of a simulated topic were made one second after the other.
  const at = 1_700_000_000_000 + number * 1000;
  if (bare !== 'Metadata') return { at, text: `${bare} ${made} ${number}` };
  const change = JSON.stringify({ line: made, change: number });
  return {
    at,
    text: JSON.stringify({ key: null, value: { [number]: change }, headers: { user: 'tigergraph', authorization: `Basic ${number}` } }),
  };
}
