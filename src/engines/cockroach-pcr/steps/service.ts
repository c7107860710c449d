import { z } from 'zod';
import { isFault } from '../../../domain/faults.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { firstValue, withSession, withSystem } from '../../cockroach/session.ts';
import { timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, unknown } from '../../frame/probes.ts';
import { phaseOf } from '../phase.ts';
import { change, glance, onlyIfOtherServes, type PcrStep, type Place, phaseThere, standThere, statusOf } from '../place.ts';
import { type StandRead, writableIn } from '../stand.ts';
import { phaseWords } from '../words.ts';
import { againKey, asked, servesAgain, tookAgain, unheard, unjudged } from './other-side.ts';

const noParams = z.object({});

const stopParams = z.object({ otherServes: z.boolean() });

/** Takes the virtual cluster out of service: no application can connect, so none can write. */
export const stopService: PcrStep<z.infer<typeof stopParams>> = {
  params: stopParams,
  rebuild: (acts, side, { otherServes }) => acts.stopService(side, otherServes),
  probe: async (place, { otherServes }) => {
    const { vc, now } = await glance(place);
    if (vc === null || phaseOf(vc) === 'strange') {
      return impossible(`The service of ${place.name} on ${place.here} can't be judged: ${phaseWords[phaseOf(vc)]}.`, {
        status: statusOf(vc),
      });
    }
    if (vc.service === 'none') return done({ service: 'none', status: vc.status, 'seen at': timestampOfMicros(now) });
    return otherServes ? onlyIfOtherServes(place, `nobody would if ${place.here} were stopped`) : todo;
  },
  perform: change,
};

const startParams = z.object({ purpose: z.enum(['serve', 'restart', 'alone']) });

/** Puts the virtual cluster into service. Never while the other side takes writes or is becoming the one that does. */
export const startService: PcrStep<z.infer<typeof startParams>> = {
  params: startParams,
  rebuild: (acts, side, { purpose }) => acts.startService(side, purpose),
  probe: async (place, { purpose }) => {
    const [{ vc, now }, other] = await Promise.all([glance(place), standThere(place)]);
    const phase = phaseOf(vc);
    if (vc === null || phase !== 'ready' || !['none', 'shared'].includes(vc.service)) {
      const evidence = { status: statusOf(vc), service: vc?.service ?? null };
      return impossible(`${place.name} on ${place.here} can't be put into service: ${phaseWords[phase]}.`, evidence);
    }
    if (vc.service === 'shared') {
      const again = tookAgain(place.io);
      const evidence = { service: 'shared', status: vc.status, 'seen at': timestampOfMicros(now) };
      return done(again === null ? evidence : { ...evidence, [againKey]: again });
    }
    const judge = purpose === 'alone' ? unlessOtherAnswers : purpose === 'serve' ? unlessOtherServes : unlessOtherTakesOver;
    return asked(place, other, (heard) => judge(place, heard));
  },
  perform: change,
};

function unlessOtherServes(place: Place, other: StandRead): Probe {
  const { here, there, name, link } = place;
  if (writableIn(other) !== 'yes') {
    const so = `If it serves, starting ${here} would make two sides writable, so ${here} was not put into service, and maybe nobody takes writes now`;
    return unjudged(place, other) ?? unheard(place, other, so) ?? todo;
  }
  return servesAgain(
    `${there} takes writes, so starting ${here} would make two sides writable. ${here} was promoted and has nothing of what ${there} takes now. To keep that, let ${there} go on, press Cancel, and let /repl failback ${link.id} make ${here} follow again. To give it up, stop ${name} on ${there} (STOP SERVICE), and press Retry.`,
    other,
  );
}

/** What the other side took since it was promoted is only there, so one that answers is not given up unseen. */
function unlessOtherAnswers(place: Place, other: StandRead): Probe {
  const { here, there, link } = place;
  if (other.kind === 'gone') return todo;
  if (other.kind === 'silent') {
    const so = `If it serves, it is not lost, and ${here}, which lacks what ${there} took since it was promoted, was not started`;
    return unheard(place, other, so, true) ?? todo;
  }
  const serves = writableIn(other) === 'yes' ? ' and takes writes' : '';
  return impossible(
    `${there} answers again${serves}, so it is not lost, and ${here}, which lacks what ${there} took since it was promoted, was not started. Press Cancel; /repl status ${link.id} shows what both sides are.`,
    { [there]: other.kind === 'read' ? statusOf(other.vc) : other.kind },
  );
}

function unlessOtherTakesOver(place: Place, other: StandRead): Probe {
  const phase = phaseThere(other);
  if (phase === 'strange') return unknown(`${place.there} is in a state that is not known here, so whether it takes over can't be told.`);
  if (phase !== 'pending' && phase !== 'reverting' && phase !== 'ready') return todo;
  return impossible(`${place.there} has been or is being promoted, so starting ${place.here} again would make two sides writable.`);
}

const targetParams = z.object({ target: z.string() });

/** Where connections go that name no virtual cluster. */
export const setDefaultTarget: PcrStep<z.infer<typeof targetParams>> = {
  params: targetParams,
  rebuild: (acts, side, { target }) => acts.setDefaultTarget(side, target),
  probe: ({ connect, address, io }, { target }) =>
    withSystem(connect, address, io, async (session) => {
      const now = firstValue(await session.read('SHOW CLUSTER SETTING server.controller.default_target_cluster')) ?? '';
      return now === target ? done({ 'default virtual cluster': now }) : todo;
    }),
  perform: change,
};

/**
 * Connects as an application would. Users of the control plane need not exist in the virtual cluster: a refused login also proves
 * that its SQL service answers, and is recorded as that.
 */
export const verifyService: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.verifyService(side),
  probe: async (place) => done(await answers(place)),
};

/** Connects to the virtual cluster of the place. Throws a Fault when it gives no answer. */
export async function answers({ connect, address, name, io }: Place): Promise<JsonObject> {
  try {
    const rows = await withSession(connect, address, name, io, (session) => session.read('SELECT 1 AS one'));
    return { 'SELECT 1': firstValue(rows) ?? 'no row', user: address.user };
  } catch (cause) {
    if (!isFault(cause) || cause.code !== 'login-refused') throw cause;
    return { 'SELECT 1': 'not run', why: `${name} answers, but has no login for ${address.user}.` };
  }
}
