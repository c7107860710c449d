import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import type { ShellTarget } from '../../../transports/shell.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import { compareFilesAct, copyGuards, type RestoreParams, restoreAct } from '../acts-backup.ts';
import { covering, isMoment } from '../chains.ts';
import { checksumsCommand, hasFolder } from '../commands.ts';
import type { CrrCluster } from '../config.ts';
import type { LongStep } from '../job.ts';
import { allOnline, ask, lookBackups, lookFollowing, spotOf, unheard } from '../look.ts';
import { linesOf, reasonIn } from '../parse/text.ts';
import type { CrrStep, Place } from '../place.ts';
import { leftWith, oldDataIn, stageIn, stageMarks } from '../restore-words.ts';
import { ailing } from '../state.ts';
import { few } from '../words.ts';
import { backupOf, gbarUser, named, path, tag, withGbarUser } from './backup.ts';
import { unlessCopy } from './guard.ts';

const pair = z.object({ from: z.string(), to: z.string() });
const compareParams = z.object({ backup: tag.nullable(), path, source: path, pairs: z.array(pair).nullable().default(null) });

/** Checksums by file name; null: there is no such folder. Throws a Fault when the node doesn't tell. */
async function checksumsOn(
  place: Place,
  cluster: CrrCluster,
  node: ShellTarget,
  folder: string,
  name: string,
): Promise<ReadonlyMap<string, string> | null> {
  const spot = { ...spotOf(place), cluster, node };
  const [there] = await ask(spot, [hasFolder(folder, name)]);
  if (there.exitCode !== 0) return null;
  const [sums] = await askNode(place.connect, cluster, node, place.io, [checksumsCommand(folder, name)]);
  if (sums.exitCode !== 0) throw unheard(spot, reasonIn(sums.text));
  const rows = linesOf(sums.text).flatMap((line) => {
    const [, sha256, file] = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/.exec(line) ?? [];
    return sha256 === undefined || file === undefined ? [] : [[file, sha256] as const];
  });
  return new Map(rows);
}

/** Every file that any node of the source has must lie, bit for bit, on every node of the target. */
export const compareFiles: CrrStep<z.infer<typeof compareParams>> = {
  params: compareParams,
  rebuild: (at, params) => compareFilesAct(at, params),
  probe: async (place, { backup, path: folder, source }) => {
    const name = backupOf(place, backup);
    if (typeof name !== 'string') return impossible(name.why);
    const there = place.link.settings[otherSide(place.side)];
    const originals = new Map<string, string>();
    for (const node of there.nodes) {
      for (const [file, sha256] of (await checksumsOn(place, there, node, source, name)) ?? []) {
        if ((originals.get(file) ?? sha256) !== sha256)
          return impossible(
            `Two nodes of ${place.there} have different files ${file} of ${name}, so they can't lie in one folder. Nothing was restored. Copy the part of each node of ${place.there} to the node of the same number of ${place.here} by hand, into ${folder}/${name}, then skip this step.`,
          );
        originals.set(file, sha256);
      }
    }
    if (originals.size === 0)
      return impossible(
        `No node of ${place.there} has a file of ${name} in ${source}. Nothing was restored. Find out what became of the backup, then plan again.`,
      );
    return compared(place, folder, name, originals);
  },
};

async function compared(place: Place, folder: string, name: string, originals: ReadonlyMap<string, string>): Promise<Probe> {
  for (const node of place.cluster.nodes) {
    const copies = await checksumsOn(place, place.cluster, node, folder, name);
    const bad = [...originals].filter(([file, sha256]) => copies?.get(file) !== sha256).map(([file]) => file);
    if (bad.length > 0) {
      return impossible(
        `${few(bad)} of ${name} is missing or damaged in ${folder} on ${node.name} of ${place.here}. Nothing was restored. Copy it again, then press Retry.`,
        { node: node.name, files: bad.slice(0, 20) },
      );
    }
  }
  return done({ backup: name, files: originals.size, nodes: place.cluster.nodes.length });
}

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
    'seen at': place.io.clock.now(),
  });
}
