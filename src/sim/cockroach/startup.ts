import { SqlError } from './sql-error.ts';
import { isSettable, normalizeVariable } from './statements/variables.ts';

/** What a client asks for when it connects. */
export interface StartupRequest {
  readonly user: string;
  /** null: the default virtual cluster. */
  readonly virtualCluster: string | null;
  readonly variables: ReadonlyMap<string, string>;
}

/** Reads `-ccluster=main -c name=value --name=value`; a backslash keeps a blank. */
function readOptions(text: string): readonly (readonly [string, string])[] {
  const words = (text.match(/(?:\\.|[^\s\\])+/gs) ?? []).map((word) => word.replace(/\\(.)/gs, '$1'));
  const found: (readonly [string, string])[] = [];
  // `-c name=value` in two words is the same as in one.
  const joined = words.flatMap((word, at) => (word === '-c' ? [`-c${words[at + 1] ?? ''}`] : words[at - 1] === '-c' ? [] : [word]));
  for (const word of joined) {
    const pair = word.replace(/^(-c|--)/, '');
    const cut = pair.indexOf('=');
    if (cut < 1 || !word.startsWith('-')) throw new SqlError('42602', `option ${JSON.stringify(word)} is invalid`, { severity: 'FATAL' });
    found.push([pair.slice(0, cut).toLowerCase().replaceAll('-', '_'), pair.slice(cut + 1)]);
  }
  return found;
}

const notVariables = new Set(['user', 'database', 'options', 'replication']);

/** Parses the settings of a startup packet. Throws FATAL for options that the server doesn't know. */
export function readStartupRequest(settings: ReadonlyMap<string, string>): StartupRequest {
  const options = readOptions(settings.get('options') ?? '');
  const variables = new Map<string, string>();
  const plain = [...settings].filter(([name]) => !notVariables.has(name) && isSettable(name.toLowerCase()));
  for (const [name, value] of [...plain, ...options.filter(([option]) => option !== 'cluster')]) {
    const key = name.toLowerCase();
    variables.set(key, normalizeVariable(key, value));
  }
  const database = settings.get('database') ?? 'defaultdb';
  const prefix = /^cluster:([^/]+)(?:\/(.*))?$/.exec(database);
  variables.set('database', prefix === null ? database : (prefix[2] ?? 'defaultdb'));
  return {
    user: settings.get('user') ?? '',
    virtualCluster: options.find(([name]) => name === 'cluster')?.[1] ?? prefix?.[1] ?? null,
    variables,
  };
}
