import { isFault } from '../../../domain/faults.ts';
import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { readConnections } from '../../cockroach/connections.ts';
import { heldBy } from '../../cockroach/held.ts';
import { withSystem } from '../../cockroach/session.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail, ReadSide } from '../detail.ts';
import { privilegeOn } from '../making.ts';
import { writableOf } from '../phase.ts';
import { userIn } from '../route.ts';

/** A connection that is there and is taken as it is logs in as the user that it holds, whatever the config says of users. */
export async function connectionUserChecks(
  connect: SqlConnect,
  { kind }: Operation,
  link: PcrLink,
  detail: PcrDetail,
  io: EngineIo,
): Promise<readonly Check[]> {
  const side = sideOf(kind, link, detail);
  const connection = side === null ? null : link.settings.streams[side];
  const from = side === null ? null : detail[otherSide(side)];
  if (side === null || connection === null || detail[side].kind !== 'read' || from?.kind !== 'read') return [];
  const name = `${link.settings[side].cluster}: user of ${connection}`;
  try {
    return await askedOf(connect, { link, side, from, connection, name }, io);
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return [warned(name, `It could not be read: ${cause.message}`, 'Check it by hand.')];
  }
}

/** The side whose connection is taken as it is; null where the operation takes none, or writes it anew. */
function sideOf(kind: Operation['kind'], { settings }: PcrLink, detail: PcrDetail): Side | null {
  if (kind === 'setup') return 'standby';
  if (kind !== 'failback' && (kind !== 'rebuild' || settings.setup !== null)) return null;
  const source = (['primary', 'standby'] as const).find((one) => writableOf(detail[one]) === 'yes');
  return source === undefined ? null : otherSide(source);
}

interface Asked {
  readonly link: PcrLink;
  readonly side: Side;
  readonly from: ReadSide;
  readonly connection: string;
  readonly name: string;
}

async function askedOf(
  connect: SqlConnect,
  { link: { settings }, side, from, connection, name }: Asked,
  io: EngineIo,
): Promise<readonly Check[]> {
  const listed = await withSystem(connect, settings[side], io, readConnections);
  const found = listed.find((one) => one.name === connection);
  if (found === undefined) return [];
  const [here, there] = [settings[side].cluster, settings[otherSide(side)].cluster];
  const needed = privilegeOn(from);
  const shown = userIn(found.uri);
  // As CockroachDB folds the name of a user that logs in.
  const user = shown === null ? null : shown.toLowerCase().normalize('NFC');
  if (user === null) {
    return [
      warned(
        name,
        `As which user ${connection} on ${here} logs in on ${there} is not shown.`,
        `See that this user holds SYSTEM ${needed} on ${there}.`,
      ),
    ];
  }
  const { users, held } = await withSystem(connect, settings[otherSide(side)], io, async (session) => {
    const rows = await session.read('SHOW USERS');
    const { admin, system } = await heldBy(session, user);
    return { users: rows.map((row) => row['username'] ?? ''), held: [...(admin ? ['admin'] : []), ...system] };
  }).catch(unlessNobody);
  const logsIn = `${connection} on ${here} logs in on ${there} as ${user}`;
  if (!users.includes(user)) {
    return [
      failed(
        name,
        `${logsIn}, and ${there} has no such user, so the stream would be refused.`,
        `Create ${quoteIdentifier(user)} on ${there} with the password that the connection holds and run GRANT SYSTEM ${needed} TO ${quoteIdentifier(user)} there, or make the connection anew.`,
      ),
    ];
  }
  const fits = ['admin', 'REPLICATION', needed].find((privilege) => held.includes(privilege));
  if (fits !== undefined) return [passed(name, `${logsIn}, who holds ${fits} there.`)];
  return [
    warned(
      name,
      `${logsIn}, who does not hold ${needed} there itself, so the stream may be refused.`,
      `Unless a role gives it, run GRANT SYSTEM ${needed} TO ${quoteIdentifier(user)} on ${there}.`,
    ),
  ];
}

/** Of a user that is not there nothing can be asked. */
function unlessNobody(cause: unknown): { readonly users: readonly string[]; readonly held: readonly string[] } {
  if (isFault(cause) && cause.facts['sqlState'] === '42704') return { users: [], held: [] };
  throw cause;
}
