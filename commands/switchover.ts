import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'switchover',
  summary: 'Swap primary and standby of a healthy link, losing nothing',
  risk: 'change',
  args: {
    link: arg.link(),
    maxStop: arg.optional(
      arg.duration({ about: 'longest time that writes may be stopped; the engine has a usual one', min: '1s', max: '30m' }),
    ),
    ...changeArgs,
  },
  examples: ['/repl switchover prod-sql', '/repl switchover prod-sql --max-stop 30s --reason "moving to the west"'],
  toIntent: ({ link, maxStop, ...how }) =>
    askChange({ kind: 'switchover', link, ...(maxStop === null ? {} : { maxWriteStopMs: maxStop }) }, how),
});
