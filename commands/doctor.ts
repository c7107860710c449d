import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'doctor',
  summary: 'Check the bot itself: Slack, Redis, policy, and what it can reach',
  risk: 'read',
  args: {},
  examples: ['/repl doctor'],
  toIntent: () => ({ kind: 'doctor' }),
});
