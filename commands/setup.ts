import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'setup',
  summary: 'Make the replication of a link as its settings describe it',
  risk: 'change',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl setup prod-graph --reason "the standby region is ready"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'setup', link }, how),
});
