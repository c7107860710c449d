import type { SqlConnect } from '../../transports/sql.ts';
import { evictEverywhere } from '../cockroach/evict.ts';
import type { Engine } from '../engine.ts';
import type { LdrLink } from './config.ts';
import { inspectDlq } from './inspect-dlq.ts';
import { observeLdr } from './observe.ts';
import { declined, operations } from './operations.ts';
import { planLdr } from './plan.ts';
import { preflightLdr } from './preflight.ts';
import { reportLdr } from './report.ts';
import { stepsOf } from './steps.ts';

export interface CockroachLdrDeps {
  readonly connect: SqlConnect;
  /** Secret and new for each process: keys of customers' rows are shown hashed with it. */
  readonly salt: string;
}

/** CockroachDB logical data replication. */
export function createCockroachLdr({ connect, salt }: CockroachLdrDeps): Engine<LdrLink> {
  return {
    id: 'cockroach-ldr',
    operations,
    declined,
    inspections: { dlq: { look: (link, io) => inspectDlq(connect, salt, link, io) } },
    cautions,
    observe: (link, io) => observeLdr(connect, link, io),
    preflight: (operation, link, io) => preflightLdr(connect, operation, link, io),
    plan: planLdr,
    steps: stepsOf(connect),
    evict: ({ settings }, run, fence, io) =>
      evictEverywhere(connect, [settings.primary, settings.standby], settings.interface, run, fence, io),
    report: reportLdr,
  };
}

function cautions({ id, settings }: LdrLink): readonly string[] {
  const { primary, standby, streams, options, dlqKeys } = settings;
  const open = [primary, standby].filter(({ tls }) => tls.kind === 'disabled').map(({ cluster }) => cluster);
  const openStreams = (['primary', 'standby'] as const).filter((side) => streams[side]?.reach?.tls === 'disable');
  return [
    ...open.map((cluster) => `TLS to ${cluster} is turned off, so who answers there is not proven and passwords can be read on the way.`),
    ...openStreams.map(
      (side) => `${settings[side].cluster} replicates without TLS, so rows and the replication password can be read on the way.`,
    ),
    ...(options.skipSchemaCheck
      ? [`The schema check of ${id} is skipped, so tables that differ are replicated, and what does not fit goes to the dead letter queue.`]
      : []),
    ...(dlqKeys === 'shown' ? [`/repl dlq ${id} shows primary keys of customers' rows in Slack.`] : []),
  ];
}
