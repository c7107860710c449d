import { isFault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect, SqlSession } from '../../../transports/sql.ts';
import type { ClusterAddress } from '../../cockroach/address.ts';
import { readConnections } from '../../cockroach/connections.ts';
import { firstValue, withSystem } from '../../cockroach/session.ts';
import type { EngineIo } from '../../engine.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail } from '../detail.ts';
import { writableOf } from '../phase.ts';

type Asked = (session: SqlSession) => Promise<Check>;

/** What a stream needs that is to be started from the side that serves into the other one. Changes nothing. */
export async function streamChecks(connect: SqlConnect, { settings }: PcrLink, detail: PcrDetail, io: EngineIo): Promise<readonly Check[]> {
  const source = (['primary', 'standby'] as const).find((side) => writableOf(detail[side]) === 'yes');
  if (source === undefined) return [];
  const side = otherSide(source);
  const connection = settings.streams[side];
  const ask = (address: ClusterAddress, name: string, asked: Asked): Promise<Check> =>
    withSystem(connect, address, io, asked).catch((cause: unknown) => notRead(cause, name, io));
  const named = connection === null || detail[side].kind !== 'read' ? [] : [connection];
  return Promise.all([
    ...named.map((wanted) => {
      const name = `${settings[side].cluster}: external connection`;
      return ask(settings[side], name, (session) => connectionCheck(session, name, settings[side], wanted));
    }),
    ask(settings[source], rangefeedName(settings[source]), (session) => rangefeedCheck(session, settings[source])),
  ]);
}

function notRead(cause: unknown, name: string, io: EngineIo): Check {
  if (!isFault(cause) || io.signal.aborted) throw cause;
  return { name, outcome: 'warned', seen: `It could not be read: ${cause.message}`, next: 'Check it by hand.' };
}

/** Only one's own connections are listed, unless one is an admin: a missing one may still be there. */
async function connectionCheck(session: SqlSession, name: string, { cluster, user }: ClusterAddress, wanted: string): Promise<Check> {
  const seen = await readConnections(session);
  if (seen.some((one) => one.name === wanted)) {
    return { name, outcome: 'passed', seen: `${cluster} has the external connection ${wanted}.`, next: null };
  }
  return {
    name,
    outcome: 'warned',
    seen: `${user} sees no external connection ${wanted} on ${cluster}.`,
    next: `Create it on ${cluster}, or grant ${user} USAGE on it if somebody else owns it.`,
  };
}

const rangefeedName = ({ cluster }: ClusterAddress): string => `${cluster}: rangefeeds`;

async function rangefeedCheck(session: SqlSession, address: ClusterAddress): Promise<Check> {
  const value = firstValue(await session.read('SHOW CLUSTER SETTING kv.rangefeed.enabled'));
  const on = value === 'true' || value === 't';
  const { cluster } = address;
  return {
    name: rangefeedName(address),
    outcome: on ? 'passed' : 'warned',
    seen: on ? `Rangefeeds are on at ${cluster}.` : `Rangefeeds are off at ${cluster}, and a stream needs them.`,
    next: on ? null : `Run SET CLUSTER SETTING kv.rangefeed.enabled = true on ${cluster}.`,
  };
}
