import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

/** Takes all that the operation's own command takes, so that a command can be planned by putting `plan` before it. */
export const command = defineCommand({
  name: 'plan',
  summary: 'Show every step that an operation would take, what it would cost and who would have to approve, changing nothing',
  risk: 'read',
  args: { change: arg.change(), json: arg.flag('answers in JSON') },
  examples: ['/repl plan switchover prod-sql --max-stop 30s', '/repl plan failover prod-sql --to -10m --json'],
  toIntent: ({ change, json }) => ({ kind: 'plan', operation: change.operation, json }),
});
