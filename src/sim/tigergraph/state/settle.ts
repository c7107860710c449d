import { type SimSide, simSides } from '../contract.ts';
import { type Cluster, copyData, isDr, kafkaListens, keys, type Ms, marksUpTo, otherSide, setting, type TigerState } from './model.ts';
import { isWritable, serves } from './services.ts';

const hourMs = 3_600_000;

/** Lets the world's past since the last time happen: clients write, records flow. */
export function settle(state: TigerState, nowMs: Ms): void {
  const spanMs = Math.max(0, nowMs - state.settledMs);
  const fromMs = state.settledMs;
  state.settledMs = Math.max(state.settledMs, nowMs);
  for (const side of simSides) {
    const cluster = state.clusters[side];
    if (isWritable(cluster, fromMs)) cluster.data.records += (state.writesPerSecond * spanMs) / 1000;
  }
  for (const side of simSides) flow(state, state.clusters[side], fromMs, spanMs);
  refresh(state, fromMs);
}

/** Notes from when to when each side can be written to. To be called after each change. */
export function refresh(state: TigerState, nowMs: Ms): void {
  for (const side of simSides) {
    const open = state.writable.findIndex((span) => span.side === side && span.to === null);
    const writable = isWritable(state.clusters[side], nowMs);
    const span = state.writable[open];
    if (writable && span === undefined) state.writable.push({ side, from: nowMs, to: null });
    if (!writable && span !== undefined) state.writable[open] = { ...span, to: nowMs };
  }
}

/** The cluster whose Kafka a standby is set to read; null when no other cluster has that address. */
export function sourceOf(state: TigerState, cluster: Cluster, stage: 'applied' | 'effective' = 'effective'): Cluster | null {
  const source = state.clusters[otherSide(cluster.side)];
  const addresses = setting(cluster, keys.ips, stage).split(',');
  const known = source.nodes.filter(({ name, ip }) => addresses.includes(ip) || addresses.includes(hostnameOf(source, name)));
  return known.some(({ up }) => up) ? source : null;
}

interface ListedHost {
  readonly ID: string;
  readonly Hostname: string;
}

// The setting is written by this world alone, in this shape.
const listOf = (cluster: Cluster) => JSON.parse(setting(cluster, keys.hostList)) as readonly ListedHost[];

/** Names and addresses that a cluster gives to those who ask for its nodes. */
export const listedHosts = (cluster: Cluster): readonly string[] => listOf(cluster).map(({ Hostname }) => Hostname);

const hostnameOf = (cluster: Cluster, node: string): string => listOf(cluster).find(({ ID }) => ID === node)?.Hostname ?? '';

/** What a standby of that cluster has to be set to. */
export const prefixBehind = (source: Cluster): string => {
  const own = setting(source, keys.prefix);
  return own === '' ? 'Primary' : `${own}.Primary`;
};

/** On a port with TLS whoever asks has to have TLS too; on one without, nothing may force TLS on it. */
function speaks(cluster: Cluster, source: Cluster, port: string): boolean {
  const there = kafkaListens(source);
  return port === there.tls ? kafkaListens(cluster).tls !== null : port === there.plain && kafkaListens(cluster).plain !== null;
}

/** Kafka of the source can be reached from the standby. */
export function reaches(state: TigerState, cluster: Cluster, source: Cluster, nowMs: Ms): boolean {
  const port = setting(cluster, keys.port) || '30002';
  if (!speaks(cluster, source, port) || !state.linkUp) return false;
  return !state.blockedPorts.has(`${cluster.side}:${port}`) && serves(source, 'KAFKA', nowMs);
}

/** State of the connector as `gadmin connector status` tells it. */
export function connectorOf(state: TigerState, cluster: Cluster, nowMs: Ms): Cluster['crr']['connector'] {
  const { crr } = cluster;
  if (crr.connector === 'none' || !serves(cluster, 'KAFKACONN', nowMs) || nowMs < crr.readyAtMs) return 'none';
  if (crr.failing || crr.broken !== null) return 'failed';
  if (crr.connector !== 'running') return crr.connector;
  const source = sourceOf(state, cluster);
  return source !== null && reaches(state, cluster, source, nowMs) ? 'running' : 'failed';
}

/** Superusers have to be the same on both sides, or the standby may not replay. */
const sharesSuperuser = (cluster: Cluster, source: Cluster): boolean =>
  source.data.users.some(
    (user) => user.superuser && cluster.data.users.some((own) => own.name === user.name && own.password === user.password),
  );

function flow(state: TigerState, cluster: Cluster, fromMs: Ms, spanMs: Ms): void {
  const source = sourceOf(state, cluster);
  const { crr } = cluster;
  if (!isDr(cluster) || source === null || crr.outdated !== null) return;
  const atMs = fromMs + spanMs;
  const flows = connectorOf(state, cluster, atMs) === 'running' && setting(cluster, keys.prefix) === prefixBehind(source);
  if (!flows) {
    if (atMs - crr.flowedAtMs > Number(setting(source, keys.retention)) * hourMs) crr.outdated = 'retention';
    return;
  }
  crr.flowedAtMs = atMs;
  takeRecords(state, cluster, source, atMs, Math.max(0, Math.min(spanMs, atMs - crr.readyAtMs)));
  takeMetadata(state, cluster, source, atMs);
}

/** What the source has now, without what is too young to have come over. */
function takeRecords(state: TigerState, cluster: Cluster, source: Cluster, atMs: Ms, spanMs: Ms): void {
  const { data } = cluster;
  if (!serves(cluster, 'GPE', atMs)) return;
  const young = isWritable(source, atMs) ? (state.writesPerSecond * state.pace.lagMs) / 1000 : 0;
  const reach = Math.min(source.data.records - young, data.records + (state.pace.applyPerSecond * spanMs) / 1000);
  data.records = Math.max(data.records, reach);
  data.marks = marksUpTo(source.data.marks, data.records);
}

function takeMetadata(state: TigerState, cluster: Cluster, source: Cluster, atMs: Ms): void {
  const { crr, data } = cluster;
  if (!crr.primed) return;
  const reach = source.seqLog.filter((entry) => entry.atMs <= atMs - state.pace.lagMs).at(-1)?.seq ?? data.seq;
  crr.fetchedSeq = Math.max(crr.fetchedSeq, reach);
  if (reach <= data.seq || crr.blocked || !serves(cluster, 'GSQL', atMs) || !sharesSuperuser(cluster, source)) return;
  data.seq = reach;
  const { queries, users } = copyData(source.data);
  Object.assign(data, { queries, users });
  note(cluster, atMs);
}

/** Keeps when the cluster's newest metadata came to be. */
export function note(cluster: Cluster, atMs: Ms): void {
  cluster.seqLog.push({ seq: cluster.data.seq, atMs });
}

/** Why replication from the source can't carry on what the standby holds; null: it can. */
function misfit(cluster: Cluster, source: Cluster): string | null {
  const [own, theirs] = [cluster.data, source.data];
  if (own.line === theirs.line) return own.records <= theirs.records && own.seq <= theirs.seq ? null : 'ahead of its source';
  // It left the replication and took nothing of its own since, so it goes on where it stopped: what upgrades up to 3.9 rest on.
  const left = own.parent;
  if (left?.line === theirs.line && left.records === own.records && left.seq === own.seq && own.records <= theirs.records) return null;
  const { parent } = theirs;
  if (parent?.line === own.line && parent.records === own.records && parent.seq === own.seq) return null;
  return own.records === 0 && theirs.records === 0 ? null : 'never seeded';
}

/** Starts the connector when the services run with replication on, ends it when they don't. */
export function renewConnector(state: TigerState, cluster: Cluster, nowMs: Ms, readyAtMs = nowMs + state.pace.connectorMs): void {
  const { crr } = cluster;
  if (!isDr(cluster)) {
    crr.connector = 'none';
    return;
  }
  if (crr.connector === 'none') crr.flowedAtMs = Math.max(crr.flowedAtMs, cluster.restoredAtMs ?? 0);
  Object.assign(crr, { connector: 'running', readyAtMs });
}

/** Replication begins anew on what the standby holds now. */
export function attach(state: TigerState, cluster: Cluster, nowMs: Ms, since: Ms | null): void {
  const source = sourceOf(state, cluster);
  cluster.serves = false;
  Object.assign(cluster.crr, {
    outdated: source === null ? null : misfit(cluster, source),
    flowedAtMs: since ?? nowMs,
    blocked: false,
    fetchedSeq: 0,
  });
  if (source !== null && cluster.crr.outdated === null) cluster.data.line = source.data.line;
  if (cluster.crr.outdated === null && source?.data.records === 0) cluster.crr.primed = true;
}

/** Up to 3.9 a standby that is restored while it is set to follow goes on from there; later ones are restored with `--dr`. */
export function seedAnew(state: TigerState, cluster: Cluster, nowMs: Ms): void {
  if (isDr(cluster) && !cluster.release.crr) attach(state, cluster, nowMs, cluster.restoredAtMs);
}

/** A standby that no longer follows becomes a cluster of its own with a history of its own. */
export function detach(state: TigerState, cluster: Cluster): void {
  const { data, crr } = cluster;
  const source = state.clusters[otherSide(cluster.side)];
  state.lines += 1;
  data.parent = { line: data.line, records: data.records, seq: data.seq };
  if (data.line === source.data.line) state.lost = { reached: Math.floor(data.records), written: Math.floor(source.data.records) };
  data.line = `line-${state.lines}`;
  cluster.serves = true;
  Object.assign(crr, { connector: 'none', primed: false, outdated: null, fetchedSeq: 0 });
}

/** Changes on a source that end the replication of whoever follows it. */
export function outdateFollowers(state: TigerState, side: SimSide, why: string): void {
  const follower = state.clusters[otherSide(side)];
  if (isDr(follower) && sourceOf(state, follower)?.side === side) follower.crr.outdated = why;
}
