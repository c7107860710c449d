import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import type { SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { heldBy, privilegesIn } from '../../cockroach/held.ts';
import { keptOut, letsIn } from '../../cockroach/log-in.ts';
import { hiding } from '../../cockroach/secrets.ts';
import { mask } from '../../cockroach/stream-uri.ts';
import type { Probe } from '../../engine.ts';
import { refused } from '../../frame/executor.ts';
import { done, impossible, todo } from '../../frame/probes.ts';
import { change, type LdrStep, on, type Place } from '../place.ts';
import { reachInto } from '../reach.ts';
import { isUser } from '../reads/replicator.ts';
import { tablesOn } from '../statements.ts';
import { quoteTable } from '../table-name.ts';
import { readByOthers } from './shared.ts';

const userParams = z.object({ user: z.string() });

/** The user that the other side's nodes come with. One that exists keeps its password, which has to be the config's. */
export const createUser: LdrStep<z.infer<typeof userParams>> = {
  params: userParams,
  rebuild: (acts, side, { user }) => acts.createUser(side, user),
  probe: (place, { user }) => on(place, async (session) => ((await isUser(session, user)) ? canLogIn(place, user) : todo)),
  perform: async (place, statement) => {
    const password = reachInto(place.settings, otherSide(place.side))?.password ?? null;
    if (password === null)
      throw refused(`The config of ${place.link.id} gives no password for the user that replicates from ${place.here}.`);
    const real = statement.replace(quoteLiteral(mask), () => quoteLiteral(password.reveal()));
    await hiding([password], () => change(place, real));
  },
};

/** One that owns something by now, or was given more, is not dropped by the server. */
export const dropUser: LdrStep<z.infer<typeof userParams>> = {
  params: userParams,
  rebuild: (acts, side, { user }) => acts.dropUser(side, user),
  probe: (place, { user }) =>
    on(place, async (session) => ((await isUser(session, user)) ? unlessShared(place, session, user) : done({ user, there: 'no' }))),
  perform: change,
};

/** `todo`, unless another replication reads from here by now: it may come as the same user, and would stop without it. */
async function unlessShared(place: Place, session: SqlSession, user: string): Promise<Probe> {
  const stays = await readByOthers(place, session);
  return stays === null ? todo : done({ user, stays });
}

/** What the connection on the other side is to hold, tried here. */
async function canLogIn({ connect, settings, side, here, link, io }: Place, user: string): Promise<Probe> {
  const password = reachInto(settings, otherSide(side))?.password ?? null;
  if (password === null) return impossible(`The config of ${link.id} no longer gives a password for ${user}.`);
  return (await letsIn(connect, settings[side], settings.interface, { name: user, password }, io))
    ? done({ user, 'log-in': 'tried' })
    : impossible(keptOut(here, user));
}

/** Before a connection is overwritten that can't be read back: what it is to hold lets replication in. */
export const proveLogin: LdrStep<z.infer<typeof userParams>> = {
  params: userParams,
  rebuild: (acts, side, { user }) => acts.proveLogin(side, user),
  probe: (place, { user }) => canLogIn(place, user),
};

const grantParams = z.object({ user: z.string(), privileges: z.array(z.string()), old: z.boolean() });

export const grant: LdrStep<z.infer<typeof grantParams>> = {
  params: grantParams,
  rebuild: (acts, side, params) => acts.grant(side, params),
  probe: (place, params) => on(place, (session) => grantProbe(place, session, params)),
  perform: change,
};

async function grantProbe(place: Place, session: SqlSession, { user, privileges, old }: z.infer<typeof grantParams>): Promise<Probe> {
  const needed = old ? ['REPLICATION'] : privileges;
  const { admin, system } = await heldBy(session, user);
  if (needed.every((privilege) => system.includes(privilege))) return done({ user, by: 'system privileges' });
  if (admin) return done({ user, by: 'the role admin' });
  if (old) return todo;
  for (const held of await heldOnTables(place, session, user)) {
    if (!held.includes('ALL') && !needed.every((privilege) => held.includes(privilege) || system.includes(privilege))) return todo;
  }
  return done({ user, by: 'privileges on the tables' });
}

/** By the table's place in the config. */
async function heldOnTables({ settings, side }: Place, session: SqlSession, user: string): Promise<readonly (readonly string[])[]> {
  const held: (readonly string[])[] = [];
  for (const table of tablesOn(settings, side)) {
    held.push(privilegesIn(await session.read(`SHOW GRANTS ON TABLE ${quoteTable(table)} FOR ${quoteIdentifier(user)}`)));
  }
  return held;
}

/** The same privileges once more, where the user held none of them before. A user that is gone holds nothing. */
export const revoke: LdrStep<z.infer<typeof grantParams>> = {
  params: grantParams,
  rebuild: (acts, side, params) => acts.revoke(side, params),
  probe: (place, { user, privileges, old }) =>
    on(place, async (session) => {
      if (!(await isUser(session, user))) return done({ user, there: 'no' });
      const held = old ? [(await heldBy(session, user)).system] : await heldOnTables(place, session, user);
      const taken = old ? ['REPLICATION'] : privileges;
      return held.flat().some((privilege) => taken.includes(privilege))
        ? unlessShared(place, session, user)
        : done({ user, holds: 'none of them' });
    }),
  perform: change,
};
