import type { HostOutage, SimHost } from '../hosts/contract.ts';
import { clientsWrite } from './client-writes.ts';
import { type SimSide, simSides, type TigerControl, type TigerFaults } from './contract.ts';
import { catchUp, type Realm } from './realm.ts';
import { releaseOf } from './release.ts';
import { setEverywhere } from './state/genesis.ts';
import { type Cluster, keys, setting, type TigerNode } from './state/model.ts';
import { refresh } from './state/settle.ts';

/** A change to the world between two moments: what was before has happened, what is writable now is noted. */
function between(realm: Realm, change: (nowMs: number) => void): void {
  const nowMs = catchUp(realm);
  change(nowMs);
  refresh(realm.state, nowMs);
}

export function nodeOf(cluster: Cluster, name: string): TigerNode {
  const node = cluster.nodes.find((each) => each.name === name);
  if (node === undefined) throw new TypeError(`${cluster.name} has no node ${name}`);
  return node;
}

export function createTigerFaults(realm: Realm): TigerFaults {
  const { state } = realm;
  const clusterAt = (side: SimSide): Cluster => state.clusters[side];
  const nodeDown = async (side: SimSide, name: string, outage: HostOutage = 'dead'): Promise<void> => {
    if (outage === 'dead') between(realm, () => Object.assign(nodeOf(clusterAt(side), name), { up: false }));
    await realm.host(side, name).faults.down(outage);
  };
  const nodeUp = async (side: SimSide, name: string): Promise<void> => {
    await realm.host(side, name).faults.up();
    between(realm, (nowMs) => {
      const node = nodeOf(clusterAt(side), name);
      const wasDown = !node.up;
      node.up = true;
      const own = clusterAt(side).services.filter((service) => wasDown && service.node === node);
      for (const service of own) service.onlineAtMs = nowMs + state.pace.warmupMs;
    });
  };
  const hostsOf = (side: SimSide): readonly SimHost[] => clusterAt(side).nodes.map(({ name }) => realm.host(side, name));
  return {
    add: ({ side, ...rule }) => {
      const handles = (side === undefined ? simSides : [side]).flatMap(hostsOf).map((host) => host.faults.add(rule));
      return {
        hits: () => handles.reduce((sum, handle) => sum + handle.hits(), 0),
        remove: () => {
          for (const handle of handles) handle.remove();
        },
      };
    },
    clear: async () => {
      for (const host of simSides.flatMap(hostsOf)) host.faults.clear();
      for (const side of simSides) for (const { name } of clusterAt(side).nodes) await nodeUp(side, name);
      between(realm, () => mend(realm));
    },
    nodeDown,
    nodeUp,
    down: async (side, outage) => {
      for (const { name } of clusterAt(side).nodes) await nodeDown(side, name, outage);
    },
    up: async (side) => {
      for (const { name } of clusterAt(side).nodes) await nodeUp(side, name);
    },
    link: (to) =>
      between(realm, () => {
        state.linkUp = to === 'up';
      }),
    blockPort: (from, port, on) =>
      between(realm, () => void (on ? state.blockedPorts.add(`${from}:${port}`) : state.blockedPorts.delete(`${from}:${port}`))),
    service: (side, service, to) =>
      between(realm, () => {
        const own = clusterAt(side).services.filter(({ name, instance }) => name === service || instance === service);
        if (own.length === 0) throw new TypeError(`${clusterAt(side).name} has no service ${service}`);
        for (const each of own) Object.assign(each, { wanted: to !== 'down', stuck: to === 'warmup', onlineAtMs: 0 });
      }),
    connector: (side, to) =>
      between(realm, () => {
        Object.assign(clusterAt(side).crr, {
          failing: to !== 'up',
          broken:
            to === 'broken'
              ? 'org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [Metadata]'
              : null,
        });
      }),
    blockReplica: (side, on) =>
      between(realm, () => {
        clusterAt(side).crr.blocked = on;
      }),
    keepsFrom: (side, change) => {
      clusterAt(side).keptFrom = change;
    },
    spoilCopy: (how) => {
      state.spoil = how;
    },
    denyS3: (side, node, on) => void Object.assign(nodeOf(clusterAt(side), node), { s3Denied: on }),
    fullDisk: (side, node, on) => {
      nodeOf(clusterAt(side), node).diskFull = on;
      realm.host(side, node).files.fill(on);
    },
    license: (side, days) => {
      clusterAt(side).licenseEndsMs = realm.nowMs() + days * 86_400_000;
    },
    hostList: (side, hostnames) => {
      const list = hostnames.map((name, index) => ({ Hostname: name, ID: `m${index + 1}`, Region: '' }));
      between(realm, () => setEverywhere(clusterAt(side), keys.hostList, JSON.stringify(list)));
    },
    runningQuery: (side, on) => {
      clusterAt(side).runningQuery = on;
    },
    forgetPassword: (side, on) => {
      clusterAt(side).forgetful = on;
    },
    clashingArchives: (side, on) => {
      clusterAt(side).clashing = on;
    },
    plainTables: (on) => {
      state.ansi = !on;
    },
  };
}

/** Ends what faults have set, not what commands have done. */
function mend({ state, host }: Realm): void {
  Object.assign(state, { linkUp: true, spoil: null });
  state.blockedPorts.clear();
  for (const side of simSides) {
    const cluster = state.clusters[side];
    // A task that has failed stays so: what is mended here lets a restart help.
    Object.assign(cluster.crr, { broken: null, blocked: false });
    Object.assign(cluster, { runningQuery: false, forgetful: false, clashing: false, keptFrom: 0 });
    for (const node of cluster.nodes) {
      Object.assign(node, { s3Denied: false, diskFull: false });
      host(side, node.name).files.fill(false);
    }
    for (const service of cluster.services) service.stuck = false;
  }
}

export function createTigerControl(realm: Realm, leap: (ms: number) => void): TigerControl {
  const { state } = realm;
  return {
    advance: (ms) => {
      catchUp(realm);
      leap(ms);
      catchUp(realm);
    },
    writes: (perSecond) =>
      between(realm, () => {
        state.writesPerSecond = perSecond;
      }),
    clientsWrite: () => clientsWrite(realm),
    fence: (side, on) =>
      between(realm, () => {
        state.clusters[side].fenced = on;
      }),
    upgrade: (side, version) =>
      between(realm, () => {
        const cluster = state.clusters[side];
        const root = (cluster.config.applied.get(keys.appRoot) ?? '').replace(/[^/]*$/, version);
        cluster.release = releaseOf(version);
        setEverywhere(cluster, keys.appRoot, root);
        for (const { name } of cluster.nodes) furnishApp(realm, side, name, root);
      }),
    rotateLogs: (side) => {
      const cluster = state.clusters[side];
      const folder = `${setting(cluster, keys.logRoot)}/gsql`;
      for (const { files } of cluster.nodes.map(({ name }) => realm.host(side, name))) {
        if (!files.exists(`${folder}/log.INFO`)) continue;
        const old = `${folder}/log.INFO.${files.list(folder).length}`;
        files.write(old, files.read(`${folder}/log.INFO`));
        files.write(`${folder}/log.INFO`, '');
      }
    },
    password: (side, user, password) => {
      const found = state.clusters[side].data.users.find(({ name }) => name === user);
      if (found === undefined) throw new TypeError(`no user ${user} on the ${side}`);
      found.password = password;
    },
  };
}

/** Files of the installed version that are looked for by their names. */
export function appFiles(root: string): Readonly<Record<string, string>> {
  const scripts = ['broker-api-versions', 'console-consumer', 'get-offsets', 'run-class', 'topics'].map(
    (name) => `${root}/kafka/bin/kafka-${name}.sh`,
  );
  return Object.fromEntries([...scripts, `${root}/.syspre/usr/lib/jvm/bin/java`].map((path) => [path, '#!/bin/bash\n']));
}

/** The file in which a node keeps its settings; only what is looked for there. */
export const settingsFile = (user: string, appRoot: string): Readonly<Record<string, string>> => ({
  [`/home/${user}/.tg.cfg`]: `${JSON.stringify({ System: { AppRoot: appRoot } }, null, 2)}\n`,
});

function furnishApp(realm: Realm, side: SimSide, node: string, root: string): void {
  for (const [path, text] of Object.entries({ ...appFiles(root), ...settingsFile(realm.state.user, root) }))
    realm.host(side, node).files.write(path, text);
}

/** Spans in which every side took writes of the application. */
export function splitBrainOf(realm: Realm): readonly { readonly from: number; readonly to: number | null }[] {
  const [one = [], other = []] = simSides.map((side) => realm.state.writable.filter((span) => span.side === side));
  return one.flatMap((a) =>
    other.flatMap((b) => {
      const from = Math.max(a.from, b.from);
      const to = Math.min(a.to ?? Number.POSITIVE_INFINITY, b.to ?? Number.POSITIVE_INFINITY);
      return from < to ? [{ from, to: Number.isFinite(to) ? to : null }] : [];
    }),
  );
}
