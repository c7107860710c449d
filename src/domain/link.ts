import type { ChannelId, LinkId } from './ids.ts';
import type { Secret } from './secret.ts';

export const engineIds = ['cockroach-pcr', 'cockroach-ldr', 'neo4j-ccdr', 'tigergraph-crr'] as const;
export type EngineId = (typeof engineIds)[number];

/** How application traffic is moved after a promotion. No engine does it; it is always a named step. */
export type Redirect =
  | {
      readonly kind: 'manual';
      /** What a person has to do, in the team's own words. */
      readonly instructions: string;
    }
  | {
      readonly kind: 'hook';
      /** Asked (GET) which cluster the traffic goes to, and told (POST) to which one to send it. */
      readonly url: string;
      /** Value of the Authorization header; null when none is sent. */
      readonly authorization: Secret | null;
      /** What a person has to do when the hook cannot. */
      readonly instructions: string;
    };

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
