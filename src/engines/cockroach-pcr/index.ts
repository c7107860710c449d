import type { ShellConnect } from '../../transports/shell.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import { evictEverywhere } from '../cockroach/evict.ts';
import { systemInterface } from '../cockroach/session.ts';
import type { Engine, OperationSpec } from '../engine.ts';
import { hostCautions } from '../hosts/config.ts';
import { endLeftOvers } from '../hosts/evict.ts';
import type { PcrLink } from './config.ts';
import { nodesOfBoth } from './config-hosts.ts';
import { observePcr } from './observe.ts';
import { planPcr } from './plan.ts';
import { preflightPcr } from './preflight.ts';
import { reportPcr } from './report.ts';
import { stepsOf } from './steps.ts';

export interface CockroachPcrDeps {
  readonly connect: SqlConnect;
  readonly shell: ShellConnect;
}

const operations = {
  setup: {
    summary: 'Make the replication as the config describes it: users, connection, a full copy, and proof that it follows',
    risk: 'change',
    reversible: 'Until the copy is proven, what it made is taken back step by step; after that a teardown ends it.',
  },
  switchover: {
    summary: 'Swap the roles of two healthy sides, losing nothing',
    risk: 'danger',
    reversible: 'Until the standby is promoted everything is taken back; after that the roles return by a failback and another switchover.',
  },
  failover: {
    summary: 'Promote the standby, because the primary is lost or must be given up',
    risk: 'danger',
    reversible: 'It cannot be taken back: writes that had not reached the standby are lost.',
  },
  failback: {
    summary: 'Make the old primary follow the new one, so that the roles can be swapped back by a switchover',
    risk: 'danger',
    reversible: 'It cannot be taken back: what the old primary took after it was given up is discarded.',
  },
  rebuild: {
    summary: 'Give a side that can not follow any more a new full copy of the one that serves',
    risk: 'danger',
    reversible: 'It cannot be taken back: what the side had is dropped before the new copy begins.',
  },
  fence: {
    summary: 'End a split brain by stopping the service of the side that was given up',
    risk: 'danger',
    reversible: 'It is not taken back by the bot, since two sides would take writes again; what the stopped side took stays there.',
  },
  pause: {
    summary: 'Let the standby stop following for a while',
    risk: 'change',
    reversible: 'It is taken back by a resume, as long as the primary keeps the history (24 h, or 3 days on 23.2).',
  },
  resume: {
    summary: 'Let a paused standby follow again',
    risk: 'change',
    reversible: 'It is taken back by a pause; a run that is given up lets it go on.',
  },
  reader: {
    summary: 'Open the standby for reads, or close it',
    risk: 'change',
    reversible: 'What was opened can be closed and opened again, as long as the standby follows.',
  },
  retention: {
    summary: 'Set how far back the standby can be promoted, and how long the primary keeps history for a silent standby',
    risk: 'change',
    reversible: 'Another length can be set at any time, but history that a shorter one gave up does not come back.',
  },
  reconnect: {
    summary: 'Have the running stream take the address, password and certificate that are valid now',
    risk: 'change',
    reversible: 'It is not taken back: what the connection held before can not be read.',
  },
  verify: {
    summary: 'Compare the content of both sides as of one time',
    risk: 'change',
    reversible: 'It changes nothing, but reads everything on both sides.',
  },
  upgrade: {
    summary: 'Take both sides to a newer release in the order that keeps the replication alive',
    risk: 'danger',
    reversible: 'It cannot be taken back once a side is finalized; binaries alone can.',
  },
  teardown: {
    summary: 'End the replication for good by dropping the copy on the side that does not serve',
    risk: 'danger',
    reversible: 'It cannot be taken back: the copy is deleted, and only a new full copy protects the link again.',
  },
} as const satisfies Engine['operations'] & Record<string, OperationSpec>;

/** CockroachDB physical cluster replication. */
export function createCockroachPcr({ connect, shell }: CockroachPcrDeps): Engine<PcrLink> {
  return {
    id: 'cockroach-pcr',
    operations,
    declined: {},
    inspections: {},
    cautions: ({ settings }) => [
      ...[settings.primary, settings.standby]
        .filter(({ tls }) => tls.kind === 'disabled')
        .map(({ cluster }) => `TLS to ${cluster} is turned off, so who answers there is not proven and passwords can be read on the way.`),
      ...hostCautions(nodesOfBoth(settings.setup?.hosts)),
    ],
    observe: (link, io) => observePcr(connect, shell, link, io),
    preflight: (operation, link, io) => preflightPcr(connect, shell, operation, link, io),
    plan: planPcr,
    steps: stepsOf(connect, shell),
    evict: async ({ settings }, run, fence, io) => {
      const [sessions, commands] = await Promise.all([
        evictEverywhere(connect, [settings.primary, settings.standby], systemInterface, run, fence, io),
        endLeftOvers(shell, nodesOfBoth(settings.setup?.hosts), run, fence, io),
      ]);
      return [...sessions, ...commands];
    },
    report: reportPcr,
  };
}
