import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

describe('what people type', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
  });
  afterAll(() => house.close());

  it.each([
    { line: '/repl', has: /status/ },
    { line: '/repl help', has: /failover/ },
    { line: '/repl help failover', has: /--to/ },
    { line: '/repl links', has: /prod-sql/ },
    { line: '/repl status', has: /prod-sql/ },
    { line: '/repl status --json', has: /cockroach-pcr/ },
    { line: '/repl describe prod-sql', has: /prod-sql-frankfurt/ },
    { line: '/repl preflight failover prod-sql', has: /prod-sql/ },
    { line: '/repl plan failover prod-sql', has: /COMPLETE REPLICATION TO LATEST/ },
    { line: '/repl runs', has: /run/i },
    { line: '/repl policy show', has: /production-switches/ },
    { line: '/repl policy test failover prod-sql --as @bob --at 2026-12-24T10:00Z', has: /production-switches/ },
    { line: '/repl whoami', has: /engineers/ },
    { line: '/repl doctor', has: /Redis/ },
    { line: '/repl statsu', has: /status/ },
    { line: '/repl describe prod-sq', has: /prod-sql/ },
    { line: '/repl failover prod-sql --tp latest', has: /--to/ },
    { line: '/repl failover prod-sql —to yesterday', has: /yesterday/ },
    { line: '/repl describe “prod-sql”', has: /prod-sql-frankfurt/ },
    { line: `/repl describe ${'x'.repeat(10_000)}`, has: /2,?000/ },
    { line: '/repl describe <!channel>', has: /channel/ },
    { line: '/repl run r-0000000000', has: /no run/ },
  ])('$line is answered', async ({ line, has }) => {
    expect(await house.ask('ana', line)).toMatch(has);
    expect(await house.store.journal.recent(null, 1)).toEqual([]);
  });

  it('is read in a mention too, and answered in its thread', async () => {
    const ts = house.as('ana').mention('#ops', 'status');
    await until(() => house.workspace.thread('#ops', ts).length > 1, 'the thread is answered');
    expect(JSON.stringify(house.workspace.thread('#ops', ts))).toContain('prod-sql');
  });

  it('is read in a direct message too', async () => {
    const before = house.workspace.calls('chat.postMessage').length;
    house.as('ana').directMessage('status');
    await until(() => house.workspace.calls('chat.postMessage').length > before, 'the message is answered');
    expect(JSON.stringify(house.workspace.calls('chat.postMessage').at(-1))).toContain('prod-sql');
  });

  it('shows nothing of the links in a channel shared with others', async () => {
    const text = await house.ask('ana', '/repl status', '#northwind-shared');
    expect(text).not.toContain('prod-sql-frankfurt');
  });

  it('has no answer for guests but that they may not', async () => {
    expect(await house.ask('gwen', '/repl status')).toMatch(/guest/);
  });
});
