import { z } from 'zod';
import type { Side, Tristate } from '../../domain/observation.ts';
import { feedsRead } from '../cockroach/feeds.ts';
import { type Micros, msOfMicros } from '../cockroach/times.ts';
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

/** What a virtual cluster is doing, whatever words its version uses. `strange`: a state we do not know, so nothing is safe. */
export type Phase =
  | 'absent'
  | 'scanning'
  | 'following'
  | 'retrying'
  | 'paused'
  | 'gave-up'
  | 'pending'
  | 'reverting'
  | 'ready'
  | 'incomplete'
  | 'dropping'
  | 'strange';

/** Spelling of states up to 24.2 (cutover) and from 24.3 (failover). */
const phases: Readonly<Record<string, Phase>> = {
  ready: 'ready',
  add: 'incomplete',
  dropping: 'dropping',
  replicating: 'following',
  'replication error': 'retrying',
  'replication paused': 'paused',
  'replication pending failover': 'pending',
  'replication pending cutover': 'pending',
  'replication failing over': 'reverting',
  'replication cutting over': 'reverting',
};

/** A job that gave up after its retries says so in its running status; a pause by hand does not. */
const gaveUp = /is being paused|pausing after error/;

export function phaseOf(vc: VirtualClusterView | null): Phase {
  if (vc === null) return 'absent';
  const phase = phases[vc.status] ?? (/initial/.test(vc.status) ? 'scanning' : 'strange');
  return phase === 'paused' && gaveUp.test(vc.job?.runningStatus ?? '') ? 'gave-up' : phase;
}

const followingPhases: readonly Phase[] = ['scanning', 'following', 'retrying', 'paused', 'gave-up', 'pending', 'reverting'];
export const isFollowing = (phase: Phase): boolean => followingPhases.includes(phase);

/** Whether applications can write on this side now, by its own word. */
export function writableOf(side: SideRead): Tristate {
  if (side.kind !== 'read') return 'unknown';
  if (side.flat === true) return side.givenUp === true ? 'unknown' : 'yes';
  if (side.elsewhere !== undefined) return side.elsewhereServes === true ? 'yes' : 'unknown';
  const phase = phaseOf(side.vc);
  if (phase === 'strange') return 'unknown';
  return phase === 'ready' && side.vc?.service !== 'none' ? 'yes' : 'no';
}

export function roleOf(side: SideRead): Side | 'none' | 'unknown' {
  if (side.kind !== 'read') return 'unknown';
  const phase = phaseOf(side.vc);
  if (phase === 'strange') return 'unknown';
  if (isFollowing(phase)) return 'standby';
  return writableOf(side) === 'yes' ? 'primary' : 'none';
}

/** Whether what is there follows. */
export const followerIn = (vc: VirtualClusterView | null): vc is VirtualClusterView => vc !== null && isFollowing(phaseOf(vc));

/** A side that follows, with what it says of itself. */
export interface Follower {
  readonly side: Side;
  readonly read: ReadSide;
  readonly vc: VirtualClusterView;
  readonly phase: Phase;
}

/** Sides that follow, by their own word: none, one, or (never in a sound link) both. */
export function followersOf(detail: PcrDetail): readonly Follower[] {
  return (['standby', 'primary'] as const).flatMap((side) => {
    const read = detail[side];
    if (read.kind !== 'read' || read.vc === null) return [];
    const phase = phaseOf(read.vc);
    return isFollowing(phase) ? [{ side, read, vc: read.vc, phase }] : [];
  });
}

export const microsOf = (digits: string | null): Micros | null => (digits === null ? null : BigInt(digits));

/** Whether a failover was asked for to a time that has not been replicated yet. */
export const isAhead = ({ failover, replicated }: Pick<VirtualClusterView, 'failover' | 'replicated'>): boolean =>
  failover !== null && replicated !== null && BigInt(failover) > BigInt(replicated);

/** How far a follower is behind by its own clock, ms; null while nothing has been replicated in full. Never negative. */
export function lagMsOf({ read, vc }: Follower): number | null {
  const replicated = microsOf(vc.replicated);
  return replicated === null ? null : Math.max(0, msOfMicros(BigInt(read.now) - replicated));
}

const hourMs = 3_600_000;

/** How long a source waits for its standby before the history is let go, unless somebody has set another window, ms. */
export const expiryMsOf = ({ release }: Pick<ReadSide, 'release'>): number => (release.year === 23 ? 72 * hourMs : 24 * hourMs);

/** Time until a stream that makes no progress can't be resumed any more, ms, a lower bound; null when it can't be told. */
export function expiresInMs(follower: Follower, windowMs = expiryMsOf(follower.read)): number | null {
  const { read, vc } = follower;
  const still = microsOf(vc.replicated) ?? microsOf(vc.job?.modified ?? null);
  return still === null ? null : windowMs - msOfMicros(BigInt(read.now) - still);
}
