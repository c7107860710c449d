import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'describe',
  summary: 'Show all that is known of one link: both sides, every fact, live runs',
  risk: 'read',
  args: { link: arg.link() },
  examples: ['/repl describe prod-graph'],
  toIntent: ({ link }) => ({ kind: 'describe', link }),
});
