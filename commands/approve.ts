import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'approve',
  summary: 'Approve the plan of a run as it stands now',
  risk: 'govern',
  args: { run: arg.run() },
  examples: ['/repl approve r-4k9zq0tm2x'],
  toIntent: ({ run }) => ({ kind: 'approve', run }),
});
