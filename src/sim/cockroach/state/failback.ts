import { SqlError, uncategorized } from '../sql-error.ts';
import { hlcText, usOfHlc } from '../values/hlc.ts';
import { type Cluster, type SimState, sourceIdOf, tenantText, type Us, type Vc } from './model.ts';
import type { StreamSource } from './source-uri.ts';
import { attach, checkSource, type StreamOptions } from './streams.ts';
import { addReader } from './virtual-clusters.ts';

/** The time to which a virtual cluster must be rewound before it can follow that source. */
function divergence(cluster: Cluster, vc: Vc, source: StreamSource): Us {
  if (source.vc.prior?.sourceId === sourceIdOf(cluster, vc.id)) return usOfHlc(source.vc.prior.activation);
  if (vc.prior?.sourceId === sourceIdOf(source.cluster, source.vc.id)) return usOfHlc(vc.prior.activation);
  const identities = [source.vc.prior?.sourceId, vc.prior?.sourceId];
  throw uncategorized(
    `cannot reconfigure existing tenant to replicate from specified source: it was neither previously replicating from this source ` +
      `(${sourceIdOf(source.cluster, source.vc.id)}) nor was this source previously replicating from it (known: ${identities.map((id) => id ?? 'none').join(', ')})`,
  );
}

function checkHistory(vc: Vc, source: StreamSource, fromUs: Us): void {
  const producers = source.cluster.jobs.filter(
    (job) => job.type === 'REPLICATION STREAM PRODUCER' && job.vcId === source.vc.id && job.status === 'running',
  );
  const oldest = Math.min(...producers.map((job) => job.retainsFromUs));
  if (producers.length > 0 && oldest <= fromUs) return;
  const at = hlcText({ ns: BigInt(fromUs) * 1000n, logical: 0 });
  const why =
    producers.length === 0
      ? `no history is retained by ${source.cluster.jobs.filter((job) => job.type === 'REPLICATION STREAM PRODUCER').length} producer jobs`
      : `history retained since ${hlcText({ ns: BigInt(oldest) * 1000n, logical: 0 })}`;
  throw uncategorized(`cannot resume replication into tenant "${vc.name}" by reverting to ${at} (${why})`);
}

/** Refuses START REPLICATION for a virtual cluster that serves or is not ready. */
export function checkRestartable(vc: Vc): void {
  if (vc.service !== 'none') {
    throw new SqlError('55000', `cannot start replication for ${tenantText(vc)} in service mode ${vc.service}; service mode must be none`);
  }
  if (vc.stream !== null || vc.base !== 'ready') {
    throw new SqlError(
      '55000',
      `cannot start replication for ${tenantText(vc)} in state add (is replication or a restore already running?)`,
    );
  }
}

/** ALTER VIRTUAL CLUSTER … START REPLICATION OF: the old primary is rewound and follows. */
export function startReplication(
  state: SimState,
  cluster: Cluster,
  vc: Vc,
  source: StreamSource,
  options: StreamOptions,
  user: string,
  atUs: Us,
): void {
  checkSource(cluster, source);
  const fromUs = divergence(cluster, vc, source);
  checkHistory(vc, source, fromUs);
  const description = `ALTER VIRTUAL CLUSTER ${vc.name} START REPLICATION OF ${source.vc.name} ON '${source.shownUri}'`;
  vc.base = 'add';
  attach(state, cluster, vc, source, options, { description, user, workMs: state.pace.rewindMs, beginsAtUs: fromUs }, atUs);
  if (options.reader) addReader(cluster, vc, atUs);
}
