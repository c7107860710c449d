import { z } from 'zod';

/** Something that could not be read, with the reason as a full sentence. */
const unread = z.strictObject({ kind: z.literal('unread'), why: z.string() });

/** A number of changes, of files, or of what a graph holds. */
const count = z.int().min(0);

/** A command that makes followers outdated, as a log tells it. Times are ms since the epoch by the bot's clock. */
const trace = z.strictObject({
  what: z.string(),
  /** Null when its line does not tell. */
  at: z.number().nullable(),
  /** When the log was written last; null when not told. */
  before: z.number().nullable(),
  /** `log.INFO on graph-east-1`. */
  where: z.string(),
});

/** `left`: logs that were not looked into, since they are too many or packed. */
const traces = z.discriminatedUnion('kind', [unread, z.strictObject({ kind: z.literal('read'), found: z.array(trace), left: count })]);

/** Numbers of the oldest and of the newest change of metadata that this side's Kafka has; null: it has none, or it is not told. */
const kept = z.discriminatedUnion('kind', [
  unread,
  z.strictObject({ kind: z.literal('read'), first: count.nullable(), newest: count.nullable() }),
]);

/** What may tell that a follower is outdated. It is dear to read, so it may be from an earlier look. */
export const signs = z.discriminatedUnion('kind', [
  unread,
  z.strictObject({
    kind: z.literal('read'),
    logs: traces,
    restores: traces,
    kept,
    /** When data was last put aside for a restore, ms since the epoch; null when nothing tells. */
    replacedAt: z.number().nullable(),
  }),
]);

/** What the graph holds, one copy of each partition. By the vendor's word approximate; undirected edges count twice. */
export const counts = z.discriminatedUnion('kind', [unread, z.strictObject({ kind: z.literal('read'), vertices: count, edges: count })]);

export type Trace = z.infer<typeof trace>;
export type TracesView = z.infer<typeof traces>;
export type KeptView = z.infer<typeof kept>;
export type SignsView = z.infer<typeof signs>;
export type CountsView = z.infer<typeof counts>;
