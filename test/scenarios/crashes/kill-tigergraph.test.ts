import { expect } from 'vitest';
import type { House } from '../../support/house.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeKills } from '../../support/matrix-suite.ts';
import { until } from '../../support/until.ts';

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
  // With the name of the backup: what the tools can do is asked in the same words.
  effects: [/gadmin backup create replops/, /gadmin backup restore replops/, /INSTALL QUERY/],
  ends: (house) => {
    const { enabled, connector, outdated } = worldOf(house).side('standby');
    expect({ enabled, connector, outdated }).toEqual({ enabled: true, connector: 'running', outdated: null });
    expect(worldOf(house).writable()).toEqual({ primary: true, standby: false });
  },
});

/** Far longer than any worker or test waits: it ends only when the world leaps. */
const restoreMs = 3_600_000;

const ownBackup = async (house: House): Promise<void> => {
  const command = `PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; gadmin backup create nightly --custom-tag`;
  const { exitCode, stderr } = await worldOf(house).host('primary', 'm1').run(command, { tag: '' });
  if (exitCode !== 0) throw new TypeError(stderr);
};

const restoreOf = (house: House) => {
  const kinds = worldOf(house)
    .effects()
    .map(({ kind }) => kind);
  const count = (kind: string): number => kinds.filter((one) => one === kind).length;
  return { begun: count('restore-stops'), ended: count('restore') };
};

const begun = (house: House): Promise<void> => until(() => restoreOf(house).begun > 0, 'the restore has stopped the services');

describeKills({
  command: '/repl restore prod-tiger nightly --on prod-tiger-frankfurt',
  links: tiger('replicating'),
  tigerPace: { restoreMs },
  prepare: ownBackup,
  effects: [/gadmin backup restore nightly/],
  midst: [
    { name: 'while the services are stopped for it', arrives: begun },
    {
      name: 'while the old data is gone and the new is not there',
      arrives: async (house) => {
        await begun(house);
        worldOf(house)
          .control()
          .advance(restoreMs / 2);
        await until(() => worldOf(house).side('primary').records === 0, 'the old data is gone');
      },
    },
  ],
  goOn: async (house) => {
    await begun(house);
    expect(restoreOf(house)).toEqual({ begun: 1, ended: 0 });
    await until(() => {
      const { ended } = restoreOf(house);
      if (ended === 0)
        worldOf(house)
          .control()
          .advance(restoreMs / 4);
      return ended > 0;
    }, 'the restore has ended');
  },
  ends: (house) => {
    expect(restoreOf(house)).toEqual({ begun: 1, ended: 1 });
    expect(worldOf(house).side('primary').records).toBeGreaterThan(0);
    expect(worldOf(house).writable()).toEqual({ primary: true, standby: false });
  },
});
