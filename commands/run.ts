import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'run',
  summary: 'Show one run: its plan, votes, steps and journal',
  risk: 'read',
  args: { run: arg.run(), json: arg.flag('answers in JSON') },
  examples: ['/repl run r-4k9zq0tm2x', '/repl run r-4k9zq0tm2x --json'],
  toIntent: ({ run, json }) => ({ kind: 'run', run, json }),
});
