import { expect } from 'vitest';
import type { SimSide, TigerStart, TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { atNode, cameBack, failing, paused, stopped, upgraded } from '../../conformance/tigergraph-crr-prepared.ts';
import type { House } from '../../support/house.ts';
import { describeKills, words } from '../../support/matrix-suite.ts';
import type { StopPoint } from '../../support/redis-proxy.ts';

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

/** The backups that there are in the end, beside a replication that goes on. */
const holds =
  (...tags: readonly string[]) =>
  (house: House): void => {
    serves('primary', 'running')(house);
    expect(new Set(backups(house))).toEqual(new Set(tags));
  };

const twoBackups = async (world: TigerWorld): Promise<void> => {
  await atNode(world, 'primary', 'gadmin backup create old --custom-tag');
  world.control().advance(2_000);
  await atNode(world, 'primary', 'gadmin backup create new --custom-tag');
};

type Row = readonly [
  command: string,
  begins: { readonly start: TigerStart; readonly version?: string; readonly prepare?: (world: TigerWorld) => Promise<void> },
  effects: readonly RegExp[],
  words: readonly StopPoint[],
  ends: (house: House) => void,
];

/**
 * What `kill-tigergraph` leaves out. Each operation is killed before and after its effects, and where the journal and the databases differ:
 * its first effect is promised and not made, is made and not told, or its end is not told. Thinned: an effect that several operations have
 * in the same way is killed in one of them, the small ones die at one of those words each, and of the nodes that each send their part of a
 * backup in the same words, the first one to be reached stands for all. The conformance suite kills a worker at every word of each.
 */
const rows: readonly Row[] = [
  [
    'switchover prod-tiger',
    { start: 'replicating' },
    [/gadmin stop -y/, /gadmin crr stop/, /gadmin config apply/, /gadmin restart -y/],
    [words.promised, words.made],
    serves('standby', 'none'),
  ],
  [
    'failback prod-tiger',
    { start: 'promoted', prepare: stopped('primary') },
    [/gadmin backup create replops/, /gadmin config apply/, /gadmin backup restore replops/],
    [words.made, words.ended],
    serves('standby', 'running'),
  ],
  ['rebuild prod-tiger', { start: 'outdated' }, [/rsync -a/, /gscp all/, /INSTALL QUERY/], [words.promised], serves('primary', 'running')],
  [
    'teardown prod-tiger',
    { start: 'replicating' },
    [/gadmin crr stop/, /gadmin stop -y/, /gadmin config apply/],
    [words.made],
    serves('primary', 'none'),
  ],
  ['fence prod-tiger', { start: 'promoted', prepare: cameBack }, [/gadmin stop -y/], [words.ended], serves('standby', 'none')],
  ['pause prod-tiger', { start: 'replicating' }, [/gadmin crr stop/], [words.promised], serves('primary', 'none')],
  ['resume prod-tiger', { start: 'replicating', prepare: paused }, [/gadmin crr start/], [words.made], serves('primary', 'running')],
  [
    'resume prod-tiger',
    { start: 'replicating', version: '3.9.3', prepare: failing },
    [/gadmin connector restart/],
    [words.promised],
    serves('primary', 'running'),
  ],
  ['backup prod-tiger --tag nightly', { start: 'replicating' }, [/gadmin backup create nightly/], [words.ended], holds('nightly')],
  [
    'backup prod-tiger --delete old',
    { start: 'replicating', prepare: twoBackups },
    [/gadmin backup remove old/],
    [words.made],
    holds('new'),
  ],
  [
    'upgrade prod-tiger begin',
    { start: 'replicating', version: '4.2.0' },
    [/gadmin backup create replops/, /gadmin stop -y/],
    [words.made],
    serves('primary', 'none'),
  ],
  [
    'upgrade prod-tiger finish',
    { start: 'replicating', prepare: upgraded('4.2.0') },
    [/gadmin backup restore replops/],
    [words.ended],
    serves('primary', 'running'),
  ],
];

for (const [command, { start, version = '4.1.4', prepare }, effects, dies, ends] of rows) {
  describeKills({
    command: `/repl ${command}`,
    links: [{ id: 'prod-tiger', engine: 'tigergraph-crr', environment: 'production', description: 'Graph', version, start }],
    ...(prepare === undefined ? {} : { prepare: (house) => prepare(worldOf(house)) }),
    effects,
    words: dies,
    ends,
  });
}
