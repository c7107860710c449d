import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'setup',
  summary: 'Make the replication of a link as its settings describe it',
  risk: 'change',
  args: { link: arg.link(), from: arg.optional(arg.continueFrom()), ...changeArgs },
  examples: ['/repl setup prod-graph --reason "the standby region is ready"', '/repl setup prod-shop --from last'],
  toIntent: ({ link, from, ...how }) => askChange({ kind: 'setup', link, ...(from === null ? {} : { from }) }, how),
});
