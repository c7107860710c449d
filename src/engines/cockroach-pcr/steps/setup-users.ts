import { z } from 'zod';
import { Fault } from '../../../domain/faults.ts';
import type { Secret } from '../../../domain/secret.ts';
import { keptOut, letsIn } from '../../cockroach/log-in.ts';
import { hiding } from '../../cockroach/secrets.ts';
import { firstValue, systemInterface, withSystem } from '../../cockroach/session.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { settingWords } from '../acts/setup.ts';
import { change, type PcrStep, type Place } from '../place.ts';
import {
  asSent,
  byHandStatement,
  configureStatement,
  createUserStatement,
  forPeople,
  loginOf,
  type Setting,
  type Spelling,
  settingQuestion,
  type Who,
} from '../statements-setup.ts';

/**
 * Sends a statement with its secrets, which only now leave the config. What was approved is the same statement with the secrets
 * masked; that is compared once more. An answer that repeats a secret is scrubbed.
 */
export async function changeWithSecrets(place: Place, approved: string, spell: (spelling: Spelling) => string | null): Promise<void> {
  const real = spell(asSent);
  if (real === null || spell(forPeople) !== approved) {
    throw new Fault('statement-refused', `What would be sent to ${place.here} is not what was approved.`, { effect: 'not-applied' });
  }
  await hiding(secretsOf(place), () => change(place, real));
}

function secretsOf({ link: { settings } }: Place): readonly (Secret | null)[] {
  const { setup } = settings;
  return setup === null ? [] : [setup.license, setup.user.password, setup.consoleUser?.password ?? null];
}

const configureParams = z.object({ setting: z.enum(['organization', 'license', 'rangefeed']), on: z.boolean() });

const isSet = ({ connect, address, io }: Place, setting: Setting): Promise<boolean> =>
  withSystem(connect, address, io, async (session) => {
    const value = firstValue(await session.read(settingQuestion(setting))) ?? '';
    return setting === 'rangefeed' ? value === 'true' || value === 't' : Number(value) > 0;
  });

export const configure: PcrStep<z.infer<typeof configureParams>> = {
  params: configureParams,
  rebuild: (acts, side, { setting, on }) => acts.configure(side, setting, on),
  probe: async (place, { setting, on }) => ((await isSet(place, setting)) === on ? done({ setting, set: on ? 'yes' : 'no' }) : todo),
  perform: (place, statement, { setting, on }) =>
    changeWithSecrets(place, statement, (spelling) => configureStatement(place.link.settings, setting, on, spelling)),
};

const seeParams = z.object({ setting: z.enum(['organization', 'license']) });

/** What a person was asked to set. The nodes of a cluster hear of a setting one after the other, so it is waited for. */
export const seeSetting: PcrStep<z.infer<typeof seeParams>> = {
  params: seeParams,
  rebuild: (acts, side, { setting }) => acts.seeSetting(side, setting),
  probe: async (place, { setting }) =>
    (await isSet(place, setting))
      ? done({ setting, set: 'yes' })
      : underway(`${place.here} does not show ${settingWords[setting]} yet: ${byHandStatement(setting)} on its system interface sets it.`),
};

const who = z.enum(['stream', 'console']);
const userParams = z.object({ who });

export const createUser: PcrStep<z.infer<typeof userParams>> = {
  params: userParams,
  rebuild: (acts, side, params) => acts.createUser(side, params.who),
  probe: async (place, params) => ((await isThere(place, params.who)) ? canLogIn(place, params.who) : todo),
  perform: (place, statement, params) =>
    changeWithSecrets(place, statement, (spelling) => createUserStatement(place.link.settings, params.who, spelling)),
};

export const dropUser: PcrStep<z.infer<typeof userParams>> = {
  params: userParams,
  rebuild: (acts, side, params) => acts.dropUser(side, params.who),
  probe: async (place, params) => ((await isThere(place, params.who)) ? todo : done({ user: 'absent' })),
  perform: change,
};

const nameOf = ({ link }: Place, user: Who): string => loginOf(link.settings.setup, user)?.name ?? '';

function isThere(place: Place, user: Who): Promise<boolean> {
  return withSystem(place.connect, place.address, place.io, async (session) =>
    (await session.read('SHOW USERS')).some((row) => row['username'] === nameOf(place, user)),
  );
}

/** The password of a user that is there can't be read, but it can be tried. */
export async function canLogIn({ connect, address, io, link, here }: Place, user: Who): Promise<Probe> {
  const login = loginOf(link.settings.setup, user);
  if (login === null) return impossible(`The config of ${link.id} no longer names the user.`);
  return (await letsIn(connect, address, systemInterface, login, io))
    ? done({ user: login.name, 'log-in': 'tried' })
    : impossible(keptOut(here, login.name));
}

/** Before a connection is overwritten that can't be read back: what it is to hold lets the stream in. */
export const proveLogin: PcrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.proveLogin(side),
  probe: (place) => canLogIn(place, 'stream'),
};

const grantParams = z.object({ who, privilege: z.string() });

export const grantUser: PcrStep<z.infer<typeof grantParams>> = {
  params: grantParams,
  rebuild: (acts, side, params) => acts.grantUser(side, params.who, params.privilege),
  probe: async (place, params) => ((await holds(place, params.who, params.privilege)) ? done({ granted: params.privilege }) : todo),
  perform: change,
};

export const revokeUser: PcrStep<z.infer<typeof grantParams>> = {
  params: grantParams,
  rebuild: (acts, side, params) => acts.revokeUser(side, params.who, params.privilege),
  probe: async (place, params) => ((await holds(place, params.who, params.privilege)) ? todo : done({ revoked: params.privilege })),
  perform: change,
};

/** Without FOR: a user that is gone holds nothing, and is no error. */
function holds(place: Place, user: Who, privilege: string): Promise<boolean> {
  const name = nameOf(place, user);
  return withSystem(place.connect, place.address, place.io, async (session) => {
    if (privilege === 'admin') return (await session.read('SHOW GRANTS ON ROLE admin')).some((row) => row['member'] === name);
    return (await session.read('SHOW SYSTEM GRANTS')).some((row) => row['grantee'] === name && row['privilege_type'] === privilege);
  });
}
