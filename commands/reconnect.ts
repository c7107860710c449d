import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'reconnect',
  summary: 'Have a running replication take a renewed address, password or certificate',
  risk: 'change',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl reconnect prod-sql --reason "the yearly change of passwords"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'reconnect', link }, how),
});
