import type { ToolsView, VersionView } from '../detail.ts';
import type { Block } from './blocks.ts';
import { linesOf, plain } from './text.ts';

const threeNumbers = /(\d{1,3})\.(\d{1,3})\.(\d{1,3})/;

/** Reads `gadmin version`: `TigerGraph version: 3.9.3`, or the line of the product. Null when neither tells. Pure; never throws. */
export function parseVersion({ exitCode, text }: Block): VersionView | null {
  if (exitCode !== 0) return null;
  const lines = linesOf(text);
  const named =
    lines.find((line) => /^TigerGraph version:/.test(line) && threeNumbers.test(line)) ?? lines.find((line) => /^product\s/.test(line));
  return versionIn(named?.replace(/^(TigerGraph version:|product)/, '') ?? '');
}

export function versionIn(text: string): VersionView | null {
  const [, major, minor, patch] = threeNumbers.exec(text.trim().split(/\s+/)[0] ?? '') ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return null;
  const numbers = { major: Number(major), minor: Number(minor), patch: Number(patch) };
  return { text: `${numbers.major}.${numbers.minor}.${numbers.patch}`, ...numbers };
}

/** Whether a version is at least this one. */
export const isAtLeast = (version: VersionView, [major, minor, patch = 0]: readonly [number, number, number?]): boolean =>
  version.major !== major ? version.major > major : version.minor !== minor ? version.minor > minor : version.patch >= patch;

/** The first patch of each line that no longer replays old records of metadata after a restore; older lines have none, newer ones need none. */
const cleanPatches: Readonly<Record<number, number>> = { 5: 2, 6: 3, 7: 1 };

/** Whether records of metadata that a restored cluster's Kafka still holds have to be deleted before it follows. */
export const keepsOldRecords = ({ major, minor, patch }: VersionView): boolean =>
  major === 3 && minor < 9 && patch < (cleanPatches[minor] ?? Number.MAX_SAFE_INTEGER);

/** What a command's own help tells of it. Null: it was not told, which is not the same as that there is none. */
interface Help {
  readonly commands: string[];
  readonly flags: string[];
}

/** Reads `gadmin <words> -h`. Help for another command (its parent's) means that there is none of that name. Pure; never throws. */
export function parseHelp({ exitCode, text }: Block, words: string): Help | null {
  const help = plain(text);
  if (/unknown (command|flag|shorthand flag)/i.test(help)) return { commands: [], flags: [] };
  if (exitCode !== 0) return null;
  const usage = /Usage:\s*\n?([^\n]*)/.exec(help)?.[1] ?? '';
  if (usage === '') return null;
  if (!new RegExp(`\\bgadmin ${words}(\\s|$)`).test(usage)) return { commands: [], flags: [] };
  const list = /Available Commands:[^\n]*\n((?:[ \t]+\S[^\n]*\n?)+)/.exec(help)?.[1] ?? '';
  return {
    commands: [...list.matchAll(/^[ \t]+([a-z][a-z0-9-]*)/gm)].flatMap(([, name]) => name ?? []),
    flags: [...new Set(help.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [])].sort(),
  };
}

/** What the binaries can do, by their own help; null when one of them did not tell. */
export function parseTools(blocks: {
  readonly gbar: Block;
  readonly backup: Block;
  readonly create: Block;
  readonly restore: Block;
  readonly crr: Block;
}): ToolsView | null {
  const backup = parseHelp(blocks.backup, 'backup');
  const create = parseHelp(blocks.create, 'backup create');
  const restore = parseHelp(blocks.restore, 'backup restore');
  const crr = parseHelp(blocks.crr, 'crr');
  if (backup === null || create === null || restore === null || crr === null) return null;
  const gbar = blocks.gbar.exitCode === 0 && blocks.gbar.text.trim().startsWith('/');
  return { gbar, backup: backup.commands, create: create.flags, restore: restore.flags, crr: crr.commands };
}
