import type { BackupAction } from '../src/domain/operation.ts';
import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'backup',
  summary: 'Take a backup of a cluster, or delete one',
  risk: 'danger',
  args: {
    link: arg.link(),
    incremental: arg.flag('takes only what changed since the last full one'),
    tag: arg.optional(arg.name('flag', 'NAME', 'how the new backup is called')),
    delete: arg.optional(arg.name('flag', 'BACKUP', 'deletes this one instead, for good; its full name as the cluster lists it')),
    on: arg.optional(arg.name('flag', 'CLUSTER', 'the cluster; the one that takes writes when left out')),
    ...changeArgs,
  },
  examples: [
    '/repl backup prod-graph',
    '/repl backup prod-graph --incremental --tag before-release',
    '/repl backup prod-graph --delete weekly-2026-11-01T030000.112 --reason "older than the retention"',
  ],
  toIntent: ({ link, incremental, tag, delete: backup, on, ...how }) =>
    askChange({ kind: 'backup', link, action: actionOf(incremental, tag, backup), on }, how),
});

const actionOf = (incremental: boolean, tag: string | null, backup: string | null): BackupAction =>
  backup === null ? { kind: 'create', mode: incremental ? 'incremental' : 'full', tag } : { kind: 'delete', backup };
