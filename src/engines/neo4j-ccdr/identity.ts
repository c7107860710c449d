import { z } from 'zod';
import type { DatabaseView } from './detail.ts';

/**
 * Which database stood under a name when a plan was made. A name can be used again after a drop, so a step that acts on one database
 * must not take a newer one for it.
 */
export const identitySchema = z.object({ id: z.string().nullable(), createdAt: z.string().nullable() });
export type Identity = z.infer<typeof identitySchema>;

export const identityOf = ({ databaseId, createdAt }: DatabaseView): Identity => ({ id: databaseId, createdAt });

/** Whether a database is the one that is meant. `unclear`: the cluster tells neither its id nor when it was created. */
export function sameness(view: DatabaseView, meant: Identity): 'same' | 'other' | 'unclear' {
  if (view.databaseId !== null && meant.id !== null) return view.databaseId === meant.id ? 'same' : 'other';
  if (view.createdAt !== null && meant.createdAt !== null) return view.createdAt === meant.createdAt ? 'same' : 'other';
  return 'unclear';
}
