import { otherSide, type Side } from '../../../domain/observation.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { rowCountQuery } from '../reads/row-stock.ts';
import { tablesAt } from '../words.ts';
import { type Proven, provenInto } from './proven.ts';

/** What stands against copying everything from a side that was filled by replication itself: tables that the other side has rows of. */
export interface Doubts {
  /** Those whose last job ended before its first copy was complete. */
  readonly never: Proven['silent'];
  /** Those of which nothing proves that there ever was a full copy. */
  readonly unproven: readonly number[];
}

/** Pure. */
export function doubtsOf(link: LdrLink, detail: LdrDetail, source: Side): Doubts {
  const { silent, unlisted } = provenInto(link, detail, source);
  const { schema } = detail;
  // What holds no row has none to lose.
  const isHeld = (pair: number) => schema.kind !== 'read' || schema.pairs[pair]?.rows[otherSide(source)] !== 'empty';
  const never = silent.filter(({ pair, job }) => job.replicated === null && isHeld(pair));
  const untold = silent.flatMap(({ pair, job }) => (job.replicated === null ? [] : [pair]));
  return { never, unproven: [...untold, ...unlisted].filter(isHeld).sort((a, b) => a - b) };
}

/** What is known of tables that never had a full copy on a side. Begins a sentence, and goes on after it. */
export function neverWords({ settings }: LdrLink, source: Side, never: Doubts['never']): string {
  const pairs = never.map(({ pair }) => pair);
  const jobs = [...new Set(never.map(({ job }) => job.id))];
  const ended = jobs.length === 1 ? `job ${jobs[0]} ended before its` : `jobs ${jobs.join(', ')} ended before their`;
  return `${settings[source].cluster} never had a full copy of ${tablesAt(settings, source, pairs)}: ${ended} first copy was complete`;
}

/** A full sentence on a side that is copied from without a proof that it ever had everything. */
export function unprovenWords({ settings }: LdrLink, into: Side, unproven: readonly number[]): string {
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  return `Nothing proves that ${there} ever had a full copy of ${tablesAt(settings, otherSide(into), unproven)}: no job is listed that is known to have brought it from ${here}. Rows of any age may be on ${here} alone, and are then lost.`;
}

/** What a person has to find out before that. Full sentences, and statements. */
export function unprovenConfirm(link: LdrLink, into: Side, unproven: readonly number[]): readonly string[] {
  const { settings } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const counted = (side: Side) => unproven.flatMap((pair) => settings.tables[pair]?.[side] ?? []).map((table) => rowCountQuery(table, ''));
  return [
    `${unprovenWords(link, into, unproven)} The run has just counted the rows of both sides. See yourself that ${there} has all that is needed, and cancel if it has not. On ${here} they are counted by:`,
    ...counted(into),
    `On ${there} by:`,
    ...counted(otherSide(into)),
  ];
}
