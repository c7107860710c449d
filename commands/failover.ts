import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'failover',
  summary: 'Promote the standby when the primary is lost; may lose data up to the lag',
  risk: 'danger',
  args: { link: arg.link(), to: arg.failoverTarget(), ...changeArgs },
  examples: [
    '/repl failover prod-sql --reason "region east is down"',
    '/repl failover prod-sql --to 2026-11-20T03:12:00Z',
    '/repl failover prod-sql --to -10m --break-glass "region east is down, nobody else is awake"',
  ],
  toIntent: ({ link, to, ...how }) => askChange({ kind: 'failover', link, to }, how),
});
