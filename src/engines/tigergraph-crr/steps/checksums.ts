import { scrub } from '../../../transports/scrub.ts';
import type { ShellTarget } from '../../../transports/shell.ts';
import { jobFolder, lookAtJob, startJob } from '../../../transports/shell-jobs.ts';
import { secretsOf as secretsOfLogin } from '../../../transports/shell-login.ts';
import type { Probe } from '../../engine.ts';
import { impossible, underway } from '../../frame/probes.ts';
import { withShell } from '../../hosts/session.ts';
import { failureOf, jobOf } from '../../hosts/tries.ts';
import { alone } from '../ask.ts';
import { checksumsCommand } from '../commands.ts';
import { eachNode } from '../each-node.ts';
import { linesOf } from '../parse/text.ts';
import type { Place } from '../place.ts';
import { few } from '../words.ts';

/** A node that may have a part of a backup, and the folder of backups there. */
export interface PartOn {
  readonly node: ShellTarget;
  readonly folder: string;
}

/** Checksums by file name. */
export type Files = ReadonlyMap<string, string>;

/** For each part that was asked for, in their order. A node without the backup has no files. */
type Sums = readonly Files[];

type Heard =
  | { readonly kind: 'sums'; readonly sums: Files }
  | { readonly kind: 'at it' }
  | { readonly kind: 'failed'; readonly node: string; readonly why: string };

const sumLine = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/;

/**
 * The checksums of a backup on several nodes. Reading all of it takes minutes to hours, longer than any one look, so every node does it as a
 * job. A job that only reads is a question that takes long: a look may begin it, and one that died is begun anew by a Retry like one that
 * failed. Throws a Fault when a node can't be asked.
 */
export async function checksumsOf(
  place: Place,
  backup: string,
  parts: readonly PartOn[],
): Promise<{ readonly sums: Sums } | { readonly probe: Probe }> {
  const heard: Heard[] = [];
  for (const folder of new Set(parts.map((part) => part.folder))) {
    const nodes = parts.filter((part) => part.folder === folder).map(({ node }) => node);
    heard.push(...(await eachNode(nodes, (node) => hear(place, node, checksumsCommand(folder, backup)))));
  }
  const failed = heard.find((one) => one.kind === 'failed');
  if (failed !== undefined)
    return {
      probe: impossible(
        `The files of ${backup} on ${failed.node} could not be read: ${failed.why}. Nothing was restored. See that they are there and can be read, then press Retry.`,
        failedSums(place),
      ),
    };
  const sums = heard.flatMap((one) => (one.kind === 'sums' ? [one.sums] : []));
  if (sums.length === parts.length) return { sums };
  const busy = parts.filter((_part, at) => heard[at]?.kind === 'at it').map(({ node }) => node.name);
  return {
    probe: underway(`${few(busy)} ${busy.length === 1 ? 'reads' : 'read'} what is there of ${backup}.`, sums.length / parts.length),
  };
}

/** Shown with what people are to mend before a Retry, so that the files are read anew then. */
export const failedSums = ({ act, io }: Place) => failureOf(jobOf(act, io), 1);

async function hear({ connect, act, io }: Place, node: ShellTarget, command: string): Promise<Heard> {
  const id = jobOf(act, io);
  return withShell(connect, node, alone(io), async (session) => {
    const job = await lookAtJob(session, id, { marks: [(line) => sumLine.test(line)] });
    if (job.kind === 'absent') {
      await startJob(session, id, command);
      return { kind: 'at it' };
    }
    if (job.kind === 'running' || job.unheard > 0) return { kind: 'at it' };
    const shown = scrub(linesOf(job.log).at(-1) ?? '', secretsOfLogin(node.login)).slice(0, 200);
    if (job.kind === 'died')
      return { kind: 'failed', node: node.name, why: `the reading was ended, and what it said is in ${jobFolder(id)} there` };
    if (job.exitCode !== 0 || job.trouble !== null)
      return { kind: 'failed', node: node.name, why: shown === '' ? `exit code ${job.exitCode}` : shown };
    const rows = linesOf(job.log).flatMap((line) => {
      const [, sha256, file] = sumLine.exec(line) ?? [];
      return sha256 === undefined || file === undefined ? [] : [[file, sha256] as const];
    });
    return { kind: 'sums', sums: new Map(rows) };
  });
}

/** A name that stands for different files in two parts; null when there is none. Pure. */
export function clashIn(parts: readonly Files[]): string | null {
  const known = new Map<string, string>();
  for (const [file, sha256] of parts.flatMap((part) => [...part])) {
    if ((known.get(file) ?? sha256) !== sha256) return file;
    known.set(file, sha256);
  }
  return null;
}
