import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { keys } from '../../src/store/keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { aLink, aProcess, aRun, note, type Process } from './support.ts';

let server: TestRedis;
let store: Process;
beforeAll(async () => {
  server = await startRedis();
  store = aProcess(server.url);
});
afterAll(async () => {
  store.close();
  await server.stop();
});

const length = 5;
async function aJournal(): Promise<RunId> {
  const run = aRun();
  await store.journal.create(run, aLink(), note('entry 1'));
  for (let seq = 1; seq < length; seq += 1)
    await store.journal.append({ run, fence: null, expectedSeq: seq, entry: note(`entry ${seq + 1}`), dueInMs: null });
  return run;
}

type Row = [id: string, fields: string[]];
/** Writes the journal anew, as somebody with access to Redis could. */
async function rewrite(run: RunId, change: (rows: Row[]) => Row[]): Promise<void> {
  const rows = change(await store.raw.xrange(keys.journal(run), '-', '+'));
  await store.raw.del(keys.journal(run));
  for (const [id, fields] of rows) await store.raw.xadd(keys.journal(run), id, ...fields);
}
const withField = (row: Row, field: number, value: string): Row => [row[0], row[1].map((old, index) => (index === field ? value : old))];
const changed = (at: number, field: number, value: string) => (rows: Row[]) =>
  rows.map((row, index) => (index === at ? withField(row, field, value) : row));

describe('reading a journal', () => {
  it('gives all entries, or those after one, and none of a run that is not known', async () => {
    const run = await aJournal();
    expect((await store.journal.read(run)).map((record) => record.seq)).toEqual([1, 2, 3, 4, 5]);
    expect((await store.journal.read(run, 1)).map((record) => record.seq)).toEqual([2, 3, 4, 5]);
    expect((await store.journal.read(run, 4)).map((record) => record.seq)).toEqual([5]);
    expect(await store.journal.read(run, 5)).toEqual([]);
    expect(await store.journal.read(run, 8)).toEqual([]);
    expect(await store.journal.read(aRun())).toEqual([]);
    expect(await store.journal.read(aRun(), 3)).toEqual([]);
  });

  const body = JSON.stringify({ at: 1, kind: 'noted', sentence: 'never said' });
  it.each<[string, (rows: Row[]) => Row[]]>([
    ['another text', changed(2, 3, body)],
    ['another text in the last entry', changed(4, 3, body)],
    ['another writer', changed(1, 1, '99')],
    ['another hash', changed(2, 5, 'f'.repeat(40))],
    ['no JSON', changed(4, 3, 'oops')],
    ['a field that is not ours', (rows) => rows.map(([id, fields], index) => [id, index === 2 ? ['x', '1'] : fields])],
    ['an entry too few in the middle', (rows) => rows.filter((_, index) => index !== 2)],
    ['an entry too few at the beginning', (rows) => rows.slice(1)],
    ['a tail that was cut off', (rows) => rows.slice(0, -1)],
    ['nothing at all', () => []],
    ['an entry too many', (rows) => [...rows, ['6-0', rows.at(-1)?.[1] ?? []]]],
    ['an entry of odd id', (rows) => rows.map(([id, fields], index) => [index === 4 ? '5-1' : id, fields])],
  ])('throws a fault when the journal holds %s', async (_name, change) => {
    const run = await aJournal();
    await rewrite(run, change);
    await expect(store.journal.read(run)).rejects.toMatchObject({ name: 'Fault', code: 'answer-not-understood', effect: 'not-applied' });
  });

  it('throws a fault for a whole journal that was taken from another run', async () => {
    const [run, other] = [await aJournal(), await aJournal()];
    await store.raw.copy(keys.journal(other), keys.journal(run), 'REPLACE');
    await store.raw.copy(keys.run(other), keys.run(run), 'REPLACE');
    await expect(store.journal.read(run)).rejects.toMatchObject({ code: 'answer-not-understood' });
    expect(await store.journal.read(other)).toHaveLength(length);
  });

  it('notices a tampered entry also when only later ones are asked for', async () => {
    const run = await aJournal();
    await rewrite(run, changed(3, 3, body));
    await expect(store.journal.read(run, 2)).rejects.toMatchObject({ code: 'answer-not-understood', facts: { run, seq: 4 } });
  });
});
