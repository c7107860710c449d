import { z } from 'zod';
import { isFault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { keptOut, letsIn } from '../../cockroach/log-in.ts';
import { hiding } from '../../cockroach/secrets.ts';
import { mask } from '../../cockroach/stream-uri.ts';
import type { Probe } from '../../engine.ts';
import { refused } from '../../frame/executor.ts';
import { done, impossible, todo } from '../../frame/probes.ts';
import { change, changeInSystem, type LdrStep, on, type Place } from '../place.ts';
import { connectionOf, maskedUriInto, reachInto, uriInto } from '../reach.ts';
import { tablesOn } from '../statements.ts';
import { quoteTable } from '../table-name.ts';

const rangefeedParams = z.object({ on: z.boolean() });

/** Every virtual cluster shows it, and only the control plane may set it. */
export const setRangefeeds: LdrStep<z.infer<typeof rangefeedParams>> = {
  params: rangefeedParams,
  rebuild: (acts, side, params) => acts.setRangefeeds(side, params.on),
  probe: (place, params) =>
    on(place, async (session) => {
      const value = Object.values((await session.read('SHOW CLUSTER SETTING kv.rangefeed.enabled'))[0] ?? {})[0] ?? null;
      const isOn = value === 'true' || value === 't';
      return isOn === params.on ? done({ 'kv.rangefeed.enabled': isOn }) : todo;
    }),
  perform: changeInSystem,
};

const userParams = z.object({ user: z.string() });

/** The user that the other side's nodes come with. One that exists keeps its password, which has to be the config's. */
export const createUser: LdrStep<z.infer<typeof userParams>> = {
  params: userParams,
  rebuild: (acts, side, { user }) => acts.createUser(side, user),
  probe: (place, { user }) =>
    on(place, async (session) => {
      const users = (await session.read('SHOW USERS')).map((row) => row['username'] ?? row['user_name'] ?? '');
      return users.includes(user) ? canLogIn(place, user) : todo;
    }),
  perform: async (place, statement) => {
    const password = reachInto(place.settings, otherSide(place.side))?.password ?? null;
    if (password === null)
      throw refused(`The config of ${place.link.id} gives no password for the user that replicates from ${place.here}.`);
    const real = statement.replace(quoteLiteral(mask), () => quoteLiteral(password.reveal()));
    await hiding([password], () => change(place, real));
  },
};

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
  const to = quoteIdentifier(user);
  const needed = old ? ['REPLICATION'] : privileges;
  const system = (await session.read(`SHOW SYSTEM GRANTS FOR ${to}`)).map((row) => row['privilege_type'] ?? '');
  if (needed.every((privilege) => system.includes(privilege))) return done({ user, by: 'system privileges' });
  const admins = (await session.read('SHOW GRANTS ON ROLE admin')).map((row) => row['member'] ?? '');
  if (user === 'root' || admins.includes(user)) return done({ user, by: 'the role admin' });
  if (old) return todo;
  for (const table of tablesOn(place.settings, place.side)) {
    const rows = await session.read(`SHOW GRANTS ON TABLE ${quoteTable(table)} FOR ${to}`);
    const held = rows.map((row) => row['privilege_type'] ?? '');
    if (!held.includes('ALL') && !needed.every((privilege) => held.includes(privilege) || system.includes(privilege))) return todo;
  }
  return done({ user, by: 'privileges on the tables' });
}

/** Where a connection leads, by comparison with where it should. What was read holds secrets and goes nowhere. */
type Leads = 'absent' | 'as-wanted' | 'elsewhere' | 'not-shown';

async function leadsOf(place: Place, session: SqlSession): Promise<Leads> {
  const name = connectionOf(place.settings, place.side);
  const names = (await session.read('SHOW EXTERNAL CONNECTIONS')).map((row) => row['connection_name'] ?? '');
  const wanted = uriInto(place.settings, place.side);
  try {
    const [row] = await session.read(`SHOW CREATE EXTERNAL CONNECTION ${quoteIdentifier(name)}`);
    const text = /\bAS\s+e?'(.*)'\s*;?\s*$/isu.exec(row?.['create_statement'] ?? '')?.[1];
    if (text === undefined || wanted === null) return 'not-shown';
    return spellings(text).some((uri) => isSameUri(uri, wanted)) ? 'as-wanted' : 'elsewhere';
  } catch (cause) {
    if (!isFault(cause) || cause.facts['sqlState'] === undefined) throw cause;
    // A name that is not listed may be somebody else's that we may not see; the server then refuses to make it again.
    return names.includes(name) ? 'not-shown' : 'absent';
  }
}

/** A quote within the literal may be doubled, escaped, or left as it is. */
const spellings = (text: string): readonly string[] => [text, text.replaceAll("''", "'"), text.replaceAll("\\'", "'")];

/** Servers may spell a URI anew; it means the same then. */
function isSameUri(a: string, b: string): boolean {
  const parts = (text: string) => {
    if (!URL.canParse(text)) return text;
    const { host, username, password, pathname, searchParams } = new URL(text);
    searchParams.sort();
    return [host, decodeURIComponent(username), decodeURIComponent(password), pathname, searchParams.toString()].join('\n');
  };
  return parts(a) === parts(b);
}

const nameEvidence = (place: Place) => ({ connection: connectionOf(place.settings, place.side) });

export const createConnection: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.createConnection(side),
  probe: (place) =>
    on(place, async (session) => {
      const leads = await leadsOf(place, session);
      if (leads === 'absent') return todo;
      if (leads === 'elsewhere') {
        return impossible(
          `${place.here} has an external connection ${connectionOf(place.settings, place.side)} already, and it does not lead where the config says.`,
          nameEvidence(place),
        );
      }
      return done({ ...nameEvidence(place), leads: leads === 'as-wanted' ? 'as the config says' : 'not shown to the bot' });
    }),
  perform: sendUri,
};

export const alterConnection: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.alterConnection(side),
  probe: (place) =>
    on(place, async (session) => {
      const leads = await leadsOf(place, session);
      const name = connectionOf(place.settings, place.side);
      if (leads === 'absent') return impossible(`${place.here} has no external connection ${name} that could be renewed.`);
      // Not every server shows where it leads, so the answered call is the proof: sending the same URI again changes nothing.
      return todo;
    }),
  perform: sendUri,
  repeatable: true,
};

const dropParams = z.object({ renewed: z.boolean() });

export const dropConnection: LdrStep<z.infer<typeof dropParams>> = {
  params: dropParams,
  rebuild: (acts, side, { renewed }) => acts.dropConnection(side, renewed),
  probe: (place, { renewed }) =>
    on(place, async (session) => {
      const leads = await leadsOf(place, session);
      if (leads === 'absent') return done({ ...nameEvidence(place), connection: 'absent' });
      return renewed && leads === 'as-wanted' ? done({ ...nameEvidence(place), leads: 'as the config says' }) : todo;
    }),
  perform: change,
};

/** What was approved has the URI masked; what is sent has it whole. */
async function sendUri(place: Place, statement: string): Promise<void> {
  const uri = uriInto(place.settings, place.side);
  if (uri === null) throw refused(`The config of ${place.link.id} does not say how ${place.here} reaches ${place.there}.`);
  const real = statement.replace(quoteLiteral(maskedUriInto(place.settings, place.side)), () => quoteLiteral(uri));
  await hiding([reachInto(place.settings, place.side)?.password ?? null], () => change(place, real));
}
