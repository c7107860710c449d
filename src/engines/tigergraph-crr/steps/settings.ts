import { z } from 'zod';
import { Fault, isFault } from '../../../domain/faults.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo } from '../../frame/probes.ts';
import { type CrrKey, configureAct, keys, type Purpose, startCrrAct, stopCrrAct } from '../acts.ts';
import { lookFollowing, lookSettings, spotOf } from '../look.ts';
import type { CrrStep, Place } from '../place.ts';
import { send, sendWith } from '../send.ts';
import { few } from '../words.ts';

const crrKeys = Object.values(keys) as [CrrKey, ...CrrKey[]];
const purposes = ['point', 'enable', 'disable', 'put-back'] as const satisfies readonly Purpose[];
const params = z.object({
  values: z.array(z.object({ key: z.enum(crrKeys), value: z.string().max(4_096) })).min(1),
  purpose: z.enum(purposes),
});
type Params = z.infer<typeof params>;

const isSame = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** Sets and applies settings of the replication. Sending it again changes nothing. */
export const configure: CrrStep<Params> = {
  params,
  rebuild: (at, { values, purpose }) => configureAct(at, values, purpose),
  probe: async (place, { values }) => {
    const own = values.map(({ key }) => key);
    const { values: now, staged } = await lookSettings(spotOf(place), own);
    if (staged.kind === 'unread') return impossible(`${staged.why} So it is not known whose changes an apply on ${place.here} would push.`);
    const foreign = staged.keys.filter((key) => !own.some((one) => one === key));
    const stagedOwn = staged.keys.length > foreign.length;
    if (!stagedOwn && values.every(({ value }, index) => isSame(now[index] ?? '', value))) {
      return done(Object.fromEntries(values.map(({ key, value }) => [key, value])));
    }
    if (foreign.length > 0) {
      return impossible(
        `Somebody has set ${few(foreign)} on ${place.here} without applying it, and an apply would push that too. Nothing was changed. Have it applied or discarded (gadmin config discard), then press Retry.`,
        { staged: foreign.slice(0, 20) },
      );
    }
    return todo;
  },
  perform: async (place, { values }) => {
    try {
      await send(place, `{ ${place.act.statements[0] ?? ''}; }`);
    } catch (cause) {
      if (
        !isFault(cause) ||
        cause.effect !== 'not-applied' ||
        !(await dropOwn(
          place,
          values.map(({ key }) => key),
        ))
      )
        throw cause;
      throw new Fault(cause.code, `${cause.message.replace(/\.$/, '')}. What was set for it was discarded again, so nothing is staged.`, {
        effect: 'not-applied',
        facts: cause.facts,
        cause,
      });
    }
  },
};

/** Drops what a refused apply has left staged, where nothing else is; whether it did. */
async function dropOwn(place: Place, own: readonly string[]): Promise<boolean> {
  try {
    const { staged } = await lookSettings(spotOf(place), []);
    if (staged.kind === 'unread' || staged.keys.length === 0 || staged.keys.some((key) => !own.includes(key))) return false;
    await sendWith(place, 'gadmin config discard', 'y\n');
    return true;
  } catch (cause) {
    // Why the apply was refused is told in any case, and the next look says what is staged.
    if (!isFault(cause)) throw cause;
    return false;
  }
}

const none = z.object({});

const resting = ['PAUSED', 'STOPPED'];

/** Has the standby fetch nothing any more; what it has stays. */
export const stopCrr: CrrStep<object> = {
  params: none,
  rebuild: stopCrrAct,
  probe: async (place) => {
    const { tasks, enabled } = await lookFollowing(spotOf(place));
    return tasks.every(({ state }) => resting.includes(state)) ? done({ connector: tasks[0]?.state ?? 'none', enabled }) : todo;
  },
  perform: (place) => send(place, place.act.statements[0] ?? ''),
};

export const startCrr: CrrStep<object> = {
  params: none,
  rebuild: startCrrAct,
  probe: async (place): Promise<Probe> => {
    const { tasks, enabled } = await lookFollowing(spotOf(place));
    if (!enabled) return impossible(`${place.here} is not set to follow, so its replication can't be started.`);
    if (tasks.length === 0 || tasks.every(({ state }) => resting.includes(state))) return todo;
    // It was started. Whether it gets on is a step of its own: with the primary gone it can't, and the start is taken back as well as it can be.
    return done({ connector: few([...new Set(tasks.map(({ state, taskState }) => `${state}/${taskState}`))]) });
  },
  perform: (place) => send(place, place.act.statements[0] ?? ''),
};
