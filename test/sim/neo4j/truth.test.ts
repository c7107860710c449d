import { describe, expect, it } from 'vitest';
import type { GraphWorld } from '../../../src/sim/neo4j/contract.ts';
import { aLine, aWorld, hourMs } from './bed.ts';

/** Its clock stands still, so that nothing is left to come after this. */
const settled = async (world: GraphWorld): Promise<void> => world.control().advance(hourMs);

/** What is done, and what takes it back. */
const pairs: readonly (readonly [string, readonly [string, string]])[] = [
  ['a stop of the writes', ['ALTER DATABASE orders SET ACCESS READ ONLY', 'ALTER DATABASE orders SET ACCESS READ WRITE']],
  ['a stop of the database', ['STOP DATABASE orders', 'START DATABASE orders']],
  ['a database', ['CREATE DATABASE more', 'DROP DATABASE more DESTROY DATA']],
  ['an alias', ['CREATE ALIAS shop FOR DATABASE orders', 'DROP ALIAS shop FOR DATABASE']],
];

describe('the truth of two Neo4j clusters', () => {
  it.each(pairs)('tells %s, and is as before once that is taken back', async (_, [does, undoes]) => {
    const world = await aWorld();
    const line = aLine(world, 'primary');
    await settled(world);
    const before = world.truth();
    await line.ask(does);
    await settled(world);
    expect(world.truth()).not.toEqual(before);
    await line.ask(undoes);
    await settled(world);
    expect(world.truth()).toEqual(before);
  });

  it('tells nothing of what applications write', async () => {
    const world = await aWorld();
    await settled(world);
    const before = world.truth();
    world.control().commit();
    await settled(world);
    expect(world.truth()).toEqual(before);
  });

  it('tells a dump, and another database under the old name', async () => {
    const world = await aWorld({ start: 'none' });
    const line = aLine(world, 'primary');
    await settled(world);
    const before = world.truth();
    await line.ask('DROP DATABASE orders DUMP DATA');
    await settled(world);
    expect(world.truth()).toMatchObject({ primary: { dumps: [expect.stringMatching(/^orders /)], databases: {} } });
    await line.ask('CREATE DATABASE orders TOPOLOGY 3 PRIMARIES');
    await settled(world);
    expect(world.truth()).not.toEqual(before);
  });
});

describe('what clients have written', () => {
  it('is still there while the database is, whatever becomes of its access', async () => {
    const world = await aWorld();
    const gone = world.control().commit();
    await aLine(world, 'primary').ask('ALTER DATABASE orders SET ACCESS READ ONLY');
    await settled(world);
    expect(gone()).toEqual([]);
  });

  it('is gone with its database, though there is another one of that name', async () => {
    const world = await aWorld({ start: 'none' });
    const gone = world.control().commit();
    const line = aLine(world, 'primary');
    await line.ask('DROP DATABASE orders DESTROY DATA');
    await settled(world);
    await line.ask('CREATE DATABASE orders TOPOLOGY 3 PRIMARIES');
    await settled(world);
    expect(gone()).toEqual([expect.stringMatching(/^transaction \d+ of orders on the primary$/)]);
  });

  it('is nothing where no side takes writes', async () => {
    const world = await aWorld();
    await aLine(world, 'primary').ask('ALTER DATABASE orders SET ACCESS READ ONLY');
    await settled(world);
    const gone = world.control().commit();
    await aLine(world, 'primary').ask('DROP DATABASE orders DESTROY DATA');
    await settled(world);
    expect(gone()).toEqual([]);
  });
});
