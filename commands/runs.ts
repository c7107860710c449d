import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'runs',
  summary: 'List runs, newest first',
  risk: 'read',
  args: { link: arg.optional(arg.link()), all: arg.flag('lists runs that are over too') },
  examples: ['/repl runs', '/repl runs prod-sql --all'],
  toIntent: ({ link, all }) => ({ kind: 'runs', link, all }),
});
