import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'failback',
  summary: 'Make the old primary follow the new one again, discarding what it alone has; a switchover then returns the roles',
  risk: 'danger',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl failback prod-sql --reason "region east is back"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'failback', link }, how),
});
