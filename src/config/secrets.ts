import { isAbsolute, join } from 'node:path';
import { Secret } from '../domain/secret.ts';
import { type Environment, variable } from './environment.ts';

/** `env:NAME` or `file:PATH`. */
export const referencePattern = /^(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:[^\p{Cc}]{1,1024})$/u;

export const isReference = (text: string): boolean => referencePattern.test(text);

/** Reads a whole text file; throws as `node:fs` does. */
export type ReadFile = (path: string) => string;

/** A secret, or a predicate that says why there is none and what to do; it names the reference but never the value. */
export type Lookup = { readonly kind: 'found'; readonly secret: Secret } | { readonly kind: 'missing'; readonly predicate: string };

const missing = (predicate: string): Lookup => ({ kind: 'missing', predicate });

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a directory',
  ENOTDIR: 'lies under something that is not a directory',
};

/** Why a file could not be read: a predicate without a full stop, from the error's code. */
export function unreadableWhy(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return reasons[code] ?? `could not be read${/^[A-Z]{2,20}$/.test(code) ? ` (${code})` : ''}`;
}

/** A path as the config file means it: relative to the folder of that file. */
export const pathFrom = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

function fromFile(path: string, folder: string, readFile: ReadFile): Lookup {
  try {
    const value = readFile(pathFrom(folder, path)).replace(/\r?\n$/, '');
    if (value !== '') return { kind: 'found', secret: new Secret(value) };
  } catch (cause) {
    return missing(`refers to the file ${path}, which ${unreadableWhy(cause)}; create it or name another.`);
  }
  return missing(`refers to the file ${path}, which is empty; write the secret into it.`);
}

/** Creates the look-up of references. Files are looked for from `folder`; one line end at the end of a file is not part of the secret. */
export function createLookup(env: Environment, folder: string, readFile: ReadFile): (reference: string) => Lookup {
  return (reference) => {
    if (!isReference(reference)) return missing('holds a literal value, and a secret has to be a reference; write env:NAME or file:PATH.');
    const rest = reference.slice(reference.indexOf(':') + 1);
    if (reference.startsWith('file:')) return fromFile(rest, folder, readFile);
    const value = variable(env, rest);
    if (value === null) return missing(`refers to the environment variable ${rest}, which is not set; set it or name another.`);
    return { kind: 'found', secret: new Secret(value) };
  };
}
