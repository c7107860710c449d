import type { Clock } from '../../domain/clock.ts';

/** How Slack's user object describes somebody. Only a `member` may count anywhere. */
export type PersonKind = 'member' | 'guest' | 'single-channel-guest' | 'stranger' | 'invited' | 'bot' | 'deactivated';

export interface PersonSpec {
  /** Handle, lower case, e.g. `ana`. */
  readonly name: string;
  readonly realName: string;
  /** What the page shows next to the name, e.g. `requester`. */
  readonly title?: string;
  readonly kind?: PersonKind;
  /** Workspace admin; must give no operational right. */
  readonly admin?: boolean;
}

export interface GroupSpec {
  readonly handle: string;
  readonly name: string;
  readonly people: readonly string[];
}

export interface ChannelSpec {
  readonly name: string;
  readonly kind: 'public' | 'private' | 'connect';
  readonly people: readonly string[];
  /** Whether our bot is a member. */
  readonly bot: boolean;
  readonly archived?: boolean;
  readonly topic?: string;
}

/** All durations in ms. */
export interface Timing {
  /** Time the app has to acknowledge: 3,000 at Slack. */
  readonly ackDeadlineMs: number;
  /** Waits before the redeliveries of an event: at Slack almost at once, 1 min, 5 min. */
  readonly eventRetryDelaysMs: readonly number[];
  /** Life of a `trigger_id`: 3,000 at Slack. */
  readonly triggerLifeMs: number;
  /** Life of a `response_url`: 30 min at Slack. */
  readonly responseUrlLifeMs: number;
}

export interface WorkspaceOptions {
  readonly delivery: 'socket' | { readonly http: string; readonly signingSecret: string };
  /** 0 or absent: a free port. Always on 127.0.0.1. */
  readonly port?: number;
  readonly clock?: Clock;
  /** Equal seeds give equal ids. */
  readonly seed?: string;
  readonly people?: readonly PersonSpec[];
  readonly groups?: readonly GroupSpec[];
  readonly channels?: readonly ChannelSpec[];
  /** Bot scopes; calls outside them get `missing_scope`. */
  readonly scopes?: readonly string[];
  /** Bot events that are delivered. */
  readonly subscriptions?: readonly string[];
  /** Slash commands that the app has registered, with the slash. */
  readonly commands?: readonly string[];
  readonly timing?: Partial<Timing>;
  /** True: methods refuse calls beyond their tier with 429, as Slack does. */
  readonly rateLimits?: boolean;
}
