import { Fault } from '../../domain/faults.ts';
import type { Inspection } from '../../domain/inspection.ts';
import type { Side } from '../../domain/observation.ts';
import type { BoltConnect } from '../../transports/bolt.ts';
import type { EngineIo, Inspector } from '../engine.ts';
import type { CcdrCluster, CcdrLink, CcdrSettings } from './config.ts';
import { copyTrouble } from './copy-trouble.ts';
import { type CcdrDetail, type CopyView, type ReadSide, sides } from './detail.ts';
import { readBoth } from './observe.ts';
import { copiesOf } from './state.ts';
import { nameOf, problemOf } from './words.ts';

/** Shows every copy on both sides, and where clients are sent. */
export const topologyInspector = (connect: BoltConnect): Inspector<CcdrLink> => ({
  look: async ({ id, settings }, io: EngineIo) => {
    const read = await readBoth(connect, settings, io);
    const deaf = sides.map((side) => problemOf(settings[side].cluster, read[side]));
    if (deaf.every((problem) => problem !== null)) {
      throw new Fault('connect-failed', deaf.join(' '), { effect: 'not-applied', facts: { link: id } });
    }
    return topologyOf(settings, read);
  },
});

/** Pure. */
export function topologyOf(settings: CcdrSettings, read: Pick<CcdrDetail, Side>): Inspection {
  const known = sides.flatMap((side) => {
    const of = read[side];
    return of.kind === 'read' ? [{ settings: settings[side], of }] : [];
  });
  return {
    headline: headline(known),
    columns: ['Cluster', 'Server', 'Copy', 'Clients are sent there to'],
    rows: known.flatMap(({ settings: cluster, of }) => rowsOf(cluster, of)),
    notes: [
      ...sides.flatMap((side) => problemOf(settings[side].cluster, read[side]) ?? []),
      ...known.flatMap(({ settings: cluster, of }) => notesOf(cluster, of)),
    ],
  };
}

interface Known {
  readonly settings: CcdrCluster;
  readonly of: ReadSide;
}

function headline(known: readonly Known[]): string {
  const places = known.map(({ settings: { cluster, database }, of }) => {
    const copies = copiesOf(of.database);
    if (copies.length === 0) return `${cluster} has no database ${database}`;
    const [first] = copies;
    return `${cluster} holds ${of.database?.name ?? database} (${first?.type ?? ''}) on ${copies.length} of ${of.servers.length} servers`;
  });
  return `${places.join(', and ')}.`;
}

function rowsOf({ cluster }: CcdrCluster, { database, servers, routing }: ReadSide): readonly (readonly string[])[] {
  const copies = database?.copies ?? [];
  const holding = new Set(copies.map(({ address }) => address));
  const empty = servers.filter(({ address }) => !holding.has(address));
  return [
    ...copies.map((copy) => [cluster, nameOf(copy), copyText(copy), uses(routing, copy.address)]),
    ...empty.map(({ name, address, state, health }) => [cluster, address ?? name, `no copy; ${state}, ${health}`, uses(routing, address)]),
  ];
}

function copyText({ role, writer, currentStatus, lastTxn }: CopyView): string {
  const at = lastTxn === null ? '' : `, transaction ${lastTxn}`;
  return `${role}${writer ? ', writer' : ''}, ${currentStatus}${at}`;
}

function uses(routing: ReadSide['routing'], address: string | null): string {
  if (routing === null) return 'not told';
  const found = [
    routing.writers.includes(address ?? '') ? 'write' : null,
    routing.readers.includes(address ?? '') ? 'read' : null,
    routing.routers.includes(address ?? '') ? 'ask the way' : null,
  ].filter((use) => use !== null);
  return found.length === 0 ? 'nothing' : found.join(', ');
}

function notesOf({ cluster, database }: CcdrCluster, of: ReadSide): readonly string[] {
  const { routing, spare } = of;
  const told =
    routing === null
      ? [`${cluster} does not tell where it sends the clients of ${of.database?.name ?? database}.`]
      : routing.writers.length === 0
        ? [`On ${cluster}, clients that want to write ${of.database?.name ?? database} are refused; drivers have to ask for read access.`]
        : [];
  return [
    ...told,
    ...(of.database === null ? [] : copyTrouble(cluster, of.database)),
    ...(spare === null ? [] : [`${cluster} also keeps ${spare.name} aside.`]),
    ...(of.by === 'leader' ? [] : [`No leader was found on ${cluster}, so this is what one member knows; it may be old.`]),
  ];
}
