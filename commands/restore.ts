import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'restore',
  summary: 'Replace everything in a cluster with a backup; the cluster is offline meanwhile',
  risk: 'danger',
  args: {
    link: arg.link(),
    backup: arg.backup(),
    on: arg.name('flag', 'CLUSTER', 'the cluster whose content is replaced'),
    fromOther: arg.flag('the backup was taken on the other cluster of the link'),
    ...changeArgs,
  },
  examples: [
    '/repl restore prod-graph weekly-2026-11-01T030000.112 --on tg-east --reason "a bad load at 04:10"',
    '/repl restore prod-graph latest --from-other --on tg-west',
    '/repl restore prod-graph 2026-11-01T04:07:00Z --on tg-east --reason "a bad load at 04:10"',
  ],
  toIntent: ({ link, backup, on, fromOther, ...how }) =>
    askChange({ kind: 'restore', link, backup, from: fromOther ? 'other' : 'own', on }, how),
});
