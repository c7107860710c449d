import { z } from 'zod';
import { textAt } from '../../../transports/bolt-values.ts';
import { done, impossible, todo } from '../../frame/probes.ts';
import { type CcdrStep, change, type Place } from '../place.ts';
import { questions } from '../questions.ts';
import { withLeader } from '../session.ts';

const setParams = z.object({ alias: z.string(), database: z.string(), change: z.enum(['create', 'move']) });
const dropParams = z.object({ alias: z.string(), database: z.string() });

/** Where an alias leads; null when there is none. Throws a Fault. */
async function targetOf(
  { connect, cluster, io }: Place,
  alias: string,
): Promise<{ readonly database: string; readonly local: boolean } | null> {
  const { rows } = await withLeader(connect, cluster, io, (session) => session.read(questions.aliases));
  const row = rows.find((one) => textAt(one, 'name')?.toLowerCase() === alias);
  return row === undefined ? null : { database: textAt(row, 'database') ?? '', local: textAt(row, 'location') !== 'remote' };
}

export const setAlias: CcdrStep<z.infer<typeof setParams>> = {
  params: setParams,
  rebuild: (acts, side, params) => acts.setAlias(side, params),
  probe: async (place, { alias, database, change: how }) => {
    const target = await targetOf(place, alias);
    if (target?.database === database && target.local) return done({ alias, target: database });
    if (target !== null && !target.local)
      return impossible(`The alias ${alias} on ${place.here} leads to another DBMS, which can't be altered.`);
    if ((target === null) === (how === 'create')) return todo;
    return impossible(
      `The alias ${alias} on ${place.here} ${target === null ? 'is gone' : `leads to ${target.database}`} since the plan was made.`,
    );
  },
  perform: change,
};

/** Takes the creation of an alias back. */
export const dropAlias: CcdrStep<z.infer<typeof dropParams>> = {
  params: dropParams,
  rebuild: (acts, side, params) => acts.dropAlias(side, params),
  probe: async (place, { alias, database }) => {
    const target = await targetOf(place, alias);
    return target === null || target.database !== database ? done({ alias, target: target?.database ?? 'none' }) : todo;
  },
  perform: change,
};
