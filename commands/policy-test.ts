import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'policy test',
  summary: 'Show what policy would say to an operation, by whom and when, changing nothing',
  risk: 'read',
  args: { operation: arg.operation(), link: arg.link(), as: arg.optional(arg.person()), at: arg.optional(arg.time()) },
  examples: ['/repl policy test failover prod-sql', '/repl policy test failover prod-sql --as @bob --at 2026-12-24T10:00Z'],
  toIntent: ({ operation, link, as, at }) => ({ kind: 'policy-test', operation, link, as, at }),
});
