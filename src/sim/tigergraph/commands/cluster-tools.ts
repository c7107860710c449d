import { catchUp, type Desk, failed, filesOf, fine, record, type TigerTool } from '../realm.ts';
import { keys, setting, type TigerNode } from '../state/model.ts';
import { listedHosts } from '../state/settle.ts';

/** Nodes that a target of grun and gscp means: `all`, names, or services. */
function targets({ cluster }: Desk, target: string): readonly TigerNode[] {
  if (target === 'all') return cluster.nodes;
  const wanted = target.split(',');
  return cluster.nodes.filter(
    (node) =>
      wanted.includes(node.name) ||
      cluster.services.some((service) => service.node === node && wanted.includes(service.name.toLowerCase())),
  );
}

const greeting = (desk: Desk, nodes: readonly TigerNode[]): string =>
  nodes.map((node) => `### Connecting to ${node === desk.node ? 'local ' : 'remote'} server ${node.ip} ...\n`).join('');

const run =
  (shown: boolean): TigerTool =>
  async (desk) => {
    const { cluster, realm, call } = desk;
    const [target = '', text = ''] = call.argv;
    const nodes = targets(desk, target);
    if (nodes.length === 0) return failed(`Usage: grun <all|service|m1,m2> '<command>'`);
    const parts: string[] = [];
    for (const node of nodes) {
      const answer = node.up
        ? await realm.host(cluster.side, node.name).run(text, { user: call.user, tag: call.tag })
        : { exitCode: 255, stdout: '', stderr: `ssh: connect to host ${node.ip} port 22: Connection refused\n` };
      parts.push(`### ---- (${node.name})_${node.ip} ---${shown ? `${answer.exitCode}--` : ''}\n${answer.stdout}${answer.stderr}`);
    }
    return fine(greeting(desk, nodes) + parts.join(''));
  };

/** Pushes files or folders of this node to a folder of others, which is made. */
const gscp: TigerTool = async (desk) => {
  const { cluster, realm, call, node: own } = desk;
  const [target = '', sources = '', folder = ''] = call.argv;
  const nodes = targets(desk, target);
  if (nodes.length === 0 || folder === '') return failed('Usage: gscp <all|service|m1,m2> <source> <target folder>');
  await call.wait(realm.state.pace.copyMs);
  const dead = nodes.find(({ up }) => !up);
  if (dead !== undefined) return failed(`ssh: connect to host ${dead.ip} port 22: Connection refused`);
  const from = filesOf(realm, cluster, own);
  for (const source of sources.split(' ')) {
    if (!from.exists(source)) return failed(`scp: ${source}: No such file or directory`);
    for (const node of nodes) {
      const to = filesOf(realm, cluster, node);
      for (const path of treeOf(desk, source))
        to.write(`${folder}/${source.split('/').at(-1) ?? ''}${path.slice(source.length)}`, from.read(path));
    }
  }
  catchUp(realm);
  record(desk, 'copy', `gscp ${target} ${sources} ${folder}`);
  return fine(greeting(desk, nodes));
};

/** Files under a path of this node, or the file itself. */
export function treeOf(desk: Desk, path: string): readonly string[] {
  const files = filesOf(desk.realm, desk.cluster, desk.node);
  const inside = (folder: string): readonly string[] => {
    const listed = files.list(folder);
    return listed.flatMap((each) => (isFile(desk, each) ? [each] : inside(each)));
  };
  return files.exists(path) && isFile(desk, path) ? [path] : inside(path);
}

function isFile({ realm, cluster, node }: Desk, path: string): boolean {
  try {
    filesOf(realm, cluster, node).read(path);
    return true;
  } catch {
    return false;
  }
}

const gfetch: TigerTool = (desk) => {
  const { cluster, realm, call, node: own } = desk;
  const [target = '', source = '', folder = ''] = call.argv;
  const files = filesOf(realm, cluster, own);
  for (const node of targets(desk, target).filter(({ up }) => up)) {
    const from = filesOf(realm, cluster, node);
    if (from.exists(source)) files.write(`${folder}/${source.split('/').at(-1) ?? ''}_${node.name}`, from.read(source));
  }
  catchUp(realm);
  record(desk, 'copy', `gfetch ${target} ${source} ${folder}`);
  return fine();
};

const servicesOn = ({ cluster }: Desk, node: TigerNode): string =>
  cluster.services
    .filter((service) => service.node === node)
    .map(({ instance }) => `${instance} ${instance.toLowerCase()}`)
    .join(' ');

const gssh: TigerTool = (desk) => {
  const { cluster, realm } = desk;
  const key = `/home/${realm.state.user}/.ssh/tigergraph_rsa`;
  const listed = listedHosts(cluster);
  const address = (at: number): string => listed[at] ?? cluster.nodes[at]?.ip ?? '';
  const hosts = cluster.nodes.map((node, at) => `Host ${node.name} ${servicesOn(desk, node)}\n    HostName ${address(at)}\n`);
  const on = (name: string): string =>
    [...new Set(cluster.services.filter((service) => service.name === name).map(({ node }) => node.name))].join(',');
  const roots = [
    `#cluster.nodes: ${cluster.nodes.map(({ name }, at) => `${name}:${address(at)}`).join(',')}`,
    `#gpe.servers: ${on('GPE')}`,
    `#kafka.servers: ${on('KAFKA')}`,
    `#log.root: ${setting(cluster, 'System.LogRoot')}`,
    `#app.root: ${setting(cluster, keys.appRoot)}`,
    `#data.root: ${setting(cluster, keys.dataRoot)}`,
  ];
  const head = `Usage: gssh m1|gpe_1#1|gse1_1#1|...\nUsage: ----------------Available hosts--------------\nHost *\n    IdentityFile ${key}\n    Port 22\n`;
  return fine(`${head}${hosts.join('')}${roots.join('\n')}\n`);
};

/** Every node that has a copy of a partition tells its numbers; one without any shows none. */
const gstatusgraph: TigerTool = ({ cluster, realm }) => {
  const nowMs = catchUp(realm);
  const share = Math.floor(cluster.data.records / Math.max(1, cluster.partitions));
  const ofGpe = (node: TigerNode) => cluster.services.filter((each) => each.name === 'GPE' && each.node === node);
  const heard = cluster.nodes.filter((node) => node.up && ofGpe(node).every(({ wanted, onlineAtMs }) => wanted && onlineAtMs <= nowMs));
  const lines = heard.map((node) => {
    const all = ofGpe(node).length > 0 ? share : 0;
    const vertices = Math.floor(all / 10);
    const sizes = `Partition size: ${Math.ceil(all / 4096)}MiB, IDS size: ${Math.ceil(all / 32_768)}MiB`;
    const numbers = `Vertex count: ${vertices}, Edge count: ${all - vertices}, NumOfDeletedVertices: 0 NumOfSkippedVertices: 0`;
    return `[${node.name.padEnd(7)}] ${sizes}, ${numbers}\n`;
  });
  const warning =
    '[WARN   ] Above vertex and edge counts are for internal use which show approximate topology size of the local graph partition. Use DML to get the correct graph topology information\n';
  const prelude =
    cluster.release.words === 'new'
      ? `=== cluster ===\n[CLUSTER] Nodes: ${cluster.nodes.length}, Total CPUs: ${cluster.nodes.length * 4}\n`
      : '';
  return fine(
    `${prelude}=== graph ===\n[GRAPH  ] Graph was loaded (${setting(cluster, keys.dataRoot)}/gstore/0/part/):\n${lines.join('')}${warning}`,
  );
};

export const clusterTools: Readonly<Record<string, TigerTool>> = {
  gfetch,
  ghostname: (desk) => fine(`${desk.node.name} ${servicesOn(desk, desk.node)}\n`),
  gmyip: ({ node }) => fine(`${node.ip}\n`),
  grun: run(false),
  grun_p: run(true),
  gscp,
  gssh,
  gstatusgraph,
};
