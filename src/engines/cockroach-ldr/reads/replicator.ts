import { isFault } from '../../../domain/faults.ts';
import { otherSide, type Side } from '../../../domain/observation.ts';
import type { OperationName } from '../../../domain/operation.ts';
import type { SqlConnect, SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { heldBy, privilegesIn } from '../../cockroach/held.ts';
import { withInterface } from '../../cockroach/session.ts';
import type { EngineIo } from '../../engine.ts';
import type { LdrSettings } from '../config.ts';
import type { LdrDetail, Replicator, SideRead } from '../detail.ts';
import { reachInto } from '../reach.ts';
import { tablesOn } from '../statements.ts';
import { quoteTable } from '../table-name.ts';

/** Operations that may make the user that the other side's nodes come with. */
const making: readonly OperationName[] = ['setup', 'rebuild', 'failback', 'alter'];

/** The user that the other side's nodes come to this one with, where the bot may have to make it; null where it has not. */
export function replicatorOn(settings: LdrSettings, side: Side): string | null {
  const user = reachInto(settings, otherSide(side))?.user ?? null;
  return user === settings[side].user ? null : user;
}

/** Adds what that user is and holds before anything was done, so that no more is taken back than was done. */
export async function withReplicators(
  connect: SqlConnect,
  settings: LdrSettings,
  operation: OperationName,
  detail: LdrDetail,
  io: EngineIo,
): Promise<LdrDetail> {
  if (!making.includes(operation)) return detail;
  const add = async (side: Side): Promise<SideRead> => {
    const [read, user] = [detail[side], replicatorOn(settings, side)];
    if (read.kind !== 'read' || user === null) return read;
    return { ...read, replicator: await readReplicator(connect, settings, side, user, io) };
  };
  const [primary, standby] = await Promise.all([add('primary'), add('standby')]);
  return { ...detail, primary, standby };
}

/** Null when it could not be read. Throws only when the caller itself gave up. */
async function readReplicator(
  connect: SqlConnect,
  settings: LdrSettings,
  side: Side,
  user: string,
  io: EngineIo,
): Promise<Replicator | null> {
  try {
    return await withInterface(connect, settings[side], settings.interface, io, (session) => ask(session, settings, side, user));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return null;
  }
}

export const isUser = async (session: SqlSession, user: string): Promise<boolean> =>
  (await session.read('SHOW USERS')).some((row) => (row['username'] ?? row['user_name']) === user);

async function ask(session: SqlSession, settings: LdrSettings, side: Side, user: string): Promise<Replicator> {
  if (!(await isUser(session, user))) return { user, there: false, system: [], tables: tablesOn(settings, side).map(() => []) };
  const { system } = await heldBy(session, user);
  const tables: string[][] = [];
  for (const table of tablesOn(settings, side)) {
    tables.push([...privilegesIn(await session.read(`SHOW GRANTS ON TABLE ${quoteTable(table)} FOR ${quoteIdentifier(user)}`))]);
  }
  return { user, there: true, system: [...system], tables };
}
