import { describe, expect, it } from 'vitest';
import type { SimSide, TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { all, aWorld, isOnline, on } from './bed.ts';

const folder = '/home/tigergraph/replops';
const file = `${folder}/metadata`;

/** Takes a backup of the primary, and answers with its name and the metadata that another cluster needs. */
async function backedUp(world: TigerWorld, tag = 'nightly'): Promise<{ readonly tag: string; readonly metadata: string }> {
  const said = await all(world, 'primary', `gadmin backup create ${tag}`);
  const full = /Tag is (\S+)/.exec(said)?.[1];
  if (full === undefined) throw new TypeError(said);
  await all(world, 'primary', `mkdir -p ${folder} && cd ${folder} && gadmin backup list ${full} --meta`);
  return { tag: full, metadata: world.host('primary', 'm1').files.read(file) };
}

const refused = async (world: TigerWorld, command: string): Promise<string> => {
  const { exitCode, stderr } = await on(world, 'standby', command);
  expect(exitCode).not.toBe(0);
  return stderr;
};

const set = (world: TigerWorld, side: SimSide, key: string, value: string) =>
  all(world, side, `gadmin config set System.Backup.S3.${key} '${value}'`, 'gadmin config apply -y');

const restore = `gadmin backup restore --meta=${file} -y`;
const changes = (world: TigerWorld) => world.effects().filter(({ side, kind }) => side === 'standby' && kind.startsWith('restore'));

describe('a backup in a bucket that another cluster took, up to 3.9.1', () => {
  it('is not known without its metadata', async () => {
    const world = await aWorld({ version: '3.9.1', start: 'none', backup: 's3' });
    const { tag, metadata } = await backedUp(world);
    expect(await refused(world, `gadmin backup restore ${tag} -y`)).toMatch(/does not exist/);
    expect(await refused(world, restore)).toMatch(/can not read the metadata file/);
    // On the node where it is run, and on no other.
    world.host('standby', 'm2').files.write(file, metadata);
    expect(await refused(world, restore)).toMatch(/can not read the metadata file/);
    expect(changes(world)).toEqual([]);
  });

  it('is restored with it, from the bucket', async () => {
    const world = await aWorld({ version: '3.9.1', start: 'none', backup: 's3', writesPerSecond: 0 });
    const { metadata } = await backedUp(world);
    world.host('standby', 'm1').files.write(file, metadata);
    await all(world, 'standby', restore);
    await isOnline(world, 'standby');
    expect(world.side('standby').records).toBe(world.side('primary').records);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -20), /can not read the metadata file/],
    [
      'of a backup that is not in the bucket',
      (text: string) => text.replace(/nightly-[^"]*/, 'other'),
      /is not found in the bucket graph-backups/,
    ],
    ['of other files', (text: string) => text.replace(/"Checksum":"[0-9a-f]+"/g, '"Checksum":"00"'), /checksum of \S+ does not match/],
  ])('is not restored by metadata that is %s', async (_, spoil, words) => {
    const world = await aWorld({ version: '3.9.1', start: 'none', backup: 's3' });
    const { metadata } = await backedUp(world);
    world.host('standby', 'm1').files.write(file, spoil(metadata));
    expect(await refused(world, restore)).toMatch(words);
    expect(changes(world)).toEqual([]);
  });

  it.each([
    ['BucketName', 'other-backups', 'other-backups'],
    ['Endpoint', 'https://s3.example.com', 'graph-backups@https-s3-example-com'],
  ])('is not found by a cluster whose %s is another one', async (key, value, bucket) => {
    const world = await aWorld({ version: '3.8.0', start: 'none', backup: 's3' });
    const { metadata } = await backedUp(world);
    world.host('standby', 'm1').files.write(file, metadata);
    await set(world, 'standby', key, value);
    expect(await refused(world, restore)).toContain(`is not found in the bucket ${bucket}`);
    expect(changes(world)).toEqual([]);
  });
});
