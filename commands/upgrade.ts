import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'upgrade',
  summary: 'Take both sides through an upgrade in the order that keeps the replication alive',
  risk: 'danger',
  args: {
    link: arg.link(),
    phase: arg.optional(arg.choice(['begin', 'finish'], 'what comes before people upgrade both sides, or after, where it has two halves')),
    ...changeArgs,
  },
  examples: ['/repl upgrade prod-sql --reason "to 26.2"', '/repl upgrade prod-graph begin', '/repl upgrade prod-graph finish'],
  toIntent: ({ link, phase, ...how }) => askChange({ kind: 'upgrade', link, ...(phase === null ? {} : { phase }) }, how),
});
