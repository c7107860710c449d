import type { BoltSession } from '../../transports/bolt.ts';
import { type BoltRow, countAt, digitsAt, flagAt, mapOf, textAt, textsOf } from '../../transports/bolt-values.ts';
import { scrub } from '../../transports/scrub.ts';
import type { CopyView, DatabaseView } from './detail.ts';
import { questions } from './questions.ts';

/** Reads every copy of one database; null when there is no such database (or none that the user may see). */
export async function readDatabase(session: BoltSession, name: string): Promise<DatabaseView | null> {
  const { rows } = await session.read(questions.database, { name });
  // The name of an alias is answered with the database that it leads to.
  const own = rows.filter((row) => textAt(row, 'name')?.toLowerCase() === name);
  const [first] = own;
  return first === undefined ? null : viewOf(name, first, own);
}

function viewOf(name: string, first: BoltRow, rows: readonly BoltRow[]): DatabaseView {
  return {
    name,
    databaseId: rows.map((row) => textAt(row, 'databaseID')).find((id) => id !== null) ?? null,
    aliases: [...textsOf(first['aliases'])],
    isDefault: rows.some((row) => flagAt(row, 'default')),
    isHome: rows.some((row) => flagAt(row, 'home')),
    requested: topologyOf(first, 'requestedPrimariesCount', 'requestedSecondariesCount'),
    current: topologyOf(first, 'currentPrimariesCount', 'currentSecondariesCount'),
    createdAt: textAt(first, 'creationTime'),
    follows: followsOf(first),
    copies: rows.map(copyOf).sort((a, b) => (a.server < b.server ? -1 : 1)),
  };
}

function topologyOf(row: BoltRow, primariesAt: string, secondariesAt: string): DatabaseView['requested'] {
  const primaries = countAt(row, primariesAt);
  const secondaries = countAt(row, secondariesAt);
  return primaries === null || secondaries === null ? null : { primaries, secondaries };
}

/** Where a replica gets its data from, where the version tells. */
function followsOf(row: BoltRow): DatabaseView['follows'] {
  const config = mapOf(mapOf(row['options'])?.['replicaConfig']);
  if (config === null) return null;
  const pullUri = textAt(config, 'pullURI');
  return {
    remote: textAt(config, 'remote'),
    addresses: [...textsOf(config['addresses'])],
    pullUri: pullUri === null ? null : scrub(pullUri),
  };
}

const copyOf = (row: BoltRow): CopyView => ({
  server: textAt(row, 'serverID') ?? '',
  address: textAt(row, 'address'),
  type: textAt(row, 'type') ?? '',
  access: textAt(row, 'access') ?? '',
  role: textAt(row, 'role') ?? 'unknown',
  writer: flagAt(row, 'writer'),
  requestedStatus: textAt(row, 'requestedStatus') ?? '',
  currentStatus: textAt(row, 'currentStatus') ?? 'unknown',
  message: scrub(textAt(row, 'statusMessage') ?? ''),
  store: textAt(row, 'store'),
  lastTxn: digitsAt(row, 'lastCommittedTxn'),
});
