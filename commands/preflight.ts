import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'preflight',
  summary: 'Check whether an operation could be done now, changing nothing',
  risk: 'read',
  args: { operation: arg.operation(), link: arg.link() },
  examples: ['/repl preflight switchover prod-sql'],
  toIntent: ({ operation, link }) => ({ kind: 'preflight', operation, link }),
});
