import { isFault } from '../../../domain/faults.ts';
import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect, SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { heldBy } from '../../cockroach/held.ts';
import { firstValue, withSystem } from '../../cockroach/session.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import type { EngineIo } from '../../engine.ts';
import { passed, warned } from '../../frame/checks.ts';
import type { PcrLink } from '../config.ts';
import { type PcrDetail, type ReadSide, readerName } from '../detail.ts';
import { privilegeOn } from '../making.ts';
import { followersOf, writableOf } from '../phase.ts';

/** Where a question is asked, and of whom. */
interface Asking {
  readonly connect: SqlConnect;
  readonly link: PcrLink;
  readonly detail: PcrDetail;
  readonly io: EngineIo;
}

/** What could refuse this one operation. Changes nothing. */
export async function operationChecks(operation: Operation, asking: Asking): Promise<readonly Check[]> {
  switch (operation.kind) {
    case 'setup':
    case 'rebuild':
      return [...(await shapeChecks(asking)), ...(await streamUserCheck(asking, 'primary'))];
    case 'failback':
      return [...(await shapeChecks(asking)), ...(await streamUserCheck(asking, 'standby'))];
    case 'reconnect':
      return onFollower(asking, async (side) => [
        ...(await streamUserCheck(asking, otherSide(side))),
        ...(await connectionOwnerCheck(asking, side)),
      ]);
    case 'retention':
      return operation.expirationMs === null ? [] : onFollower(asking, (side) => windowCheck(asking, otherSide(side)));
    case 'reader':
      return onFollower(asking, (side) => readerCheck(asking, side, operation.on));
    default:
      return [];
  }
}

function onFollower({ detail }: Asking, ask: (side: Side) => Promise<readonly Check[]>): Promise<readonly Check[]> {
  const [follower] = followersOf(detail);
  return follower === undefined ? Promise.resolve([]) : ask(follower.side);
}

/** Asks a side; what can't be read is a warning. A side that does not answer has its own check. */
async function on(
  { connect, link, detail, io }: Asking,
  side: Side,
  name: string,
  ask: (session: SqlSession, read: ReadSide) => Promise<Check>,
): Promise<readonly Check[]> {
  const read = detail[side];
  if (read.kind !== 'read') return [];
  try {
    return [await withSystem(connect, link.settings[side], io, (session) => ask(session, read))];
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return [warned(name, `It could not be read: ${cause.message}`, 'Check it by hand.')];
  }
}

async function held(session: SqlSession, user: string): Promise<readonly string[]> {
  const { admin, system } = await heldBy(session, user);
  return [...(admin ? ['admin'] : []), ...system];
}

/** The user with which the stream logs in on the side that is copied. A plan that creates it also grants what it needs. */
function streamUserCheck(asking: Asking, from: Side): Promise<readonly Check[]> {
  const { settings } = asking.link;
  const source = (['primary', 'standby'] as const).find((side) => writableOf(asking.detail[side]) === 'yes') ?? from;
  const { cluster } = settings[source];
  const name = `${cluster}: user of the stream`;
  const user = settings.setup?.user.name;
  if (user === undefined) {
    return Promise.resolve([
      warned(
        name,
        `The config does not name the user with which the stream logs in on ${cluster}, and the database hides it.`,
        `See that it holds SYSTEM REPLICATIONSOURCE there (REPLICATION up to v25.1).`,
      ),
    ]);
  }
  return on(asking, source, name, async (session, read) => {
    const needed = privilegeOn(read);
    const users = (await session.read('SHOW USERS')).map((row) => row['username']);
    const creates = settings.setup?.user.create === true;
    if (!users.includes(user)) {
      return creates
        ? passed(name, `${user} is not on ${cluster} yet; a setup, a rebuild or a failback creates it.`)
        : warned(name, `${cluster} has no user ${user}.`, `Create it there and run GRANT SYSTEM ${needed} TO ${quoteIdentifier(user)}.`);
    }
    const privileges = await held(session, user);
    // Releases from v25.2 on still take the older name.
    const fits = ['admin', 'REPLICATION', needed].find((privilege) => privileges.includes(privilege));
    if (fits !== undefined) return passed(name, `${user} holds ${fits} on ${cluster}.`);
    return warned(
      name,
      `${user} does not hold ${needed} on ${cluster} itself, so the stream may be refused there.`,
      `Unless a role gives it, run GRANT SYSTEM ${needed} TO ${quoteIdentifier(user)} there.`,
    );
  });
}

/** A connection is changed by who owns it, by an admin, or by who was given that right. */
function connectionOwnerCheck(asking: Asking, side: Side): Promise<readonly Check[]> {
  const { settings } = asking.link;
  const { cluster, user } = settings[side];
  const connection = settings.streams[side];
  const name = `${cluster}: external connection`;
  if (connection === null) return Promise.resolve([]);
  return on(asking, side, name, async (session, read) => {
    const rights = await held(session, user);
    if (rights.includes('admin')) return passed(name, `${user} is an admin on ${cluster}, so it may change ${connection}.`);
    const inPlace = isAtLeast(read.release, 25, 4);
    if (!inPlace && !rights.includes('EXTERNALCONNECTION')) {
      return warned(
        name,
        `${user} does not hold EXTERNALCONNECTION on ${cluster} itself, and up to v25.3 ${connection} is changed by making it anew.`,
        `Unless a role gives it, run GRANT SYSTEM EXTERNALCONNECTION TO ${quoteIdentifier(user)} there.`,
      );
    }
    const rows = await session.read(`SHOW GRANTS ON EXTERNAL CONNECTION ${quoteIdentifier(connection)}`);
    const own = rows.filter((row) => row['grantee'] === user).map((row) => row['privilege_type'] ?? '');
    if (own.some((privilege) => privilege === 'ALL' || privilege === 'UPDATE' || privilege === 'DROP')) {
      return passed(name, `${user} holds ${own.join(', ')} on ${connection} of ${cluster}.`);
    }
    return warned(
      name,
      `That ${user} may change ${connection} on ${cluster} can't be seen.`,
      `Unless ${user} made it, run GRANT ${inPlace ? 'UPDATE, DROP' : 'DROP'} ON EXTERNAL CONNECTION ${quoteIdentifier(connection)} TO ${quoteIdentifier(user)} there.`,
    );
  });
}

/** From v25.2 on the window of silence is set on the side that is copied. */
function windowCheck(asking: Asking, source: Side): Promise<readonly Check[]> {
  const { cluster, user } = asking.link.settings[source];
  const name = `${cluster}: right to set the window`;
  return on(asking, source, name, async (session, read) => {
    if (!isAtLeast(read.release, 25, 2))
      return passed(name, `${read.release.text} sets the window on the standby, with the privileges checked above.`);
    const privileges = await held(session, user);
    const fits = ['admin', 'REPLICATIONSOURCE'].find((privilege) => privileges.includes(privilege));
    if (fits !== undefined) return passed(name, `${user} holds ${fits} on ${cluster}.`);
    return warned(
      name,
      `${user} does not hold REPLICATIONSOURCE on ${cluster} itself, which the window asks for.`,
      `Unless a role gives it, run GRANT SYSTEM REPLICATIONSOURCE TO ${quoteIdentifier(user)} there.`,
    );
  });
}

/** Whether the name of the reader is free, or the reader is there that is to be closed. */
function readerCheck(asking: Asking, side: Side, open: boolean): Promise<readonly Check[]> {
  const { cluster } = asking.link.settings[side];
  const reader = readerName(asking.link.settings.virtualCluster);
  const name = `${cluster}: reader`;
  return on(asking, side, name, async (session) => {
    const row = (await session.read('SHOW VIRTUAL CLUSTERS')).find((one) => one['name'] === reader);
    const state =
      row === undefined
        ? `${cluster} has no ${reader}.`
        : `${reader} on ${cluster} is ${row['data_state']}, service ${row['service_mode']}.`;
    if ((row === undefined) === open) return passed(name, state);
    return warned(name, state, open ? 'Opening it again stops and starts its service.' : 'There is nothing to close.');
  });
}

interface Shape {
  readonly zones: string;
  readonly nodes: string | null;
}

/** What the copy has to stand on after a failover: the same zone configurations, and about as many nodes. */
async function shapeChecks(asking: Asking): Promise<readonly Check[]> {
  const shapes: Partial<Record<Side, Shape>> = {};
  const unread: Check[] = [];
  for (const side of ['primary', 'standby'] as const) {
    const name = `${asking.link.settings[side].cluster}: zone configurations and nodes`;
    const [check] = await on(asking, side, name, async (session, read) => {
      shapes[side] = await shapeOf(session, read);
      return passed(name, 'They were read.');
    });
    if (check !== undefined && check.outcome !== 'passed') unread.push(check);
  }
  const { primary, standby } = shapes;
  return primary === undefined || standby === undefined
    ? unread
    : [...unread, zoneCheck(primary, standby), ...nodeCheck(asking.link, primary, standby)];
}

async function shapeOf(session: SqlSession, { release }: ReadSide): Promise<Shape> {
  const rows = await session.read('SHOW ALL ZONE CONFIGURATIONS');
  const zones = rows
    .map((row) => `${row['target'] ?? ''}: ${row['raw_config_sql'] ?? ''}`)
    .sort()
    .join('\n');
  // From v26.1 on the list of nodes is out of reach unless a session asks for unsafe things.
  const nodes = isAtLeast(release, 26, 1) ? null : firstValue(await session.read('SELECT count(*) FROM crdb_internal.gossip_nodes'));
  return { zones, nodes };
}

const zoneCheck = (primary: Shape, standby: Shape): Check =>
  primary.zones === standby.zones
    ? passed('zone configurations of both sides', 'The control planes of both sides have the same zone configurations.')
    : warned(
        'zone configurations of both sides',
        'The zone configurations of the two control planes differ.',
        'Compare SHOW ALL ZONE CONFIGURATIONS on both: after a failover data is placed by those of the side that serves.',
      );

function nodeCheck({ settings }: PcrLink, primary: Shape, standby: Shape): readonly Check[] {
  const name = 'nodes of both sides';
  if (primary.nodes === null || standby.nodes === null) {
    const hosts = settings.setup?.hosts;
    const [from, to] = [hosts?.primary?.nodes.length ?? null, hosts?.standby?.nodes.length ?? null];
    if (from === null || to === null) return [untold(name, settings.primary.cluster, settings.standby.cluster)];
    return [counted(name, settings.primary.cluster, from, settings.standby.cluster, to)];
  }
  return [counted(name, settings.primary.cluster, Number(primary.nodes), settings.standby.cluster, Number(standby.nodes))];
}

const untold = (name: string, primary: string, standby: string): Check =>
  warned(
    name,
    `How many nodes ${primary} and ${standby} have is not told by SQL from v26.1 on, and the config names no nodes.`,
    'See with cockroach node status that each has 3 or more, and the standby as many as the primary.',
  );

function counted(name: string, primary: string, from: number, standby: string, to: number): Check {
  const seen = `${primary} has ${from} nodes, ${standby} has ${to}.`;
  if (to >= from && to >= 3) return passed(name, seen);
  return warned(name, seen, 'A side should have 3 nodes or more, and the standby as many as the primary, or it may not bear the load.');
}
