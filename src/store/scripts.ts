import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Every atomic change is one file in `lua/`; what it takes and returns is in its header. */
export const scriptNames = [
  'journal-create',
  'journal-claim',
  'journal-renew',
  'journal-release',
  'journal-append',
  'journal-read',
  'journal-due',
  'journal-schedule',
  'link-hold',
  'link-leave',
  'report-claim',
  'report-renew',
  'report-finish',
  'report-postpone',
  'watch-take',
  'watch-renew',
  'watch-note',
  'watch-leave',
  'alert-mark',
  'offer-take',
  'policy-seed',
  'policy-put',
  'inbox-record',
  'inbox-take',
  'inbox-keep',
  'inbox-finish',
  'inbox-leave',
] as const;

export type ScriptName = (typeof scriptNames)[number];

export interface Script {
  readonly lua: string;
  /** SHA-1 in hex, by which Redis knows a loaded script. */
  readonly sha: string;
}

function load(name: ScriptName): Script {
  const lua = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

// The cast restates what the list says: fromEntries forgets the names.
export const scripts = Object.fromEntries(scriptNames.map((name) => [name, load(name)])) as Readonly<Record<ScriptName, Script>>;

/** Scripts that change nothing: a failed call of one is `not-applied`. */
export const readingScripts: ReadonlySet<ScriptName> = new Set(['journal-read', 'journal-due']);
