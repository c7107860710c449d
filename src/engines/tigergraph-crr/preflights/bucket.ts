import { posix } from 'node:path';
import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { passed, warned } from '../../frame/checks.ts';
import { askNode } from '../ask.ts';
import { configGet } from '../commands.ts';
import type { CrrLink } from '../config.ts';
import { metadataFolder } from '../scene.ts';
import type { Known } from './check.ts';
import { bucketCheck } from './store.ts';

/** What a side needs so that it can be filled from a bucket that the other one wrote. Throws a Fault only when the caller itself gave up. */
export async function bucketChecks(shell: ShellConnect, link: CrrLink, from: Known, to: Known, io: EngineIo): Promise<readonly Check[]> {
  const one = bucketCheck(from, to);
  if (one === null) return [];
  const [keys, ...folders] = await Promise.all([
    keysCheck(shell, from, to, io),
    ...[from, to].map((known) => folderCheck(shell, link, known, io)),
  ]);
  return [one, keys, ...folders.flatMap((check) => check ?? [])];
}

/** Names of one setting; which of them a version has, it knows itself. */
const keyIds = ['System.Backup.S3.AWSAccessKeyID', 'System.Backup.S3.AccessKeyID'];

/** Key ids are compared by their checksums, which are made on the nodes: the ids themselves never leave them. */
async function keySum(shell: ShellConnect, { cluster, read }: Known, io: EngineIo): Promise<string | null> {
  const node = cluster.nodes.find(({ name }) => name === read.by);
  if (node === undefined) return null;
  const [told] = await askNode(shell, cluster, node, io, [`{ { ${keyIds.map(configGet).join('; ')}; } 2>&1 | sha256sum; }`]);
  return told.exitCode === 0 ? (/^[0-9a-f]{64}\b/.exec(told.text.trim())?.[0] ?? null) : null;
}

async function keysCheck(shell: ShellConnect, from: Known, to: Known, io: EngineIo): Promise<Check> {
  const name = 'keys of the bucket';
  const names = `${from.cluster.cluster} and ${to.cluster.cluster}`;
  const next = `See that both sides may read and write the bucket: run gadmin backup list on ${names}.`;
  const [ours, theirs] = await Promise.all([keySum(shell, from, io), keySum(shell, to, io)]);
  if (ours === null || theirs === null) return warned(name, `Whether ${names} log in to the bucket with the same key is not known.`, next);
  return ours === theirs
    ? passed(name, `${names} tell the same of the key with which they log in to the bucket.`)
    : warned(name, `${names} log in to the bucket with different keys.`, next);
}

/** Where the version wants metadata in a file, the folder for it is there, or can be made. */
async function folderCheck(shell: ShellConnect, link: CrrLink, { side, cluster, read }: Known, io: EngineIo): Promise<Check | null> {
  const { tools, version, by } = read;
  const node = cluster.nodes.find(({ name }) => name === by);
  const folder = tools === null || version === null ? null : metadataFolder(link, { side, tools, version });
  if (folder === null || node === undefined) return null;
  const name = `${cluster.cluster}: folder of metadata`;
  const [there] = await askNode(shell, cluster, node, io, [
    `{ test -w ${quoteWord(folder)} || test -w ${quoteWord(posix.dirname(folder))}; }`,
  ]);
  return there.exitCode === 0
    ? passed(name, `Metadata of backups goes to ${folder} on ${node.name}.`)
    : warned(
        name,
        `Neither ${folder} nor the folder above it can be written on ${node.name}.`,
        `Make ${folder} there, writable for ${node.user}.`,
      );
}
