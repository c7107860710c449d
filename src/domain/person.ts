import type { UserId } from './ids.ts';

/** Only a `member` counts anywhere. `unknown` is somebody who could not be looked up: refused like a stranger. */
export type Standing = 'member' | 'guest' | 'stranger' | 'bot' | 'deactivated' | 'unknown';

export interface Person {
  readonly id: UserId;
  /** Display name as Slack has it; not trusted, escape it. */
  readonly name: string;
  readonly standing: Standing;
  /** Names of the config's groups that the person belongs to now (at most 60 s old). */
  readonly groups: readonly string[];
  /** Set when groups could not be read from Slack and the config's fixed list was used, or nothing could be: a sentence. */
  readonly groupsProblem: string | null;
}

/** Port: who somebody is. Implemented by the Slack edge. */
export interface People {
  /** Never throws: somebody who cannot be looked up has the standing `unknown`. */
  person(id: UserId): Promise<Person>;
  /** Finds a person by `@name`, as typed without Slack's help; null when nobody or more than one person has it. */
  byName(name: string): Promise<UserId | null>;
}
