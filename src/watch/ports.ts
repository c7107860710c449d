import type { LinkId, MessageTs } from '../domain/ids.ts';
import type { Health, Sample } from '../domain/observation.ts';
import type { AlertBook } from './alerts.ts';

/** The right to look at one link now, for as long as it is renewed. */
export interface Turn {
  readonly link: LinkId;
  readonly token: string;
}

/** What a look found, for people and gauges that want no more than the newest. */
export interface Glance {
  /** ms since the epoch, by the clock of the bot that looked. */
  readonly at: number;
  /** Which bot looked. */
  readonly worker: string;
  readonly health: Health;
  /** Lag as time, ms; null when it is not known or is counted in something else. */
  readonly lagMs: number | null;
  /** Lag in transactions or in other numbers that grow by one; null when it is not known or is a time. */
  readonly lagCount: number | null;
}

/** What is written when a look is over. */
export interface Note {
  readonly sample: Sample;
  readonly glance: Glance;
  /** Times of samples that are thinned out. */
  readonly drop: readonly number[];
  /** What is to be told, when it is not what it was; null when it is. */
  readonly book: AlertBook | null;
}

/**
 * What bots remember of links together. Every change is one atomic script; every call throws Fault `redis-unavailable` when Redis
 * does not answer, and every one may be sent again.
 */
export interface WatchStore {
  /** Takes those of these links whose time has come and that nobody has in hand, by Redis' clock, longest due first. */
  take(links: readonly LinkId[], leaseMs: number, most: number): Promise<readonly Turn[]>;
  /** Keeps a turn alive; false when it is lost. */
  renew(turn: Turn, leaseMs: number): Promise<boolean>;
  /** Ends a turn with what was seen; the link is due again after `nextInMs`. False when the turn is lost: then nothing is written. */
  note(turn: Turn, note: Note, nextInMs: number): Promise<boolean>;
  /** Ends a turn without anything; the link is due again after `nextInMs`. */
  leave(turn: Turn, nextInMs: number): Promise<void>;
  /** Samples of a link, oldest first. */
  history(link: LinkId): Promise<readonly Sample[]>;
  /** The newest look at each of these links; null where there was none. */
  glances(links: readonly LinkId[]): Promise<readonly (Glance | null)[]>;
  book(link: LinkId): Promise<AlertBook>;
}

/** What is known of the message by which one channel is told of one alert. */
export type AlertPost =
  /** A call was about to be sent at `at` (ms since the epoch, by the sender's clock); whether it arrived is to be looked up. */
  | { readonly state: 'posting'; readonly at: number }
  /** `hash`: of what it shows; '' when that is not known. */
  | { readonly state: 'posted'; readonly ts: MessageTs; readonly hash: string }
  /** Nobody can be told there, or somebody deleted the message. */
  | { readonly state: 'failed'; readonly why: string };

/** Everything that is to be told of one link. */
export interface ToTell {
  /** Counts the changes of the book. */
  readonly seq: number;
  readonly book: AlertBook;
  /** By `<alert>:<channel>`. */
  readonly posts: ReadonlyMap<string, AlertPost>;
}

/** Which links have alerts that people have not been shown, and what is known of their messages. */
export interface AlertDesk {
  /** The next link to tell of; null when there is none. The claim dies after `leaseMs`. */
  claim(owner: string, leaseMs: number): Promise<Turn | null>;
  /** Keeps the claim alive; false when it is lost. */
  renew(turn: Turn, leaseMs: number): Promise<boolean>;
  /** Says that the book as of `seq` is shown, and gives the claim back; the link comes again if there is more. */
  finish(turn: Turn, seq: number): Promise<void>;
  /** Gives the claim back and asks for the link again after `inMs`. */
  postpone(turn: Turn, inMs: number): Promise<void>;
  read(link: LinkId): Promise<ToTell>;
  /** Writes what is known of a message, unless it is no longer what the writer has seen: then false. */
  mark(link: LinkId, key: string, seen: AlertPost | null, now: AlertPost): Promise<boolean>;
  /**
   * Of several deliveries that ask for the same, the one that makes the run: this one, unless another was first. `what`: the operation
   * that a button offers, or what a command asks for. `over`: a delivery whose run counts no more, e.g. since it has ended.
   */
  makerOf(link: LinkId, what: string, delivery: string, over: string | null): Promise<string>;
  /** Forgets messages of alerts that are over and gone from the book. */
  forget(link: LinkId, posts: readonly string[]): Promise<void>;
}
