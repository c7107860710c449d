import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'teardown',
  summary: 'End the replication of a link for good: drop the copy on the side that does not serve',
  risk: 'danger',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl teardown prod-sql --reason "the standby moves to another region"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'teardown', link }, how),
});
