import type { LinkId } from './ids.ts';

/** Where a failover cuts. `time` is a point in the past within the standby's retention, ms since the epoch. */
export type FailoverTarget = { readonly kind: 'latest' } | { readonly kind: 'time'; readonly at: number };

/** What can be done to a link, with its arguments. JSON, so that it can be journalled and hashed. */
export type Operation =
  | {
      readonly kind: 'switchover';
      readonly link: LinkId /** Longest time that writes may be stopped, ms. */;
      readonly maxWriteStopMs: number;
    }
  | { readonly kind: 'failover'; readonly link: LinkId; readonly to: FailoverTarget }
  | { readonly kind: 'pause'; readonly link: LinkId }
  | { readonly kind: 'resume'; readonly link: LinkId }
  | { readonly kind: 'failback'; readonly link: LinkId }
  | { readonly kind: 'fence'; readonly link: LinkId }
  | { readonly kind: 'teardown'; readonly link: LinkId }
  | { readonly kind: 'verify'; readonly link: LinkId };

export type OperationName = Operation['kind'];

/** In the order in which they are listed to people. */
export const operationNames = [
  'switchover',
  'failover',
  'failback',
  'fence',
  'pause',
  'resume',
  'verify',
  'teardown',
] as const satisfies readonly OperationName[];

/** `change` can be taken back; `danger` may lose data or cannot be taken back. */
export type Risk = 'read' | 'change' | 'danger';
