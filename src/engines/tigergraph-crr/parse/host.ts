import type { Block } from './blocks.ts';
import { linesOf } from './text.ts';

/** Kilobytes that `df -Pk` says are free; null when it does not tell. Pure; never throws. */
export function parseDiskFree({ exitCode, text }: Block): number | null {
  const rows = linesOf(text).flatMap((line) => /^\S.*\s(\d+)\s+(\d+)\s+(\d+)\s+\d{1,3}%\s+\/.*$/.exec(line)?.[3] ?? []);
  return exitCode === 0 && rows.length === 1 ? Number(rows[0]) : null;
}

/** Kilobytes that `du -sk` counted; null when it does not tell. */
export function parseUsage({ exitCode, text }: Block): number | null {
  const rows = linesOf(text).flatMap((line) => /^(\d{1,15})\s+\/\S/.exec(line)?.[1] ?? []);
  return exitCode === 0 && rows.length === 1 ? Number(rows[0]) : null;
}

const changing =
  /\b(?:gadmin\s+(?:backup\s+(?:create|restore|remove|retain)|restart|start|stop|reset|config\s+(?:apply|set|discard|entry)|init|cluster|crr\s+(?:start|stop|update))|gbar\s+(?:backup|restore|remove|cleanup)|install\.sh)/;

/** What `pgrep -fa` lists of commands that change a cluster, without our own look; null when it does not tell. */
export function parseProcesses({ exitCode, text }: Block): readonly string[] | null {
  if (exitCode === 1 && text.trim() === '') return [];
  const lines = linesOf(text);
  // A command may go on over several lines, but what comes first is a process.
  if (exitCode !== 0 || !/^\d+ \S/.test(lines.find((line) => line !== '') ?? '')) return null;
  return lines.flatMap((line) => {
    const command = /^\d+\s+(.*)$/.exec(line)?.[1] ?? '';
    const found = command.includes('### replops') || command.startsWith('pgrep ') ? null : changing.exec(command);
    return found === null ? [] : [found[0].replace(/\s+/g, ' ')];
  });
}

/** Whether `gsql 'SHOW USER'` lists this user as a superuser. */
export function isSuperuser(text: string, user: string): boolean {
  const lines = linesOf(text);
  // The question for the password may stand in front of the first name.
  const at = lines.findIndex((line) => line.endsWith(`- Name: ${user}`));
  if (at < 0) return false;
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line.includes('- Name: '));
  return rest.slice(0, end < 0 ? undefined : end).some((line) => /^-\s*Global Roles:.*\bsuperuser\b/.test(line));
}

/** When the license ends, ms since the epoch, and whether the product warns; null when it does not tell. */
export function parseLicense({ exitCode, text }: Block): { readonly endsAt: number | null; readonly warning: string | null } | null {
  if (exitCode !== 0) return null;
  const lines = linesOf(text);
  const warning = lines.find((line) => /License (?:will expire|has expired|expired)/i.test(line)) ?? null;
  const ends = /"?End\s?Time"?\s*[:|]\s*"?([^",|]+)/i.exec(lines.join('\n'))?.[1]?.trim() ?? '';
  const at = /^\d{10}$/.test(ends) ? Number(ends) * 1_000 : /^\d{13}$/.test(ends) ? Number(ends) : Date.parse(ends);
  const endsAt = Number.isFinite(at) ? at : null;
  return endsAt === null && warning === null ? null : { endsAt, warning };
}

/** Jobs that `gsql 'SHOW LOADING STATUS ALL'` shows at work; null when it does not tell. Pure; never throws. */
export function parseLoading(text: string): number | null {
  const states = linesOf(text).flatMap((line) => /^\[([A-Z]+)\]\s+m\d+\b/.exec(line)?.[1] ?? []);
  if (states.length > 0) return states.filter((state) => ['RUNNING', 'WAITING', 'PAUSED'].includes(state)).length;
  return /\bno (?:\w+ )*jobs?\b/i.test(text) ? 0 : null;
}

/** Hosts that `kafka-broker-api-versions.sh` found behind one broker: what clients of that Kafka are sent to. Pure; never throws. */
export const parseBrokers = (text: string): readonly string[] =>
  linesOf(text).flatMap((line) => /^(\S{1,253}):\d{1,5} \(id: \d+ rack: .*\) -> \($/.exec(line)?.[1] ?? []);

/** Partitions of which the files of a backup hold data and ids, by the names of the files. Pure; never throws. */
export function parsePartitions(files: readonly string[]): ReadonlySet<number> {
  const of = (what: string) =>
    files.flatMap((file) => {
      const [, service, partition] = /^(GPE|GSE)_(\d{1,4})_\d{1,2}\./.exec(file) ?? [];
      return service === what ? [Number(partition)] : [];
    });
  const ids = new Set(of('GSE'));
  return new Set(of('GPE').filter((partition) => ids.has(partition)));
}
