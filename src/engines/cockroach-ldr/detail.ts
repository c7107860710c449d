import { z } from 'zod';
import { feedsRead } from '../cockroach/feeds.ts';

/** A time as whole microseconds since the epoch, in digits: JSON has no number that holds it. */
const micros = z.string().regex(/^\d{1,20}$/);

const jobView = z.strictObject({
  id: z.string(),
  /** Verbatim, e.g. `pause-requested`. */
  status: z.string(),
  /** Destination tables, verbatim. */
  tables: z.array(z.string()),
  /** Which of the link's tables they are, by place in the config. Never empty: other jobs are not the link's. */
  covers: z.array(z.int()),
  /** Whether it replicates tables beside the link's too. */
  wider: z.boolean(),
  /** Whether it follows the link's other side, by the external connection that its command names. */
  source: z.enum(['link', 'other', 'unknown']),
  /** External connection that the command names. */
  connection: z.string().nullable(),
  /** The job on the other side that started this one, in a bidirectional creation. */
  parent: z.string().nullable(),
  replicated: micros.nullable(),
  started: micros.nullable(),
  /** e.g. `LWW`. */
  conflicts: z.string(),
  /** Redacted by the server and again here. */
  command: z.string(),
  runningStatus: z.string(),
  fraction: z.number().nullable(),
  error: z.string(),
  modified: micros.nullable(),
});

const dlqView = z.strictObject({
  /** Place of the table in the config. */
  pair: z.int(),
  /** Name of the queue's table. */
  queue: z.string(),
  /** Null when it is not told. One more than is counted (waiting.ts) when there are more. */
  entries: z.int().nullable(),
  /** Not told either where there are more than are counted. */
  oldest: micros.nullable(),
  newest: micros.nullable(),
});

/** The user that the other side's nodes come with, as it was before anything was done. */
const replicator = z.strictObject({
  user: z.string(),
  there: z.boolean(),
  /** Privileges of the whole system. */
  system: z.array(z.string()),
  /** Privileges by the table's place in the config. */
  tables: z.array(z.array(z.string())),
});

const sideRead = z.discriminatedUnion('kind', [
  /** Nothing accepts a connection there. */
  z.strictObject({ kind: z.literal('gone'), why: z.string() }),
  /** Something accepts connections there and gives no answer. */
  z.strictObject({ kind: z.literal('silent'), why: z.string() }),
  /** It answers, but does not let us see what we have to see. */
  z.strictObject({ kind: z.literal('locked'), why: z.string() }),
  z.strictObject({
    kind: z.literal('read'),
    release: z.strictObject({ year: z.number(), number: z.number(), text: z.string() }),
    /** Active version, e.g. `25.4-upgrading-to-26.1-step-004` while an upgrade is not finalized. */
    activeVersion: z.string(),
    /** The database's own clock. */
    now: micros,
    /** Null when it can't be read. */
    rangefeeds: z.boolean().nullable(),
    /** Whether the bot is shown jobs of others too; left out where nobody has to know. */
    sight: z.enum(['all', 'own', 'unknown']).optional(),
    /** What runs by itself there; null when it could not be read, left out where nobody asked. */
    feeds: feedsRead.nullable().optional(),
    /** Null when it could not be read, left out where nobody asked or the bot's own user is taken. */
    replicator: replicator.nullable().optional(),
    /** LDR jobs that write to the link's tables here: all live ones, then those that are over, newest first. */
    jobs: z.array(jobView),
    /**
     * Whether this side keeps the history that the other side needs to go on after a pause. `untold`: SHOW JOBS did not come in time, so
     * that jobs lack what only it tells: why they stand still, how far a scan is, when they changed.
     */
    history: z.enum(['kept', 'lost', 'none', 'untold']),
    /** Names of the external connections that our user sees; null when they can't be read. */
    connections: z.array(z.string()).nullable(),
    /** Whether each of the link's tables is here, in the order of the config. */
    tables: z.array(z.enum(['there', 'absent'])),
    dlq: z.array(dlqView),
    /** Why dead letter queues could not be read; null when they were, or when there is none. */
    dlqProblem: z.string().nullable(),
  }),
]);

const finding = z.strictObject({
  /** Stable name of the rule, e.g. `column-family`. */
  rule: z.string(),
  /** `blocks`: CockroachDB would refuse or lose data. `warns`: it can be done, and somebody should know. */
  severity: z.enum(['blocks', 'warns']),
  /** Side with the table; null when it is about the difference of the two. */
  side: z.enum(['primary', 'standby']).nullable(),
  /** Place of the table in the config. */
  pair: z.int(),
  /** The table, column, index or constraint, and what is wrong with it: a full sentence. */
  sentence: z.string(),
  /** What to do: a full sentence. */
  next: z.string(),
});

/** `unknown`: the table is there, but may not be read. */
const rows = z.enum(['absent', 'empty', 'filled', 'unknown']);

/** Whether a table holds rows, by side. */
const pairLook = z.strictObject({
  rows: z.strictObject({ primary: rows, standby: rows }),
  /** How long each side keeps what is overwritten in the table, s; null when it does not say. Left out for a table that is absent. */
  kept: z.strictObject({ primary: z.int().nullable(), standby: z.int().nullable() }).optional(),
});

const findings = z.array(finding);

/** How the tables look to somebody who wants to start replication. Read only while no job of the link is live. */
const schemaLook = z.discriminatedUnion('kind', [
  /** A job is live, so the tables have passed the server's own check. */
  z.strictObject({ kind: z.literal('skipped') }),
  z.strictObject({ kind: z.literal('unread'), why: z.string() }),
  /** Findings by the side that is to follow. */
  z.strictObject({
    kind: z.literal('read'),
    pairs: z.array(pairLook),
    findings: z.strictObject({ primary: findings, standby: findings }),
  }),
]);

/** The newest write of a table that no job brought; null when it has none. Deletes leave no row, so they are not in it. */
const tableWrites = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('told'), newest: micros.nullable() }),
  /** `slow`: the table is too big for a quick look. `refused`: the bot may not read it. `unsupported`: the version does not tell who wrote a row. */
  z.strictObject({ kind: z.literal('untold'), why: z.enum(['slow', 'refused', 'unsupported', 'failed']) }),
]);

/** Looked at only for a plan that empties a side, since every row is read. By the table's place in the config. */
const writesLook = z.strictObject({ pairs: z.array(z.strictObject({ primary: tableWrites, standby: tableWrites })) });

/** The last run of this bot that had applications sent to a side, for a plan that goes on without a copy. */
const redirected = z.strictObject({
  run: z.string(),
  operation: z.string(),
  side: z.enum(['primary', 'standby']),
  /** When its last step ended, by the bot's clock. */
  ended: micros,
});

export const ldrDetail = z.strictObject({
  primary: sideRead,
  standby: sideRead,
  schema: schemaLook,
  writes: writesLook.optional(),
  redirected: redirected.optional(),
  /** The journal of a run can't be read, so that which of them was the last is not known. */
  redirectUntold: z.literal(true).optional(),
});

/** What was read from both sides: the `detail` of an observation. */
export type LdrDetail = z.infer<typeof ldrDetail>;
export type SideRead = z.infer<typeof sideRead>;
export type ReadSide = Extract<SideRead, { kind: 'read' }>;
export type Replicator = z.infer<typeof replicator>;
export type JobView = z.infer<typeof jobView>;
export type DlqView = z.infer<typeof dlqView>;
export type Finding = z.infer<typeof finding>;
export type Rows = z.infer<typeof rows>;
export type PairLook = z.infer<typeof pairLook>;
export type TableWrites = z.infer<typeof tableWrites>;
export type WritesLook = z.infer<typeof writesLook>;
export type Redirect = z.infer<typeof redirected>;
export type SchemaLook = z.infer<typeof schemaLook>;
