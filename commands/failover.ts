import type { Topology } from '../src/domain/operation.ts';
import { arg } from '../src/intents/arg.ts';
import { askChange, changeArgs } from '../src/intents/change.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'failover',
  summary: 'Promote the standby when the primary is lost; may lose data up to the lag',
  risk: 'danger',
  args: {
    link: arg.link(),
    to: arg.failoverTarget(),
    primaries: arg.optional(arg.count({ about: 'copies that elect a writer after the promotion', min: 1, max: 11 })),
    secondaries: arg.optional(arg.count({ about: 'copies that only read after the promotion', min: 0, max: 20 })),
    ...changeArgs,
  },
  examples: [
    '/repl failover prod-sql --reason "region east is down"',
    '/repl failover prod-sql --to 2026-11-20T03:12:00Z',
    '/repl failover prod-sql --to -10m --break-glass "region east is down, nobody else is awake"',
    '/repl failover prod-graph --primaries 3 --secondaries 1',
  ],
  toIntent: ({ link, to, primaries, secondaries, ...how }) =>
    askChange({ kind: 'failover', link, to, ...topologyOf(primaries, secondaries) }, how),
});

/** Secondaries alone mean one primary; primaries alone, no secondary. */
function topologyOf(primaries: number | null, secondaries: number | null): { readonly topology?: Topology } {
  if (primaries === null && secondaries === null) return {};
  return { topology: { primaries: primaries ?? 1, secondaries: secondaries ?? 0 } };
}
