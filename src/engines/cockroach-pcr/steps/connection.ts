import { z } from 'zod';
import { Fault, isFault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { readConnections } from '../../cockroach/connections.ts';
import { withSystem } from '../../cockroach/session.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, unknown } from '../../frame/probes.ts';
import { setupKinds } from '../acts/setup.ts';
import { leadsTo } from '../ground.ts';
import type { PcrStep, Place } from '../place.ts';
import { wayTo } from '../statements-setup.ts';
import { canLogIn } from './setup-users.ts';

export async function connectionUri(session: SqlSession, { link, side }: Place): Promise<string | null> {
  const seen = await readConnections(session);
  return seen.find(({ name }) => name === link.settings.streams[side])?.uri ?? null;
}

/** What can be seen, before anything is dropped, of whether a new copy could be begun. `listed`: a person may know of one that is not. */
async function lookAtWay(place: Place): Promise<{ readonly trouble: Probe | null; readonly listed: boolean }> {
  const { link, side, here, there, connect, address, io } = place;
  const { settings } = link;
  const other = otherSide(side);
  const login = settings.setup === null ? null : await canLogIn({ ...place, address: settings[other], here: there }, 'stream');
  if (login !== null && login.kind !== 'done') return { trouble: login, listed: false };
  const name = settings.streams[side];
  if (name === null) return { trouble: null, listed: false };
  const uri = await withSystem(connect, address, io, (session) => connectionUri(session, place));
  const way = wayTo(settings, other, 'inline');
  const found = uri === null ? null : leadsTo(uri);
  const trouble =
    found !== null && way !== null && found !== `${way.host}:${way.port}`
      ? impossible(
          `The external connection ${name} on ${here} leads to ${found}, but the config says ${way.host}:${way.port}, so no new copy of ${there} could be begun by it. Nothing was dropped. Correct the one that is wrong, then ask again.`,
        )
      : null;
  return { trouble, listed: uri !== null };
}

/** Before a copy is dropped: the way by which the new one is to come is there, as far as it can be seen. */
export const proveConnection: PcrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.proveConnection(side),
  probe: async (place) => {
    const { trouble, listed } = await lookAtWay(place);
    if (trouble !== null) return trouble;
    const { link, side, here, there, address } = place;
    const name = link.settings.streams[side];
    if (name === null || listed) return done({ connection: name });
    return unknown(
      `${address.user} sees no external connection ${name} on ${here}, and by it the new copy of ${there} has to come. Nothing was dropped. If it is missing, create it on ${here}; if somebody else owns it, run GRANT USAGE ON EXTERNAL CONNECTION ${quoteIdentifier(name)} TO ${quoteIdentifier(address.user)} there. Then press Retry.`,
    );
  },
};

/** Why nothing may be dropped now, whatever was seen before: null when nothing speaks against a new copy. */
export async function noWayNow(place: Place): Promise<Probe | null> {
  const { trouble, listed } = await lookAtWay(place);
  if (trouble !== null || listed) return trouble;
  const { io, here, link, side } = place;
  const seen = io.earlier.some(
    ({ kind, cluster, evidence }) => kind === setupKinds.proveConnection && cluster === here && evidence['connection'],
  );
  const name = link.settings.streams[side];
  return seen
    ? impossible(
        `The external connection ${name} on ${here}, by which the new copy has to come, is gone. Nothing was dropped. Create it again, then press Retry.`,
      )
    : null;
}

/** A refusal of the statement that begins a copy, with what to do when it is the connection that fails. */
export function withWayHint(cause: unknown, { link, side, here }: Place): unknown {
  const name = link.settings.streams[side];
  if (name === null || !isFault(cause) || cause.code !== 'statement-refused') return cause;
  const hint = `If it is about the address or the login: the external connection ${name} on ${here} holds an old one. Replace it there (ALTER EXTERNAL CONNECTION from v25.4 on; before, DROP and CREATE it), then press Retry.`;
  return new Fault(cause.code, `${cause.message}${/[.!?]$/.test(cause.message) ? '' : '.'} ${hint}`, {
    effect: cause.effect,
    facts: cause.facts,
    cause,
  });
}
