import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'dlq',
  summary: 'Show which rows could not be applied, by table and reason, without their content',
  risk: 'read',
  args: { link: arg.link() },
  examples: ['/repl dlq prod-shop'],
  toIntent: ({ link }) => ({ kind: 'inspect', what: 'dlq', link }),
});
