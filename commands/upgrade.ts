import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'upgrade',
  summary: 'Take both sides through an upgrade in the order that keeps the replication alive',
  risk: 'danger',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl upgrade prod-sql --reason "to 26.2"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'upgrade', link }, how),
});
