import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/domain/clock.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Act, Step } from '../../../src/domain/plan.ts';
import type { TableWrites } from '../../../src/engines/cockroach-ldr/detail.ts';
import { judgeWrites } from '../../../src/engines/cockroach-ldr/steps/take-back.ts';
import type { LdrWorldOptions } from '../../../src/sim/cockroach/ldr/ldr-world.ts';
import { aReach, byHand, type LdrBed, ldrLinkId as link, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, executorFor, planOn, settle } from '../../conformance/drive.ts';
import { openBed, orders } from './beds.ts';
import { aLink, micros } from './scenes.ts';

const setup: Operation = { kind: 'setup', link };
const absent: Partial<LdrWorldOptions> = {
  start: 'none',
  tables: ['orders', 'items'].map((name) => ({ name: `shop.public.${name}`, sides: ['primary'] as const })),
};

/** A setup that was carried out to its end. */
async function setUp(world: Partial<LdrWorldOptions>): Promise<{ readonly on: LdrBed; readonly undos: readonly Act[] }> {
  const on = await openBed('25.2', { world });
  const { steps } = await planOn(on, setup);
  for (const step of steps) if (step.by === 'engine') await carryOut(on, step, () => on.engine());
  return { on, undos: undosOf(steps) };
}

/** A setup that is planned, and of which nothing is done. */
async function bareSetup(world: Partial<LdrWorldOptions>): Promise<{ readonly on: LdrBed; readonly steps: readonly Step[] }> {
  const on = await openBed('25.2', { world });
  return { on, steps: (await planOn(on, setup)).steps };
}

const undosOf = (steps: readonly Step[]): readonly Act[] =>
  [...steps].reverse().flatMap(({ undo }) => (undo.kind === 'act' ? [undo.act] : []));
const rowsOn = ({ world }: LdrBed, side: 'primary' | 'standby') => world.tables(side).map(({ rows }) => rows);

/** Takes a run back until an act can't be; tells what that one says. */
async function takeBack(on: LdrBed, undos: readonly Act[]): Promise<unknown> {
  for (const act of undos) {
    const seen = await settle(on, act, () => on.engine());
    if (seen.kind !== 'todo' && seen.kind !== 'done') return { act: act.kind, ...seen };
    await carryOut(on, act, () => on.engine());
  }
  return null;
}

const copies = [
  ['one way', { start: 'none' }, 'ldr.clear-copy', 'TRUNCATE'],
  ['both ways', { start: 'none', direction: 'bidirectional' }, 'ldr.clear-copy', 'TRUNCATE'],
  ['into tables that it made', absent, 'ldr.drop-copy', 'DROP TABLE'],
] as const;

describe.each(copies)('taking a setup back, %s', { timeout: 180_000 }, (_, world, kind, verb) => {
  const deletes = (on: LdrBed) => on.effects().filter(({ statement }) => statement.startsWith(verb));

  it('deletes what was copied where nobody wrote', async () => {
    const { on, undos } = await setUp(world);
    expect(await takeBack(on, undos)).toBeNull();
    expect(rowsOn(on, 'standby').filter((rows) => rows > 0)).toEqual([]);
    expect(rowsOn(on, 'primary')).toEqual([1_000, 1_000]);
    expect(deletes(on)).toHaveLength(1);
  });

  it('keeps every row where the side that they came from has lost some since', async () => {
    const { on, undos } = await setUp(world);
    await byHand(on.world, 'primary', `TRUNCATE TABLE ${orders}`);
    on.world.ldr.write('primary', orders, 1);
    const before = rowsOn(on, 'standby');
    expect(await takeBack(on, undos)).toMatchObject({
      act: kind,
      kind: 'impossible',
      why: expect.stringMatching(
        /^sql-west holds more rows than sql-east, from which they were copied: shop\.public\.orders \(100\d here, 1 there\)\. .* nothing was deleted on sql-west\./,
      ),
    });
    expect(rowsOn(on, 'standby').every((rows, table) => rows >= (before[table] ?? 0))).toBe(true);
    expect(deletes(on)).toEqual([]);
  });

  it('keeps every row where applications wrote meanwhile, and still ends the jobs', async () => {
    const { on, undos } = await setUp(world);
    on.world.control().linkDown();
    on.world.ldr.write('standby', orders, 12);
    const before = rowsOn(on, 'standby');
    expect(await takeBack(on, undos)).toMatchObject({
      act: kind,
      kind: 'impossible',
      why: expect.stringMatching(
        /^Applications wrote into shop\.public\.orders on sql-west as late as .*, and sql-east may lack those rows, so nothing was deleted there\. The replication that this run started is ended\. Press Skip to leave all rows .* press Retry\.$/,
      ),
    });
    expect(rowsOn(on, 'standby')).toEqual(before);
    expect(before).toContain(1_012);
    expect(deletes(on)).toEqual([]);
    for (const side of ['primary', 'standby'] as const)
      expect(on.world.ldrJobs(side).every(({ status }) => status === 'canceled' || status === 'failed')).toBe(true);
  });

  it('keeps every row where it can not be read who wrote them', async () => {
    const { on, undos } = await setUp(world);
    const refused = { kind: 'refuse', sqlState: '42501', message: 'no' } as const;
    on.world.faults.add({ side: 'standby', match: /crdb_internal_mvcc_timestamp.*"items"/, act: refused, times: 100 });
    expect(await takeBack(on, undos)).toMatchObject({
      act: kind,
      kind: 'impossible',
      why: expect.stringMatching(
        /^Whether applications wrote into shop\.public\.items on sql-west since could not be read, so nothing was deleted/,
      ),
    });
    expect(deletes(on)).toEqual([]);
  });
});

/** Its pauses take no time. */
const unhurried = anIo({ clock: { ...systemClock, sleep: async () => undefined }, timeoutMs: 5_000 });

describe('a source that is gone while a setup is taken back', { timeout: 180_000 }, () => {
  it.each([copies[0], copies[2]])('leaves every row, and people are asked at once, %s', async (_, world, kind) => {
    const { on, undos } = await setUp(world);
    await on.world.faults.down('primary');
    const at = undos.findIndex((act) => act.kind === kind);
    expect(await takeBack(on, undos.slice(0, at))).toBeNull();
    const [undo] = undos.slice(at);
    if (undo === undefined) throw new TypeError('nothing is taken back');
    const ask = () => executorFor(on.engine(), undo).probe(undo, on.link, unhurried);
    expect(await ask()).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^sql-east could not be reached \(ECONNREFUSED\)\. What was copied to sql-west may be the only copy by now, so nothing was deleted there\. Press Retry when sql-west and sql-east answer, or Skip to leave all rows as they are\.$/,
      ),
    });
    expect(rowsOn(on, 'standby')).toEqual([1_000, 1_000]);
    // What never came to a job copied nothing, whatever the other side has.
    const begun = await bareSetup(world);
    const [fresh] = undosOf(begun.steps).filter((act) => act.kind === kind);
    await begun.on.world.faults.down('primary');
    if (fresh === undefined) throw new TypeError('nothing is taken back');
    expect(await executorFor(begun.on.engine(), fresh).probe(fresh, begun.on.link, unhurried)).toMatchObject({ kind: 'done' });
  });

  it('lets nothing start either, and says so', async () => {
    const { on, steps } = await bareSetup({ start: 'none' });
    const check = steps.find((step) => step.kind === 'ldr.check-schema');
    if (check === undefined) throw new TypeError('nothing is looked at');
    await on.world.faults.down('primary');
    expect(await executorFor(on.engine(), check).probe(check, on.link, unhurried)).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(
        /^sql-east can't be reached .*\. Nothing was started\. Press Retry when both clusters answer, or Cancel\.$/,
      ),
    });
    await on.world.faults.up('primary');
    expect((await settle(on, check, () => on.engine())).kind).toBe('done');
  });
});

describe('the user that a setup made', { timeout: 180_000 }, () => {
  const more = 'shop.public.more';
  const world: Partial<LdrWorldOptions> = {
    start: 'none',
    users: [{ name: 'ops', password: streamPassword, admin: true }],
    addresses: { primary: ['east.example:26257'] },
    tables: [orders, 'shop.public.items', more].map((name) => ({ name })),
  };
  const reach = aReach({ host: 'east.example', port: 26_257 });
  const settings = () => ({ streams: { primary: null, standby: { externalConnection: 'on_to_east', reach } } });
  const usersOf = (on: LdrBed) => JSON.stringify(on.world.holdings()).includes('"stream":{');

  it.each(['24.3', '25.2'] as const)(
    'is gone with what it was granted, unless another replication may come as it by now (%s)',
    async (version) => {
      for (const shared of [false, true]) {
        const on = await openBed(version, { world, settings });
        const { steps } = await planOn(on, setup);
        for (const step of steps) if (step.by === 'engine') await carryOut(on, step, () => on.engine());
        if (shared)
          await byHand(
            on.world,
            'standby',
            `CREATE LOGICAL REPLICATION STREAM FROM TABLE ${more} ON 'external://to_east' INTO TABLE ${more}`,
          );
        expect(await takeBack(on, undosOf(steps))).toBeNull();
        expect(usersOf(on)).toBe(shared);
        expect(on.effects().some(({ statement }) => /^(REVOKE|DROP USER)/.test(statement))).toBe(!shared);
        await on.close();
      }
    },
  );
});

describe('a setup into tables that are empty no longer', { timeout: 180_000 }, () => {
  it.each([
    ['unidirectional', `${orders} on sql-west should be empty now and hold rows`],
    ['bidirectional', 'must not start from two filled tables'],
  ] as const)('starts nothing, and takes nothing away (%s)', async (direction, why) => {
    const on = await openBed('25.2', { world: { start: 'none', direction } });
    const { steps } = await planOn(on, setup);
    on.world.ldr.write('standby', orders, 13);
    const check = steps.find(({ kind }) => kind === 'ldr.check-schema');
    if (check === undefined) throw new TypeError('nothing is looked at');
    expect(steps.findIndex(({ kind }) => kind === 'ldr.create-stream')).toBeGreaterThan(steps.indexOf(check));
    expect(await settle(on, check, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining(why),
    });
    expect(await takeBack(on, undosOf(steps))).toBeNull();
    expect(rowsOn(on, 'standby')).toContain(13);
    expect(on.effects()).toEqual([]);
  });
});

describe('what may be deleted when a setup is taken back', () => {
  const { settings } = aLink();
  const place = { here: 'sql-west', there: 'sql-east', side: 'standby', settings } as const;
  const none: TableWrites = { kind: 'told', newest: null };
  const written: TableWrites = { kind: 'told', newest: micros(1_000) };
  const untold: TableWrites = { kind: 'untold', why: 'slow' };
  it.each([
    ['nothing was written', [none, none], 'todo'],
    ['one table was written', [none, written], 'impossible'],
    ['one table was not read', [none, untold], 'impossible'],
    ['one was written, one not read', [written, untold], 'impossible'],
  ] as const)('%s', (_, found, kind) => {
    expect(judgeWrites(place, found, 'emptied').kind).toBe(kind);
  });
});
