import type { Side } from '../../domain/observation.ts';
import type { Micros } from '../cockroach/times.ts';
import type { PcrDetail, SideRead } from './detail.ts';
import { microsOf } from './phase.ts';

/** When a side was promoted. 23.2 does not tell; the end of the job that fed the side stands for it there, as long as it is listed. */
export function promotedAt(side: SideRead): Micros | null {
  if (side.kind !== 'read' || side.vc === null) return null;
  const { activated, job } = side.vc;
  return microsOf(activated) ?? (job?.status === 'succeeded' ? microsOf(job.modified) : null);
}

/** The side that was promoted last, by the databases' own times; null when that can't be told. */
export function promotedLast(detail: PcrDetail): { readonly side: Side; readonly at: Micros } | null {
  const primary = promotedAt(detail.primary);
  const standby = promotedAt(detail.standby);
  if (standby !== null && (primary === null || standby > primary)) return { side: 'standby', at: standby };
  return primary !== null && primary !== standby ? { side: 'primary', at: primary } : null;
}
