import type { LoopbackPort } from '../loopback-port.ts';
import type { SimSide } from './contract.ts';
import type { Faults } from './fault-contract.ts';
import { catchUp, changed, type Realm } from './realm.ts';
import type { Cluster, Server } from './state/model.ts';

/** Listening servers, by side and by the server's id. */
export type Servers = Readonly<Record<SimSide, ReadonlyMap<string, LoopbackPort>>>;

function serverNamed(cluster: Cluster, name: string): Server {
  const server = cluster.servers.find((candidate) => candidate.name === name);
  if (server === undefined) throw new TypeError(`${cluster.name} has no server ${name}`);
  return server;
}

const wireOf = (servers: Servers, side: SimSide, id: string): LoopbackPort => {
  const wire = servers[side].get(id);
  if (wire === undefined) throw new TypeError(`server ${id} does not listen`);
  return wire;
};

export function createFaults(realm: Realm, servers: Servers): Faults {
  const { clusters } = realm.state;
  const change = (apply: () => void): void => {
    catchUp(realm);
    apply();
    changed(realm);
  };
  const flag = (name: 'electionStuck' | 'copyStuck' | 'catchUpStuck' | 'corrupt') => (side: SimSide, on: boolean) =>
    change(() => {
      clusters[side][name] = on;
    });
  /** Those that are down by themselves stay so. */
  const listening = (side: SimSide): readonly LoopbackPort[] =>
    clusters[side].servers.filter(({ up }) => up).map(({ id }) => wireOf(servers, side, id));
  return {
    add: realm.rules.add,
    clear: realm.rules.clear,
    down: async (side, outage = 'dead') => {
      change(() => {
        clusters[side].outage = outage;
      });
      if (outage === 'silent') {
        realm.gates[side].shut();
        for (const wire of listening(side)) wire.silence(true);
      } else await Promise.all(listening(side).map((wire) => wire.stop()));
    },
    up: async (side) => {
      change(() => {
        clusters[side].outage = null;
      });
      for (const wire of listening(side)) wire.silence(false);
      realm.gates[side].open();
      await Promise.all(listening(side).map((wire) => wire.start()));
    },
    serverDown: async (side, name) => {
      const server = serverNamed(clusters[side], name);
      change(() => {
        server.up = false;
      });
      await wireOf(servers, side, server.id).stop();
    },
    serverUp: async (side, name) => {
      const server = serverNamed(clusters[side], name);
      change(() => {
        server.up = true;
      });
      if (clusters[side].outage === null) await wireOf(servers, side, server.id).start();
    },
    lead: (side, name) =>
      change(() => {
        const { id } = serverNamed(clusters[side], name);
        clusters[side].ledBy = id;
        for (const database of clusters[side].databases) {
          const holds = database.copies.some(({ serverId, role, status }) => serverId === id && role === 'primary' && status === 'online');
          if (holds && database.writer !== null) database.writer = id;
        }
      }),
    link: (to) =>
      change(() => {
        realm.state.linkUp = to === 'up';
      }),
    electionStuck: flag('electionStuck'),
    copyStuck: flag('copyStuck'),
    catchUpStuck: flag('catchUpStuck'),
    corrupt: flag('corrupt'),
    reconcilerFails: (side, name, on) =>
      change(() => {
        serverNamed(clusters[side], name).failing = on;
      }),
    dirty: (side, name, databaseName, on) =>
      change(() => {
        const { id } = serverNamed(clusters[side], name);
        const copy = clusters[side].databases
          .find((database) => database.name === databaseName)
          ?.copies.find(({ serverId }) => serverId === id);
        if (copy === undefined) throw new TypeError(`${name} has no copy of ${databaseName}`);
        copy.status = on ? 'dirty' : 'initial';
        copy.message = on ? 'The store is dirty and can not be used.' : '';
      }),
  };
}
