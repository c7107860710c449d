import { type Cluster, keys, setting } from '../state/model.ts';

export interface Topic {
  /** Without the prefix. */
  readonly bare: string;
  readonly name: string;
  readonly end: number;
}

/** Topics that are replicated, with their end offsets. Mirrored ones count otherwise than their source, by a number of their own. */
export function topicsOf(cluster: Cluster): readonly Topic[] {
  const prefix = setting(cluster, keys.prefix);
  const shift = prefix === '' ? 0 : 3;
  const share = Math.floor(cluster.data.records / Math.max(1, cluster.partitions));
  const parts = Array.from({ length: cluster.partitions }, (_, index) => [
    { bare: `deltaQ_GPE_${index + 1}Q`, end: share },
    { bare: `GSE_journal_${index + 1}`, end: Math.floor(share / 10) },
  ]).flat();
  return [{ bare: 'Metadata', end: Math.max(cluster.data.seq, cluster.crr.fetchedSeq) + 1 }, ...parts].map(({ bare, end }) => ({
    bare,
    name: prefix === '' ? bare : `${prefix}.${bare}`,
    end: end + shift,
  }));
}
