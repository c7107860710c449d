import { arg } from '../src/intents/arg.ts';
import { longestText } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'skip',
  summary: 'Go past the step at which a run is halted, because a person has made sure of it',
  risk: 'govern',
  args: { run: arg.run(), reason: arg.text({ max: longestText, about: 'how it was made sure' }) },
  examples: ['/repl skip r-4k9zq0tm2x --reason "standby was promoted by hand"'],
  toIntent: ({ run, reason }) => ({ kind: 'skip', run, reason }),
});
