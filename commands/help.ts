import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'help',
  summary: 'Explain all commands, or one',
  risk: 'read',
  args: { topic: arg.optional(arg.topic()) },
  examples: ['/repl help', '/repl help failover'],
  toIntent: ({ topic }) => ({ kind: 'help', topic }),
});
