import type { ChannelId, LinkId } from './ids.ts';

export const engineIds = ['cockroach-pcr', 'cockroach-ldr', 'neo4j-ccdr', 'tigergraph-crr'] as const;
export type EngineId = (typeof engineIds)[number];

/** How application traffic is moved after a promotion. No engine does it; it is always a named step. */
export interface Redirect {
  readonly kind: 'manual';
  /** What a person has to do, in the team's own words. */
  readonly instructions: string;
}

/** A named pair: primary → standby, one engine. */
export interface Link<Settings = unknown> {
  readonly id: LinkId;
  readonly engine: EngineId;
  /** e.g. `production`; policy rules match on it. */
  readonly environment: string;
  readonly description: string;
  /** Channels that hear of every changing run on this link. */
  readonly incidentChannels: readonly ChannelId[];
  readonly redirect: Redirect;
  /** The engine's own part, parsed by the engine's schema. Holds `Secret`s, so it is never written anywhere. */
  readonly settings: Settings;
}
