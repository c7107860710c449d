import type { Operand, ReplicationOptions, VirtualClusterStatement } from '../grammar/statement.ts';
import { SqlError } from '../sql-error.ts';
import { checkRestartable, startReplication } from '../state/failback.ts';
import { pauseJob, resumeJob } from '../state/jobs.ts';
import { findVc, jobOf, tenantText, type Vc } from '../state/model.ts';
import { completeReplication, dropVc, startService, stopService } from '../state/promotion.ts';
import { resolveSource, type StreamSource } from '../state/source-uri.ts';
import { activeStream, createFromReplication, type StreamOptions, setReplication, setSourceExpiration } from '../state/streams.ts';
import { hlcDecimal, systemTimeOf } from '../values/hlc.ts';
import { type Call, intervalUsOf, requirePrivilege, requireSystemVc, requireVc, textOf } from './call.ts';
import { requireConnectionPrivilege } from './change-access.ts';
import { evaluateAlone } from './evaluate.ts';
import { acknowledged, changeTags, type Outcome, returned } from './outcome.ts';
import { isOn } from './variables.ts';

type Of<Kind extends VirtualClusterStatement['kind']> = Extract<VirtualClusterStatement, { kind: Kind }>;
type Run<Kind extends VirtualClusterStatement['kind']> = (call: Call, statement: Of<Kind>) => Outcome;

/** Names that the server accepts for a virtual cluster. */
const vcName = /^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$/;

function newName(call: Call, operand: Operand): string {
  const name = textOf(call, operand);
  if (!vcName.test(name)) throw new SqlError('42602', `invalid name: ${JSON.stringify(name)}`);
  return name;
}

const manage = (call: Call): void => requirePrivilege(call, ['MANAGEVIRTUALCLUSTER']);

function requireReplication(call: Call): void {
  manage(call);
  requirePrivilege(call, call.cluster.dialect.destinationPrivileges);
}

const optionsOf = (call: Call, options: ReplicationOptions): StreamOptions => ({
  retentionUs: options.retention === null ? null : intervalUsOf(call, options.retention),
  expirationUs: options.expirationWindow === null ? null : intervalUsOf(call, options.expirationWindow),
  reader: options.reader,
});

function sourceOf(call: Call, statement: { readonly source: Operand; readonly uri: Operand }): StreamSource {
  const uri = textOf(call, statement.uri);
  const connection = call.cluster.externalConnections.get(/^external:\/\/([^/?]*)/i.exec(uri)?.[1] ?? '');
  if (connection !== undefined) requireConnectionPrivilege(call, connection, 'USAGE');
  return resolveSource(call.state, call.cluster, uri, textOf(call, statement.source));
}

const create: Run<'create-virtual-cluster'> = (call, statement) => {
  requireSystemVc(call, 'create other tenants');
  requireReplication(call);
  const tag = changeTags['create-virtual-cluster'];
  const name = textOf(call, statement.vc);
  if (name === 'system') throw new SqlError('XXUUU', 'the destination tenant "system" (1) cannot be the system tenant');
  newName(call, statement.vc);
  if (statement.like !== null) requireVc(call, statement.like);
  if (statement.ifNotExists && findVc(call.cluster, name) !== null) {
    call.effect(statement.kind, name, false);
    return returned(tag);
  }
  if (findVc(call.cluster, name) !== null) throw new SqlError('42710', `tenant with name "${name}" already exists`);
  const options = optionsOf(call, statement.options);
  createFromReplication(call.state, call.cluster, name, sourceOf(call, statement), options, call.session.user, call.nowUs());
  call.effect(statement.kind, name, true);
  return returned(tag);
};

/** Runs on one virtual cluster, chosen after the session's place has been checked. */
function altered(call: Call, kind: VirtualClusterStatement['kind'], operand: Operand, change: (vc: Vc) => boolean): Outcome {
  const vc = requireVc(call, operand);
  const { name } = vc;
  call.effect(kind, name, change(vc));
  return returned(changeTags[kind]);
}

const enter = (call: Call): void => {
  requireSystemVc(call, 'alter tenant');
  requireReplication(call);
};

const start: Run<'start-replication'> = (call, statement) => {
  enter(call);
  return altered(call, statement.kind, statement.vc, (vc) => {
    checkRestartable(vc);
    const options = optionsOf(call, statement.options);
    startReplication(call.state, call.cluster, vc, sourceOf(call, statement), options, call.session.user, call.nowUs());
    return true;
  });
};

const pause: Run<'pause-replication'> = (call, statement) => {
  enter(call);
  return altered(call, statement.kind, statement.vc, (vc) => {
    const job = jobOf(call.cluster, activeStream(vc).jobId);
    return pauseJob(call.state, call.cluster, job, 'ALTER VIRTUAL CLUSTER PAUSE REPLICATION', call.nowUs());
  });
};

const resume: Run<'resume-replication'> = (call, statement) => {
  enter(call);
  return altered(call, statement.kind, statement.vc, (vc) =>
    resumeJob(call.state, call.cluster, jobOf(call.cluster, activeStream(vc).jobId), call.nowUs()),
  );
};

const complete: Run<'complete-replication'> = (call, statement) => {
  enter(call);
  const vc = requireVc(call, statement.vc);
  const nowUs = call.nowUs();
  const given = statement.to === null ? null : evaluateAlone(call, statement.to);
  const target = completeReplication(
    call.state,
    call.cluster,
    vc,
    given === null ? null : systemTimeOf(given.type, given.value, nowUs),
    nowUs,
  );
  call.effect(statement.kind, vc.name, true);
  const columns = [{ name: `${call.cluster.dialect.word}_time`, type: 'DECIMAL' as const }];
  return returned(changeTags['complete-replication'], columns, [[hlcDecimal(target)]]);
};

const set: Run<'set-replication'> = (call, statement) => {
  enter(call);
  return altered(call, statement.kind, statement.vc, (vc) =>
    setReplication(call.state, call.cluster, vc, optionsOf(call, statement.options), call.nowUs()),
  );
};

const setExpiration: Run<'set-source-expiration'> = (call, statement) => {
  requireSystemVc(call, 'alter tenant');
  requirePrivilege(call, call.cluster.dialect.sourcePrivileges);
  return altered(call, statement.kind, statement.vc, (vc) => setSourceExpiration(call.cluster, vc, intervalUsOf(call, statement.window)));
};

const serve: Run<'start-service'> = (call, statement) => {
  requireSystemVc(call, 'alter tenant');
  manage(call);
  const vc = requireVc(call, statement.vc);
  const changed = startService(call.state, vc, statement.mode, call.nowUs());
  call.effect(statement.kind, vc.name, changed);
  return acknowledged(changeTags['start-service'], Math.max(0, (vc.serviceUpUs - call.nowUs()) / 1000));
};

const stop: Run<'stop-service'> = (call, statement) => {
  requireSystemVc(call, 'alter tenant');
  manage(call);
  const vc = requireVc(call, statement.vc);
  const changed = stopService(call.state, call.cluster, vc, call.nowUs());
  call.effect(statement.kind, vc.name, changed);
  return acknowledged(
    changeTags['stop-service'],
    vc.serviceChange === null ? 0 : Math.max(0, (vc.serviceChange.atUs - call.nowUs()) / 1000),
  );
};

const rename: Run<'rename-virtual-cluster'> = (call, statement) => {
  requireSystemVc(call, 'alter tenant');
  manage(call);
  const vc = requireVc(call, statement.vc);
  const to = newName(call, statement.to);
  if (vc.id === 1) throw new SqlError('22023', 'cannot rename the system tenant');
  if (vc.service !== 'none') throw new SqlError('55000', `cannot rename ${tenantText(vc)} in service mode ${vc.service}`);
  if (findVc(call.cluster, to) !== null) throw new SqlError('42710', `name "${to}" is already taken`);
  vc.name = to;
  call.effect(statement.kind, to, true);
  return acknowledged(changeTags['rename-virtual-cluster']);
};

const reset: Run<'reset-virtual-cluster'> = (call) => {
  requireSystemVc(call, 'alter tenant');
  manage(call);
  throw new SqlError('0A000', 'unimplemented: ALTER VIRTUAL CLUSTER RESET DATA is not simulated');
};

const alterCapability: Run<'alter-capability'> = (call, statement) => {
  requireSystemVc(call, 'alter tenant');
  manage(call);
  const vc = requireVc(call, statement.vc);
  const names = statement.capabilities === 'all' ? ['all'] : statement.capabilities;
  for (const name of names) {
    if (statement.grant) vc.capabilities.add(name);
    else vc.capabilities.delete(name);
  }
  call.effect(statement.kind, vc.name, true);
  return acknowledged(changeTags['alter-capability']);
};

const alterSetting: Run<'alter-virtual-cluster-setting'> = (call, statement) => {
  requireSystemVc(call, 'alter tenant');
  manage(call);
  const name = statement.vc === 'all' ? null : requireVc(call, statement.vc).name;
  call.effect(statement.kind, name, true);
  return acknowledged(changeTags['alter-virtual-cluster-setting']);
};

const drop: Run<'drop-virtual-cluster'> = (call, statement) => {
  requireSystemVc(call, 'drop other tenants');
  manage(call);
  const tag = changeTags['drop-virtual-cluster'];
  if (isOn(call, 'sql_safe_updates')) {
    throw new SqlError('01000', 'rejected (via sql_safe_updates): DROP VIRTUAL CLUSTER causes irreversible data loss');
  }
  const name = textOf(call, statement.vc);
  if (statement.ifExists && statement.vc.kind !== 'id' && findVc(call.cluster, name) === null) {
    call.effect(statement.kind, name, false);
    return acknowledged(tag);
  }
  const vc = requireVc(call, statement.vc);
  dropVc(call.state, call.cluster, vc, call.nowUs());
  call.effect(statement.kind, vc.name, true);
  return acknowledged(tag);
};

export const virtualClusterRuns: { readonly [Kind in VirtualClusterStatement['kind']]: Run<Kind> } = {
  'create-virtual-cluster': create,
  'start-replication': start,
  'pause-replication': pause,
  'resume-replication': resume,
  'complete-replication': complete,
  'set-replication': set,
  'set-source-expiration': setExpiration,
  'start-service': serve,
  'stop-service': stop,
  'rename-virtual-cluster': rename,
  'reset-virtual-cluster': reset,
  'alter-capability': alterCapability,
  'alter-virtual-cluster-setting': alterSetting,
  'drop-virtual-cluster': drop,
};
