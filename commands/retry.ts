import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'retry',
  summary: 'Let a halted run look again and go on',
  risk: 'govern',
  args: { run: arg.run() },
  examples: ['/repl retry r-4k9zq0tm2x'],
  toIntent: ({ run }) => ({ kind: 'retry', run }),
});
