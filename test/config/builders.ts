import type { Config, ConfigProblems } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { type LoadDeps, loadConfig } from '../../src/config/load.ts';

export const linkText = `
links:
  - id: prod-sql
    engine: cockroach-pcr
    environment: production
    redirect: { kind: manual, instructions: Move the name }
    settings: {}
`;

export const fullEnvironment: Environment = {
  SLACK_BOT_TOKEN: 'xoxb-from-environment',
  SLACK_APP_TOKEN: 'xapp-from-environment',
  REDIS_URL: 'redis://127.0.0.1:6379',
};

/** Reads from texts by path, and fails as `node:fs` does for a path that is not among them. */
export function readerOf(files: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
    return text;
  };
}

export interface Given {
  readonly env?: Environment;
  readonly files?: Readonly<Record<string, string>>;
  readonly checkPolicy?: LoadDeps['checkPolicy'];
}

/** Loads `conf/replops.yaml` with this text. */
export function load(text: string, given: Given = {}): Config | ConfigProblems {
  const files = { 'conf/replops.yaml': text, ...given.files };
  const deps = { path: 'conf/replops.yaml', env: given.env ?? fullEnvironment, readFile: readerOf(files) };
  return loadConfig(given.checkPolicy === undefined ? deps : { ...deps, checkPolicy: given.checkPolicy });
}

export function loaded(text: string, given: Given = {}): Config {
  const config = load(text, given);
  if (config.kind === 'problems') throw new TypeError(config.problems.map(({ sentence }) => sentence).join('\n'));
  return config;
}

export function problemsIn(text: string, given: Given = {}): readonly string[] {
  const config = load(text, given);
  return config.kind === 'problems' ? config.problems.map(({ sentence }) => sentence) : [];
}
