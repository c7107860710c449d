import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'links',
  summary: 'List the replication links',
  risk: 'read',
  args: {},
  examples: ['/repl links'],
  toIntent: () => ({ kind: 'links' }),
});
