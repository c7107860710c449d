import { type SimSide, simSides } from '../contract.ts';
import { addApplication, type Genesis } from '../genesis.ts';
import { pauseJob } from '../state/jobs.ts';
import { type Cluster, jobOf, type SimState, type Us, us } from '../state/model.ts';
import { refresh, settle } from '../state/settle.ts';
import { ldrDialects } from './grammar/ldr-dialect.ts';
import type { CreateLdr, LdrOptions } from './grammar/ldr-statement.ts';
import type { LdrSetup } from './ldr-contract.ts';
import type { LdrJob } from './state/model.ts';
import { startLdr } from './state/start.ts';
import { firstEpoch, fullName, type SimTable, shapeOf, type TableSpec } from './state/table.ts';
import { commandText, reverseCommand } from './statements/command-text.ts';

const minuteUs = 60_000_000;

const defaultTables: readonly TableSpec[] = [{ name: 'shop.public.orders' }, { name: 'shop.public.items' }];

export const connectionsOf = (setup: LdrSetup): Readonly<Record<SimSide, string>> =>
  setup.connections ?? { primary: 'to_west', standby: 'to_east' };

const otherSide = (side: SimSide): SimSide => (side === 'primary' ? 'standby' : 'primary');

function vcIdOf(setup: LdrSetup, cluster: Cluster, virtualCluster: string): number {
  if (setup.interface !== 'main') return 1;
  const vc = cluster.vcs.find(({ name }) => name === virtualCluster);
  if (vc === undefined) throw new TypeError(`${cluster.name} has no virtual cluster ${virtualCluster}`);
  return vc.id;
}

function rowsOf({ rows }: TableSpec, side: SimSide): number {
  if (typeof rows === 'object') return rows[side];
  return side === 'primary' ? (rows ?? 1000) : 0;
}

function partsOf(name: string): readonly [string, string, string] {
  const [database = '', schema = '', table = ''] = name.split('.');
  if (table === '') throw new TypeError(`${name} is not db.schema.table`);
  return [database, schema, table];
}

interface Ground {
  readonly state: SimState;
  readonly cluster: Cluster;
  readonly vcId: number;
  readonly owner: string;
  readonly atUs: Us;
}

function addDatabase({ state, cluster, vcId, owner }: Ground, name: string): void {
  const { side } = cluster;
  if (state.ldr.databases.some((known) => known.side === side && known.vcId === vcId && known.name === name)) return;
  state.ldr.databases.push({ side, vcId, name, owner, grants: new Map() });
}

function addTable({ state, cluster, vcId, owner, atUs }: Ground, spec: TableSpec): SimTable {
  const [database, schema, name] = partsOf(spec.name);
  const table: SimTable = {
    id: state.ldr.nextTableId,
    side: cluster.side,
    vcId,
    database,
    schema,
    name,
    owner,
    shape: shapeOf(spec),
    grants: new Map(),
    offline: false,
    wantedRate: 0,
    epoch: firstEpoch(cluster.side, state.ldr.nextTableId, atUs, rowsOf(spec, cluster.side)),
  };
  state.ldr.nextTableId += 1;
  state.ldr.tables.push(table);
  return table;
}

function lay(setup: LdrSetup, ground: Ground): void {
  const { side } = ground.cluster;
  const flows = (setup.start ?? 'replicating') !== 'none';
  for (const spec of setup.tables ?? defaultTables) {
    addDatabase(ground, partsOf(spec.name)[0]);
    if (flows || (spec.sides ?? simSides).includes(side)) addTable(ground, spec);
  }
  for (const { name: full, values, sides = simSides } of setup.enums ?? []) {
    const [database, schema, name] = partsOf(full);
    addDatabase(ground, database);
    if (sides.includes(side)) ground.state.ldr.enums.push({ side, vcId: ground.vcId, database, schema, name, values });
  }
  for (const { name: full, overloads, sides = simSides } of setup.functions ?? []) {
    const [database, schema, name] = partsOf(full);
    addDatabase(ground, database);
    if (sides.includes(side)) ground.state.ldr.functions.push({ side, vcId: ground.vcId, database, schema, name, overloads });
  }
}

/** Lays out what a cluster holds that is used as it is. */
export function layInUse(state: SimState, { options }: Genesis): void {
  for (const side of simSides) {
    const ground: Ground = { state, cluster: state.clusters[side], vcId: 1, owner: 'root', atUs: state.settledUs };
    for (const name of options.inUse?.[side] ?? []) {
      addDatabase(ground, partsOf(name)[0]);
      addTable(ground, { name, rows: 1 });
    }
  }
}

const noOptions: LdrOptions = {
  cursor: null,
  mode: null,
  defaultFunction: null,
  functions: [],
  discard: null,
  skipSchemaCheck: false,
  label: null,
  parent: null,
  unidirectional: false,
  bidirectional: null,
};

/** The statement that an operator would have sent on the side that follows. */
function statementFor(setup: LdrSetup, creates: boolean, side: SimSide, tables: readonly SimTable[]): CreateLdr {
  const connections = connectionsOf(setup);
  const names = tables.map(({ database, schema, name }) => [database, schema, name]);
  const target = { tables: names, database: false, plural: names.length > 1 };
  const uri = { kind: 'text' as const, text: `external://${connections[side]}` };
  const back = { kind: 'text' as const, text: `external://${connections[otherSide(side)]}` };
  if (!creates) return { kind: 'create-logical-replication-stream', from: target, into: target, uri, options: noOptions };
  const options = setup.direction === 'bidirectional' ? { ...noOptions, bidirectional: back } : { ...noOptions, unidirectional: true };
  return { kind: 'create-logically-replicated', from: target, into: target, uri, options };
}

/** The user that the other side's streams log in as. */
const streamUser = (genesis: Genesis, side: SimSide): string =>
  genesis.users[side].some(({ name }) => name === 'repl') ? 'repl' : genesis.operator;

/** Starts the stream into a side. Where the version can make tables, the standby's are made by it. */
function flow(setup: LdrSetup, state: SimState, genesis: Genesis, side: SimSide, atUs: Us): LdrJob {
  const [cluster, source] = [state.clusters[side], state.clusters[otherSide(side)]];
  const of = (where: SimSide) => state.ldr.tables.filter((table) => table.side === where);
  const [destinations, sources] = [of(side), of(otherSide(side))];
  const dialect = ldrDialects[genesis.versions[side]];
  const creates = dialect?.creates === true && side === 'standby';
  const statement = statementFor(setup, creates, side, destinations);
  const description = `LOGICAL REPLICATION STREAM into ${destinations.map(fullName).join(', ')} from external://${connectionsOf(setup)[side]}`;
  const back = creates && setup.direction === 'bidirectional' ? `external://${connectionsOf(setup)[otherSide(side)]}` : null;
  for (const table of destinations) table.offline = creates;
  const tables = sources.flatMap((table, at) => {
    const destination = destinations[at];
    return destination === undefined ? [] : [{ source: table, destination }];
  });
  return startLdr(
    state,
    cluster,
    source,
    {
      tables,
      uri: `external://${connectionsOf(setup)[side]}`,
      command: dialect?.commandColumn === 'command' ? commandText(statement) : description,
      description,
      user: genesis.operator,
      conflict: 'LWW',
      // The way back of an older version starts when there is nothing left to copy.
      cursorUs: side === 'primary' ? atUs : null,
      creates,
      parent: null,
      reverse:
        back === null
          ? null
          : { uri: back, command: reverseCommand(statement, back, String(cluster.nextJobId)), user: streamUser(genesis, otherSide(side)) },
    },
    atUs,
  );
}

/** Lays the tables out and lets the past happen that leads to where the world starts. */
export function bringLdrTo(setup: LdrSetup, state: SimState, genesis: Genesis, nowUs: Us): void {
  const beginUs = state.settledUs;
  if (setup.interface === 'main') addApplication(state.clusters.standby, genesis, beginUs);
  state.ldr.onOutage = setup.onOutage ?? 'pause';
  for (const side of simSides) {
    const cluster = state.clusters[side];
    const vcId = vcIdOf(setup, cluster, genesis.virtualCluster);
    lay(setup, { state, cluster, vcId, owner: setup.owner ?? genesis.operator, atUs: beginUs });
  }
  const start = setup.start ?? 'replicating';
  if (start !== 'none') run(setup, start, state, genesis, nowUs);
  settle(state, nowUs);
}

function run(setup: LdrSetup, start: 'replicating' | 'scanning' | 'paused', state: SimState, genesis: Genesis, nowUs: Us): void {
  if (start === 'scanning') settle(state, nowUs - us(state.pace.acceptMs));
  flow(setup, state, genesis, 'standby', state.settledUs);
  refresh(state, state.settledUs);
  const byHand = ldrDialects[genesis.versions.standby]?.creates !== true;
  if (start === 'scanning') return;
  settle(state, state.settledUs + us(state.pace.scanMs + state.pace.tickMs));
  if (byHand && setup.direction === 'bidirectional') flow(setup, state, genesis, 'primary', state.settledUs);
  refresh(state, state.settledUs);
  if (start !== 'paused') return;
  settle(state, nowUs - 10 * minuteUs);
  for (const { side, jobId } of state.ldr.jobs) {
    pauseJob(state, state.clusters[side], jobOf(state.clusters[side], jobId), null, state.settledUs);
  }
  refresh(state, state.settledUs);
}
