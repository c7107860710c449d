import { posix } from 'node:path';
import { catchUp, type Desk, failed, filesOf, fine, record, type TigerTool } from '../realm.ts';
import { isDr, type TigerNode } from '../state/model.ts';
import { serves } from '../state/services.ts';
import { sourceOf } from '../state/settle.ts';
import { treeOf } from './cluster-tools.ts';
import { connectPort, connectStatus } from './connect-rest.ts';
import { userOf } from './gsql.ts';
import { bash } from './kafka-tools.ts';
import { loginTools } from './login-tools.ts';
import { nodeAt, opens } from './reach.ts';

/** `timeout 5 bash -c '</dev/tcp/IP/PORT'` */
const timeout: TigerTool = (desk) => {
  const [, shell, flag, text = ''] = desk.call.argv;
  const [, ip = '', port = ''] = /^<\/dev\/tcp\/([^/]+)\/(\d+)$/.exec(text.trim()) ?? [];
  if (shell !== 'bash' || flag !== '-c' || ip === '') return failed('timeout: only a look at a port is simulated', 125);
  return opens(desk, ip, port)
    ? fine()
    : failed(`bash: connect: Connection refused\nbash: line 1: /dev/tcp/${ip}/${port}: Connection refused`);
};

const nc: TigerTool = (desk) => {
  const [ip = '', port = ''] = desk.call.argv.filter((word) => !word.startsWith('-'));
  return opens(desk, ip, port)
    ? { exitCode: 0, stderr: `Connection to ${ip} ${port} port [tcp/*] succeeded!\n` }
    : failed(`nc: connect to ${ip} port ${port} (tcp) failed: Connection refused`);
};

/** Body of the endpoint that tells how far the metadata is; null: nothing listens there in this version. */
function replication(desk: Desk, url: URL): string | null {
  const { cluster, realm } = desk;
  const { port, path } = cluster.release.endpoint;
  if (url.port !== String(port) || url.pathname !== path) return null;
  const source = sourceOf(realm.state, cluster);
  const behind = source === null || cluster.crr.connector === 'none' ? 0 : Math.max(0, source.data.seq - cluster.data.seq);
  return JSON.stringify({ numChangesToBeReplicated: behind, lastSeqId: cluster.data.seq, error: false });
}

/** Endpoints of a node that need no login. */
const openPages: Readonly<Record<string, { readonly service: string; readonly body: string }>> = {
  ':14240/api/ping': { service: 'NGINX', body: '{"error":"false","message":"pong","results":{}}' },
  ':9000/echo': { service: 'RESTPP', body: '{"error":false,"message":"Hello GSQL"}' },
};

const curl: TigerTool = async (desk) => {
  const { argv, wait } = desk.call;
  const url = argv.map(asUrl).find((each) => each !== null) ?? null;
  if (url !== null && url.port === connectPort) return connectStatus(desk, url);
  if (url === null || !/^(localhost|127\.0\.0\.1)$/.test(url.hostname)) return failed('curl: (6) Could not resolve host', 6);
  await wait(desk.realm.state.pace.readMs);
  const format = argv.includes('-w') ? (argv[argv.indexOf('-w') + 1] ?? '') : '';
  const { status, body } = argv.includes('-d') ? posted(desk, url) : fetched(desk, url);
  const written = format.replaceAll('\\n', '\n').replaceAll('%{http_code}', String(status).padStart(3, '0'));
  if (status !== 0) return fine(body + written);
  const words = `curl: (7) Failed to connect to ${url.hostname} port ${url.port}: Connection refused`;
  return { ...failed(argv.includes('-s') ? '' : words, 7), stdout: written };
};

/** An upsert of nothing: what it says tells whether the side takes writes. The words of a refusal are not documented. */
function posted({ cluster, realm, call }: Desk, url: URL): { readonly status: number; readonly body: string } {
  if (url.port !== '9000' || !serves(cluster, 'RESTPP', catchUp(realm))) return { status: 0, body: '' };
  const graph = /^\/graph\/(\w+)$/.exec(url.pathname)?.[1] ?? '';
  if (!cluster.data.queries.some((query) => query.graph === graph))
    return { status: 404, body: `{"error":true,"message":"Graph ${graph} does not exist."}` };
  if (call.argv[call.argv.indexOf('-d') + 1] !== '{"vertices":{}}')
    return { status: 400, body: '{"error":true,"message":"only an upsert of nothing is simulated"}' };
  if (isDr(cluster))
    return { status: 200, body: '{"error":true,"message":"Updates are not allowed: cross region replication is enabled."}' };
  return { status: 200, body: '{"error":false,"message":"","results":[{"accepted_vertices":0,"accepted_edges":0}]}' };
}

/** Status 0: nothing listens there. */
function fetched(desk: Desk, url: URL): { readonly status: number; readonly body: string } {
  const nowMs = catchUp(desk.realm);
  const page = openPages[`:${url.port}${url.pathname}`];
  if (page !== undefined && serves(desk.cluster, page.service, nowMs)) return { status: 200, body: page.body };
  const listening = url.port === '14240' ? 'NGINX' : url.port === '8123' ? 'GSQL' : null;
  if (listening === null || !serves(desk.cluster, listening, nowMs)) return { status: 0, body: '' };
  const body = replication(desk, url);
  if (body === null) return { status: 404, body: '{"error":true,"message":"not found"}' };
  if (!serves(desk.cluster, 'GSQL', nowMs)) return { status: 502, body: '<html>502 Bad Gateway</html>' };
  return isKnown(desk) ? { status: 200, body } : { status: 401, body: '{"error":true,"message":"Authentication failed"}' };
}

/** By the config of curl on standard input. */
function isKnown({ cluster, call }: Desk): boolean {
  const [, name = '', password = ''] = /^user\s*=\s*"([^:"]*):((?:[^"\\]|\\.)*)"/m.exec(call.stdin) ?? [];
  return userOf(cluster, name, password.replace(/\\(.)/g, '$1')) !== null;
}

function asUrl(word: string): URL | null {
  const text = /^https?:\/\//.test(word) ? word : /^[\w.]+:\d+\//.test(word) ? `http://${word}` : null;
  return text === null ? null : new URL(text);
}

/** `rsync … FOLDER/ USER@IP:FOLDER/`: what is there already stays, what is in the middle goes on. */
const rsync: TigerTool = async (desk) => {
  const { call, realm, cluster, node } = desk;
  const words = call.argv.filter((word, index) => !word.startsWith('-') && call.argv[index - 1] !== '-e');
  const [source = '', target = ''] = words;
  const [, ip = '', folder = ''] = /^[^@]+@([^:]+):(.+)$/.exec(target) ?? [];
  await call.wait(realm.state.pace.copyMs);
  const there = nodeAt(desk, ip);
  if (there === null || !opens(desk, ip, '22'))
    return failed(`ssh: connect to host ${ip} port 22: Connection refused\nrsync error: unexplained error (code 255)`, 255);
  const root = source.replace(/\/$/, '');
  const own = filesOf(realm, cluster, node);
  if (!own.exists(root)) return failed(`rsync: change_dir "${root}" failed: No such file or directory (2)`, 23);
  if (there.node.diskFull) return failed('rsync: write failed: No space left on device (28)', 11);
  const to = filesOf(realm, there.cluster, there.node);
  const goal = posix.resolve(folder);
  // rsync makes the last folder of a path, not the ones before it.
  if (!to.exists(posix.dirname(goal))) return failed(`rsync: mkdir "${goal}" failed: No such file or directory (2)`, 11);
  const { spoil } = realm.state;
  const paths = [...treeOf(desk, root)];
  if (spoil === 'missing')
    paths.splice(
      paths.findIndex((path) => /GPE/.test(path)),
      1,
    );
  to.makeFolder(goal);
  for (const path of paths) {
    const damaged = spoil === 'damaged' && /GPE/.test(path);
    to.write(`${goal}${path.slice(root.length)}`, damaged ? own.read(path).slice(0, -20) : own.read(path));
  }
  realm.state.spoil = null;
  catchUp(realm);
  record(desk, 'copy', ['rsync', source, target].join(' '));
  return fine();
};

const freeKb = (node: TigerNode): number => (node.diskFull ? 1024 : 400_000_000);

const df: TigerTool = ({ call, node }) => {
  const path = call.argv.find((word) => !word.startsWith('-')) ?? '/';
  if (!call.files.exists(path)) return failed(`df: ${path}: No such file or directory`);
  const free = freeKb(node);
  const total = 500_000_000;
  const head = 'Filesystem     1024-blocks      Used Available Capacity Mounted on\n';
  return fine(`${head}/dev/nvme0n1p1   ${total} ${total - free} ${free}  ${Math.round((100 * (total - free)) / total)}% /\n`);
};

const du: TigerTool = ({ call, cluster }) => {
  const path = call.argv.find((word) => !word.startsWith('-')) ?? '.';
  if (!call.files.exists(path)) return failed(`du: cannot access '${path}': No such file or directory`);
  const kb = Math.ceil((cluster.data.records * 0.6) / Math.max(1, cluster.partitions));
  return fine(`${kb}\t${path}\n`);
};

const date: TigerTool = ({ call, realm }) => {
  if (call.argv[0] === '+%z') return fine('+0000\n');
  return fine(call.argv[0] === '+%s' ? `${Math.floor(realm.nowMs() / 1000)}\n` : `${new Date(realm.nowMs()).toUTCString()}\n`);
};

/** Processes of this host whose command holds the text; never the one that asks. */
const pgrep: TigerTool = ({ call, realm, cluster, node }) => {
  const text = call.argv.at(-1) ?? '';
  const found = realm
    .host(cluster.side, node.name)
    .processes()
    .filter(({ command }) => command.includes(text) && !command.startsWith('pgrep '));
  const lines = found.map(({ pid, command }) => `${pid} ${command}\n`).join('');
  return found.length === 0 ? { exitCode: 1 } : fine(lines);
};

const twoWide = (day: string): string => day.replace(/^0/, ' ');

/** `TZ=UTC0 ps -o pid=,lstart= -p PID,PID`: since when services of this node run. */
const ps: TigerTool = ({ call, cluster, node }) => {
  const [flag, columns, which, pids = ''] = call.argv;
  if (flag !== '-o' || columns !== 'pid=,lstart=' || which !== '-p') return failed('ps: only -o pid=,lstart= -p is simulated');
  const wanted = new Set(pids.split(','));
  const found = cluster.services.filter((each) => each.node === node && node.up && each.wanted && wanted.has(String(each.pid)));
  const lines = found.map(({ pid, startedAtMs }) => {
    const [day = '', date = '', month = '', year = '', time = ''] = new Date(startedAtMs).toUTCString().replace(',', '').split(' ');
    return `${String(pid).padStart(7)} ${day} ${month} ${twoWide(date)} ${time} ${year}\n`;
  });
  return found.length === 0 ? { exitCode: 1 } : fine(lines.join(''));
};

/** What is in /usr/bin beside the tools that every simulated host has. */
export const hostTools: Readonly<Record<string, TigerTool>> = {
  bash,
  curl,
  date,
  df,
  du,
  id: ({ call }) => fine(`${call.user}\n`),
  nc,
  pgrep,
  ps,
  rsync,
  ...loginTools,
  timeout,
};
