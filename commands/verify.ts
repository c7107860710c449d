import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'verify',
  summary: 'Prove that the standby holds the same data as the primary as of one time, changing nothing; reads all of it',
  risk: 'change',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl verify prod-sql --reason "monthly check"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'verify', link }, how),
});
