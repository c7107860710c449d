import { dirname } from 'node:path';
import type { Redirect } from '../domain/link.ts';
import { type Problem, problemsOf, said } from '../domain/problem.ts';
import { Secret } from '../domain/secret.ts';
import { hasPassword, redisUrlProblem } from './addresses.ts';
import type { Config, ConfigProblems } from './config.ts';
import { type Environment, variable } from './environment.ts';
import { type ConfigFile, configFileSchema } from './schema.ts';
import { createLookup, isReference, type Lookup, pathFrom, type ReadFile, unreadableWhy } from './secrets.ts';
import { slackOf } from './slack.ts';
import { readYaml } from './yaml-text.ts';

/** A group as the check of the first policy sees it; `people` is null when Slack decides who is in it. */
export interface NamedGroup {
  readonly name: string;
  readonly people: readonly string[] | null;
}

export interface LoadDeps {
  /** Path of the YAML file. */
  readonly path: string;
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** What is wrong with the rules of the first policy. */
  readonly checkPolicy?: (rules: unknown, groups: readonly NamedGroup[]) => readonly Problem[];
}

type Parsed = { readonly kind: 'parsed'; readonly file: ConfigFile } | ConfigProblems;

const whole = (sentence: string): Problem => ({ path: '', sentence });
const stop = (problems: readonly Problem[]): ConfigProblems => ({ kind: 'problems', problems });

function readText(
  readFile: ReadFile,
  path: string,
): { readonly kind: 'text'; readonly text: string } | { readonly kind: 'none'; readonly why: string } {
  try {
    return { kind: 'text', text: readFile(path) };
  } catch (cause) {
    return { kind: 'none', why: unreadableWhy(cause) };
  }
}

function parseFile({ path, readFile }: LoadDeps): Parsed {
  const read = readText(readFile, path);
  if (read.kind === 'none')
    return stop([whole(`The config file ${path} ${read.why}; copy replops.example.yaml there, or set REPLOPS_CONFIG to its path.`)]);
  const yaml = readYaml(read.text, path);
  if (yaml.kind === 'unreadable') return stop(yaml.sentences.map(whole));
  if (yaml.content === null || yaml.content === undefined)
    return stop([whole(`The config file ${path} is empty; copy replops.example.yaml there.`)]);
  const parsed = configFileSchema().safeParse(yaml.content);
  return parsed.success ? { kind: 'parsed', file: parsed.data } : stop(problemsOf(parsed.error, yaml.content, `The config file ${path}`));
}

function repeatedLinks({ links }: ConfigFile): readonly Problem[] {
  return links.flatMap(({ id }, index) =>
    links.findIndex((other) => other.id === id) === index
      ? []
      : [said(['links', index, 'id'], `repeats the id ${id}; give every link an id of its own.`)],
  );
}

/** Every reference in the settings of links is looked up once, so that a missing secret is found at the start and not in a failover. */
function missingSecrets(value: unknown, path: readonly PropertyKey[], lookup: (reference: string) => Lookup): readonly Problem[] {
  const seen = new Set<unknown>();
  const walk = (part: unknown, at: readonly PropertyKey[]): readonly Problem[] => {
    if (typeof part === 'string') {
      const found = isReference(part) ? lookup(part) : null;
      return found?.kind === 'missing' ? [said(at, found.predicate)] : [];
    }
    if (part === null || typeof part !== 'object' || seen.has(part)) return [];
    seen.add(part);
    return Object.entries(part).flatMap(([key, member]) => walk(member, [...at, Array.isArray(part) ? Number(key) : key]));
  };
  return walk(value, path);
}

function redirectOf(redirect: ConfigFile['links'][number]['redirect'], resolveSecret: (reference: string) => Secret): Redirect {
  if (redirect.kind === 'manual') return redirect;
  return { ...redirect, authorization: redirect.authorization === null ? null : resolveSecret(redirect.authorization) };
}

function redisOf(file: ConfigFile, env: Environment, lookup: (reference: string) => Lookup): { url: Secret; problems: readonly Problem[] } {
  const given = variable(env, 'REDIS_URL');
  const path = given === null ? ['redis', 'url'] : ['REDIS_URL'];
  const url = given ?? file.redis?.url;
  const wrong = (predicate: string) => ({ url: new Secret(''), problems: [said(path, predicate)] });
  if (url === undefined) return wrong('is missing; set REDIS_URL, or write an address like redis://127.0.0.1:6379 there.');
  if (given === null && !isReference(url) && hasPassword(url))
    return wrong('holds a password, and a secret has to be a reference; put the whole address into a variable and write env:NAME.');
  const found: Lookup = given === null && isReference(url) ? lookup(url) : { kind: 'found', secret: new Secret(url) };
  if (found.kind === 'missing') return wrong(found.predicate);
  const problem = redisUrlProblem(found.secret.reveal());
  return problem === null ? { url: found.secret, problems: [] } : wrong(problem);
}

type Seed = { readonly rules: unknown; readonly name: string; readonly problems: readonly Problem[] };

function seedOf(file: ConfigFile, folder: string, readFile: ReadFile): Seed {
  const seed = file.policy?.seed;
  if (typeof seed !== 'string') return { rules: seed, name: 'policy.seed', problems: [] };
  const none = (sentences: readonly string[]): Seed => ({
    rules: undefined,
    name: seed,
    problems: sentences.map((sentence) => ({ path: 'policy.seed', sentence })),
  });
  const read = readText(readFile, pathFrom(folder, seed));
  if (read.kind === 'none') return none([`policy.seed names the file ${seed}, which ${read.why}; create it or name another.`]);
  const yaml = readYaml(read.text, seed);
  return yaml.kind === 'unreadable' ? none(yaml.sentences) : { rules: yaml.content ?? null, name: seed, problems: [] };
}

function seedProblems(seed: Seed, file: ConfigFile, check: LoadDeps['checkPolicy']): readonly Problem[] {
  if (seed.problems.length > 0 || seed.rules === undefined || check === undefined) return seed.problems;
  const groups = Object.entries(file.groups).map(([name, { usergroup, people }]) => ({ name, people: usergroup === null ? people : null }));
  return check(seed.rules, groups).map(({ path, sentence }) => ({
    path: `${seed.name}: ${path}`,
    sentence: `In ${seed.name}: ${sentence}`,
  }));
}

/**
 * Reads the config file, lays the environment over it and looks its secrets up. Everything that is wrong is reported at once;
 * no sentence holds a secret. Never throws.
 */
export function loadConfig(deps: LoadDeps): Config | ConfigProblems {
  const { path, env, readFile, checkPolicy } = deps;
  const parsed = parseFile(deps);
  if (parsed.kind === 'problems') return parsed;
  const { file } = parsed;
  const folder = dirname(path);
  const lookup = createLookup(env, folder, readFile);
  const { slack, problems: slackProblems } = slackOf(file.slack ?? { teams: [] }, env, lookup);
  const { url, problems: redisProblems } = redisOf(file, env, lookup);
  const seed = seedOf(file, folder, readFile);
  const problems = [
    ...slackProblems,
    ...redisProblems,
    ...repeatedLinks(file),
    ...file.links.flatMap(({ settings, redirect }, index) => [
      ...missingSecrets(settings, ['links', index, 'settings'], lookup),
      ...missingSecrets(redirect.kind === 'hook' ? redirect.authorization : null, ['links', index, 'redirect', 'authorization'], lookup),
    ]),
    ...seedProblems(seed, file, checkPolicy),
  ];
  if (problems.length > 0) return stop(problems);
  const resolveSecret = (reference: string): Secret => {
    const found = lookup(reference);
    if (found.kind === 'found') return found.secret;
    throw new TypeError(`a secret reference that the loader has not seen ${found.predicate}`);
  };
  const { groups, watch, health, log } = file;
  const links = file.links.map((link) => ({ ...link, redirect: redirectOf(link.redirect, resolveSecret) }));
  return {
    kind: 'config',
    slack,
    redis: { url },
    groups,
    policySeed: seed.rules,
    links,
    watch: { everyMs: watch.every },
    health,
    log,
    resolveSecret,
  };
}
