import type { Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import { withInterface } from '../../cockroach/session.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { orWarned } from '../checks.ts';
import type { LdrSettings } from '../config.ts';
import { elsewhereWords, leadsAway, leadsOf } from '../connection-leads.ts';
import type { LdrDetail } from '../detail.ts';
import { readOf } from '../flow.ts';

/** Whether the connection that a side is to follow by is there, and leads where the config says. */
export async function connectionChecks(
  connect: SqlConnect,
  settings: LdrSettings,
  detail: LdrDetail,
  side: Side,
  io: EngineIo,
): Promise<readonly Check[]> {
  const read = readOf(detail, side);
  if (read === null) return [];
  const { cluster, user } = settings[side];
  const name = `${cluster}: external connection`;
  const stream = settings.streams[side];
  if (stream === null) {
    const next = `Name one under streams.${side === 'standby' ? 'toStandby' : 'toPrimary'}.`;
    return [failed(name, `The config names no external connection on ${cluster}, so it can't be made to follow.`, next)];
  }
  const { externalConnection: wanted, reach } = stream;
  if (read.connections?.includes(wanted) !== true) {
    const seen = `${user} sees no external connection ${wanted} on ${cluster}.`;
    return [
      reach === null
        ? warned(name, seen, `Create it on ${cluster}, or grant ${user} USAGE on it if somebody else owns it.`)
        : warned(name, seen, 'A setup creates it from what the config says.'),
    ];
  }
  const there = passed(name, `${cluster} has the external connection ${wanted}.`);
  if (reach === null) return [there];
  return orWarned(name, io, () =>
    withInterface(connect, settings[side], settings.interface, io, async (session) => {
      const leads = await leadsOf(session, settings, side);
      if (leads.kind === 'not-shown' || leads.kind === 'absent') return [there];
      if (leads.kind !== 'elsewhere') return [passed(name, `The external connection ${wanted} on ${cluster} leads where the config says.`)];
      const { seen, next } = elsewhereWords(settings, side, leads.by);
      // One that logs in as another user reads the same tables.
      return [leadsAway(leads.by) ? failed(name, seen, next) : warned(name, seen, next)];
    }),
  );
}
