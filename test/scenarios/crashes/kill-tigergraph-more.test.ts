import { expect } from 'vitest';
import type { SimSide, TigerStart, TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { atNode, cameBack, failing, paused, stopped, upgraded } from '../../conformance/tigergraph-crr-prepared.ts';
import type { House } from '../../support/house.ts';
import type { Scene } from '../../support/matrix.ts';
import { describeKills, words } from '../../support/matrix-suite.ts';

/**
 * What `kill-tigergraph` leaves out. Each operation is killed before and after its effects, and where the journal and the databases differ:
 * its first effect is promised and not made, is made and not told, or its end is not told. Thinned: an effect that several operations have
 * in the same way is killed in one of them, the small ones die at one of those words each, and of the nodes that each send their part of a
 * backup in the same words, the first one to be reached stands for all. The conformance suite kills a worker at every word of each.
 */
const tiger = (start: TigerStart, version = '4.1.4'): NonNullable<Scene['links']> => [
  { id: 'prod-tiger', engine: 'tigergraph-crr', environment: 'production', description: 'Graph', version, start },
];

const worldOf = ({ world }: House): TigerWorld => {
  const found = world.tigers['prod-tiger'];
  if (found === undefined) throw new TypeError('there is no TigerGraph');
  return found;
};

/** Only this side takes writes, and the other one follows it, or does nothing. */
const serves =
  (side: SimSide, other: 'running' | 'none') =>
  (house: House): void => {
    const world = worldOf(house);
    const rest = side === 'primary' ? 'standby' : 'primary';
    expect(world.writable()).toEqual({ primary: side === 'primary', standby: side === 'standby' });
    expect(world.side(rest)).toMatchObject({ connector: other, outdated: null });
  };

const backups = (house: House): readonly string[] =>
  Object.values(worldOf(house).side('primary').backups).flatMap((held) => Object.keys(held));

describeKills({
  command: '/repl switchover prod-tiger',
  links: tiger('replicating'),
  effects: [/gadmin stop -y/, /gadmin crr stop/, /gadmin config apply/, /gadmin restart -y/],
  words: [words.promised, words.made],
  ends: serves('standby', 'none'),
});

describeKills({
  command: '/repl failback prod-tiger',
  links: tiger('promoted'),
  prepare: (house) => stopped('primary')(worldOf(house)),
  effects: [/gadmin backup create replops/, /gadmin config apply/, /gadmin backup restore replops/],
  words: [words.made, words.ended],
  ends: serves('standby', 'running'),
});

describeKills({
  command: '/repl rebuild prod-tiger',
  links: tiger('outdated'),
  effects: [/rsync -a/, /gscp all/, /INSTALL QUERY/],
  words: [words.promised],
  ends: serves('primary', 'running'),
});

describeKills({
  command: '/repl teardown prod-tiger',
  links: tiger('replicating'),
  effects: [/gadmin crr stop/, /gadmin stop -y/, /gadmin config apply/],
  words: [words.made],
  ends: serves('primary', 'none'),
});

describeKills({
  command: '/repl fence prod-tiger',
  links: tiger('promoted'),
  prepare: (house) => cameBack(worldOf(house)),
  effects: [/gadmin stop -y/],
  words: [words.ended],
  ends: serves('standby', 'none'),
});

describeKills({
  command: '/repl pause prod-tiger',
  links: tiger('replicating'),
  effects: [/gadmin crr stop/],
  words: [words.promised],
  ends: serves('primary', 'none'),
});

describeKills({
  command: '/repl resume prod-tiger',
  links: tiger('replicating'),
  prepare: (house) => paused(worldOf(house)),
  effects: [/gadmin crr start/],
  words: [words.made],
  ends: serves('primary', 'running'),
});

describeKills({
  command: '/repl resume prod-tiger',
  links: tiger('replicating', '3.9.3'),
  prepare: (house) => failing(worldOf(house)),
  effects: [/gadmin connector restart/],
  words: [words.promised],
  ends: serves('primary', 'running'),
});

describeKills({
  command: '/repl backup prod-tiger --tag nightly',
  links: tiger('replicating'),
  effects: [/gadmin backup create nightly/],
  words: [words.ended],
  ends: (house) => {
    serves('primary', 'running')(house);
    expect(new Set(backups(house))).toEqual(new Set(['nightly']));
  },
});

describeKills({
  command: '/repl backup prod-tiger --delete old',
  links: tiger('replicating'),
  prepare: async (house) => {
    await atNode(worldOf(house), 'primary', 'gadmin backup create old --custom-tag');
    worldOf(house).control().advance(2_000);
    await atNode(worldOf(house), 'primary', 'gadmin backup create new --custom-tag');
  },
  effects: [/gadmin backup remove old/],
  words: [words.made],
  ends: (house) => {
    serves('primary', 'running')(house);
    expect(new Set(backups(house))).toEqual(new Set(['new']));
  },
});

describeKills({
  command: '/repl upgrade prod-tiger begin',
  links: tiger('replicating', '4.2.0'),
  effects: [/gadmin backup create replops/, /gadmin stop -y/],
  words: [words.made],
  ends: serves('primary', 'none'),
});

describeKills({
  command: '/repl upgrade prod-tiger finish',
  links: tiger('replicating'),
  prepare: (house) => upgraded('4.2.0')(worldOf(house)),
  effects: [/gadmin backup restore replops/],
  words: [words.ended],
  ends: serves('primary', 'running'),
});
