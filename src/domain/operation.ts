import type { LinkId } from './ids.ts';

/** Where a failover cuts. `time`: ms since the epoch; in the past within the standby's retention, or, where an engine can, a time to come. */
export type FailoverTarget = { readonly kind: 'latest' } | { readonly kind: 'time'; readonly at: number };

/** Copies of a database that hold it as primaries (they elect a writer) and as secondaries (they read). */
export interface Topology {
  /** At least 1. */
  readonly primaries: number;
  readonly secondaries: number;
}

/** A copy at one moment, kept apart from the cluster it was taken on, or the end of one. */
export type BackupAction =
  | {
      readonly kind: 'create';
      readonly mode: 'full' | 'incremental' /** How it is called; the engine's own choice when null. */;
      readonly tag: string | null;
    }
  | { readonly kind: 'delete' /** Its full name, as the cluster lists it. */; readonly backup: string };

/** From when on changes are replicated, with no first copy: from where the last replication ended, or from a time, ms since the epoch. */
export type ContinueFrom = { readonly kind: 'last' } | { readonly kind: 'time'; readonly at: number };

/** What can be done to a link, with its arguments. JSON, so that it can be journalled and hashed. */
export type Operation =
  | {
      readonly kind: 'switchover';
      readonly link: LinkId /** Longest time that writes may be stopped, ms; what is usual for the engine when left out. */;
      readonly maxWriteStopMs?: number;
    }
  | {
      readonly kind: 'failover';
      readonly link: LinkId;
      readonly to: FailoverTarget /** Of the promoted database; as it is now when left out. */;
      readonly topology?: Topology;
    }
  | { readonly kind: 'pause'; readonly link: LinkId }
  | { readonly kind: 'resume'; readonly link: LinkId }
  | { readonly kind: 'failback'; readonly link: LinkId }
  | {
      readonly kind: 'fence';
      readonly link: LinkId;
      /** Name of the cluster that goes on serving; the one that was promoted last when left out. */
      readonly keep?: string;
    }
  | { readonly kind: 'teardown'; readonly link: LinkId }
  | { readonly kind: 'verify'; readonly link: LinkId }
  /** Makes the replication as the link's settings describe it: with a first copy, or, where an engine can, going on from a time. */
  | { readonly kind: 'setup'; readonly link: LinkId; readonly from?: ContinueFrom }
  /** Gives a side that can't follow any more a new full copy. */
  | { readonly kind: 'rebuild'; readonly link: LinkId }
  /** Opens the standby for reads, or closes it. */
  | { readonly kind: 'reader'; readonly link: LinkId; readonly on: boolean }
  | {
      readonly kind: 'retention';
      readonly link: LinkId /** How far back the standby can be promoted, ms; null leaves it. */;
      readonly windowMs: number | null /** How long the primary keeps history for a standby that is silent, ms; null leaves it. */;
      readonly expirationMs: number | null;
    }
  /** Has a running replication take a renewed address, password or certificate. */
  | { readonly kind: 'reconnect'; readonly link: LinkId }
  /** Takes both sides through an upgrade of the database's version in the order that keeps the replication alive. */
  | {
      readonly kind: 'upgrade';
      readonly link: LinkId /** For an engine that has people upgrade both sides in between: what comes before, or what comes after. */;
      readonly phase?: 'begin' | 'finish';
    }
  /** `on`: name of the cluster; null: the one that takes writes. */
  | { readonly kind: 'backup'; readonly link: LinkId; readonly action: BackupAction; readonly on: string | null }
  /** Replaces the content of a cluster with a backup that this cluster took, or the other one of the link. */
  | {
      readonly kind: 'restore';
      readonly link: LinkId;
      readonly backup: string;
      readonly from: 'own' | 'other' /** Name of the cluster that is restored; null is for looking only, no plan is made of it. */;
      readonly on: string | null;
    }
  /** Takes both sides through a change of schema that replicating tables don't allow. */
  | { readonly kind: 'alter'; readonly link: LinkId };

/** What can be looked at beside the state of a link; not every engine has every one. In the order in which they are listed to people. */
export const inspectionNames = ['backups', 'dlq', 'topology'] as const;
export type InspectionName = (typeof inspectionNames)[number];

export type OperationName = Operation['kind'];

/** What an operation does, as titles and sentences name it: its own name, unless that would say the opposite. */
export const deedOf = (operation: Operation): string =>
  operation.kind === 'backup' && operation.action.kind === 'delete' ? 'deletion of a backup' : operation.kind;

/** In the order in which they are listed to people. */
export const operationNames = [
  'setup',
  'switchover',
  'failover',
  'failback',
  'fence',
  'rebuild',
  'pause',
  'resume',
  'reader',
  'retention',
  'reconnect',
  'verify',
  'backup',
  'restore',
  'upgrade',
  'alter',
  'teardown',
] as const satisfies readonly OperationName[];

/**
 * What makes data safe, and may go ahead of a run that holds the link and stands still for want of a person: that very run may
 * stand still because the other side is not fenced.
 */
export const passesHaltedRuns = (operation: OperationName): boolean => operation === 'fence';

/** `change` can be taken back; `danger` may lose data or cannot be taken back. */
export type Risk = 'read' | 'change' | 'danger';
