import type { Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { ownRights } from '../../cockroach/held.ts';
import { grantConnecting, mayConnect } from '../../cockroach/make-anew.ts';
import { withInterface } from '../../cockroach/session.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { orWarned } from '../checks.ts';
import type { LdrSettings } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { readOf } from '../flow.ts';

/** Who may see, pause, resume and cancel jobs: an admin, or a user with CONTROLJOB. */
export async function controlChecks(
  connect: SqlConnect,
  operation: Operation,
  settings: LdrSettings,
  detail: LdrDetail,
  io: EngineIo,
): Promise<readonly Check[]> {
  const readers = (['primary', 'standby'] as const).filter((side) => readOf(detail, side) !== null);
  if (operation.kind === 'verify') return [];
  const checks = await Promise.all(
    readers.map((side) => {
      const { cluster, user } = settings[side];
      const name = `${cluster}: control of jobs`;
      return orWarned(name, io, () =>
        withInterface(connect, settings[side], settings.interface, io, async (session) => {
          const { admin, jobs } = await ownRights(session, user);
          if (admin) return [passed(name, `${user} is an admin on ${cluster}.`)];
          if (jobs.includes('CONTROLJOB')) return [passed(name, `${user} may control jobs on ${cluster}.`)];
          const next = `Run ALTER USER ${quoteIdentifier(user)} CONTROLJOB there.`;
          return [warned(name, `${user} is not seen to hold CONTROLJOB on ${cluster}.`, next)];
        }),
      );
    }),
  );
  return checks.flat();
}

/** Sides whose connection is changed by making it anew: the bot has to be let, or it is gone in between. */
export async function renewalChecks(
  connect: SqlConnect,
  settings: LdrSettings,
  into: readonly Side[],
  io: EngineIo,
): Promise<readonly Check[]> {
  const checks = await Promise.all(
    into.map((side) => {
      const { cluster, user } = settings[side];
      const name = `${cluster}: renewal of the connection`;
      const connection = settings.streams[side]?.externalConnection ?? '';
      return orWarned(name, io, () =>
        withInterface(connect, settings[side], settings.interface, io, async (session) => {
          if (await mayConnect(session, user)) return [passed(name, `${user} may make external connections on ${cluster}.`)];
          const seen = `${user} does not hold EXTERNALCONNECTION on ${cluster}, and up to v25.3 ${connection} is changed by making it anew.`;
          return [failed(name, seen, `Run ${grantConnecting(user)} there.`)];
        }),
      );
    }),
  );
  return checks.flat();
}
