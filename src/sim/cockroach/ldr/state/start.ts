import { newWork } from '../../state/frontier.ts';
import { addJob } from '../../state/jobs.ts';
import { type Cluster, type SimState, type Us, us } from '../../state/model.ts';
import { contentAt } from './content.ts';
import type { LdrJob, LdrPair, Reverse } from './model.ts';
import { fullName, type SimTable } from './table.ts';

export interface LdrStart {
  readonly tables: readonly { readonly source: SimTable; readonly destination: SimTable }[];
  readonly uri: string;
  readonly command: string;
  readonly description: string;
  readonly user: string;
  readonly conflict: LdrJob['conflict'];
  readonly cursorUs: Us | null;
  readonly creates: boolean;
  readonly parent: string | null;
  readonly reverse: Reverse | null;
}

/** Every table that something comes into gets its dead letter queue at once. */
function addDlq(state: SimState, table: SimTable): void {
  const { side, vcId, id, database, schema, name } = table;
  if (state.ldr.dlqs.some((dlq) => dlq.side === side && dlq.tableId === id)) return;
  state.ldr.dlqs.push({ side, vcId, tableId: id, database, name: `dlq_${id}_${schema}_${name}`, rows: [] });
}

/** Starts a checked stream: its job, the producer on the source, the dead letter queues. */
export function startLdr(state: SimState, cluster: Cluster, source: Cluster, start: LdrStart, atUs: Us): LdrJob {
  const [first] = start.tables;
  if (first === undefined) throw new TypeError('a logical stream needs a table');
  const job = addJob(
    cluster,
    {
      type: 'LOGICAL REPLICATION',
      description: start.description,
      user: start.user,
      vcId: first.destination.vcId,
      home: first.destination.vcId,
    },
    atUs,
  );
  const hours = source.dialect.expirationHours;
  const producer = addJob(
    source,
    {
      type: 'REPLICATION STREAM PRODUCER',
      description: `History Retention for Logical Replication of ${start.tables.map((pair) => fullName(pair.source)).join(',')}`,
      user: 'node',
      vcId: first.source.vcId,
      home: first.source.vcId,
      windowUs: state.pace.expirationMs === null ? hours * 3_600_000_000 : us(state.pace.expirationMs),
    },
    atUs,
  );
  const cursor = start.cursorUs !== null;
  const pairs: readonly LdrPair[] = start.tables.map((pair) => ({
    ...pair,
    from: pair.source.epoch,
    snapshot: cursor ? new Map() : contentAt(state.ldr, pair.source, atUs, state.pace),
  }));
  const ldr: LdrJob = {
    jobId: job.id,
    side: cluster.side,
    vcId: first.destination.vcId,
    sourceSide: source.side,
    producerId: producer.id,
    pairs,
    uri: start.uri,
    command: start.command,
    conflict: start.conflict,
    startUs: atUs,
    beginsAtUs: start.cursorUs ?? atUs,
    cursor,
    creates: start.creates,
    parent: start.parent,
    reverse: start.reverse,
    scan: newWork(us(cursor ? state.pace.acceptMs : state.pace.scanMs)),
    frontier: null,
    path: [],
    silentSinceUs: null,
    blockedSinceUs: null,
  };
  state.ldr.jobs.push(ldr);
  for (const { destination } of pairs) addDlq(state, destination);
  return ldr;
}

/** The second half of a bidirectional start: the same tables the other way round, from now on. */
export function startReverse(state: SimState, parent: LdrJob, reverse: Reverse, atUs: Us): void {
  const destination = state.clusters[parent.sourceSide];
  const source = state.clusters[parent.side];
  const tables = parent.pairs.map((pair) => ({ source: pair.destination, destination: pair.source }));
  startLdr(
    state,
    destination,
    source,
    {
      tables,
      uri: reverse.uri,
      command: reverse.command,
      description: reverse.command,
      user: reverse.user,
      conflict: parent.conflict,
      cursorUs: atUs,
      creates: false,
      parent: parent.jobId,
      reverse: null,
    },
    atUs,
  );
}
