import { uncategorized } from '../../sql-error.ts';
import { moveWork, workFraction } from '../../state/frontier.ts';
import { isWorking, setJob } from '../../state/jobs.ts';
import { type Cluster, isDown, type Job, jobOf, type SimState, terminalJobStates, type Us, us } from '../../state/model.ts';
import type { Timer } from '../../state/timers.ts';
import { appliedAt } from './content.ts';
import type { LdrJob } from './model.ts';
import { startReverse } from './start.ts';
import type { SimTable } from './table.ts';

const since = (lasts: boolean, beganUs: Us | null, atUs: Us): Us | null => (lasts ? (beganUs ?? atUs) : null);

const isLinked = (state: SimState, ldr: LdrJob): boolean =>
  (state.linkUp || ldr.side === ldr.sourceSide) && !isDown(state.clusters[ldr.sourceSide]) && !isDown(state.clusters[ldr.side]);

export const isOver = (state: SimState, ldr: LdrJob): boolean => terminalJobStates.has(jobOf(state.clusters[ldr.side], ldr.jobId).status);

function moveFrontier(ldr: LdrJob, moving: boolean, atUs: Us, state: SimState): void {
  const { frontier } = ldr;
  if (frontier === null || (frontier.movingSinceUs !== null) === moving) return;
  const replicatedUs = appliedAt(ldr, atUs, state.pace) ?? frontier.replicatedUs;
  ldr.frontier = { replicatedUs, movingSinceUs: moving ? atUs : null };
  ldr.path.push({ fromUs: atUs, frontier: ldr.frontier });
}

/** The source learns that its consumer has ended when it can be told. */
function releaseProducer(state: SimState, producer: Job, atUs: Us): void {
  if (producer.status !== 'running' || producer.change !== null) return;
  producer.change = { to: 'failed', atUs: atUs + us(state.pace.producerNoticeMs) };
  producer.error = 'destination cluster job finished unsuccessfully';
}

function refreshJob(state: SimState, ldr: LdrJob, atUs: Us): void {
  const cluster = state.clusters[ldr.side];
  const job = jobOf(cluster, ldr.jobId);
  const producer = jobOf(state.clusters[ldr.sourceSide], ldr.producerId);
  const over = terminalJobStates.has(job.status);
  const linked = isLinked(state, ldr);
  const working = isWorking(job) && !isDown(cluster);
  const fed = working && linked && producer.status === 'running';
  ldr.silentSinceUs = since(!(linked && working), ldr.silentSinceUs, atUs);
  ldr.blockedSinceUs = since(working && !fed, ldr.blockedSinceUs, atUs);
  if (ldr.scan !== null) moveWork(ldr.scan, fed, atUs);
  moveFrontier(ldr, fed, atUs, state);
  if (over && linked) releaseProducer(state, producer, atUs);
}

/** Clients write to a table as fast as they want to while its cluster is alive. */
function refreshRate(state: SimState, table: SimTable, atUs: Us): void {
  const perSecond = isDown(state.clusters[table.side]) ? 0 : table.wantedRate;
  const { rates } = table.epoch;
  if ((rates.at(-1)?.perSecond ?? 0) !== perSecond) rates.push({ fromUs: atUs, perSecond });
}

/** Brings the logical streams into line with the facts. */
export function refreshLdr(state: SimState, atUs: Us): void {
  for (const ldr of state.ldr.jobs) refreshJob(state, ldr, atUs);
  for (const table of state.ldr.tables) refreshRate(state, table, atUs);
}

function finishScan(state: SimState, ldr: LdrJob, atUs: Us): void {
  ldr.scan = null;
  ldr.frontier = { replicatedUs: ldr.beginsAtUs, movingSinceUs: null };
  ldr.path.push({ fromUs: atUs, frontier: ldr.frontier });
  for (const { destination } of ldr.pairs) destination.offline = false;
  if (ldr.reverse !== null) startReverse(state, ldr, ldr.reverse, atUs);
  ldr.reverse = null;
}

const afterError = (text: string): string => `pausing after error: ${text}`;

/** A job pauses itself: it waits for a person, and its history for at most a day. */
export function pauseWithError(job: Job, text: string, atUs: Us): void {
  setJob(job, 'paused', atUs);
  job.runningStatus = afterError(text);
}

function scanTimer(state: SimState, ldr: LdrJob): Timer[] {
  if (ldr.scan?.sinceUs == null) return [];
  const atUs = ldr.scan.sinceUs + ldr.scan.leftUs;
  return [{ atUs, fire: () => finishScan(state, ldr, atUs) }];
}

/** A job whose source keeps no history any more fails as soon as it hears so; one that can't reach it gives up later. */
function blockedTimer(state: SimState, cluster: Cluster, ldr: LdrJob): Timer[] {
  const job = jobOf(cluster, ldr.jobId);
  if (ldr.blockedSinceUs === null || job.status !== 'running') return [];
  const gone = isLinked(state, ldr) && jobOf(state.clusters[ldr.sourceSide], ldr.producerId).status !== 'running';
  if (gone) {
    const atUs = ldr.blockedSinceUs + us(state.pace.acceptMs);
    return [{ atUs, fire: () => failJob(state, ldr, job, 'history retention job is no longer active', atUs) }];
  }
  const atUs = ldr.blockedSinceUs + us(state.pace.giveUpMs);
  const fire = (): void => pauseWithError(job, 'the source cluster can not be reached: dial tcp: i/o timeout', atUs);
  return state.ldr.onOutage === 'pause' ? [{ atUs, fire }] : [];
}

function failJob(state: SimState, ldr: LdrJob, job: Job, error: string, atUs: Us): void {
  setJob(job, 'failed', atUs);
  job.error = error;
  endLdr(state, ldr);
}

/** Tables that a job was still making go with it. */
function endLdr(state: SimState, ldr: LdrJob): void {
  const unborn = ldr.pairs.map(({ destination }) => destination).filter((table) => ldr.creates && table.offline);
  for (const table of unborn) state.ldr.tables.splice(state.ldr.tables.indexOf(table), 1);
}

/** A job that was cancelled is over. */
export function endLdrOf(state: SimState, cluster: Cluster, job: Job): void {
  const ldr = state.ldr.jobs.find(({ side, jobId }) => side === cluster.side && jobId === job.id);
  if (ldr !== undefined) endLdr(state, ldr);
}

function expiryTimer(cluster: Cluster, ldr: LdrJob): Timer[] {
  const producer = jobOf(cluster, ldr.producerId);
  if (ldr.silentSinceUs === null || producer.status !== 'running') return [];
  const atUs = ldr.silentSinceUs + producer.windowUs;
  const fire = (): void => {
    setJob(producer, 'failed', atUs);
    producer.error = `replication stream ${producer.id} timed out`;
  };
  return [{ atUs, fire }];
}

function conflictTimers(state: SimState, cluster: Cluster): Timer[] {
  return state.ldr.conflicts
    .filter(({ job }) => job.side === cluster.side)
    .map((conflict) => ({
      atUs: conflict.atUs,
      fire: () => {
        state.ldr.conflicts.splice(state.ldr.conflicts.indexOf(conflict), 1);
        const { table, rows, reason, job, atUs } = conflict;
        const dlq = state.ldr.dlqs.find(({ side, tableId }) => side === table.side && tableId === table.id);
        if (dlq === undefined || isOver(state, job)) return;
        for (let row = 0; row < rows; row += 1) {
          const id = state.ldr.nextRowId;
          state.ldr.nextRowId += 32_769n;
          const content = JSON.stringify(Object.fromEntries(table.shape.columns.map(({ name }) => [name, `${name}-${id}`])));
          dlq.rows.push({ id, jobId: job.jobId, atUs: atUs + row, reason, mutation: 'insert', row: content });
        }
      },
    }));
}

/** What will happen by itself on a cluster that is alive. */
export function ldrTimers(state: SimState, cluster: Cluster): readonly Timer[] {
  return [
    ...state.ldr.jobs.flatMap((ldr) => [
      ...(ldr.side === cluster.side ? [...scanTimer(state, ldr), ...blockedTimer(state, cluster, ldr)] : []),
      ...(ldr.sourceSide === cluster.side ? expiryTimer(cluster, ldr) : []),
    ]),
    ...conflictTimers(state, cluster),
  ];
}

const ldrOf = (state: SimState, cluster: Cluster, job: Job): LdrJob | undefined =>
  job.type === 'LOGICAL REPLICATION' ? state.ldr.jobs.find(({ side, jobId }) => side === cluster.side && jobId === job.id) : undefined;

/** Share of the initial scan that is done; null for another job and once there is nothing to scan. */
export function scanFraction(state: SimState, cluster: Cluster, job: Job, atUs: Us): number | null {
  const scan = ldrOf(state, cluster, job)?.scan ?? null;
  return scan === null ? null : workFraction(scan, atUs);
}

/** What a job says of itself while it runs. */
export function ldrRunningStatus(state: SimState, cluster: Cluster, job: Job): string | null {
  const ldr = ldrOf(state, cluster, job);
  if (ldr === undefined || job.status !== 'running') return null;
  return ldr.blockedSinceUs === null ? 'logical replication running' : 'retrying: the source cluster does not answer';
}

/** True while a job reads from the table or writes to it: its schema must not change. */
export const isLocked = (state: SimState, table: SimTable): boolean =>
  state.ldr.jobs.some(
    (ldr) => !isOver(state, ldr) && ldr.pairs.some(({ source, destination }) => source === table || destination === table),
  );

/** Refuses a change of the schema of a table that a job uses. */
export function requireUnlocked(state: SimState, table: SimTable): void {
  if (!isLocked(state, table)) return;
  throw uncategorized(
    `this schema change is disallowed on table ${table.name} because it is referenced by one or more logical replication jobs`,
  );
}
