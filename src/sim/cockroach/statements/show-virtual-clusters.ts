import { createHash } from 'node:crypto';
import type { Expression, Show } from '../grammar/statement.ts';
import { SqlError, uncategorized } from '../sql-error.ts';
import { replicatedAt, retainedAt } from '../state/frontier.ts';
import type { Epoch, Us, Vc } from '../state/model.ts';
import { statusOf } from '../state/view.ts';
import { hlcDecimal, hlcOfUs, hlcText, systemTimeOf, usOfHlc } from '../values/hlc.ts';
import type { Column, SqlType, SqlValue } from '../values/sql-types.ts';
import { type Call, requirePrivilege, requireSystemVc, requireVc } from './call.ts';
import { evaluateAlone } from './evaluate.ts';
import { columnsOf, pick, type ShowPlan } from './show-plan.ts';

const statusTypes: Readonly<Record<string, SqlType>> = {
  id: 'INT8',
  ingestion_job_id: 'INT8',
  replication_job_id: 'INT8',
  retained_time: 'TIMESTAMPTZ',
  replicated_time: 'TIMESTAMPTZ',
  replication_lag: 'INTERVAL',
  failover_time: 'DECIMAL',
  cutover_time: 'DECIMAL',
};

type ShowVc = Extract<Show, { kind: 'show-virtual-cluster' }>;

function columnsFor(call: Call, show: ShowVc): readonly Column[] {
  const base = show.with.has('replication status') ? call.cluster.dialect.statusColumns : ['id', 'name', 'data_state', 'service_mode'];
  const prior = show.with.has('prior replication details') ? columnsOf({ source_id: 'STRING', activation_time: 'DECIMAL' }) : [];
  const capabilities = show.with.has('capabilities') ? columnsOf({ capability_name: 'STRING', capability_value: 'STRING' }) : [];
  return [...base.map((name) => ({ name, type: statusTypes[name] ?? ('STRING' as const) })), ...prior, ...capabilities];
}

/** What retained_time reads before the first protection record. */
const beforeProtectionUs = 1;

function streamRecord(call: Call, vc: Vc, nowUs: Us): Readonly<Record<string, SqlValue>> {
  const { stream } = vc;
  if (stream === null || nowUs < stream.shownFromUs) return {};
  const { pace } = call.state;
  const replicated = replicatedAt(stream, nowUs, pace);
  const target = stream.failover === null ? null : hlcDecimal(stream.failover.target);
  return {
    ingestion_job_id: BigInt(stream.jobId),
    replication_job_id: BigInt(stream.jobId),
    source_tenant_name: stream.sourceVcName,
    source_cluster_uri: stream.shownUri,
    retained_time: retainedAt(stream, nowUs, pace) ?? beforeProtectionUs,
    replicated_time: replicated,
    replication_lag: replicated === null ? null : nowUs - replicated,
    failover_time: target,
    cutover_time: target,
  };
}

function recordOf(call: Call, vc: Vc, nowUs: Us): Readonly<Record<string, SqlValue>> {
  const status = statusOf(call.state, call.cluster, vc, nowUs);
  return {
    id: BigInt(vc.id),
    name: vc.name,
    data_state: status,
    status,
    service_mode: vc.service,
    ...streamRecord(call, vc, nowUs),
    source_id: vc.prior?.sourceId ?? null,
    activation_time: vc.prior === null ? null : hlcDecimal(vc.prior.activation),
  };
}

const capabilityNames = [
  'can_admin_relocate_range',
  'can_admin_scatter',
  'can_admin_split',
  'can_view_node_info',
  'exempt_from_rate_limiting',
];

const withCapabilities = (vc: Vc, record: Readonly<Record<string, SqlValue>>): readonly Readonly<Record<string, SqlValue>>[] =>
  capabilityNames.map((name) => ({ ...record, capability_name: name, capability_value: String(vc.id === 1 || vc.capabilities.has(name)) }));

/** SHOW VIRTUAL CLUSTERS and its single form. */
export function showVirtualClusters(call: Call, show: ShowVc): ShowPlan {
  const columns = columnsFor(call, show);
  const rows = (): ShowPlan['rows'] extends () => infer Rows ? Rows : never => {
    requireSystemVc(call, 'show other tenants');
    requirePrivilege(call, ['MANAGEVIRTUALCLUSTER']);
    const nowUs = call.nowUs();
    const chosen = show.of === null ? [...call.cluster.vcs].sort((a, b) => a.id - b.id) : [requireVc(call, show.of)];
    const records = chosen.flatMap((vc) => {
      const record = recordOf(call, vc, nowUs);
      return show.with.has('capabilities') ? withCapabilities(vc, record) : [record];
    });
    return pick(columns, records);
  };
  return { columns, rows, tag: 'SHOW VIRTUAL CLUSTER', counted: true };
}

const fingerprintColumns = columnsOf({ tenant_name: 'STRING', start_ts: 'DECIMAL', end_ts: 'DECIMAL', fingerprint: 'INT8' });

/** Equal for equal content: who wrote it until then, and the moment. */
function fingerprintOf(epochs: readonly Epoch[], endNs: bigint, corrupt: boolean): bigint {
  const writers = epochs.filter((epoch) => BigInt(epoch.fromUs) * 1000n < endNs).map((epoch) => `${epoch.writer}/${epoch.fromUs}`);
  const digest = createHash('sha256')
    .update(`${writers.join(' ')} ${endNs} ${corrupt ? 'corrupt' : ''}`)
    .digest();
  return digest.readBigInt64BE(0);
}

function fingerprintEnd(call: Call, vc: Vc, asOf: Expression | null): bigint {
  const nowUs = call.nowUs();
  const newestUs = vc.stream === null ? nowUs : replicatedAt(vc.stream, nowUs, call.state.pace);
  if (newestUs === null) throw uncategorized('cannot fingerprint a virtual cluster during its initial scan');
  if (asOf === null) return hlcOfUs(newestUs).ns;
  const { type, value } = evaluateAlone(call, asOf);
  const asked = systemTimeOf(type, value, nowUs);
  if (usOfHlc(asked) > newestUs) throw uncategorized(`AS OF SYSTEM TIME ${hlcText(asked)} is later than the newest replicated time`);
  const oldestUs = vc.stream === null ? nowUs - 4 * 3_600_000_000 : retainedAt(vc.stream, nowUs, call.state.pace);
  if (usOfHlc(asked) < (oldestUs ?? 0)) throw uncategorized(`batch timestamp ${hlcText(asked)} must be after replica GC threshold`);
  return asked.ns;
}

/** SHOW EXPERIMENTAL_FINGERPRINTS FROM VIRTUAL CLUSTER. */
export function showFingerprints(call: Call, show: Extract<Show, { kind: 'show-fingerprints' }>, asOf: Expression | null): ShowPlan {
  const rows = (): readonly (readonly SqlValue[])[] => {
    requireSystemVc(call, 'show other tenants');
    requirePrivilege(call, ['MANAGEVIRTUALCLUSTER']);
    const vc = requireVc(call, show.of);
    if (vc.base === 'add' && vc.stream === null) throw new SqlError('55000', `tenant "${vc.name}" is not ready`);
    const end = fingerprintEnd(call, vc, asOf);
    const start = show.start === null ? null : systemTimeOf(...typed(call, show.start), call.nowUs());
    return [
      [
        vc.name,
        start === null ? null : hlcDecimal(start),
        hlcDecimal({ ns: end, logical: 0 }),
        fingerprintOf(vc.epochs, end, call.cluster.corrupt),
      ],
    ];
  };
  return { columns: fingerprintColumns, rows, tag: 'SHOW EXPERIMENTAL_FINGERPRINTS', counted: true };
}

function typed(call: Call, expression: Expression): [SqlType, SqlValue] {
  const { type, value } = evaluateAlone(call, expression);
  return [type, value];
}
