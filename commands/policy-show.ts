import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'policy show',
  summary: 'Show the rules in force, as people read them',
  risk: 'read',
  args: {},
  examples: ['/repl policy show'],
  toIntent: () => ({ kind: 'policy-show' }),
});
