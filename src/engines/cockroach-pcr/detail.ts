import { z } from 'zod';
import { feedsRead } from '../cockroach/feeds.ts';
import { saidOfBoth, signsOfUse } from './memory.ts';

/** A time as whole microseconds since the epoch, in digits: JSON has no number that holds it. */
const micros = z.string().regex(/^\d{1,20}$/);

const virtualClusterView = z.strictObject({
  /** Its number on this cluster: a copy that is made anew has another one. */
  id: z.string(),
  /** Verbatim, e.g. `replication paused`. */
  status: z.string(),
  /** Verbatim: `none`, `shared`, `external`. */
  service: z.string(),
  sourceName: z.string().nullable(),
  /** Redacted by the server and again here. */
  sourceUri: z.string().nullable(),
  replicated: micros.nullable(),
  retained: micros.nullable(),
  /** Target of a failover that has been asked for. */
  failover: micros.nullable(),
  /** When it was last promoted; null when never, or when the version does not tell (23.2). */
  activated: micros.nullable(),
  /** What it was a copy of until it was last promoted, in the words of its source: a number, or `system`. Left out when never, or not told. */
  copyOf: z.string().optional(),
  job: z
    .strictObject({
      id: z.string(),
      status: z.string(),
      runningStatus: z.string(),
      fraction: z.number().nullable(),
      error: z.string(),
      modified: micros.nullable(),
      created: micros.nullable().optional(),
    })
    .nullable(),
});

/** What a replication is made from, read of a side while nothing replicates. Null: it could not be read. */
const groundRead = z.strictObject({
  rangefeed: z.boolean(),
  organization: z.boolean(),
  license: z.boolean(),
  /** Of the users that the config names, those that are there. */
  users: z.array(z.string()),
  /** System privileges that the stream's user holds. */
  granted: z.array(z.string()),
  admins: z.array(z.string()),
  /** Names of external connections that the bot's user sees, with what they lead to, redacted. */
  connections: z.array(z.strictObject({ name: z.string(), uri: z.string() })),
  regions: z.array(z.string()),
  virtualClusters: z.array(z.strictObject({ name: z.string(), status: z.string(), service: z.string() })),
});

/** Both verbatim: `add`/`none` while it waits for the initial scan, `ready`/`shared` once it serves. */
const readerView = z.strictObject({
  status: z.string(),
  service: z.string(),
  /** Its number: one that is made anew has another. */
  id: z.string().optional(),
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
    defaultTarget: z.string(),
    /** Null when the cluster has no virtual cluster of that name. */
    vc: virtualClusterView.nullable(),
    /** Whether it keeps the history that the other side needs to go on. `untold`: its jobs came too late. `mixed`: it keeps some, for whom is not told. */
    history: z.enum(['kept', 'lost', 'none', 'untold', 'mixed']),
    /** The read-only virtual cluster beside it; null when there is none. */
    reader: readerView.nullable().optional(),
    /** Whether the bot is shown jobs of others too; left out where nobody has to know. */
    sight: z.enum(['all', 'own', 'unknown']).optional(),
    /** Jobs that keep history of this virtual cluster for the other side, newest first: live ones and those that ended lately. */
    producers: z.array(z.strictObject({ id: z.string(), status: z.string(), created: micros.nullable().optional() })).optional(),
    /** Its data is in the system virtual cluster, as the config or its copy says, so that applications write there. */
    flat: z.boolean().optional(),
    /** Other virtual clusters of it that serve, where it has none of the link's name. */
    besides: z.array(z.strictObject({ id: z.string(), name: z.string() })).optional(),
    /** What the other side copies, or copied, from here by its own word, where it is not the link's: applications write there, if anywhere. */
    elsewhere: z.string().optional(),
    /** That one is seen to serve on this side, and the copy of it does not, so that applications write there. */
    elsewhereServes: z.boolean().optional(),
    /** It is flat, and the other side serves by now: whether applications still write to it can't be seen by SQL. */
    givenUp: z.boolean().optional(),
    ground: groundRead.nullable().optional(),
    /** Some of what people keep in its control plane: databases, and tables in those of every cluster. Null: not told; left out: not asked. */
    inUse: z.array(z.string()).nullable().optional(),
    /** The external connection that its stream goes by, where that is known to be gone. */
    routeGone: z.string().optional(),
    /** What runs by itself in the virtual cluster; null when it could not be read, left out where nobody asked. */
    feeds: feedsRead.nullable().optional(),
    /** Active version of the virtual cluster itself; null when it could not be read. */
    appVersion: z.string().nullable().optional(),
  }),
]);

/** What the nodes of a side say over SSH, read while nothing replicates. */
const hostsRead = z.strictObject({
  /** Certificate of the side's authority; null when it could not be read. */
  own: z.strictObject({ sha256: z.string(), notAfter: z.number() }).nullable(),
  /** Of each node: the release of its binary, whether CockroachDB runs, and what it has under the name of the other side's certificate. */
  nodes: z.array(
    z.strictObject({
      node: z.string(),
      release: z.strictObject({ year: z.number(), number: z.number(), text: z.string() }).nullable(),
      running: z.boolean().nullable(),
      found: z.enum(['file', 'absent', 'no-folder', 'unread']),
      sha256: z.string().nullable(),
    }),
  ),
  /** Why something of it could not be read; a full sentence. */
  why: z.string().nullable(),
});

export const pcrDetail = z.strictObject({
  primary: sideRead,
  standby: sideRead,
  hosts: z.strictObject({ primary: hostsRead.nullable(), standby: hostsRead.nullable() }).optional(),
  /** Where a side can't be asked: what both said before, as far as earlier looks are known. */
  remembered: saidOfBoth.optional(),
  /** Where two sides serve, or one is left stopped beside one that can't be asked. */
  signs: signsOfUse.optional(),
});

/** What was read from both sides: the `detail` of an observation. */
export type PcrDetail = z.infer<typeof pcrDetail>;
export type HostsRead = z.infer<typeof hostsRead>;
export type GroundRead = z.infer<typeof groundRead>;
export type SideRead = z.infer<typeof sideRead>;
export type ReadSide = Extract<SideRead, { kind: 'read' }>;
export type VirtualClusterView = z.infer<typeof virtualClusterView>;
export type ReaderView = z.infer<typeof readerView>;

/** Name that the database gives to the reader of a virtual cluster. */
export const readerName = (virtualCluster: string): string => `${virtualCluster}-readonly`;
