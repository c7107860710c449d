import { z } from 'zod';
import type { SqlSession } from '../../../transports/sql.ts';
import { quoteLiteral } from '../../../transports/sql-quoting.ts';
import { droppedOnly, keptFrom } from '../../cockroach/make-anew.ts';
import { hiding } from '../../cockroach/secrets.ts';
import type { Probe } from '../../engine.ts';
import { refused } from '../../frame/executor.ts';
import { done, impossible, todo } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { elsewhereWords, type Leads, leadsAway, leadsOf } from '../connection-leads.ts';
import { change, changeInSystem, earlier, type LdrStep, on, type Place } from '../place.ts';
import { connectionOf, maskedUriInto, reachInto, uriInto } from '../reach.ts';
import { fedByRangefeeds, usedByOthers } from './shared.ts';

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

const nameEvidence = (place: Place) => ({ connection: connectionOf(place.settings, place.side) });

/** What a connection that is there says of where it leads. */
function ledBy(place: Place, leads: Exclude<Leads, { kind: 'absent' }>): Probe {
  if (leads.kind === 'elsewhere') {
    const { seen, next } = elsewhereWords(place.settings, place.side, leads.by);
    return impossible(`${seen} ${next}`, nameEvidence(place));
  }
  return done({ ...nameEvidence(place), leads: leadWords[leads.kind] });
}

const leadWords = {
  'as-wanted': 'as the config says',
  reworded: 'where the config says, in other words',
  'not-shown': 'not shown to the bot',
} as const;

/** Before anything is deleted: a connection that is there already may be an old one, or one of somebody else's. */
export const checkConnection: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.checkConnection(side),
  probe: (place) =>
    on(place, async (session) => {
      const leads = await leadsOf(session, place.settings, place.side);
      if (leads.kind === 'elsewhere' && !leadsAway(leads.by)) {
        return done({ ...nameEvidence(place), leads: `to the same place as the config says, but names ${leads.by.join(' and ')}` });
      }
      if (leads.kind !== 'absent') return ledBy(place, leads);
      const name = connectionOf(place.settings, place.side);
      return impossible(
        `${place.here} has no external connection ${name} any more that the bot could see. Make it as the config says and press Retry, or ask anew, which makes it.`,
        nameEvidence(place),
      );
    }),
};

export const createConnection: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.createConnection(side),
  probe: (place) =>
    on(place, async (session) => {
      const leads = await leadsOf(session, place.settings, place.side);
      return leads.kind === 'absent' ? todo : ledBy(place, leads);
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
      const leads = await leadsOf(session, place.settings, place.side);
      const name = connectionOf(place.settings, place.side);
      if (leads.kind === 'absent') return impossible(`${place.here} has no external connection ${name} that could be renewed.`);
      // Not every server shows where it leads, so the answered call is the proof: sending the same URI again changes nothing.
      return todo;
    }),
  perform: sendUri,
  repeatable: true,
};

/** `todo`, unless another replication has come to read by the connection since it was made. */
async function unlessRead(place: Place, session: SqlSession): Promise<Probe> {
  const stays = await usedByOthers(place, session);
  return stays === null ? todo : done({ ...nameEvidence(place), stays });
}

const dropParams = z.object({ renewed: z.boolean() });

export const dropConnection: LdrStep<z.infer<typeof dropParams>> = {
  params: dropParams,
  rebuild: (acts, side, { renewed }) => acts.dropConnection(side, renewed),
  probe: (place, { renewed }) =>
    on(place, async (session) => {
      const leads = await leadsOf(session, place.settings, place.side);
      if (leads.kind === 'absent') return done({ ...nameEvidence(place), connection: 'absent' });
      if (!renewed) return unlessRead(place, session);
      if (leads.kind === 'as-wanted') return done({ ...nameEvidence(place), leads: leadWords[leads.kind] });
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
