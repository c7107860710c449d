import { isCopyUp, isUp, resolveDatabase, serverOf, systemLeader } from '../state/model.ts';
import type { Cell } from '../wire/packstream.ts';
import { type Call, textsCell } from './call.ts';
import type { Row } from './table.ts';

/** Replicates something that means nothing, and tells of each primary how that went. */
export function statusCheck(call: Call, [names]: readonly Cell[]): readonly Row[] {
  const { cluster, server } = call;
  const asked = textsCell(names);
  const hosted = cluster.databases.filter(({ copies }) =>
    copies.some(({ serverId, role }) => serverId === server.id && role === 'primary'),
  );
  const all = asked.length === 0 ? ['system', ...hosted.map(({ name }) => name)] : asked;
  return all.flatMap((name) => membersOf(call, name));
}

function membersOf(call: Call, name: string): readonly Row[] {
  const { cluster, server } = call;
  const database = name === 'system' ? null : resolveDatabase(cluster, name);
  const ids =
    name === 'system'
      ? cluster.servers.map(({ id }) => id)
      : (database?.copies.filter(({ role }) => role === 'primary') ?? []).map(({ serverId }) => serverId);
  const own = {
    database: name,
    requester: false,
    recognisedLeader: null,
    recognisedLeaderTerm: null,
    replicationSuccessful: null,
    memberStatus: null,
  };
  if (!ids.includes(server.id)) {
    return [
      {
        ...own,
        serverId: server.id,
        serverName: server.name,
        address: server.address,
        error: `Database '${name}' is not hosted as a primary on this server.`,
      },
    ];
  }
  if (ids.length < 2) return [];
  const alive = (id: string): boolean =>
    isUp(cluster, serverOf(cluster, id)) &&
    (database === null || database.copies.some((copy) => copy.serverId === id && isCopyUp(cluster, copy)));
  const leader = database === null ? (systemLeader(cluster)?.id ?? null) : database.writer;
  const successful = ids.filter(alive).length * 2 > ids.length && leader !== null;
  return ids.map((id) => {
    const member = serverOf(cluster, id);
    return {
      database: name,
      serverId: id,
      serverName: member.name,
      address: member.address,
      replicationSuccessful: successful,
      memberStatus: alive(id) ? 'APPLYING' : 'UNAVAILABLE',
      recognisedLeader: alive(id) ? leader : null,
      recognisedLeaderTerm: alive(id) && leader !== null ? 1n : null,
      requester: id === server.id,
      error: null,
    };
  });
}
