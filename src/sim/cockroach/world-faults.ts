import type { LoopbackPort } from '../loopback-port.ts';
import type { SimSide } from './contract.ts';
import type { Faults } from './fault-contract.ts';
import { catchUp, changed, type Realm } from './realm.ts';

export type Servers = Readonly<Record<SimSide, LoopbackPort>>;

export function createFaults(realm: Realm, servers: Servers): Faults {
  const { clusters } = realm.state;
  const change = (apply: () => void): void => {
    catchUp(realm);
    apply();
    changed(realm);
  };
  const flag = (name: 'revertStuck' | 'catchUpStuck' | 'readerStuck' | 'corrupt') => (side: SimSide, on: boolean) =>
    change(() => {
      clusters[side][name] = on;
    });
  return {
    add: realm.rules.add,
    clear: realm.rules.clear,
    down: async (side, outage = 'dead') => {
      change(() => {
        clusters[side].outage = outage;
      });
      if (outage !== 'silent') return servers[side].stop();
      realm.gates[side].shut();
      servers[side].silence(true);
    },
    up: async (side) => {
      change(() => {
        clusters[side].outage = null;
      });
      servers[side].silence(false);
      realm.gates[side].open();
      await servers[side].start();
    },
    link: (to) =>
      change(() => {
        realm.state.linkUp = to === 'up';
      }),
    revertStuck: flag('revertStuck'),
    catchUpStuck: flag('catchUpStuck'),
    readerStuck: flag('readerStuck'),
    corrupt: flag('corrupt'),
  };
}
