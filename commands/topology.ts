import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'topology',
  summary: 'Show every copy of a database, and where clients would be routed',
  risk: 'read',
  args: { link: arg.link() },
  examples: ['/repl topology prod-graph'],
  toIntent: ({ link }) => ({ kind: 'inspect', what: 'topology', link }),
});
