import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { byHand, endStreams, type LdrBed, ldrLinkId as link } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, planOn, settle } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { admin, items, openBed, orders } from './beds.ts';

const tables = `TABLES (${orders}, ${items})`;
const stream = `CREATE LOGICAL REPLICATION STREAM FROM ${tables} ON 'external://to_east' INTO ${tables}`;

async function ask(on: LdrBed, kind: 'setup' | 'rebuild' | 'failback') {
  const engine = on.engine();
  return engine.plan({ kind, link }, on.link, await engine.observe(on.link, anIo({ tag: 'replops/read', planning: kind })));
}

/** A standby whose job was ended in its first copy, so that it holds next to nothing. */
async function openHalf(): Promise<LdrBed> {
  const on = await openBed('25.2', { world: { ...admin, start: 'none', pace: { ...tinyPace, scanMs: 3_600_000 } } });
  await byHand(on.world, 'standby', stream);
  await until(() => on.world.ldrJobs('standby').some(({ status }) => status === 'running'), 'it copies');
  await endStreams(on.world, 'standby');
  for (const table of [orders, items]) on.world.ldr.write('standby', table, 1);
  on.world.control().advance(10_000);
  expect(on.world.ldrJobs('standby').map(({ replicatedTime }) => replicatedTime)).toEqual([null]);
  return on;
}

describe('a side whose first copy was never complete', { timeout: 180_000 }, () => {
  it('is nothing that the only full copy is emptied for', async () => {
    const on = await openHalf();
    const answer = await ask(on, 'failback');
    expect(answer).toMatchObject({
      sentence: expect.stringMatching(
        /^sql-west never had a full copy of shop\.public\.orders, shop\.public\.items: job \d+ ended before its first copy was complete\. So sql-east may hold the only full copy, and it is not emptied/,
      ),
      next: expect.stringMatching(
        /^If applications use sql-east, empty the tables on sql-west by hand \(TRUNCATE\), then ask for \/repl setup shop/,
      ),
    });
    const setup = await ask(on, 'setup');
    expect(isRefusal(setup) ? setup.next : '').not.toContain('failback');
    expect(isRefusal(setup) ? setup.sentence : '').toContain('sql-west never had a full copy');
    // As the sentence says.
    await byHand(on.world, 'standby', `TRUNCATE TABLE ${orders}, ${items}`);
    expect(isRefusal(await ask(on, 'setup'))).toBe(false);
  });
});

describe('a side of which no job tells that it ever had a full copy', { timeout: 180_000 }, () => {
  it('is counted before people answer for it, and nothing is deleted while it has fewer rows', async () => {
    const rows = { primary: 1000, standby: 1 };
    const on = await openBed('25.2', {
      world: {
        ...admin,
        start: 'none',
        tables: [
          { name: orders, rows },
          { name: items, rows },
        ],
      },
    });
    on.world.control().advance(60_000);
    for (const table of [orders, items]) on.world.ldr.write('standby', table, 1);
    on.world.control().advance(10_000);
    const plan = await planOn(on, { kind: 'failback', link });
    const kinds = plan.steps.map(({ kind }) => kind);
    const at = kinds.indexOf('ldr.compare-rows');
    expect(kinds[at + 1]).toBe('ldr.accept-loss');
    expect(plan.steps[at + 1]?.statements.join('\n')).toContain(
      'Nothing proves that sql-west ever had a full copy of shop.public.orders, shop.public.items: no job is listed',
    );
    expect(plan.predictedLoss).toMatchObject({
      ms: null,
      words: expect.stringMatching(/^Nothing proves that sql-west ever had a full copy/),
    });
    const engine = on.engine();
    const compare = plan.steps[at];
    expect(compare && (await settle(on, compare, () => engine))).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining(`${orders} (1000 here, 2 there), ${items} (1000 here, 2 there)`),
    });
  });
});
