import type { Json, JsonObject } from '../../domain/json.ts';
import type { ContentTruth } from './content-contract.ts';
import { simSides } from './contract.ts';
import { catchUp, isServing, type Realm } from './realm.ts';
import {
  type Cluster,
  type Epoch,
  findVcById,
  isDown,
  type Job,
  jobOf,
  type Stream,
  terminalJobStates,
  type Us,
  type Vc,
} from './state/model.ts';
import { statusOf } from './state/view.ts';
import { settingsIn } from './statements/settings.ts';
import { usersIn } from './users-held.ts';

const sorted = (words: Iterable<string>): readonly string[] => [...words].sort();

/** One that was set to its default works as one that was never set. */
const settingsOf = ({ dialect, settings }: Cluster): JsonObject =>
  Object.fromEntries(settingsIn(dialect.version).map(([name, setting]) => [name, settings.get(name) ?? setting.default]));

const connectionsOf = ({ externalConnections }: Cluster): JsonObject =>
  Object.fromEntries(
    [...externalConnections.values()].map(({ name, uri, owner, grants }) => {
      const held = [...grants].filter(([, privileges]) => privileges.size > 0);
      return [name, { uri, owner, grants: Object.fromEntries(held.map(([user, privileges]) => [user, sorted(privileges)])) }];
    }),
  );

/** Without its source a stream is tried again, and then pauses itself within minutes: one state, through which the clock alone takes it. */
const cutOff = 'without its source';

function isCutOff(cluster: Cluster, stream: Stream | null): boolean {
  if (stream === null) return false;
  const { status, runningStatus } = jobOf(cluster, stream.jobId);
  return stream.blockedSinceUs !== null || (status === 'paused' && /is being paused/.test(runningStatus ?? ''));
}

/** A job's text while it runs comes and goes with the network; what ended tells no more than history. */
const jobOfList = ({ id, type, description, user, status, vcId, windowUs, expiresUs, retainsFromUs }: Job): JsonObject => ({
  id,
  type,
  description,
  user,
  status,
  virtualCluster: vcId,
  windowUs,
  expiresUs,
  retainsFromUs,
});

/** Ended, or about to without anybody's help. */
const isOver = ({ status, change }: Job): boolean => terminalJobStates.has(change?.to ?? status);

function jobsOf(cluster: Cluster): readonly JsonObject[] {
  const stuck = cluster.vcs.flatMap(({ stream }) => (stream !== null && isCutOff(cluster, stream) ? [stream.jobId] : []));
  return cluster.jobs
    .filter((job) => job.type !== 'SCHEMA CHANGE GC' && !isOver(job))
    .map((job) => (stuck.includes(job.id) ? { ...jobOfList(job), status: cutOff } : jobOfList(job)));
}

const streamOf = ({ stream }: Vc): Json =>
  stream === null
    ? null
    : {
        from: stream.sourceSide,
        source: stream.sourceVcName,
        uri: stream.uri,
        job: stream.jobId,
        producer: stream.producerId,
        retentionUs: stream.retentionUs,
        failover: stream.failover === null ? null : { latest: stream.failover.latest, targetUs: stream.failover.targetUs },
      };

function virtualClusterOf(realm: Realm, cluster: Cluster, vc: Vc, nowUs: Us): JsonObject {
  return {
    // A reader that was dropped can only be opened anew, by the same name: it holds nothing of its own.
    id: vc.readerOf === null ? vc.id : null,
    name: vc.name,
    status: isCutOff(cluster, vc.stream) ? cutOff : statusOf(realm.state, cluster, vc, nowUs),
    service: vc.serviceChange === null ? vc.service : `${vc.service}, being stopped`,
    serves: isServing(cluster, vc, nowUs),
    readerOf: vc.readerOf,
    stream: streamOf(vc),
    prior: vc.prior === null ? null : { sourceId: vc.prior.sourceId, activationNs: String(vc.prior.activation.ns) },
    version: vc.finalized.version,
    users: usersIn(vc.users),
    schedules: vc.schedules.map((schedule) => ({ ...schedule })),
    changefeeds: vc.changefeeds.map((feed) => ({ ...feed })),
    capabilities: sorted(vc.capabilities),
    // Who wrote what it holds from when on: what its fingerprint is made of.
    content: vc.epochs.map((epoch) => ({ ...epoch })),
  };
}

const sideOf = (realm: Realm, cluster: Cluster, nowUs: Us): JsonObject => ({
  answers: cluster.outage === null,
  binaries: cluster.dialect.build,
  settings: settingsOf(cluster),
  users: usersIn(cluster.users),
  externalConnections: connectionsOf(cluster),
  // One that is being dropped is listed until it is gone; its space is reclaimed by a job that is left out below.
  virtualClusters: cluster.vcs.map((vc) => virtualClusterOf(realm, cluster, vc, nowUs)),
  jobs: jobsOf(cluster),
});

/** A row that an application wrote. Content is told by who wrote it when, so that is all there is to a row. */
interface Row {
  readonly cluster: Cluster;
  readonly vc: Vc;
  readonly atUs: Us;
  readonly writer: string | null;
}

const writerAt = (epochs: readonly Epoch[], atUs: Us): string | null =>
  epochs.filter(({ fromUs }) => fromUs <= atUs).at(-1)?.writer ?? null;

const holds = (vc: Vc, { atUs, writer }: Row): boolean => writerAt(vc.epochs, atUs) === writer;

const isForApplications = ({ flat }: Cluster, { id, readerOf }: Vc): boolean => (id === 1 ? flat : id > 2) && readerOf === null;

/** Where applications can write at that moment. */
const openAt = ({ state }: Realm, nowUs: Us): readonly { readonly cluster: Cluster; readonly vc: Vc }[] =>
  simSides.flatMap((side) => {
    const cluster = state.clusters[side];
    const open = isDown(cluster) ? [] : cluster.vcs.filter((vc) => isForApplications(cluster, vc) && isServing(cluster, vc, nowUs));
    return open.map((vc) => ({ cluster, vc }));
  });

/** What became of a row; null while applications find it. What serves nowhere any more waits for a person, and is not lost. */
function lossOfRow(realm: Realm, row: Row, nowUs: Us): string | null {
  const { cluster, vc } = row;
  const where = `the row that ${vc.name} on ${cluster.name} took`;
  const now = findVcById(cluster, vc.id);
  if (now === null) return `${where} is gone with it`;
  if (!holds(now, row)) return `${where} is no longer in it`;
  const open = openAt(realm, nowUs);
  if (open.length === 0 || open.some((other) => holds(other.vc, row))) return null;
  return `${where} is not in what serves instead: ${open.map((other) => `${other.vc.name} on ${other.cluster.name}`).join(', ')}`;
}

export function createContents(realm: Realm): ContentTruth {
  return {
    contents: () => {
      const nowUs = catchUp(realm);
      return Object.fromEntries(simSides.map((side) => [side, sideOf(realm, realm.state.clusters[side], nowUs)]));
    },
    clientsWrite: () => {
      const atUs = catchUp(realm);
      const rows = openAt(realm, atUs).map(({ cluster, vc }): Row => ({ cluster, vc, atUs, writer: writerAt(vc.epochs, atUs) }));
      return () => {
        const nowUs = catchUp(realm);
        return rows.flatMap((row) => lossOfRow(realm, row, nowUs) ?? []);
      };
    },
  };
}
