import { isFault } from '../../domain/faults.ts';
import type { Side } from '../../domain/observation.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { readConnections } from '../cockroach/connections.ts';
import { ownRights } from '../cockroach/held.ts';
import { withSystem } from '../cockroach/session.ts';
import type { EngineIo } from '../engine.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail, SideRead } from './detail.ts';
import { type Follower, followersOf } from './phase.ts';

const scheme = 'external://';

/** The external connection that a stream goes by, by its own word; null when it goes by an address. */
export const connectionIn = (sourceUri: string | null): string | null =>
  sourceUri?.startsWith(scheme) === true ? sourceUri.slice(scheme.length).replace(/[/?].*$/, '') : null;

/** The user that an address logs in as, whatever else is redacted in it; null when it shows none. */
export function userIn(uri: string): string | null {
  if (!/^postgres(ql)?:/.test(uri) || !URL.canParse(uri)) return null;
  const { username } = new URL(uri);
  if (username === '' || username === 'redacted') return null;
  try {
    return decodeURIComponent(username);
  } catch {
    // A lone % sign.
    return null;
  }
}

/** Adds that the external connection of a stream is gone, which the stream itself finds out only when its job starts again. */
export async function withRoute(connect: SqlConnect, settings: PcrSettings, detail: PcrDetail, io: EngineIo): Promise<PcrDetail> {
  const followers = followersOf(detail);
  const add = async (side: Side): Promise<SideRead> => {
    const follower = followers.find((one) => one.side === side);
    const name = follower === undefined ? null : connectionIn(follower.vc.sourceUri);
    if (follower === undefined || name === null || !(await isGone(connect, settings, side, name, io))) return detail[side];
    return { ...follower.read, routeGone: name };
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { ...detail, primary, standby };
}

/** Nothing is decided by it, so a status does not wait for it longer than this, ms. */
const briefMs = 3_000;

/** Only who is shown all connections can tell that one is missing. */
async function isGone(connect: SqlConnect, settings: PcrSettings, side: Side, name: string, io: EngineIo): Promise<boolean> {
  const address = settings[side];
  try {
    const brief = { ...io, timeoutMs: Math.min(briefMs, io.timeoutMs) };
    return await withSystem(connect, address, brief, async (session) => {
      const listed = await readConnections(session);
      return !listed.some((one) => one.name === name) && (await ownRights(session, address.user)).admin;
    });
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return false;
  }
}

/** A full sentence; null while the connection is there, or may be. */
export function routeWords(settings: PcrSettings, { read, side, phase }: Pick<Follower, 'read' | 'side' | 'phase'>): string | null {
  if (read.routeGone === undefined) return null;
  const here = settings[side].cluster;
  const gone = `The external connection ${read.routeGone} is gone from ${here}`;
  if (phase === 'paused' || phase === 'gave-up') return `${gone}: the stream can't go on before it is created there again.`;
  return `${gone}: the stream stops when its job starts again, as by a pause or a restart of a node, so create it there before that.`;
}
