import { arg } from '../src/intents/arg.ts';
import { longestText } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'deny',
  summary: 'Veto a run; one veto ends it',
  risk: 'govern',
  args: { run: arg.run(), reason: arg.optional(arg.rest({ max: longestText, about: 'why not' })) },
  examples: ['/repl deny r-4k9zq0tm2x', '/repl deny r-4k9zq0tm2x wrong link, see the thread'],
  toIntent: ({ run, reason }) => ({ kind: 'deny', run, reason }),
});
