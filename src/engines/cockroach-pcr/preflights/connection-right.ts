import { isFault } from '../../../domain/faults.ts';
import type { Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import { grantConnecting, mayConnect } from '../../cockroach/make-anew.ts';
import { withSystem } from '../../cockroach/session.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import type { EngineIo } from '../../engine.ts';
import { passed, warned } from '../../frame/checks.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail } from '../detail.ts';

/** Whether the bot may make the external connection that a plan makes, or makes anew, on the side that is to follow. `side`: null where that can't be told. */
export async function connectionRightChecks(
  connect: SqlConnect,
  kind: 'setup' | 'rebuild' | 'failback',
  { settings }: PcrLink,
  side: Side | null,
  detail: PcrDetail,
  io: EngineIo,
): Promise<readonly Check[]> {
  const read = side === null ? null : detail[side];
  const connection = side === null ? null : settings.streams[side];
  if (side === null || connection === null || settings.setup === null || read?.kind !== 'read' || read.ground == null) return [];
  const isThere = read.ground.connections.some(({ name }) => name === connection);
  // A rebuild writes it anew, and up to v25.3 that is to drop it and to make it.
  const anew = kind === 'rebuild' && !isAtLeast(read.release, 25, 4);
  if (isThere && !anew) return [];
  const { cluster, user } = settings[side];
  const name = `${cluster}: right to make ${connection}`;
  try {
    const may = await withSystem(connect, settings[side], io, (session) => mayConnect(session, user));
    return [
      may
        ? passed(name, `${user} may make external connections on ${cluster}.`)
        : warned(
            name,
            `${user} does not hold EXTERNALCONNECTION on ${cluster}, by itself or by a role, and the plan makes ${connection} there: it would be refused.`,
            `Run ${grantConnecting(user)} there.`,
          ),
    ];
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return [warned(name, `It could not be read: ${cause.message}`, 'Check it by hand.')];
  }
}
