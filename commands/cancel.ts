import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'cancel',
  summary: 'Cancel a run; what it has done is taken back where that is possible',
  risk: 'govern',
  args: { run: arg.run() },
  examples: ['/repl cancel r-4k9zq0tm2x'],
  toIntent: ({ run }) => ({ kind: 'cancel', run }),
});
