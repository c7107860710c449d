import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'retention',
  summary: 'Set how far back the standby can be promoted, and how long the primary keeps history for a silent standby',
  risk: 'change',
  args: {
    link: arg.link(),
    window: arg.optional(arg.duration({ about: 'how far back the standby can be promoted', min: '1m', max: '30d' })),
    expiration: arg.optional(arg.duration({ about: 'how long the primary keeps history for a silent standby', min: '1h', max: '30d' })),
    ...changeArgs,
  },
  examples: ['/repl retention prod-sql --window 6h', '/repl retention prod-sql --expiration 48h --reason "maintenance of the standby"'],
  toIntent: ({ link, window, expiration, ...how }) =>
    askChange({ kind: 'retention', link, windowMs: window, expirationMs: expiration }, how),
});
