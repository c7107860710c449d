import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'backups',
  summary: 'List the backups that each cluster of a link knows, with their age',
  risk: 'read',
  args: { link: arg.link() },
  examples: ['/repl backups prod-graph'],
  toIntent: ({ link }) => ({ kind: 'inspect', what: 'backups', link }),
});
