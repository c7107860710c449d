import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, failed, fine, gadminError, info, record, type TigerTool } from '../realm.ts';
import { dropTag, type Store, storeOf } from '../state/archives.ts';
import { isAnswer, readFlags, type Words } from './flags.ts';
import { dated, type Entry, entriesOf } from './gadmin-backup.ts';
import { locked } from './locks.ts';

export const remove: TigerTool = async (desk) => {
  const { call, realm } = desk;
  const words = readFlags(call.argv.slice(2), { '-y': false });
  if (isAnswer(words)) return words;
  const store = storeOf(desk.cluster);
  const known = entriesOf(desk).map(({ tag }) => tag);
  const missing = words.rest.find((tag) => !known.includes(tag));
  if (store === null || words.rest.length === 0 || missing !== undefined) {
    return gadminError('ParameterErr', `tag '${missing ?? ''}' does not exist`);
  }
  if (!words.flags.has('-y') && !/^y/i.test(call.stdin)) return fine('[   Note] Remove the backup(s)? (y/N)\n');
  return locked(desk, 'backup remove', async () => {
    await call.wait(realm.state.pace.readMs);
    catchUp(realm);
    drop(desk, store, words.rest);
    record(desk, 'backup-remove', `gadmin backup remove ${words.rest.join(' ')}`);
    return fine(words.rest.map((tag) => dated(desk, `Removed backup ${tag}`)).join(''));
  });
};

function drop(desk: Desk, store: Store, tags: readonly string[]): void {
  for (const tag of tags) dropTag(desk, store, tag);
  desk.cluster.catalog = desk.cluster.catalog.filter(({ tag }) => !tags.includes(tag));
}

/** `240h`, `90m`, `30s` in ms; null for anything else. */
function spanOf(text: string): number | null {
  const [, count, unit] = /^(\d+)([hms])$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * { h: 3_600_000, m: 60_000, s: 1000 }[unit as 'h' | 'm' | 's'];
}

/** Backups of that prefix which are neither among the newest so many nor young enough. */
function outgrown(desk: Desk, { rest, flags }: Words, nowMs: number): readonly Entry[] | ProductAnswer {
  const [count, span] = [flags.get('-c'), flags.get('-d')];
  const spanMs = span === undefined ? null : spanOf(span);
  if (rest.length !== 1 || (count === undefined && span === undefined)) return failed('Error: a tag prefix and -c or -d are required');
  if ((count !== undefined && !/^\d+$/.test(count)) || (span !== undefined && spanMs === null))
    return gadminError('ParameterErr', `invalid argument ${count ?? ''} ${span ?? ''}`);
  const own = entriesOf(desk).filter(({ tag }) => tag.startsWith(rest[0] ?? ''));
  const kept = own.filter(
    ({ createdMs }, index) =>
      (count === undefined || index >= own.length - Number(count)) && (spanMs === null || nowMs - createdMs <= spanMs),
  );
  return own.filter((entry) => !kept.includes(entry));
}

/** `gadmin backup retain PREFIX -c 3 -d 240h`: keeps the newest, and drops the rest. */
export const retain: TigerTool = (desk) => {
  const { call, realm } = desk;
  const words = readFlags(call.argv.slice(2), { '-c': true, '-d': true, '--dry-run': false, '-y': false });
  if (isAnswer(words)) return words;
  const store = storeOf(desk.cluster);
  if (store === null) return gadminError('ParameterErr', 'neither local nor S3 backup is enabled, please configure System.Backup first');
  const old = outgrown(desk, words, catchUp(realm));
  if ('exitCode' in old) return old;
  const shown = old.map(({ tag }) => info(`to be removed: ${tag}`)).join('');
  if (words.flags.has('--dry-run')) return fine(shown);
  if (!words.flags.has('-y') && !/^y/i.test(call.stdin)) return fine(`${shown}[   Note] Remove the backup(s)? (y/N)\n`);
  return locked(desk, 'backup retain', async () => {
    await call.wait(realm.state.pace.readMs);
    catchUp(realm);
    drop(
      desk,
      store,
      old.map(({ tag }) => tag),
    );
    record(desk, 'backup-remove', ['gadmin backup', ...call.argv.slice(1)].join(' '), old.length > 0);
    return fine(old.map(({ tag }) => dated(desk, `Removed backup ${tag}`)).join(''));
  });
};
