import { z } from 'zod';
import { nearest } from './nearest.ts';

/** One thing that is wrong in something that people write (the config file, the policy). */
export interface Problem {
  /** Where, e.g. `links[0].engine`; empty for the whole. */
  readonly path: string;
  /** Full sentence with the path, what is wrong and the fix. Never holds a value, since the value may be a secret. */
  readonly sentence: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What was written, and how sentences call the whole of it. */
interface Written {
  readonly root: unknown;
  readonly whole: string;
}

/** Shows a key as people wrote it, unless it could be a secret that landed in the wrong place. */
export function shownKey(key: string): string {
  const harmless = /^[\w .-]{1,40}$/.test(key) && !/^(xox|xapp|xwfp)/i.test(key) && !/[A-Za-z0-9_-]{32,}/.test(key);
  return harmless ? `“${key}”` : 'that is not shown here';
}

/** An object in which every key must be known; an unknown one is answered with the nearest spelling. */
export function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys ?? [], known) : undefined),
  });
}

function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  const parts = keys.map((key) => {
    const meant = nearest(key, known)[0] ?? null;
    const advice = meant === null ? `known keys are ${known.join(', ')}` : `did you mean “${meant}”?`;
    return `has an unknown key ${shownKey(key)}; ${advice}`;
  });
  return parts.join(' It ').replace(/([^?])$/, '$1.');
}

/** `links[0].engine` for `['links', 0, 'engine']`. */
function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${/^[\w-]{1,64}$/.test(String(part)) ? String(part) : '(key)'}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    // The cast follows the check that the value is an object with this key.
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section with keys',
  record: 'a section with keys',
};

function typeOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeWords[typeof value] ?? 'something else';
}

const wordFor = (expected: string): string => typeWords[expected] ?? expected;

function wrongType(expected: readonly string[], value: unknown): string {
  const wanted = [...new Set(expected.map(wordFor))].join(' or ');
  if (value === undefined) return `is missing; write ${wanted} there.`;
  return typeOf(value) === wanted ? `is not ${wanted} that can be used.` : `is ${typeOf(value)}; it has to be ${wanted}.`;
}

function notAnOption(options: readonly unknown[], value: unknown): string {
  const names = options.map(String);
  const list = names.length === 1 ? names.join('') : `one of ${names.join(', ')}`;
  if (value === undefined) return `is missing; write ${list}.`;
  const meant = typeof value === 'string' ? (nearest(value, names)[0] ?? null) : null;
  return `is not ${list}; ${meant === null ? 'write that.' : `did you mean “${meant}”?`}`;
}

const unitWords: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', record: ' entries' };

function outOfRange(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const unit = unitWords[issue.origin] ?? '';
  if (issue.code === 'too_small' && issue.minimum === 1 && unit !== '')
    return `is empty; at least 1${unit.replace(/ies$/, 'y').replace(/s$/, '')} is needed.`;
  return issue.code === 'too_small'
    ? `is too small; at least ${String(issue.minimum)}${unit} are needed.`
    : `is too large; at most ${String(issue.maximum)}${unit} are possible.`;
}

/** Of a union's branches, the one that the writer most likely meant: it failed deeper inside, not by its type. */
function ofUnion(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path, written: Written): readonly Problem[] {
  const value = valueAt(written.root, path);
  const say = (predicate: string): Problem => said(path, predicate, written.whole);
  if ('discriminator' in issue && 'options' in issue && Array.isArray(issue.options)) return [say(notAnOption(issue.options, value))];
  const meant = issue.errors.find((branch) => !branch.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0));
  if (meant !== undefined) return meant.flatMap((inner) => ofIssue(inner, path, written));
  const expected = issue.errors.flatMap((branch) => branch.flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : [])));
  return [say(wrongType(expected, value))];
}

/** A problem at a path; `predicate` goes on after the path, e.g. `is missing; write …`. */
export function said(path: Path, predicate: string, whole = 'The whole'): Problem {
  const text = pathText(path);
  return { path: text, sentence: `${text === '' ? whole : text} ${predicate}` };
}

function ofIssue(issue: Issue, base: Path, written: Written): readonly Problem[] {
  const path = [...base, ...issue.path];
  const say = (predicate: string, at: Path = path): Problem => said(at, predicate, written.whole);
  switch (issue.code) {
    case 'invalid_type':
      return [say(wrongType([issue.expected], valueAt(written.root, path)))];
    case 'invalid_value':
      return [say(notAnOption(issue.values, valueAt(written.root, path)))];
    case 'too_small':
    case 'too_big':
      return [say(outOfRange(issue))];
    case 'invalid_union':
      return ofUnion(issue, path, written);
    case 'invalid_key':
      return [say(`has a key ${shownKey(String(path.at(-1)))} that ${issue.issues[0]?.message ?? 'cannot be used.'}`, path.slice(0, -1))];
    case 'invalid_element':
      return issue.issues.flatMap((inner) => ofIssue(inner, path, written));
    default:
      return [say(issue.message)];
  }
}

/**
 * What zod found, as sentences for the person who wrote `root`. Messages given to checks in the schema are predicates with
 * the fix and a full stop, e.g. `is not a zone name; write one like Europe/Berlin.`
 */
export function problemsOf(error: z.ZodError, root: unknown, whole = 'The whole'): readonly Problem[] {
  return error.issues.flatMap((issue) => ofIssue(issue, [], { root, whole }));
}
