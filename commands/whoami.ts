import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'whoami',
  summary: 'Show who you are to the bot and what you may do',
  risk: 'read',
  args: {},
  examples: ['/repl whoami'],
  toIntent: () => ({ kind: 'whoami' }),
});
