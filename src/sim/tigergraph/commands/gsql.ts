import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, failed, filesOf, fine, record, type TigerTool } from '../realm.ts';
import { type Cluster, type GsqlUser, isDr, keys, otherSide, setting } from '../state/model.ts';
import { serves } from '../state/services.ts';
import { note, outdateFollowers } from '../state/settle.ts';
import { isAnswer, readFlags, type Words } from './flags.ts';
import { logTime } from './table-text.ts';

/** The user that the words and the input name; null: nobody that the cluster knows. */
export function userOf(cluster: Cluster, name: string, password: string): GsqlUser | null {
  return cluster.data.users.find((user) => user.name === name && user.password === password) ?? null;
}

/** While the default password is unchanged nobody is asked for one. */
function loginOf({ cluster, call }: Desk, { flags }: Words): GsqlUser | null {
  const name = flags.get('-u') ?? 'tigergraph';
  const typed = call.stdin.split('\n')[0] ?? '';
  const password = flags.get('-p') ?? (flags.has('-u') || typed !== '' ? typed : 'tigergraph');
  return userOf(cluster, name, password);
}

const masterWords = /^(DROP ALL|CLEAR GRAPH STORE|IMPORT GRAPH|EXPORT GRAPH)\b/i;
const changeWords = /^(CREATE|DROP|ALTER|INSERT|GRANT|REVOKE|RUN|USE GLOBAL|ADD|INSTALL|DELETE)\b/i;

/** `gsql -leader`: the first node whose GSQL answers. */
function leader({ cluster, realm }: Desk): ProductAnswer {
  const nowMs = catchUp(realm);
  const first = cluster.services.find(
    (service) => service.name === 'GSQL' && service.node.up && service.wanted && service.onlineAtMs <= nowMs,
  );
  return first === undefined ? failed('Connection refused.', 202) : fine(`${first.node.name} : ${first.node.ip}\n`);
}

export const gsql: TigerTool = async (desk) => {
  const { cluster, realm, call } = desk;
  if (call.argv[0] === '-leader' || call.argv[0] === '--leader') return leader(desk);
  const words = readFlags(call.argv, { '-u': true, '-p': true, '-g': true, '--reset': false });
  if (isAnswer(words)) return { ...words, exitCode: words.exitCode === 0 ? 0 : 201 };
  await call.wait(realm.state.pace.readMs);
  if (!serves(cluster, 'GSQL', catchUp(realm))) return failed('Connection refused. Please check the status of GSQL.', 202);
  const user = loginOf(desk, words);
  if (user === null) return failed('Authentication failed.', 41);
  const graph = words.flags.get('-g') ?? '';
  const graphs = new Set(cluster.data.queries.map((query) => query.graph));
  if (graph !== '' && graphs.size > 0 && !graphs.has(graph)) return failed(`Graph '${graph}' does not exist.`, 41);
  const text = words.flags.has('--reset') ? 'DROP ALL' : words.rest.join(' ').trim();
  return answer(desk, text.replace(/;+$/, '').trim(), graph, user);
};

function answer(desk: Desk, text: string, graph: string, user: GsqlUser): ProductAnswer | Promise<ProductAnswer> {
  if (text === '') return failed('Usage: gsql [command]', 201);
  if (/^ls$/i.test(text)) return ls(desk, graph);
  if (/^SHOW USERS?$/i.test(text)) return showUsers(desk.cluster, user);
  if (/^SHOW LOADING STATUS ALL$/i.test(text))
    return graph === '' ? failed('Please use a graph first.', 213) : fine('No loading job is running.\n');
  if (!masterWords.test(text) && !changeWords.test(text))
    return failed(`Encountered "${text.split(/\s/)[0] ?? ''}" at line 1, column 1.`, 211);
  if (isDr(desk.cluster))
    return failed(
      'Semantic Check Fails: this operation is not allowed on a disaster recovery cluster (cross region replication is enabled).',
      212,
    );
  if (!user.superuser) return failed('You do not have the privilege for this operation.', 212);
  if (/^INSTALL QUERY\b/i.test(text)) return install(desk, text);
  return masterWords.test(text) ? reset(desk, text) : change(desk, text);
}

function ls({ cluster }: Desk, graph: string): ProductAnswer {
  const queries = cluster.data.queries.filter((query) => graph === '' || query.graph === graph);
  const line = ({ name, installed }: (typeof queries)[number]): string =>
    `  - ${name}(string p) ${installed ? '(installed v2)' : '(pendingInstall)'}\n`;
  const names = [...new Set(cluster.data.queries.map((query) => query.graph))].map((name) => `  - Graph ${name}(Person:v, Knows:e)\n`);
  return fine(
    `---- Graph ${graph === '' ? 'global' : graph}\nVertex Types:\n  - VERTEX Person(PRIMARY_ID id STRING)\nGraphs:\n${names.join('')}Queries:\n${queries.map(line).join('')}`,
  );
}

function showUsers({ data }: Cluster, asking: GsqlUser): ProductAnswer {
  const shown = asking.superuser ? data.users : [asking];
  const roles = ({ superuser }: GsqlUser): string => (superuser ? '    - Global Roles: superuser\n' : '');
  return fine(shown.map((user) => `  - Name: ${user.name}\n${roles(user)}    - LastSuccessLogin: Fri Jan 17 03:30:53 UTC 2025\n`).join(''));
}

async function install(desk: Desk, text: string): Promise<ProductAnswer> {
  const { cluster, realm, call } = desk;
  const forced = /-force\b/i.test(text);
  call.print('Start installing queries, about 1 minute ...\n');
  await call.wait(realm.state.pace.installMs);
  const nowMs = catchUp(realm);
  const { data } = cluster;
  const whole = cluster.nodes.every(({ up }) => up) && serves(cluster, 'GPE', nowMs);
  for (const { name, graph } of data.queries) {
    call.print(
      `${name} query: curl -X GET 'http://127.0.0.1:9000/query/${graph}/${name}?p=VALUE'. Add -H "Authorization: Bearer TOKEN" if authentication is enabled.\n`,
    );
  }
  for (const query of data.queries) query.installed = whole;
  data.seq += Math.max(1, data.queries.length);
  note(cluster, nowMs);
  const follower = realm.state.clusters[otherSide(cluster.side)];
  if (forced && whole && isDr(follower)) follower.crr.primed = true;
  record(desk, 'install-queries', `gsql ${text}`);
  if (!whole) {
    return fine(
      `Warning: These queries below in the graph '${data.queries[0]?.graph ?? ''}' cannot be correctly installed:\n${data.queries.map(({ name }) => `${name}\n`).join('')}`,
    );
  }
  const machine = "Select 'm1' as compile server, now connecting ...\nNode 'm1' is prepared as compile server.\n";
  return fine(`${machine}[==========] 100% (${data.queries.length}/${data.queries.length})\nQuery installation finished.\n`);
}

/** On the node whose GSQL leads. */
function noteInLog({ cluster, realm }: Desk, nowMs: number, words: string): void {
  const [leading] = cluster.nodes;
  if (leading === undefined) return;
  const files = filesOf(realm, cluster, leading);
  const path = `${setting(cluster, keys.logRoot)}/gsql/log.INFO`;
  const line = `I@${logTime(nowMs)} tigergraph|127.0.0.1:45854|00000000077 (QueryBlockHandler.java:181) ${words}\n`;
  files.write(path, `${files.exists(path) ? files.read(path) : ''}${line}`);
}

/** What stops replication for good. It leaves its words in the log of GSQL. */
async function reset(desk: Desk, text: string): Promise<ProductAnswer> {
  const { cluster, realm, call } = desk;
  await call.wait(realm.state.pace.ddlMs);
  const nowMs = catchUp(realm);
  const words = masterWords.exec(text)?.[1]?.toUpperCase() ?? 'DROP ALL';
  noteInLog(desk, nowMs, `RunCommand: ${text}`);
  if (words === 'DROP ALL') Object.assign(cluster.data, { records: 0, seq: 0, queries: [], marks: [] });
  if (words === 'CLEAR GRAPH STORE') Object.assign(cluster.data, { records: 0, marks: [] });
  outdateFollowers(realm.state, cluster.side, words);
  note(cluster, nowMs);
  record(desk, 'gsql-reset', `gsql ${text}`);
  return fine('Successfully dropped everything.\n');
}

/** What a statement would drop and nobody has, as `query hello`; null when it drops nothing of the kind. */
function missingIn({ data }: Cluster, text: string): string | null {
  const [, kind = '', name = ''] = /^DROP\s+(QUERY|USER|JOB|VERTEX)\s+(\w+)$/i.exec(text) ?? [];
  const known: Readonly<Record<string, readonly string[]>> = {
    QUERY: data.queries.map((query) => query.name),
    USER: data.users.map((user) => user.name),
    JOB: [],
    VERTEX: ['Person'],
  };
  return name === '' || known[kind.toUpperCase()]?.includes(name) === true ? null : `${kind.toLowerCase()} ${name}`;
}

async function change(desk: Desk, text: string): Promise<ProductAnswer> {
  const { cluster, realm, call } = desk;
  const missing = missingIn(cluster, text);
  if (missing !== null) return failed(`Semantic Check Fails: The ${missing} doesn't exist!`, 212);
  await call.wait(realm.state.pace.ddlMs);
  const nowMs = catchUp(realm);
  cluster.data.seq += 1;
  const [, kind, name] = /^CREATE\s+(?:OR REPLACE\s+)?(QUERY)\s+(\w+)/i.exec(text) ?? [];
  if (kind !== undefined && name !== undefined) {
    cluster.data.queries.push({ graph: cluster.data.queries[0]?.graph ?? 'orders', name, installed: false });
  }
  note(cluster, nowMs);
  record(desk, 'gsql-change', `gsql ${text.replace(/(password\s*=\s*)\S+/gi, '$1***')}`);
  return fine('Successfully changed.\n');
}
