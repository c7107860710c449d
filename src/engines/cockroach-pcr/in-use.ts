import { isFault } from '../../domain/faults.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { SqlConnect, SqlSession } from '../../transports/sql.ts';
import { systemInterface, withSystem } from '../cockroach/session.ts';
import type { EngineIo } from '../engine.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail } from './detail.ts';

/** Operations that put a copy on a side which has none yet. */
const fills: readonly (OperationName | undefined)[] = ['setup', 'rebuild'];

/** Databases of the control plane that nobody made. */
const bornWith = ['defaultdb', 'postgres'];

/** A few names tell that a cluster is in use; it may hold thousands. */
const mostNames = 4;

/**
 * Adds what people keep in the control plane of a standby that is to be filled. No other look asks: a flat primary keeps its applications'
 * tables there, and what an operation does not rest on must not hold it up. Null where it was not told.
 */
export async function withUse(connect: SqlConnect, { standby: address }: PcrSettings, detail: PcrDetail, io: EngineIo): Promise<PcrDetail> {
  const { standby } = detail;
  if (!fills.includes(io.planning) || standby.kind !== 'read' || standby.vc !== null) return detail;
  try {
    return { ...detail, standby: { ...standby, inUse: await withSystem(connect, address, io, inUseBy) } };
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return { ...detail, standby: { ...standby, inUse: null } };
  }
}

/** A cluster without virtual clusters is used by its control plane, which is empty where it only controls. */
async function inUseBy(session: SqlSession): Promise<string[]> {
  const names = (await session.read('SELECT database_name FROM [SHOW DATABASES]')).map((row) => row['database_name'] ?? '');
  const made = names.filter((name) => name !== systemInterface && !bornWith.includes(name)).map((name) => `database ${name}`);
  for (const name of bornWith.filter((born) => names.includes(born))) {
    if (made.length >= mostNames) break;
    const tables = await session.read(`SELECT schema_name, table_name FROM [SHOW TABLES FROM ${name}] LIMIT ${mostNames}`);
    made.push(...tables.map((row) => `table ${name}.${row['schema_name'] ?? ''}.${row['table_name'] ?? ''}`));
  }
  return made.slice(0, mostNames);
}
