import { isFault } from '../../../domain/faults.ts';
import type { Check } from '../../../domain/plan.ts';
import type { BoltConnect, BoltSession } from '../../../transports/bolt.ts';
import { textAt } from '../../../transports/bolt-values.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { CcdrCluster } from '../config.ts';
import type { ReadSide, SideRead } from '../detail.ts';
import { lacking } from '../entitlements.ts';
import { questions } from '../questions.ts';
import { withLeader } from '../session.ts';
import { spell } from '../words.ts';

/** Checks that need questions of their own. One that can't be asked is warned of. */
export async function askedChecks(connect: BoltConnect, cluster: CcdrCluster, read: SideRead, io: EngineIo): Promise<readonly Check[]> {
  if (read.kind !== 'read' || read.edition !== 'enterprise') return [];
  const name = `${cluster.cluster}: further checks`;
  try {
    return await withLeader(connect, cluster, io, async (session) => [
      await asked(`${cluster.cluster}: system database`, () => systemCheck(session, cluster, read), io),
      await asked(`${cluster.cluster}: privileges`, () => privilegeCheck(session, cluster, read), io),
      await asked(`${cluster.cluster}: databases`, () => limitCheck(session, cluster, read), io),
      await asked(`${cluster.cluster}: clock`, () => clockCheck(session, cluster, io), io),
    ]);
  } catch (cause) {
    return [notAsked(name, cause, io)];
  }
}

async function asked(name: string, ask: () => Promise<Check>, io: EngineIo): Promise<Check> {
  try {
    return await ask();
  } catch (cause) {
    if (isFault(cause) && ['statement-refused', 'permission-missing'].includes(cause.code)) return notAsked(name, cause, io);
    throw cause;
  }
}

function notAsked(name: string, cause: unknown, io: EngineIo): Check {
  if (!isFault(cause) || io.signal.aborted) throw cause;
  return warned(name, `It could not be read: ${cause.message}`, 'Check it by hand.');
}

const statusCheck =
  "CALL dbms.cluster.statusCheck(['system'], 3000) YIELD serverName, replicationSuccessful, memberStatus, recognisedLeader, error";

/** Every change of ours is a write to `system`, so a majority of its members has to take it. */
async function systemCheck(session: BoltSession, { cluster }: CcdrCluster, { servers }: ReadSide): Promise<Check> {
  const name = `${cluster}: system database`;
  const { rows } = await session.read(statusCheck);
  if (rows.length === 0) {
    return servers.length < 2
      ? passed(name, `${cluster} has one server, so its system database needs no agreement.`)
      : warned(
          name,
          `${cluster} does not tell whether its system database takes writes.`,
          'Check it with dbms.cluster.statusCheck by hand.',
        );
  }
  const failing = rows.filter((row) => row['replicationSuccessful'] !== true).map((row) => textAt(row, 'serverName') ?? 'a server');
  return failing.length === 0
    ? passed(name, `The system database of ${cluster} takes writes on ${rows.length} members.`)
    : failed(
        name,
        `The system database of ${cluster} does not take writes (${failing.join(', ')}).`,
        `Bring a majority of the servers of ${cluster} back.`,
      );
}

const needed = [
  'database_management',
  'alias_management',
  'show_server',
  'execute_admin',
  'show_transaction',
  'start_database',
  'stop_database',
] as const;

async function privilegeCheck(session: BoltSession, { cluster, user }: CcdrCluster, { roles }: ReadSide): Promise<Check> {
  const name = `${cluster}: privileges`;
  if (roles?.includes('admin')) return passed(name, `${user} has the role admin on ${cluster}.`);
  const missing = lacking((await session.read(questions.ownPrivileges)).rows, needed);
  return missing.length === 0
    ? passed(name, `${user} may manage databases, aliases and servers on ${cluster}, and see every transaction.`)
    : warned(
        name,
        `${user} does not seem to hold ${missing.join(', ')} on ${cluster}; what it may not see looks as if it were not there.`,
        `Grant ${user} the role admin, or DATABASE MANAGEMENT, ALIAS MANAGEMENT, SHOW SERVERS and EXECUTE ADMIN PROCEDURES ON DBMS, and START, STOP and SHOW TRANSACTION (*) ON DATABASE *.`,
      );
}

async function limitCheck(session: BoltSession, { cluster }: CcdrCluster, { names }: ReadSide): Promise<Check> {
  const name = `${cluster}: databases`;
  const { rows } = await session.read("SHOW SETTINGS 'dbms.max_databases' YIELD name, value");
  const limit = Number(textAt(rows[0] ?? {}, 'value') ?? Number.NaN);
  if (!Number.isFinite(limit))
    return warned(name, `How many databases ${cluster} may have is not told.`, 'Check dbms.max_databases by hand.');
  const seen = `${cluster} has ${names.length} of ${limit} databases.`;
  return names.length < limit ? passed(name, seen) : failed(name, seen, 'Drop a database there, or raise dbms.max_databases.');
}

/** Above it, times of the databases and of the bot can't be compared, ms. */
const skewMs = 5_000;

/** The start of our own transaction is told by the server's clock. */
async function clockCheck(session: BoltSession, { cluster }: CcdrCluster, io: EngineIo): Promise<Check> {
  const name = `${cluster}: clock`;
  const before = io.clock.now();
  const { rows } = await session.read('SHOW TRANSACTIONS YIELD transactionId, startTime, currentQuery, metaData');
  const after = io.clock.now();
  const own = rows.find((row) => textAt(row, 'currentQuery')?.startsWith('SHOW TRANSACTIONS YIELD transactionId, startTime'));
  const at = Date.parse((textAt(own ?? {}, 'startTime') ?? '').replace(/\[.*\]$/, ''));
  if (!Number.isFinite(at)) return warned(name, `${cluster} does not tell its time.`, 'Check that its servers keep time.');
  const apart = at < before ? before - at : Math.max(0, at - after);
  return apart <= skewMs
    ? passed(name, `The clock of ${cluster} agrees with the bot's.`)
    : warned(name, `The clock of ${cluster} is ${spell(apart)} off the bot's.`, "Set the clocks; times in reports are the bot's own.");
}
