import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'pause',
  summary: 'Pause replication of a link; the standby falls behind until it is resumed',
  risk: 'change',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl pause prod-graph --reason "upgrade of the network"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'pause', link }, how),
});
