import type { UserId } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import type { Problem } from '../domain/problem.ts';
import type { Secret } from '../domain/secret.ts';

interface SlackBasis {
  readonly botToken: Secret;
  /** Base of the Web API; null is Slack's own. */
  readonly apiUrl: string | null;
  /** Workspaces that are served; empty means only the one that the bot token belongs to. */
  readonly teams: readonly string[];
}

export type SlackConfig =
  | ({ readonly mode: 'socket'; readonly appToken: Secret } & SlackBasis)
  | ({ readonly mode: 'http'; readonly signingSecret: Secret; readonly port: number } & SlackBasis);

/** Who belongs to a group: a Slack user group, with the fixed people for when Slack cannot tell; or the fixed people alone. */
export interface GroupConfig {
  readonly usergroup: string | null;
  readonly people: readonly UserId[];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The whole configuration, checked, with its secrets looked up. */
export interface Config {
  readonly kind: 'config';
  readonly slack: SlackConfig;
  /** A secret, since the address may hold a password. */
  readonly redis: { readonly url: Secret };
  readonly groups: Readonly<Record<string, GroupConfig>>;
  /** Rules of the first policy, unparsed; undefined when the file gives none. */
  readonly policySeed: unknown;
  /** Settings are as the file has them: their engines parse them. */
  readonly links: readonly Link[];
  /** Time between two looks at a link, ms. */
  readonly watch: { readonly everyMs: number };
  readonly health: { readonly port: number; readonly host: string };
  readonly log: { readonly level: LogLevel };
  /** Looks up a reference (`env:NAME`, `file:PATH`). All in links' settings were looked up once, so it throws TypeError only for others. */
  readonly resolveSecret: (reference: string) => Secret;
}

/** Why there is no configuration. */
export interface ConfigProblems {
  readonly kind: 'problems';
  /** At least one. */
  readonly problems: readonly Problem[];
}
