import { z } from 'zod';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { copyGuards, type RestoreParams, restoreAct } from '../acts-backup.ts';
import { covering, isMoment } from '../chains.ts';
import type { LongStep } from '../job.ts';
import { allOnline, lookBackups, lookFollowing, spotOf } from '../look.ts';
import type { Place } from '../place.ts';
import { leftWith, oldDataIn, stageIn, stageMarks } from '../restore-words.ts';
import { ailing } from '../state.ts';
import { few } from '../words.ts';
import { backupOf, gbarUser, named, path, tag, withGbarUser } from './backup.ts';
import { graphOn } from './counts.ts';
import { unlessCopy } from './guard.ts';

const restoreParams = z.object({
  backup: tag.nullable(),
  empty: z.boolean(),
  dr: z.boolean(),
  tool: z.enum(['gadmin', 'gbar']),
  metaPath: path.nullable(),
  moment: z.string().refine(isMoment).nullable().default(null),
  stateAt: z.number().nullable().default(null),
  guard: z.enum([...copyGuards, 'own']),
});

export const restore: LongStep<RestoreParams> = {
  params: restoreParams,
  rebuild: (at, params) => restoreAct(at, params),
  before: beforeRestore,
  command: (place, params) => {
    const command = params.empty || params.moment !== null ? (place.act.statements[0] ?? '') : named(place, params.backup);
    return params.tool === 'gbar' && typeof command === 'string' ? withGbarUser(command) : command;
  },
  input: gbarUser,
  marks: stageMarks,
  isWhole: (log, params) => stageIn(log, params) === 'whole',
  after: afterRestore,
  onFailure: (place, params, log) => {
    const stage = stageIn(log, params);
    return `${leftWith(stage, place.here)}${stage === 'untouched' ? pausedWords(place) : ''}`;
  },
};

/** A standby that was told to fetch nothing for the sake of a restore that never began is of use again. */
function pausedWords({ io, link }: Place): string {
  const paused = io.earlier.findLast(({ kind }) => kind === kinds.stopCrr)?.cluster ?? null;
  return paused === null ? '' : ` ${paused} was paused before; if you give the restore up, /repl resume ${link.id} has it fetch again.`;
}

async function beforeRestore(place: Place, params: RestoreParams): Promise<Probe> {
  const name = params.empty || params.moment !== null ? '' : backupOf(place, params.backup);
  if (typeof name !== 'string') return impossible(name.why);
  if (params.guard !== 'own') {
    const no = await unlessCopy(place, params.guard);
    if (no !== null) return no;
  }
  // With its metadata in a file, or from an archive, it need not be listed.
  if (params.empty || params.metaPath !== null || params.tool === 'gbar') return todo;
  const listed = await lookBackups(spotOf(place), params.tool);
  if (params.moment !== null)
    return covering(listed, Date.parse(params.moment)) === undefined
      ? impossible(`No backup that ${place.here} lists covers ${params.moment}, so that moment can't be restored. Nothing was changed.`)
      : todo;
  if (listed.some((row) => row.tag === name)) return todo;
  return impossible(`${place.here} does not list the backup ${name}, so it can't be restored there. Nothing was changed.`);
}

async function afterRestore(place: Place, { dr, backup, empty, moment }: RestoreParams, log: string): Promise<Probe> {
  const { enabled, services } = await lookFollowing(spotOf(place));
  if (!allOnline(services))
    return underway(`The restore has ended; ${place.here} waits for ${few(ailing(services)) || 'a fresh table of services'}.`);
  if (dr && !enabled) return impossible(`The restore of ${place.here} has ended, but ${place.here} is not set to follow.`);
  const name = empty ? 'nothing' : (moment ?? backupOf(place, backup));
  return done({
    restored: typeof name === 'string' ? name : 'not known',
    follows: enabled,
    'old data': oldDataIn(log),
    ...(await graphOn(spotOf(place))),
    'seen at': place.io.clock.now(),
  });
}
