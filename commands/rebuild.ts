import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'rebuild',
  summary: 'Give a side that cannot follow any more a new full copy',
  risk: 'danger',
  args: { link: arg.link(), ...changeArgs },
  examples: ['/repl rebuild prod-sql --reason "the old primary was offline for a week"'],
  toIntent: ({ link, ...how }) => askChange({ kind: 'rebuild', link }, how),
});
