import type { LinkId } from '../../domain/ids.ts';
import type { Side } from '../../domain/observation.ts';
import { type Refusal, refuse } from '../../domain/refusal.ts';

type Sides = Readonly<Record<Side, { readonly cluster: string }>>;

/** The side that a fence is told to keep; null when it is told none, a refusal when no side has that name. Pure. */
export function keptSide(id: LinkId, { primary, standby }: Sides, keep: string | undefined): Side | Refusal | null {
  if (keep === undefined) return null;
  if (keep === primary.cluster) return 'primary';
  if (keep === standby.cluster) return 'standby';
  return refuse(
    'bad-input',
    `${id} has no cluster ${keep}, so which side is to go on can't be told.`,
    `/repl fence ${id} --keep ${primary.cluster} stops ${standby.cluster}; --keep ${standby.cluster} stops ${primary.cluster}.`,
  );
}
