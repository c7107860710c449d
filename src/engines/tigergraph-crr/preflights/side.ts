import type { Check } from '../../../domain/plan.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { CrrCluster } from '../config.ts';
import { dailyBackupWords } from '../daily-backup.ts';
import type { ReadSide } from '../detail.ts';
import { isLoopback } from '../names.ts';
import { ailing } from '../state.ts';
import { few, spell } from '../words.ts';

/** Clocks of a cluster that are further apart make its logs and backups hard to read, ms. */
const skewMs = 2_000;

/** What every change needs of a side that answers, from what was read of it. Pure. */
export const sideChecks = (cluster: CrrCluster, read: ReadSide): readonly Check[] => [
  nodesCheck(cluster, read),
  userCheck(cluster, read),
  servicesCheck(cluster, read),
  stagedCheck(cluster, read),
  hostsCheck(cluster, read),
  toolsCheck(cluster, read),
  clockCheck(cluster, read),
  ...dailyCheck(cluster, read),
];

function nodesCheck({ cluster }: CrrCluster, { nodes, hosts }: ReadSide): Check {
  const name = `${cluster}: nodes`;
  const deaf = nodes.filter(({ answers }) => !answers).map(({ name: node }) => node);
  if (deaf.length > 0)
    return failed(
      name,
      `Not every node of ${cluster} answers: ${few(deaf)}.`,
      'Bring the nodes back, or correct their addresses and keys in the config.',
    );
  const listed = hosts?.length ?? 0;
  if (listed > nodes.length) {
    return warned(
      name,
      `${cluster} lists ${listed} hosts, and the config names ${nodes.length} nodes.`,
      'Name every node in the config: files are copied and processes are looked for on those only.',
    );
  }
  const strange = hosts === null ? [] : nodes.filter(({ id }) => id === null).map(({ name: node }) => node);
  return strange.length === 0
    ? passed(name, `All ${nodes.length} nodes of ${cluster} answer.`)
    : warned(
        name,
        `${cluster} does not list the address of ${few(strange)} among its hosts.`,
        'See that the config leads to nodes of this cluster and of no other.',
      );
}

function userCheck({ cluster, commands }: CrrCluster, { nodes }: ReadSide): Check {
  const name = `${cluster}: login`;
  const unfit = nodes.filter(({ answers, why }) => answers && why !== null).map(({ name: node }) => node);
  const users = [...new Set(nodes.flatMap(({ user }) => user ?? []))];
  if (unfit.length > 0)
    return failed(
      name,
      `gadmin is neither in ${commands} nor where ~/.tg.cfg says on ${few(unfit)}.`,
      'Set commands in the config to the folder of gadmin.',
    );
  return users.length === 1
    ? passed(name, `The bot works as ${users[0] ?? ''} on every node of ${cluster}.`)
    : failed(
        name,
        `The bot works as ${users.join(' and ') || 'nobody'} on ${cluster}.`,
        'Log in as the Linux user who owns TigerGraph on every node.',
      );
}

function servicesCheck({ cluster }: CrrCluster, { services }: ReadSide): Check {
  const name = `${cluster}: services`;
  const next = `Run gadmin status -v on ${cluster}, and start what is down with gadmin start all.`;
  if (services.kind === 'unread') return failed(name, `The state of the services of ${cluster} is not known: ${services.why}`, next);
  const off = ailing(services);
  if (off.length > 0) return failed(name, `Not every service of ${cluster} is online: ${few(off)}.`, next);
  return services.stale
    ? failed(name, `The state of the services of ${cluster} may be old, by its own word.`, next)
    : passed(name, `All ${services.rows.length} services of ${cluster} are online.`);
}

function stagedCheck({ cluster }: CrrCluster, { staged }: ReadSide): Check {
  const name = `${cluster}: staged settings`;
  if (staged.kind === 'unread')
    return failed(
      name,
      staged.why,
      'Run gadmin config diff there by hand: whatever is staged would be applied together with our own settings.',
    );
  return staged.keys.length === 0
    ? passed(name, `Nothing is staged on ${cluster}.`)
    : failed(
        name,
        `Settings of ${cluster} are staged and not applied: ${few(staged.keys)}.`,
        'Ask who staged them, then have them applied, or dropped with gadmin config discard.',
      );
}

function hostsCheck({ cluster, hosts: wanted }: CrrCluster, { hosts }: ReadSide): Check {
  const name = `${cluster}: host list`;
  if (hosts === null)
    return failed(name, `${cluster} does not tell its host list.`, 'Run gadmin config get System.HostList there by hand.');
  const names = hosts.map(({ hostname }) => hostname);
  const loopback = names.filter(isLoopback);
  if (loopback.length > 0) {
    return failed(
      name,
      `${cluster} lists ${few(loopback)} as its host, which nobody else can reach.`,
      'Give the cluster addresses that others reach; clients of Kafka are sent to these.',
    );
  }
  const differs = wanted !== null && (wanted.length !== names.length || wanted.some((host) => !names.includes(host)));
  return differs
    ? failed(
        name,
        `${cluster} lists ${few(names)}, and the config says ${few(wanted)}.`,
        'See that the config leads to the right cluster, then correct its hosts.',
      )
    : passed(name, `${cluster} lists ${few(names)}.`);
}

function toolsCheck({ cluster }: CrrCluster, { tools }: ReadSide): Check {
  const name = `${cluster}: tools`;
  if (tools === null)
    return failed(name, `What the tools of ${cluster} can do is not known.`, 'Run gadmin backup -h and gadmin crr -h there by hand.');
  const found = [tools.backup.length > 0 ? 'gadmin backup' : [], tools.gbar ? 'gbar' : []].flat();
  return found.length > 0
    ? passed(name, `${cluster} has ${found.join(' and ')}${tools.crr.length > 0 ? ', and gadmin crr' : ''}.`)
    : failed(name, `${cluster} has neither gadmin backup nor gbar.`, 'See that commands in the config names the right folder.');
}

function dailyCheck({ cluster }: CrrCluster, read: ReadSide): readonly Check[] {
  const words = dailyBackupWords(cluster, read);
  if (words === null) return [];
  return [
    warned(
      `${cluster}: daily backup`,
      words,
      'Delete old ones in time; from 3.9.1 on it happens only where System.Backup.Scheduler.Enable is true.',
    ),
  ];
}

function clockCheck({ cluster }: CrrCluster, { nodes }: ReadSide): Check {
  const name = `${cluster}: clocks`;
  const known = nodes.flatMap(({ skewMs: skew }) => skew ?? []);
  if (known.length === 0) return warned(name, `No node of ${cluster} tells its time.`, 'Check that the nodes keep time.');
  const apart = Math.max(...known) - Math.min(...known);
  const off = Math.max(...known.map(Math.abs));
  if (apart > skewMs) return warned(name, `The clocks of ${cluster} are ${spell(apart)} apart.`, 'Set the clocks.');
  return off > skewMs
    ? warned(name, `The clocks of ${cluster} are ${spell(off)} off the bot's.`, "Set the clocks; times in reports are the bot's own.")
    : passed(name, `The clocks of ${cluster} agree.`);
}
