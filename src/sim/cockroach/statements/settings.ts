import type { Show } from '../grammar/statement.ts';
import { SqlError, uncategorized } from '../sql-error.ts';
import type { SqlType, SqlValue } from '../values/sql-types.ts';
import { parseInterval } from '../values/time-text.ts';
import { type Call, inSystemVc, requirePrivilege } from './call.ts';
import { columnsOf, pick, type ShowPlan } from './show-plan.ts';

interface Setting {
  readonly type: SqlType;
  readonly letter: 'b' | 's' | 'd' | 'i' | 'm';
  readonly default: string;
  readonly description: string;
  readonly since?: number;
  readonly until?: number;
  /** Every virtual cluster may set it for itself; all others belong to the operator, who sets them in the system one. */
  readonly application?: true;
}

/** Cluster settings that the simulated clusters know. */
export const clusterSettings: Readonly<Record<string, Setting>> = {
  version: { type: 'STRING', letter: 'm', default: '', description: 'set the active cluster version', application: true },
  'kv.rangefeed.enabled': { type: 'BOOL', letter: 'b', default: 'false', description: 'if set, rangefeed registration is enabled' },
  'server.child_metrics.enabled': {
    type: 'BOOL',
    letter: 'b',
    default: 'false',
    description: 'enables the exporting of child metrics, additional prometheus time series with extra labels',
    application: true,
  },
  'cluster.organization': { type: 'STRING', letter: 's', default: '', description: 'organization name' },
  'enterprise.license': { type: 'STRING', letter: 's', default: '', description: 'the encoded cluster license' },
  'server.controller.default_target_cluster': {
    type: 'STRING',
    letter: 's',
    default: 'system',
    description: 'name of the virtual cluster to use when SQL or HTTP clients do not specify a target',
  },
  'server.controller.default_target_cluster.check_service.enabled': {
    type: 'BOOL',
    letter: 'b',
    default: 'true',
    description: 'governs whether the default target cluster must have its service running',
    until: 23.2,
  },
  'server.controller.mux_virtual_cluster_wait.enabled': {
    type: 'BOOL',
    letter: 'b',
    default: 'true',
    description: 'wait up to server.controller.mux_virtual_cluster_wait.timeout for the default virtual cluster to become available',
  },
  'stream_replication.job_liveness_timeout': {
    type: 'INTERVAL',
    letter: 'd',
    default: '72:00:00',
    description: 'controls how long we wait for to kill an inactive producer job',
    until: 23.2,
  },
  'jobs.retention_time': {
    type: 'INTERVAL',
    letter: 'd',
    default: '336:00:00',
    description: 'the amount of time for which records for completed jobs are retained',
    application: true,
  },
};

/** The settings of one version. */
export const settingsIn = (version: string): readonly (readonly [string, Setting])[] =>
  Object.entries(clusterSettings).filter(([, { since = 0, until = 99 }]) => Number(version) >= since && Number(version) <= until);

function requireSetting(call: Call, name: string): Setting {
  const setting = settingsIn(call.cluster.dialect.version).find(([known]) => known === name)?.[1];
  if (setting === undefined) throw new SqlError('22023', `unknown setting: "${name}"`);
  return setting;
}

/** Each virtual cluster has an active version of its own. */
function currentText(call: Call, name: string, setting: Setting): string {
  const own = call.cluster.vcs.find((vc) => vc.id === call.session.vcId && vc.id !== 1);
  if (name === 'version' && own !== undefined) return own.finalized.version;
  return call.cluster.settings.get(name) ?? setting.default;
}

function typedValue(setting: Setting, text: string): SqlValue {
  if (setting.type === 'BOOL') return text === 'true';
  return setting.type === 'INTERVAL' ? parseInterval(text) : text;
}

/** SHOW CLUSTER SETTING: one row, the column named after the setting. */
export function showClusterSetting(call: Call, { name }: Extract<Show, { kind: 'show-cluster-setting' }>): ShowPlan {
  const setting = requireSetting(call, name);
  const columns = [{ name, type: setting.type }];
  return { columns, rows: () => [[typedValue(setting, currentText(call, name, setting))]], tag: 'SHOW', counted: false };
}

/** SHOW CLUSTER SETTINGS. */
export function showClusterSettings(call: Call): ShowPlan {
  const columns = columnsOf({
    variable: 'STRING',
    value: 'STRING',
    setting_type: 'STRING',
    description: 'STRING',
    default_value: 'STRING',
    origin: 'STRING',
  });
  const rows = (): readonly (readonly SqlValue[])[] =>
    pick(
      columns,
      settingsIn(call.cluster.dialect.version).map(([variable, setting]) => ({
        variable,
        value: currentText(call, variable, setting),
        setting_type: setting.letter,
        description: setting.description,
        default_value: setting.default,
        origin: call.cluster.settings.has(variable) ? 'override' : 'default',
      })),
    );
  return { columns, rows, tag: 'SHOW CLUSTER SETTINGS', counted: true };
}

function checkValue(name: string, setting: Setting, text: string): string {
  if (setting.type === 'BOOL') {
    if (/^(true|on|yes|t)$/i.test(text)) return 'true';
    if (/^(false|off|no|f)$/i.test(text)) return 'false';
    throw new SqlError('42804', `could not parse "${text}" as type bool: invalid bool value`);
  }
  if (setting.type === 'INTERVAL' && parseInterval(text) === null) throw new SqlError('22023', `invalid value for ${name}: "${text}"`);
  return text;
}

function checkDefaultTarget(call: Call, text: string): void {
  const { cluster } = call;
  if (!cluster.dialect.checksDefaultTarget || text === 'system') return;
  if (cluster.settings.get('server.controller.default_target_cluster.check_service.enabled') === 'false') return;
  if (cluster.vcs.some((vc) => vc.name === text && vc.service === 'shared')) return;
  throw new SqlError('55000', `shared service not enabled for virtual cluster "${text}"`, {
    hint: `Use ALTER VIRTUAL CLUSTER ${text} START SERVICE SHARED to enable it.`,
  });
}

/** Makes an upgrade of this virtual cluster final. Its active version never goes back, nor beyond the binaries or the system's own. */
function finalize(call: Call, text: string | null, before: string): boolean {
  const { cluster, session } = call;
  if (text === null) throw new SqlError('22023', 'cannot RESET this cluster setting');
  if (!/^\d{2}\.\d$/.test(text)) throw new SqlError('22023', `invalid version ${text}`);
  if (Number(text) < Number(before)) throw new SqlError('22023', `versions cannot be downgraded (from ${before} to ${text})`);
  if (Number(text) > Number(cluster.dialect.version)) {
    throw uncategorized(`cannot upgrade to ${text}: node running ${cluster.dialect.version}`);
  }
  const own = cluster.vcs.find((vc) => vc.id === session.vcId && vc.id !== 1);
  const system = cluster.settings.get('version') ?? '';
  if (own !== undefined && Number(text) > Number(system)) {
    throw uncategorized(
      `preventing tenant upgrade from running as the storage cluster has not yet been upgraded: storage cluster version = ${system}, tenant cluster version = ${before}`,
    );
  }
  if (own === undefined) cluster.settings.set('version', text);
  const finalized = cluster.vcs.find((vc) => vc.id === session.vcId)?.finalized;
  if (finalized !== undefined) finalized.version = text;
  return text !== before;
}

/** SET or, with null, RESET CLUSTER SETTING. Returns false when it had that value. */
export function setClusterSetting(call: Call, name: string, text: string | null): boolean {
  requirePrivilege(call, ['MODIFYCLUSTERSETTING']);
  const setting = requireSetting(call, name);
  if (setting.application !== true && !inSystemVc(call)) {
    throw new SqlError('42501', `setting ${name} is only settable by the operator`);
  }
  if (name === 'version') return finalize(call, text, currentText(call, name, setting));
  const before = currentText(call, name, setting);
  if (text === null) call.cluster.settings.delete(name);
  else {
    const checked = checkValue(name, setting, text);
    if (name === 'server.controller.default_target_cluster') checkDefaultTarget(call, checked);
    call.cluster.settings.set(name, checked);
  }
  return before !== currentText(call, name, setting);
}
