import { isFault } from '../../domain/faults.ts';
import type { Side } from '../../domain/observation.ts';
import type { SqlSession } from '../../transports/sql.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import type { LdrSettings } from './config.ts';
import { connectionOf, uriInto } from './reach.ts';

/**
 * Where the external connection of a side leads, by comparison with where the config says that it should. What was read holds secrets and
 * goes nowhere. `reworded`: to the same place as the same user, though not in the same words.
 */
export type Leads =
  | { readonly kind: 'absent' }
  | { readonly kind: 'as-wanted' | 'reworded' | 'not-shown' }
  /** What is not as the config says, as it goes on after `it names`. */
  | { readonly kind: 'elsewhere'; readonly by: readonly string[] };

export const connectionsStatement = 'SHOW EXTERNAL CONNECTIONS';
export const connectionStatement = (settings: LdrSettings, side: Side): string =>
  `SHOW CREATE EXTERNAL CONNECTION ${quoteIdentifier(connectionOf(settings, side))}`;

/** Throws a Fault. */
export async function leadsOf(session: SqlSession, settings: LdrSettings, side: Side): Promise<Leads> {
  const names = (await session.read(connectionsStatement)).map((row) => row['connection_name'] ?? '');
  const wanted = uriInto(settings, side);
  try {
    const [row] = await session.read(connectionStatement(settings, side));
    const text = /\bAS\s+e?'(.*)'\s*;?\s*$/isu.exec(row?.['create_statement'] ?? '')?.[1];
    return text === undefined || wanted === null ? { kind: 'not-shown' } : nearest(spellings(text), wanted);
  } catch (cause) {
    if (!isFault(cause) || cause.facts['sqlState'] === undefined) throw cause;
    // A name that is not listed may be somebody else's that we may not see; the server then refuses to make it again.
    return { kind: names.includes(connectionOf(settings, side)) ? 'not-shown' : 'absent' };
  }
}

/** A quote within the literal may be doubled, escaped, or left as it is. */
const spellings = (text: string): readonly string[] => [text, text.replaceAll("''", "'"), text.replaceAll("\\'", "'")];

function nearest(uris: readonly string[], wanted: string): Leads {
  if (uris.some((uri) => isSameUri(uri, wanted))) return { kind: 'as-wanted' };
  const found = uris.map((uri) => unlikeUri(uri, wanted)).sort((a, b) => a.length - b.length);
  const by = found[0] ?? [];
  return by.length === 0 ? { kind: 'reworded' } : { kind: 'elsewhere', by };
}

/** Servers may spell a URI anew; it means the same then. */
function isSameUri(a: string, b: string): boolean {
  const parts = (text: string) => {
    if (!URL.canParse(text)) return text;
    const { host, username, password, pathname, searchParams } = new URL(text);
    searchParams.sort();
    return [host, decoded(username), decoded(password), pathname, searchParams.toString()].join('\n');
  };
  return parts(a) === parts(b);
}

/** What somebody wrote by hand need not be well formed. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const anotherAddress = 'another address';
const anotherVirtualCluster = 'another virtual cluster';
const anotherUser = 'another user';

interface Destination {
  readonly address: string;
  readonly user: string;
  /** Null where it is not told. */
  readonly password: string | null;
  /** Null where the cluster's own default decides. */
  readonly virtualCluster: string | null;
}

function destinationOf(uri: string): Destination | null {
  if (!URL.canParse(uri)) return null;
  const { hostname, port, username, password, searchParams } = new URL(uri);
  const hidden = ['redacted', 'xxxxx', '*****'].includes(password);
  return {
    address: `${hostname.toLowerCase()}:${port === '' ? '26257' : port}`,
    user: decoded(username),
    password: hidden ? null : decoded(password),
    virtualCluster: /(?:^|\s)-ccluster=(\S+)/u.exec(searchParams.get('options') ?? '')?.[1] ?? null,
  };
}

/** In what a connection leads elsewhere; nothing where it only says the same in other words. */
function unlikeUri(found: string, wanted: string): readonly string[] {
  const [a, b] = [destinationOf(found), destinationOf(wanted)];
  if (a === null || b === null) return [anotherAddress];
  const unlike = (x: string | null, y: string | null) => x !== null && y !== null && x !== y;
  return [
    ...(a.address === b.address ? [] : [anotherAddress]),
    ...(unlike(a.virtualCluster, b.virtualCluster) ? [anotherVirtualCluster] : []),
    ...(a.user === b.user ? [] : [anotherUser]),
    ...(a.user === b.user && unlike(a.password, b.password) ? ['another password'] : []),
  ];
}

/** Whether it leads to other tables, or nowhere: one that logs in as another user reads the same, if that one may. Pure. */
export const leadsAway = (by: readonly string[]): boolean => by.some((one) => one !== anotherUser);

/** Full sentences on a connection that leads elsewhere: what is wrong, and what mends it. */
export function elsewhereWords(settings: LdrSettings, side: Side, by: readonly string[]) {
  const name = connectionOf(settings, side);
  const { cluster } = settings[side];
  const key = `settings.streams.${side === 'standby' ? 'toStandby' : 'toPrimary'}`;
  return {
    seen: `${cluster} has an external connection ${name} already, and it does not lead where the config says: it names ${by.join(' and ')}.`,
    next: `If nothing else uses it, run DROP EXTERNAL CONNECTION ${quoteIdentifier(name)} on ${cluster} and ask anew, which makes it as the config says. Otherwise give ${key}.externalConnection another name; or, if ${name} is right, mend ${key}.reach or take it out of the config.`,
  };
}
