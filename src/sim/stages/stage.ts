import type { EngineId } from '../../domain/link.ts';
import type { Side } from '../../domain/observation.ts';

/** Part of the config file as data; what `replops.schema.json` describes. */
export type ConfigPart = Record<string, unknown>;

/** One change that a database made, by whoever asked for it. */
export interface StageEffect {
  /** The server or cluster that was changed. */
  readonly where: string;
  /** What was sent, with its secrets masked. */
  readonly statement: string;
  /** False when the database took it and had nothing to do. */
  readonly changed: boolean;
  /** Tag of the session. */
  readonly tag: string;
}

/** The simulated databases of one link, and what a bot has to be told to work on them. */
export interface Stage {
  readonly engine: EngineId;
  /** The engine's part of the link's config. Secrets are references to `secrets`. */
  readonly settings: ConfigPart;
  /** Environment variables that `settings` refers to. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where each side listens, for people who want to look with their own tools. */
  readonly addresses: Readonly<Record<'primary' | 'standby', string>>;
  /** Every change so far, in order, on both sides. */
  effects(): readonly StageEffect[];
  /** Spans in which two sides took writes that must not. */
  splitBrain(): readonly { readonly from: number; readonly to: number | null }[];
  /** Makes statements that match hang before or after their effect; answers how often that has happened. */
  hang(statement: RegExp, moment: 'before' | 'after'): () => number;
  /** The whole side dies with its clients, and comes back as it was. */
  down(side: Side): Promise<void>;
  up(side: Side): Promise<void>;
  /** Ends every fault. */
  heal(): void;
  close(): Promise<void>;
}

/** Name of the environment variable that holds a secret of a link, e.g. `PROD_SQL_PRIMARY_PASSWORD`. */
export const secretName = (link: string, ...words: readonly string[]): string =>
  [link, ...words].join('_').replaceAll('-', '_').toUpperCase();
