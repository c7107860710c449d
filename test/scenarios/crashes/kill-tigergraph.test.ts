import { expect } from 'vitest';
import type { House } from '../../support/house.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeKills } from '../../support/matrix-suite.ts';

const tiger = (start: 'replicating' | 'none'): NonNullable<Scene['links']> => [
  { id: 'prod-tiger', engine: 'tigergraph-crr', environment: 'production', description: 'Graph', version: '4.1.4', start },
];

const worldOf = ({ world }: House) => {
  const found = world.tigers['prod-tiger'];
  if (found === undefined) throw new TypeError('there is no TigerGraph');
  return found;
};

describeKills({
  command: '/repl failover prod-tiger',
  links: tiger('replicating'),
  effects: [/gadmin stop -y/, /gadmin config apply/, /gadmin restart -y/],
  ends: (house) => {
    expect(worldOf(house).writable()).toEqual({ primary: false, standby: true });
  },
});

describeKills({
  command: '/repl setup prod-tiger',
  links: tiger('none'),
  effects: [/gadmin backup create/, /gadmin backup restore/, /INSTALL QUERY/],
  ends: (house) => {
    const { enabled, connector, outdated } = worldOf(house).side('standby');
    expect({ enabled, connector, outdated }).toEqual({ enabled: true, connector: 'running', outdated: null });
    expect(worldOf(house).writable()).toEqual({ primary: true, standby: false });
  },
});
