import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'resume',
  summary: 'Resume replication of a paused link',
  risk: 'change',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl resume prod-graph --reason "upgrade of the network"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'resume', link }, how),
});
