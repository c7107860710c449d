import { z } from 'zod';
import { Secret } from '../../../domain/secret.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { done, impossible, todo, underway, unknown } from '../../frame/probes.ts';
import { kinds } from '../acts.ts';
import {
  type BackupTool,
  copyBackupAct,
  exportMetadataAct,
  removeBackupAct,
  spreadBackupAct,
  takeBackupAct,
  ways,
  withBackup,
} from '../acts-backup.ts';
import { builtOn } from '../chains.ts';
import type { LongStep } from '../job.ts';
import { ask, lookBackups, lookServices, spotOf } from '../look.ts';
import { isTag } from '../names.ts';
import { familyOf, isOnline } from '../parse/services.ts';
import { plain } from '../parse/text.ts';
import type { CrrStep, Place } from '../place.ts';
import { send } from '../send.ts';
import { few } from '../words.ts';
import { graphOn } from './counts.ts';
import { isForWay } from './way.ts';

export const tag = z.string().refine(isTag);
export const path = z.string().regex(/^\/[^\p{Cc}]*$/u);
const tool = z.enum(['gadmin', 'gbar']);
export const stored = z.object({ backup: tag.nullable(), path });

/** The name of the backup that an earlier step of this run took; null when there is none. */
function takenIn({ earlier }: Pick<EngineIo, 'earlier'>): string | null {
  const taken = earlier.findLast(({ kind }) => kind === kinds.takeBackup)?.evidence['backup'];
  return typeof taken === 'string' && isTag(taken) ? taken : null;
}

/** Full name of the backup that a step is about; a sentence when the run did not record one. */
export const backupOf = ({ io }: Pick<Place, 'io'>, named: string | null): string | { readonly why: string } =>
  named ?? takenIn(io) ?? { why: 'No earlier step of this run recorded the name of a backup.' };

/** The statement with the name in it. */
export function named({ act, io }: Place, backup: string | null): string | { readonly why: string } {
  const name = backupOf({ io }, backup);
  return typeof name === 'string' ? withBackup(act.statements[0] ?? '', name) : name;
}

const takeParams = z.object({ tag, mode: z.enum(['full', 'incremental']), exact: z.boolean(), tool });
type TakeParams = z.infer<typeof takeParams>;

/** Services that a backup is taken from. */
const asked = ['GPE', 'GSE', 'GSQL'];

const isOf = (name: string, params: TakeParams): boolean =>
  params.exact ? name === params.tag : name.startsWith(`${params.tag}-`) && /^\d{4}-?\d{2}-?\d{2}/.test(name.slice(params.tag.length + 1));

/** gbar asks for the user and the password in its environment; they come by standard input. */
export const withGbarUser = (command: string): string =>
  `read -r GSQL_USERNAME; read -r GSQL_PASSWORD; export GSQL_USERNAME GSQL_PASSWORD; ${command}`;

/** Nothing is given to gadmin, which needs no password. */
export const gbarUser = ({ cluster }: Place, params: { readonly tool: BackupTool }): Secret | string =>
  params.tool === 'gadmin' ? '' : new Secret(`${cluster.superuser?.name ?? ''}\n${cluster.superuser?.password.reveal() ?? ''}\n`);

export const takeBackup: LongStep<TakeParams> = {
  params: takeParams,
  rebuild: (at, params) => takeBackupAct(at, params),
  before: async (place, params) => {
    const listed = (await lookBackups(spotOf(place), params.tool)).filter(({ tag: name }) => isOf(name, params));
    if (listed.length > 0) {
      const isAgain = place.io.retried.length > 0;
      return impossible(
        `${place.here} has a backup ${few(listed.map(({ tag: name }) => name))} already, ${isAgain ? 'which may be what the try that failed has left' : 'and it is not from this run'}. Nothing was done. Plan again, which gives the new one another name.`,
      );
    }
    const { rows } = await lookServices(spotOf(place));
    const down = rows.filter((row) => asked.includes(familyOf(row.name)) && !isOnline(row));
    if (down.length === 0) return todo;
    return impossible(
      `A backup of ${place.here} needs ${few(down.map(({ name }) => name))}, which is not online. Start it, then press Retry.`,
    );
  },
  command: ({ act }, params) => (params.tool === 'gbar' ? withGbarUser(act.statements[0] ?? '') : (act.statements[0] ?? '')),
  input: gbarUser,
  marks: [/Backup completes/, /^Backup to \S+ finished in/, /Tag is \S+/],
  isWhole: (log) => /Backup completes|^Backup to \S+ finished in/m.test(plain(log)),
  after: async (place, params, log) => {
    const told = /Tag is (\S+)/.exec(plain(log))?.[1] ?? /^Backup to (\S+) finished in/m.exec(plain(log))?.[1] ?? null;
    const listed = await lookBackups(spotOf(place), params.tool);
    const mine = listed.filter(({ tag: name }) => (told === null ? isOf(name, params) : name === told));
    const [found] = mine;
    if (found === undefined) return underway(`The backup has ended, and ${place.here} does not list it yet.`);
    if (mine.length > 1) return unknown(`${place.here} lists several backups of that name: ${few(mine.map((row) => row.tag))}.`);
    return done({
      backup: found.tag,
      type: found.type,
      size: found.size,
      'created at': found.createdAt,
      ...(await graphOn(spotOf(place))),
    });
  },
  onFailure: ({ here }) => `${here} goes on as before. Parts of a backup that did not come to its end may lie in its folder.`,
};

export const exportMetadata: CrrStep<z.infer<typeof stored>> = {
  params: stored,
  rebuild: (at, params) => exportMetadataAct(at, params),
  probe: async (place, { backup, path: folder }) => {
    const name = backupOf(place, backup);
    if (typeof name !== 'string') return impossible(name.why);
    const [there] = await ask(spotOf(place), [`test -s ${quoteWord(`${folder}/${name}/metadata`)}`]);
    return there.exitCode === 0 ? done({ file: `${folder}/${name}/metadata` }) : todo;
  },
  perform: async (place, { backup }) => {
    const command = named(place, backup);
    await send(place, typeof command === 'string' ? command : 'false');
  },
};

const way = z.enum(ways).default('always');
const copyParams = stored.extend({ way, to: z.object({ cluster: z.string(), user: z.string(), ip: z.string(), path }) });

/** A node without partitions has no part of the backup, and nothing to send. */
export const copyBackup: LongStep<z.infer<typeof copyParams>> = {
  params: copyParams,
  rebuild: (at, params) => copyBackupAct(at, params),
  before: async (place, { backup, path: folder, way: when }) => {
    const name = backupOf(place, backup);
    if (typeof name !== 'string') return impossible(name.why);
    if (!isForWay(place.io, when)) return done({ node: place.node.name, part: 'goes another way' });
    const [there] = await ask(spotOf(place), [`test -d ${quoteWord(`${folder}/${name}`)}`]);
    return there.exitCode === 0 ? todo : done({ node: place.node.name, part: 'none' });
  },
  command: (place, { backup }) => named(place, backup),
  marks: [],
  isWhole: () => true,
  after: async (place) => done({ node: place.node.name, part: 'copied' }),
  onFailure: () =>
    'Nothing was restored. The nodes have to reach one another by SSH without a password, and the folder of backups has to be there. Running it again sends only what is missing.',
};

const spreadParams = stored.extend({ way });

export const spreadBackup: LongStep<z.infer<typeof spreadParams>> = {
  params: spreadParams,
  rebuild: (at, params) => spreadBackupAct(at, params),
  before: async (place, { backup, way: when }) => {
    const name = backupOf(place, backup);
    if (typeof name !== 'string') return impossible(name.why);
    return isForWay(place.io, when) ? todo : done({ copied: 'each part to its own node' });
  },
  command: (place, { backup }) => named(place, backup),
  marks: [],
  isWhole: () => true,
  after: async (place) => done({ nodes: place.cluster.nodes.length }),
  onFailure: () => 'Nothing was restored. Running it again copies it again.',
};

const removeParams = z.object({ backup: tag, tool });

export const removeBackup: CrrStep<{ readonly backup: string; readonly tool: BackupTool }> = {
  params: removeParams,
  rebuild: (at, params) => removeBackupAct(at, params),
  probe: async (place, { backup, tool: by }) => {
    const listed = await lookBackups(spotOf(place), by);
    if (!listed.some((row) => row.tag === backup)) return done({ backup, listed: 'no' });
    const built = builtOn(listed, backup);
    if (built.length === 0) return todo;
    return impossible(`${few(built)} builds on ${backup}, so ${backup} can't be deleted before it. Nothing was deleted.`);
  },
  // Its own prompt is answered by a pipe, so it gets no other input.
  perform: (place) => send(place, `{ ${place.act.statements[0] ?? ''}; }`),
};
