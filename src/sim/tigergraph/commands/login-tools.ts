import { type Desk, failed, fine, type TigerTool } from '../realm.ts';
import type { Cluster, TigerNode } from '../state/model.ts';

/** The node of either side that has this address, if SSH gets there. */
function nodeThere({ realm: { state }, cluster: own }: Desk, ip: string): { readonly cluster: Cluster; readonly node: TigerNode } | null {
  for (const cluster of [state.clusters.primary, state.clusters.standby]) {
    const node = cluster.nodes.find((each) => each.ip === ip);
    const apart = cluster !== own && (!state.linkUp || state.blockedPorts.has(`${own.side}:22`));
    if (node?.up === true && !apart) return { cluster, node };
  }
  return null;
}

/** `ssh … USER@IP COMMAND` to a node of either cluster: nodes let one another in by their keys. */
const ssh: TigerTool = async (desk) => {
  const { call, realm } = desk;
  const at = call.argv.findIndex((word) => /^[^@\s]+@[^@\s]+$/.test(word));
  const [, user = '', ip = ''] = /^([^@]+)@(.+)$/.exec(call.argv[at] ?? '') ?? [];
  const there = nodeThere(desk, ip);
  if (there === null) return failed(`ssh: connect to host ${ip} port 22: Connection refused`, 255);
  return realm.host(there.cluster.side, there.node.name).run(call.argv.slice(at + 1).join(' '), { user, tag: call.tag });
};

/** Whether systemd ends what a user leaves running, as /etc/systemd/logind.conf says. */
const busctl: TigerTool = ({ call }) => {
  const file = '/etc/systemd/logind.conf';
  if (call.argv.at(-1) !== 'KillUserProcesses') return failed('Failed to get property', 1);
  return fine(`b ${call.files.exists(file) && /^KillUserProcesses=yes$/m.test(call.files.read(file))}\n`);
};

const loginctl: TigerTool = ({ call }) => {
  const [verb, user = '', property] = call.argv;
  if (verb !== 'show-user' || property !== '--property=Linger') return failed('Unknown command verb', 1);
  return fine(`Linger=${call.files.exists(`/var/lib/systemd/linger/${user}`) ? 'yes' : 'no'}\n`);
};

/** Only where it is installed, and only what is asked of the file of settings: a path by its name. */
const jq: TigerTool = ({ call }) => {
  if (!call.files.exists('/usr/bin/jq')) return failed('sh: 1: jq: not found', 127);
  const [flags, filter = '', path = ''] = call.argv;
  const [, section = '', name = ''] = /^\.(\w+)\.(\w+) \| strings \| select\(startswith\("\/"\)\)$/.exec(filter) ?? [];
  if (flags !== '-er' || name === '') return failed('jq: only one look into the settings is simulated', 3);
  try {
    const value: unknown = JSON.parse(call.files.read(path))?.[section]?.[name];
    return typeof value === 'string' && value.startsWith('/') ? fine(`${value}\n`) : { exitCode: 4 };
  } catch {
    return failed(`jq: error: Could not open or read ${path}`, 2);
  }
};

/** What has to do with logging in from node to node, and with what becomes of commands at a logout. */
export const loginTools: Readonly<Record<string, TigerTool>> = { busctl, jq, loginctl, ssh };
