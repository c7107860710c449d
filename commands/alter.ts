import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'alter',
  summary: 'Take both sides through a change of schema that replicating tables do not allow',
  risk: 'danger',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl alter prod-shop --reason "orders get a column"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'alter', link }, how),
});
