import { otherSide, type Side } from '../../domain/observation.ts';
import type { Secret } from '../../domain/secret.ts';
import { quoteIdentifier, quoteLiteral } from '../../transports/sql-quoting.ts';
import { mask, maskedUri, type StreamLogin, type StreamWay, streamUri } from '../cockroach/stream-uri.ts';
import type { PcrSettings } from './config.ts';
import type { PcrSetup } from './config-setup.ts';

/** How secrets are spelled in a statement: for people, or as it is sent. */
export interface Spelling {
  secret(value: Secret): string;
  uri(way: StreamWay, login: StreamLogin): string;
}

export const forPeople: Spelling = { secret: () => mask, uri: maskedUri };
/** What this spells goes to the database and nowhere else. */
export const asSent: Spelling = { secret: (value) => value.reveal(), uri: streamUri };

export type Setting = 'organization' | 'license' | 'rangefeed';
/** Those that a person sets where the config does not hold them. */
export type ByHand = Exclude<Setting, 'rangefeed'>;
export type Who = 'stream' | 'console';

const settingNames: Readonly<Record<Setting, string>> = {
  organization: 'cluster.organization',
  license: 'enterprise.license',
  rangefeed: 'kv.rangefeed.enabled',
};

/** SET CLUSTER SETTING, or what takes it back; null when the config gives no value. */
export function configureStatement({ setup }: PcrSettings, setting: Setting, on: boolean, spelling: Spelling): string | null {
  const name = settingNames[setting];
  if (setting === 'rangefeed') return `SET CLUSTER SETTING ${name} = ${on}`;
  if (!on) return `RESET CLUSTER SETTING ${name}`;
  if (setting === 'organization')
    return setup?.organization == null ? null : `SET CLUSTER SETTING ${name} = ${quoteLiteral(setup.organization)}`;
  return setup?.license == null ? null : `SET CLUSTER SETTING ${name} = ${quoteLiteral(spelling.secret(setup.license))}`;
}

const blanks: Readonly<Record<ByHand, string>> = { organization: '<the organization that the licence names>', license: '<the licence>' };

/** What a person types who has the value that the config does not hold. */
export const byHandStatement = (setting: ByHand): string => `SET CLUSTER SETTING ${settingNames[setting]} = '${blanks[setting]}'`;

/** Whether a setting of the cluster holds something. The licence itself is never asked for: only how long it is. */
export const settingQuestion = (setting: Setting): string =>
  setting === 'rangefeed'
    ? `SHOW CLUSTER SETTING ${settingNames[setting]}`
    : `SELECT length(value) AS length FROM [SHOW CLUSTER SETTINGS] WHERE variable = '${settingNames[setting]}'`;

/** The login of a user that the config names. */
export const loginOf = (setup: PcrSetup | null, who: Who): StreamLogin | null =>
  setup === null ? null : who === 'stream' ? setup.user : setup.consoleUser;

export function createUserStatement({ setup }: PcrSettings, who: Who, spelling: Spelling): string | null {
  const login = loginOf(setup, who);
  return login === null
    ? null
    : `CREATE USER ${quoteIdentifier(login.name)} WITH PASSWORD ${quoteLiteral(spelling.secret(login.password))}`;
}

/** `inline`: the certificate travels in the URI. `path`: v23.2 wants it on every node. */
export type Trust = 'inline' | 'path';

/** How the nodes of the other side reach a side; null when the config does not say enough. */
export function wayTo({ setup }: PcrSettings, side: Side, trust: Trust): StreamWay | null {
  if (setup === null) return null;
  const { host, port, ca, caPath, verified } = setup.addresses[side];
  const way = { host, port, route: trust === 'path' ? null : setup.route } as const;
  if (!verified) return { ...way, trust: { kind: 'none' } };
  if (trust === 'inline') return { ...way, trust: ca === null ? { kind: 'known' } : { kind: 'inline', ca } };
  return caPath === null ? null : { ...way, trust: { kind: 'path', path: caPath } };
}

/** CREATE EXTERNAL CONNECTION on the side that is to follow; it leads to the other one. */
export function createConnectionStatement(settings: PcrSettings, side: Side, trust: Trust, spelling: Spelling): string | null {
  const name = settings.streams[side];
  const uri = uriTo(settings, otherSide(side), trust, spelling);
  return name === null || uri === null ? null : `CREATE EXTERNAL CONNECTION ${quoteIdentifier(name)} AS ${quoteLiteral(uri)}`;
}

/** Whether a connection is changed in place (from 25.4 on), or dropped and made anew. */
export type Replacement = 'alter' | 'recreate';

/** What lets an external connection lead where the config says now; nothing when the config does not say enough. */
export function replaceConnectionStatements(
  settings: PcrSettings,
  side: Side,
  trust: Trust,
  how: Replacement,
  spelling: Spelling,
): readonly string[] {
  const name = settings.streams[side];
  const create = createConnectionStatement(settings, side, trust, spelling);
  if (name === null || create === null) return [];
  return how === 'alter' ? [create.replace('CREATE', 'ALTER')] : [`DROP EXTERNAL CONNECTION ${quoteIdentifier(name)}`, create];
}

function uriTo(settings: PcrSettings, side: Side, trust: Trust, spelling: Spelling): string | null {
  const way = wayTo(settings, side, trust);
  return way === null || settings.setup === null ? null : spelling.uri(way, settings.setup.user);
}

/** What the statement that begins a stream asks for; the release of the sides decides. See options.ts. */
export interface StreamOptions {
  readonly trust: Trust;
  readonly retention: boolean;
  readonly expiration: boolean;
  readonly reader: boolean;
}

/** What a copy is made with. */
export interface CopyOptions extends StreamOptions {
  /** Virtual cluster of the other side that is copied. */
  readonly source: string;
  /** v23.2 wants the template named. */
  readonly template: boolean;
}

/** A length of time as SQL takes it. */
export function intervalText(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  return ms % 60_000 === 0 ? `${ms / 60_000}m` : `${Math.ceil(ms / 1_000)}s`;
}

/** CREATE VIRTUAL CLUSTER … FROM REPLICATION; null when the config does not say how to reach the other side. */
export function createCopyStatement(settings: PcrSettings, side: Side, options: CopyOptions, spelling: Spelling): string | null {
  const from = fromSource(settings, side, options.source, options, spelling);
  const like = options.template ? ' LIKE template' : '';
  return from === null ? null : `CREATE VIRTUAL CLUSTER ${quoteIdentifier(settings.virtualCluster)}${like} FROM REPLICATION OF ${from}`;
}

/** ALTER VIRTUAL CLUSTER … START REPLICATION; null when the config does not say how to reach the other side. */
export function startReplicationStatement(settings: PcrSettings, side: Side, options: StreamOptions, spelling: Spelling): string | null {
  const name = settings.virtualCluster;
  const from = fromSource(settings, side, name, options, spelling);
  return from === null ? null : `ALTER VIRTUAL CLUSTER ${quoteIdentifier(name)} START REPLICATION OF ${from}`;
}

/** What a stream comes from, by which way, and with what. */
function fromSource(settings: PcrSettings, side: Side, source: string, options: StreamOptions, spelling: Spelling): string | null {
  const { setup, streams } = settings;
  const connection = streams[side];
  const uri = connection === null ? uriTo(settings, otherSide(side), options.trust, spelling) : `external://${connection}`;
  if (uri === null) return null;
  const length = (word: string, wanted: boolean, ms: number | null): readonly string[] =>
    wanted && ms !== null ? [`${word} = ${quoteLiteral(intervalText(ms))}`] : [];
  const list = [
    ...length('RETENTION', options.retention, setup?.retentionMs ?? null),
    ...length('EXPIRATION WINDOW', options.expiration, setup?.expirationMs ?? null),
    ...(options.reader ? ['READ VIRTUAL CLUSTER'] : []),
  ];
  return `${quoteIdentifier(source)} ON ${quoteLiteral(uri)}${list.length === 0 ? '' : ` WITH ${list.join(', ')}`}`;
}
