import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'reader',
  summary: 'Open the standby for reads, or close it',
  risk: 'change',
  args: { link: arg.link(), state: arg.choice(['on', 'off'], 'whether the standby is open for reads'), ...changeArgs },
  examples: ['/repl reader prod-sql on', '/repl reader prod-sql off --reason "reports moved to the warehouse"'],
  toIntent: ({ link, state, ...how }) => askChange({ kind: 'reader', link, on: state === 'on' }, how),
});
