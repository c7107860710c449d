import { z } from 'zod';
import type { Side } from '../../domain/observation.ts';

/** A transaction id in digits: JSON has no number that holds every one. */
const txn = z.string().regex(/^\d{1,20}$/);

/** One copy of a database: a row of SHOW DATABASE. Texts are verbatim but for secrets. */
const copyView = z.strictObject({
  server: z.string(),
  /** Bolt address; null when the server is not heard from. */
  address: z.string().nullable(),
  type: z.string(),
  access: z.string(),
  /** `primary`, `secondary` or `unknown`. */
  role: z.string(),
  writer: z.boolean(),
  requestedStatus: z.string(),
  currentStatus: z.string(),
  /** Empty when there is nothing to say. */
  message: z.string(),
  store: z.string().nullable(),
  /** Last transaction that this copy has; null when it does not tell. */
  lastTxn: txn.nullable(),
});

const databaseView = z.strictObject({
  name: z.string(),
  databaseId: z.string().nullable(),
  /** Local aliases that lead here. */
  aliases: z.array(z.string()),
  isDefault: z.boolean(),
  isHome: z.boolean(),
  /** Copies that were asked for; null when the server does not tell. */
  requested: z.strictObject({ primaries: z.number(), secondaries: z.number() }).nullable(),
  current: z.strictObject({ primaries: z.number(), secondaries: z.number() }).nullable(),
  /** ISO 8601, as the server prints it. */
  createdAt: z.string().nullable(),
  /** What the replica says that it follows; null before 2026.08, which does not tell. */
  follows: z.strictObject({ remote: z.string().nullable(), addresses: z.array(z.string()), pullUri: z.string().nullable() }).nullable(),
  copies: z.array(copyView),
});

const serverView = z.strictObject({
  id: z.string(),
  name: z.string(),
  address: z.string().nullable(),
  /** `Free`, `Enabled`, `Cordoned`, `Deallocating`, `Deallocated`, `Dropped`. */
  state: z.string(),
  /** `Available` or `Unavailable`. */
  health: z.string(),
  /** `NONE`, `PRIMARY` or `SECONDARY`. */
  modeConstraint: z.string(),
  allowed: z.array(z.string()),
  denied: z.array(z.string()),
  hosting: z.array(z.string()),
  version: z.string().nullable(),
});

const routing = z.strictObject({
  ttlSeconds: z.number(),
  writers: z.array(z.string()),
  readers: z.array(z.string()),
  routers: z.array(z.string()),
});

const sideRead = z.discriminatedUnion('kind', [
  /** Nothing accepts a connection at any of its addresses. */
  z.strictObject({ kind: z.literal('gone'), why: z.string() }),
  /** Something accepts connections there and gives no usable answer. */
  z.strictObject({ kind: z.literal('silent'), why: z.string() }),
  /** It answers, but does not let us see what we have to see. */
  z.strictObject({ kind: z.literal('locked'), why: z.string() }),
  z.strictObject({
    kind: z.literal('read'),
    /** Who answered: the leader of `system`, whose word is newest, or any member, when no leader could be reached. */
    by: z.enum(['leader', 'member']),
    release: z.strictObject({ year: z.number(), month: z.number(), patch: z.number(), text: z.string() }),
    edition: z.string(),
    /** How a replica is created and promoted here: `internal.*` procedures, or CREATE REPLICA DATABASE and `dbms.promoteReplicaDatabase`. */
    surface: z.enum(['preview', 'ga', 'none']),
    /** Procedures of replication that the cluster lists; it may hide those that begin with `internal.`. Null: it would not list any. */
    procedures: z.array(z.string()).nullable(),
    user: z.string().nullable(),
    roles: z.array(z.string()).nullable(),
    servers: z.array(serverView),
    /** The database of the link, under the name that counts now; null when there is none. */
    database: databaseView.nullable(),
    /** The database under the side's other name, when it has a spare one; null when there is none. */
    spare: databaseView.nullable(),
    /** Every database name of the cluster, with its type. */
    names: z.array(z.strictObject({ name: z.string(), type: z.string() })),
    aliases: z.array(z.strictObject({ name: z.string(), database: z.string(), location: z.string() })),
    /** What clients are told for the database; null when the cluster would not say. */
    routing: routing.nullable(),
    /** Privileges on the database, as commands: they vanish with it, and no replica gets them. Null when it is absent, or when the cluster would not say. */
    grants: z.array(z.string()).nullable(),
  }),
]);

/** What the bot knows from having looked before: an observation alone has no times. */
const pastView = z.strictObject({
  /** Longest that the follower can be behind, ms, by when bots saw which id: too long by no more than the distance of two looks. Null when it can't be told. */
  behindMs: z.number().nullable(),
  /** What it is behind surely, ms: it lacks something that was seen so long ago. */
  surelyMs: z.number().nullable(),
  /** Time for which the follower has not moved although there was something to fetch, ms; null when it can't be told. */
  stillMs: z.number().nullable(),
  /** Full sentence: how far it is behind in time, or why that is not known. */
  words: z.string(),
  /** What a promotion now loses at least: writes of so long, ms, and so many transactions; null when it can't be told. */
  atLeastLost: z.strictObject({ ms: z.number().nullable(), transactions: txn }).nullable(),
  /** Everything that the serving side had so long ago has arrived, ms: what a promotion loses is not older. Null when it can't be told. */
  atMostLostMs: z.number().nullable(),
  /** Newest id that was seen on the serving side and when, ms since the epoch by the bot's clock; null when none was. */
  lastSeen: z.strictObject({ side: z.enum(['primary', 'standby']), at: z.number(), txn }).nullable(),
});

/** What the hosts of one cluster hold of certificates. */
const certificatesView = z.strictObject({
  /** The certificate that the other cluster has to trust; null when it could not be read. */
  own: z.strictObject({ sha256: z.string(), notAfter: z.number() }).nullable(),
  /** Full sentence: why something could not be read; null when all could. */
  why: z.string().nullable(),
  /** What each node holds in the place of the other cluster's certificate. */
  nodes: z.array(
    z.strictObject({
      node: z.string(),
      found: z.enum(['file', 'absent', 'no-folder', 'unread']),
      sha256: z.string().nullable(),
    }),
  ),
});

export const ccdrDetail = z.strictObject({
  primary: sideRead,
  standby: sideRead,
  past: pastView,
  /** By side; null when the config names no hosts. */
  certificates: z.strictObject({ primary: certificatesView.nullable(), standby: certificatesView.nullable() }),
});

/** What was read from both sides: the `detail` of an observation. */
export type CcdrDetail = z.infer<typeof ccdrDetail>;
export type SideRead = z.infer<typeof sideRead>;
export type ReadSide = Extract<SideRead, { kind: 'read' }>;
/** A side that could not be read. */
export type Deaf = Exclude<SideRead, ReadSide>;
/** What can be told of a side by its database alone. */
export type Glance = Deaf | Pick<ReadSide, 'kind' | 'by' | 'database'>;
export type DatabaseView = z.infer<typeof databaseView>;
export type CopyView = z.infer<typeof copyView>;
export type ServerView = z.infer<typeof serverView>;
export type RoutingView = z.infer<typeof routing>;
export type PastView = z.infer<typeof pastView>;
export type CertificatesView = z.infer<typeof certificatesView>;
export type Surface = ReadSide['surface'];

export const sides = ['primary', 'standby'] as const satisfies readonly Side[];
