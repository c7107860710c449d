import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'fence',
  summary: 'End a split brain: stop the service of the side that was given up, so that only the promoted side takes writes',
  risk: 'danger',
  args: {
    link: arg.link(),
    keep: arg.optional(arg.name('flag', 'CLUSTER', 'the cluster that goes on serving; the one that was promoted last when left out')),
    ...changeArgs,
  },
  examples: [
    '/repl fence prod-sql --reason "the old primary came back"',
    '/repl fence prod-sql --keep sql-east --reason "the promotion was a drill"',
  ],
  toIntent: ({ link, keep, ...how }) => askChange({ kind: 'fence', link, ...(keep === null ? {} : { keep }) }, how),
});
