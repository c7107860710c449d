import type { Expression, Show } from '../grammar/statement.ts';
import { showFunctions } from '../ldr/statements/functions.ts';
import { showLdrJobs } from '../ldr/statements/show-ldr-jobs.ts';
import { showDatabases, showEnums, showObjectGrants, showTables } from '../ldr/statements/show-names.ts';
import {
  showColumns,
  showConstraints,
  showCreateTable,
  showIndexes,
  showTableFingerprints,
  showTriggers,
  showZoneConfiguration,
} from '../ldr/statements/show-tables.ts';
import type { Call } from './call.ts';
import { showClusterSetting, showClusterSettings } from './settings.ts';
import {
  showRegions,
  showRoleGrants,
  showSchedules,
  showSessions,
  showSystemGrants,
  showUsers,
  showZoneConfigurations,
} from './show-access.ts';
import { showConnectionGrants, showCreateExternalConnection, showExternalConnections } from './show-connections.ts';
import { showChangefeedJobs } from './show-feeds.ts';
import { showJob, showJobs } from './show-jobs.ts';
import type { ShowPlan } from './show-plan.ts';
import { showFingerprints, showVirtualClusters } from './show-virtual-clusters.ts';
import { showVariable } from './variables.ts';

type Planner<Kind extends Show['kind']> = (call: Call, show: Extract<Show, { kind: Kind }>, asOf: Expression | null) => ShowPlan;

const planners: { readonly [Kind in Show['kind']]: Planner<Kind> } = {
  'show-variable': showVariable,
  'show-cluster-setting': showClusterSetting,
  'show-cluster-settings': showClusterSettings,
  'show-virtual-cluster': showVirtualClusters,
  'show-fingerprints': showFingerprints,
  'show-jobs': showJobs,
  'show-job': showJob,
  'show-system-grants': showSystemGrants,
  'show-role-grants': showRoleGrants,
  'show-users': showUsers,
  'show-regions': showRegions,
  'show-sessions': showSessions,
  'show-schedules': showSchedules,
  'show-changefeed-jobs': showChangefeedJobs,
  'show-zone-configurations': showZoneConfigurations,
  'show-external-connections': showExternalConnections,
  'show-ldr-jobs': showLdrJobs,
  'show-create-table': showCreateTable,
  'show-columns': showColumns,
  'show-indexes': showIndexes,
  'show-constraints': showConstraints,
  'show-triggers': showTriggers,
  'show-zone-configuration': showZoneConfiguration,
  'show-table-fingerprints': showTableFingerprints,
  'show-enums': showEnums,
  'show-functions': showFunctions,
  'show-tables': showTables,
  'show-databases': showDatabases,
  'show-object-grants': showObjectGrants,
  'show-create-external-connection': showCreateExternalConnection,
  'show-external-connection-grants': showConnectionGrants,
};

/** Plans a SHOW: its columns now, its rows when it runs. */
export function planShow(call: Call, show: Show, asOf: Expression | null = null): ShowPlan {
  // The table has one planner per kind, which the compiler can't follow through the index.
  const plan = planners[show.kind] as (call: Call, show: Show, asOf: Expression | null) => ShowPlan;
  return plan(call, show, asOf);
}

export const isShow = (statement: { readonly kind: string }): statement is Show => Object.hasOwn(planners, statement.kind);
export const showKinds: readonly Show['kind'][] = Object.keys(planners) as Show['kind'][];
