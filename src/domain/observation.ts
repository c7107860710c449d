import type { Fingerprint, LinkId } from './ids.ts';
import { hashOf, type JsonObject } from './json.ts';
import type { Lag, NamedLag } from './lag.ts';
import type { EngineId } from './link.ts';
import type { OperationName } from './operation.ts';

export type Side = 'primary' | 'standby';
export const otherSide = (side: Side): Side => (side === 'primary' ? 'standby' : 'primary');
export type Tristate = 'yes' | 'no' | 'unknown';

/** One thing read from a database. `binding` facts go into the fingerprint that an approval rests on. */
export interface Fact {
  /** Stable key, e.g. `standby.status`. */
  readonly name: string;
  /** What people read, e.g. `Data state of the standby`. */
  readonly label: string;
  readonly value: string;
  readonly binding: boolean;
  /** Said with the lag too; the state of the link alone is what all others are about. */
  readonly about?: 'lag';
}

export interface SideView {
  /** The cluster's name in the config, e.g. `sql-east`. */
  readonly cluster: string;
  readonly reachable: boolean;
  /** A full sentence when something is wrong with this side; null when nothing is. */
  readonly problem: string | null;
  readonly version: string | null;
  /** What this side is now, by its own word, whatever the config calls it. */
  readonly role: Side | 'none' | 'unknown';
  /** Whether applications can write here at this moment. */
  readonly writable: Tristate;
}

/** `healthy`: nothing to do. `degraded`: works, look soon. `broken`: replication does not work. `danger`: data is at risk (split brain). `unset`: nothing was made yet, so nothing can be broken. */
export const healths = ['healthy', 'degraded', 'broken', 'danger', 'unknown', 'unset'] as const;
export type Health = (typeof healths)[number];

/** A change that the engine holds to be the answer to what it sees. Nothing asks for it by itself: a person may, as it stands. */
export interface Offer {
  readonly operation: OperationName;
  /** The cluster that it acts on, by its name in the config. */
  readonly cluster: string;
  /** Full sentence: what it would end. */
  readonly why: string;
}

/** An earlier look at a link, as the bots remember it together. */
export interface Sample {
  /** ms since the epoch, by the clock of the bot that looked. */
  readonly at: number;
  readonly health: Health;
  readonly headline: string;
  /** What the engine left behind for later looks; null when that look had nothing to leave. */
  readonly trail: JsonObject | null;
  /** Every lag that was seen; left out by versions that did not keep it. */
  readonly lags?: readonly NamedLag[];
}

/** Facts read from both sides at one moment. JSON: it is stored, hashed and compared. */
export interface Observation {
  readonly link: LinkId;
  readonly engine: EngineId;
  /** ms since the epoch, by the bot's clock. */
  readonly observedAt: number;
  readonly health: Health;
  /** One full sentence: the state of the link. */
  readonly headline: string;
  readonly primary: SideView;
  readonly standby: SideView;
  readonly lag: Lag;
  /** Each lag by itself where the link has several, so that `lag` is no more than their sum; left out where it has one. */
  readonly lags?: readonly NamedLag[];
  readonly facts: readonly Fact[];
  /** What the engine itself needs to plan; opaque to everyone else. */
  readonly detail: JsonObject;
  /** What the engine wants to be shown again at later looks, e.g. transaction ids: compact, and without secrets. */
  readonly trail?: JsonObject;
  /** Changes that would answer what is seen; none when left out. */
  readonly offers?: readonly Offer[];
}

/** Marks facts as those that are said with the lag too. */
export const aboutLag = (facts: readonly Fact[]): readonly Fact[] => facts.map((fact) => ({ ...fact, about: 'lag' }));

/** Every lag of a link, each by itself. At least one. */
export const lagsOf = ({ lag, lags = [] }: Pick<Observation, 'lag' | 'lags'>): readonly NamedLag[] =>
  lags.length === 0 ? [{ name: '', lag }] : lags;

/** Hash of the binding facts only: lag may move between approval and start, roles and states may not. */
export function fingerprintOf(facts: readonly Fact[]): Fingerprint {
  const binding = facts.filter((fact) => fact.binding).map((fact) => [fact.name, fact.value] as const);
  // The cast brands a hash made right here.
  return hashOf([...binding].sort(([a], [b]) => (a < b ? -1 : 1))) as Fingerprint;
}
