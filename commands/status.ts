import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'status',
  summary: 'Show the state and the lag of one link, or of all',
  risk: 'read',
  args: { link: arg.optional(arg.link()), json: arg.flag('answers in JSON') },
  examples: ['/repl status', '/repl status prod-sql', '/repl status prod-sql --json'],
  toIntent: ({ link, json }) => ({ kind: 'status', link, json }),
});
