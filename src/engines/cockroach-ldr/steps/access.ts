import { z } from 'zod';
import { isFault } from '../../../domain/faults.ts';
import type { SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { droppedOnly, keptFrom } from '../../cockroach/make-anew.ts';
import { hiding } from '../../cockroach/secrets.ts';
import { refused } from '../../frame/executor.ts';
import { done, impossible, todo } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { change, changeInSystem, earlier, type LdrStep, on, type Place } from '../place.ts';
import { connectionOf, maskedUriInto, reachInto, uriInto } from '../reach.ts';
import { fedByRangefeeds } from './shared.ts';

const rangefeedParams = z.object({ on: z.boolean() });

/** Every virtual cluster shows it, and only the control plane may set it. */
export const setRangefeeds: LdrStep<z.infer<typeof rangefeedParams>> = {
  params: rangefeedParams,
  rebuild: (acts, side, params) => acts.setRangefeeds(side, params.on),
  probe: async (place, params) => {
    const isOn = await on(place, async (session) => {
      const value = Object.values((await session.read('SHOW CLUSTER SETTING kv.rangefeed.enabled'))[0] ?? {})[0] ?? null;
      return value === 'true' || value === 't';
    });
    if (isOn === params.on) return done({ 'kv.rangefeed.enabled': isOn });
    // Without them everything else that reads changes from the cluster fails too.
    const stays = params.on ? null : await fedByRangefeeds(place);
    return stays === null ? todo : done({ 'kv.rangefeed.enabled': isOn, stays });
  },
  perform: changeInSystem,
};

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
  perform: async (place, statement) => {
    const wasDropped = earlier(place, kinds.dropConnection, place.here) !== null;
    await sendUri(place, statement).catch((cause: unknown) => {
      throw wasDropped ? droppedOnly(cause, 'Replication', anew(place)) : cause;
    });
  },
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
      if (!renewed) return todo;
      if (leads === 'as-wanted') return done({ ...nameEvidence(place), leads: 'as the config says' });
      const kept = await keptFrom(session, place.settings[place.side].user, anew(place));
      return kept === null ? todo : impossible(kept, nameEvidence(place));
    }),
  perform: change,
};

const anew = (place: Place) => ({ here: place.here, connection: connectionOf(place.settings, place.side) });

/** What was approved has the URI masked; what is sent has it whole. */
async function sendUri(place: Place, statement: string): Promise<void> {
  const uri = uriInto(place.settings, place.side);
  if (uri === null) throw refused(`The config of ${place.link.id} does not say how ${place.here} reaches ${place.there}.`);
  const real = statement.replace(quoteLiteral(maskedUriInto(place.settings, place.side)), () => quoteLiteral(uri));
  await hiding([reachInto(place.settings, place.side)?.password ?? null], () => change(place, real));
}
