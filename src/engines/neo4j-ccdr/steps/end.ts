import { z } from 'zod';
import { isFault } from '../../../domain/faults.ts';
import { textAt } from '../../../transports/bolt-values.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway, unknown } from '../../frame/probes.ts';
import type { DatabaseView } from '../detail.ts';
import { identitySchema, sameness } from '../identity.ts';
import { type CcdrStep, change, look, type Place, stateWords, unlessOtherServes } from '../place.ts';
import { isOn } from '../privileges.ts';
import { questions } from '../questions.ts';
import { withLeader } from '../session.ts';
import { copiesOf, follows, isOnline, phaseOf } from '../state.ts';

const onParams = z.object({ database: z.string(), of: identitySchema });
type OnParams = z.infer<typeof onParams>;

/** The database that is meant, or the answer when there is none to act on. */
async function meant(place: Place, { database, of }: OnParams): Promise<DatabaseView | Probe> {
  const view = await look(place, database);
  if (view === null) return done({ state: 'absent' });
  const same = sameness(view, of);
  if (same === 'other') return done({ state: 'gone', why: `${database} on ${place.here} is another database since.` });
  if (same === 'unclear') return unknown(`Whether ${database} on ${place.here} is the one that was planned for can't be told.`);
  return view;
}

const isProbe = (answer: DatabaseView | Probe): answer is Probe => 'kind' in answer;

/** Takes a database that takes no writes any more offline. */
export const stop: CcdrStep<OnParams> = {
  params: onParams,
  rebuild: (acts, side, on) => acts.stop(side, on),
  probe: async (place, params) => {
    const view = await meant(place, params);
    if (isProbe(view)) return view;
    if (phaseOf(view) === 'stopped') return done({ state: 'stopped' });
    const copies = copiesOf(view);
    if (copies.length === 0 || copies.every(({ requestedStatus }) => requestedStatus === 'offline')) {
      return underway(`${copies.filter(isOnline).length} copies of ${params.database} on ${place.here} are still online.`);
    }
    return (await takesNoWrites(place, view, true)) ?? todo;
  },
  perform: change,
};

const dropParams = onParams.extend({ remains: z.enum(['dump', 'destroy']), otherServes: z.boolean() });

/** Drops one database, and never a newer one of the same name. */
export const drop: CcdrStep<z.infer<typeof dropParams>> = {
  params: dropParams,
  rebuild: (acts, side, { database, of, ...more }) => acts.drop(side, { database, of }, more),
  probe: async (place, params) => {
    const view = await meant(place, params);
    if (isProbe(view)) return view;
    if (phaseOf(view) === 'dropping' || view.copies.some(({ currentStatus }) => currentStatus === 'deallocating')) {
      return underway(`${params.database} on ${place.here} is being dropped.`);
    }
    return (await takesNoWrites(place, view, params.otherServes)) ?? todo;
  },
  perform: change,
};

/** `impossible` when the database still takes writes, or when the other side has to serve and does not. */
async function takesNoWrites(place: Place, view: DatabaseView, otherServes: boolean): Promise<Probe | null> {
  const quiet = follows(view) || copiesOf(view).every(({ access }) => access === 'read-only') || phaseOf(view) === 'stopped';
  if (!quiet) return impossible(`${view.name} on ${place.here} still takes writes: ${stateWords(view)}.`);
  return otherServes ? unlessOtherServes(place, `${view.name} on ${place.here} may be the only copy that is left`) : null;
}

/** More than this is not kept in the run's record; people then save it by hand. */
const mostCommands = 300;

/** Records the grants on a database as commands: they vanish with it, and a new one of its name does not get them back. */
export const savePrivileges: CcdrStep<OnParams> = {
  params: onParams,
  rebuild: (acts, side, on) => acts.savePrivileges(side, on),
  probe: async (place, params) => {
    const view = await meant(place, params);
    if (isProbe(view)) return view;
    try {
      const commands = await commandsOn(place, params.database);
      if (commands.length <= mostCommands) return done({ commands });
      return impossible(
        `${commands.length} privileges on ${params.database} are too many to record here. Save them by hand, then skip this step.`,
      );
    } catch (cause) {
      if (!isFault(cause) || cause.code !== 'permission-missing') throw cause;
      const { user } = place.cluster;
      return impossible(
        `${user} may not see the privileges on ${place.here}. GRANT SHOW PRIVILEGE ON DBMS, or save them by hand and skip this step.`,
      );
    }
  },
};

async function commandsOn({ connect, cluster, io }: Place, database: string): Promise<readonly string[]> {
  const { rows } = await withLeader(connect, cluster, io, (session) => session.read(questions.privileges));
  return rows.flatMap((row) => textAt(row, 'command') ?? []).filter((command) => isOn(command, database));
}
