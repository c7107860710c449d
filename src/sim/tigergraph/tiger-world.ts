import type { Clock } from '../../domain/clock.ts';
import { systemClock } from '../../domain/clock.ts';
import type { ProductTable, SimHost } from '../hosts/contract.ts';
import { startHost } from '../hosts/host.ts';
import { createWorldTime, type WorldTime } from '../time/world-time.ts';
import { clusterTools } from './commands/cluster-tools.ts';
import { gadmin } from './commands/gadmin.ts';
import { gbar } from './commands/gbar.ts';
import { gsql } from './commands/gsql.ts';
import { hostTools } from './commands/host-tools.ts';
import { type SideTruth, type SimSide, simSides, type TigerWorld, type TigerWorldOptions, type TigerWorldSide } from './contract.ts';
import { catchUp, type Realm, type TigerTool } from './realm.ts';
import { storeOf } from './state/archives.ts';
import { createState, defaultUsers, upForMs } from './state/genesis.ts';
import { type Cluster, keys, setting, type TigerNode } from './state/model.ts';
import { allOnline, isWritable } from './state/services.ts';
import { connectorOf } from './state/settle.ts';
import { appFiles, createTigerControl, createTigerFaults, settingsFile, splitBrainOf } from './world-faults.ts';
import { truthOfAll } from './world-truth.ts';

const commandFolder = '/home/tigergraph/tigergraph/app/cmd';

/** Tools by their names: what TigerGraph brings, in its own folder, and what a Linux host has. */
export const productNames: Readonly<Record<string, TigerTool>> = { ...clusterTools, gadmin, gbar, gsql, ...hostTools };

/** The clock that hosts go by: a leap of the world is one for them too. */
const hostClock = (time: WorldTime): Clock => ({
  now: () => time.nowUs() / 1000,
  monotonic: () => time.nowUs() / 1000,
  sleep: (ms, signal) => time.sleep(ms, signal ?? new AbortController().signal),
});

function productsOf(realm: Realm, cluster: Cluster, node: TigerNode): ProductTable {
  return Object.fromEntries(
    Object.entries(productNames).map(([name, tool]) => {
      const path = Object.hasOwn(hostTools, name) ? name : `${commandFolder}/${name}`;
      return [path, (call) => tool({ realm, cluster, node, call })];
    }),
  );
}

async function startHosts(realm: Realm, hosts: Map<string, SimHost>, clock: Clock): Promise<void> {
  for (const side of simSides) {
    const cluster = realm.state.clusters[side];
    for (const node of cluster.nodes) {
      const products = productsOf(realm, cluster, node);
      const root = setting(cluster, keys.dataRoot);
      const store = storeOf(cluster);
      const folders = [`${root}/gstore`, `${setting(cluster, keys.logRoot)}/gsql`, ...(store?.kind === 'local' ? [store.path] : [])];
      const host = await startHost({
        name: `${cluster.name}-${node.name}`,
        clock,
        users: [{ name: realm.state.user, password: 'tigergraph-host' }],
        files: { ...appFiles(setting(cluster, keys.appRoot)), ...settingsFile(realm.state.user, setting(cluster, keys.appRoot)) },
        folders,
        // gbar is no longer installed from 3.10 on, and an upgrade takes it away.
        products: withoutGone(products, cluster),
      });
      host.files.write(`${setting(cluster, keys.logRoot)}/gsql/log.INFO`, '');
      host.files.write(`${root}/configs/tg.cfg`, '{}\n');
      host.files.touch(`${root}/configs/tg.cfg`, clock.now() - 2 * upForMs);
      hosts.set(`${side}/${node.name}`, host);
    }
  }
}

/** A table from which a tool is missing as long as the cluster's version has none of it. */
function withoutGone(products: ProductTable, cluster: Cluster): ProductTable {
  const path = `${commandFolder}/gbar`;
  return new Proxy(products, {
    getOwnPropertyDescriptor: (table, name) =>
      name === path && !cluster.release.gbar ? undefined : Reflect.getOwnPropertyDescriptor(table, name),
  });
}

function truthOf(realm: Realm, side: SimSide): SideTruth {
  const nowMs = catchUp(realm);
  const cluster = realm.state.clusters[side];
  const { config, data, crr } = cluster;
  return {
    cluster: cluster.name,
    version: cluster.release.version,
    enabled: setting(cluster, keys.enabled) === 'true',
    prefix: setting(cluster, keys.prefix),
    connector: connectorOf(realm.state, cluster, nowMs),
    outdated: crr.outdated,
    writable: isWritable(cluster, nowMs),
    records: Math.floor(data.records),
    seq: data.seq,
    online: allOnline(cluster, nowMs),
    queriesPending: data.queries.some(({ installed }) => !installed),
    staged: Object.fromEntries(config.staged),
    applied: Object.fromEntries(config.applied),
    effective: Object.fromEntries(config.effective),
    backups: Object.fromEntries(
      cluster.nodes.map(({ name }) => [name, backupsOn(realm.host(side, name), setting(cluster, keys.localPath))]),
    ),
    busy: cluster.lock,
  };
}

function backupsOn({ files }: SimHost, path: string): Readonly<Record<string, readonly string[]>> {
  if (path === '') return {};
  const names = (folder: string): readonly string[] => files.list(folder).map((each) => each.slice(folder.length + 1));
  return Object.fromEntries(names(path).map((tag) => [tag, names(`${path}/${tag}`)]));
}

function accessTo(realm: Realm, side: SimSide, options: TigerWorldOptions): TigerWorldSide {
  const cluster = realm.state.clusters[side];
  const superuser = (options.users ?? defaultUsers).find((user) => user.superuser === true && (user.sides ?? [side]).includes(side));
  return {
    cluster: cluster.name,
    nodes: cluster.nodes.map(({ name, ip }) => ({ name, ip, address: realm.host(side, name).address() })),
    user: superuser?.name ?? '',
    password: superuser?.password ?? '',
    graph: options.graph ?? 'orders',
  };
}

/** Starts two simulated TigerGraph clusters of several nodes, each an SSH server on loopback. */
export async function startTigerWorld(options: TigerWorldOptions): Promise<TigerWorld> {
  const time = createWorldTime(options.clock ?? systemClock);
  const nowMs = (): number => time.nowUs() / 1000;
  const hosts = new Map<string, SimHost>();
  const hostAt = (side: SimSide, node: string): SimHost => {
    const host = hosts.get(`${side}/${node}`);
    if (host === undefined) throw new TypeError(`the ${side} has no node ${node}`);
    return host;
  };
  const realm: Realm = { state: createState(options, nowMs()), nowMs, host: hostAt };
  await startHosts(realm, hosts, hostClock(time));
  const control = createTigerControl(realm, (ms) => time.leap(ms));
  return {
    primary: accessTo(realm, 'primary', options),
    standby: accessTo(realm, 'standby', options),
    now: nowMs,
    effects: () => [...realm.state.effects],
    writable: () => ({ primary: truthOf(realm, 'primary').writable, standby: truthOf(realm, 'standby').writable }),
    writableHistory: () => {
      catchUp(realm);
      return realm.state.writable.map((span) => ({ ...span }));
    },
    splitBrain: () => {
      catchUp(realm);
      return splitBrainOf(realm);
    },
    lost: () => realm.state.lost,
    side: (side) => truthOf(realm, side),
    truth: () => truthOfAll(realm),
    host: hostAt,
    hosts: () => [...hosts.values()],
    bucket: () => [...realm.state.bucket.keys()].sort(),
    faults: createTigerFaults(realm),
    control: () => control,
    close: async () => {
      await Promise.all([...hosts.values()].map((host) => host.close()));
    },
  };
}
