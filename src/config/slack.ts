import { type Problem, said } from '../domain/problem.ts';
import { Secret } from '../domain/secret.ts';
import { urlProblem } from './addresses.ts';
import type { SlackConfig } from './config.ts';
import { type Environment, variable } from './environment.ts';
import type { ConfigFile } from './schema.ts';
import type { Lookup } from './secrets.ts';

type SlackFile = NonNullable<ConfigFile['slack']>;
type SecretKey = 'botToken' | 'appToken' | 'signingSecret';

const variables: Readonly<Record<SecretKey, string>> = {
  botToken: 'SLACK_BOT_TOKEN',
  appToken: 'SLACK_APP_TOKEN',
  signingSecret: 'SLACK_SIGNING_SECRET',
};

/** Beginnings of the tokens that people mix up. */
const beginnings: Readonly<Partial<Record<SecretKey, { readonly own: string; readonly others: RegExp }>>> = {
  botToken: { own: 'xoxb-', others: /^(xapp-|xoxp-)/ },
  appToken: { own: 'xapp-', others: /^xox/ },
};

const defaultPort = 3000;

function modeOf(file: SlackFile, env: Environment): 'socket' | 'http' {
  if (file.mode !== undefined) return file.mode;
  if (variable(env, variables.appToken) !== null) return 'socket';
  if (variable(env, variables.signingSecret) !== null) return 'http';
  return file.appToken === undefined && file.signingSecret !== undefined ? 'http' : 'socket';
}

/** Collects what is wrong while the parts are gathered. */
interface Gathering {
  readonly file: SlackFile;
  readonly env: Environment;
  readonly lookup: (reference: string) => Lookup;
  readonly problems: Problem[];
}

function foundOf(given: string | null, reference: string | undefined, key: SecretKey, lookup: Gathering['lookup']): Lookup {
  if (given !== null) return { kind: 'found', secret: new Secret(given) };
  if (reference !== undefined) return lookup(reference);
  return { kind: 'missing', predicate: `is missing; set ${variables[key]}, or write env:NAME or file:PATH there.` };
}

/** The environment's value, else what the file refers to. Without either it is a problem, and the secret is empty. */
function secretOf({ file, env, lookup, problems }: Gathering, key: SecretKey): Secret {
  const path = ['slack', key];
  const found = foundOf(variable(env, variables[key]), file[key], key, lookup);
  if (found.kind === 'missing') {
    problems.push(said(path, found.predicate));
    return new Secret('');
  }
  const expected = beginnings[key];
  if (expected?.others.test(found.secret.reveal()) === true)
    problems.push(said(path, `is another kind of token; the one needed begins with ${expected.own}.`));
  return found.secret;
}

function portOf({ file, env, problems }: Gathering): number {
  const given = variable(env, 'PORT');
  if (given === null) return file.port ?? defaultPort;
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  problems.push(said(['PORT'], 'is not a port; set a number from 0 to 65535.'));
  return defaultPort;
}

function apiUrlOf({ file, env, problems }: Gathering): string | null {
  const given = variable(env, 'SLACK_API_URL');
  if (given === null) return file.apiUrl ?? null;
  const problem = urlProblem(given);
  if (problem !== null) problems.push(said(['SLACK_API_URL'], problem));
  return given;
}

/** The file's slack section with the environment's values over it. */
export function slackOf(
  file: SlackFile,
  env: Environment,
  lookup: (reference: string) => Lookup,
): { readonly slack: SlackConfig; readonly problems: readonly Problem[] } {
  const gathering: Gathering = { file, env, lookup, problems: [] };
  const basis = { botToken: secretOf(gathering, 'botToken'), apiUrl: apiUrlOf(gathering), teams: file.teams };
  const slack: SlackConfig =
    modeOf(file, env) === 'socket'
      ? { mode: 'socket', appToken: secretOf(gathering, 'appToken'), ...basis }
      : { mode: 'http', signingSecret: secretOf(gathering, 'signingSecret'), port: portOf(gathering), ...basis };
  return { slack, problems: gathering.problems };
}
