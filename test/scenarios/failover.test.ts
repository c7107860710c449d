import { afterEach, describe, expect, it } from 'vitest';
import { asLinkId } from '../../src/domain/ids.ts';
import type { House } from '../support/house.ts';
import { openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let house: House;
afterEach(() => house.close());

const effectsOf = ({ sql }: House): readonly string[] =>
  sql.effects().flatMap(({ side, kind, changed }) => (changed ? [`${side} ${kind}`] : []));

describe('a failover', () => {
  it('goes from the slash command over two approvals to a proven end', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql --to latest --reason "Frankfurt is shaking"');
    expect((await house.message(run)).text).toContain('prod-sql');
    await house.approve(run, 'bob');
    expect((await house.run(run)).state).toBe('awaiting-approval');
    const { channel, ts } = await house.message(run);
    house.as('chloe').react(channel, ts, 'white_check_mark');
    await house.confirm(run, 'ana');
    const view = await house.reaches(run, 'succeeded');

    expect(view.approvedBy).toHaveLength(2);
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(house.sql.splitBrain()).toEqual([]);
    expect(effectsOf(house).filter((effect) => effect.startsWith('standby'))).toHaveLength(3);
    const lost = house.sql.lost();
    expect(lost).not.toBeNull();
    expect(view.report?.lossMs ?? -1).toBeGreaterThanOrEqual(lost?.ms ?? Number.POSITIVE_INFINITY);
    await until(async () => JSON.stringify(await house.message(run)).includes('succeeded'), 'the last state is shown');
  });

  it('tells the incident channel once, and keeps that message current', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await until(() => house.workspace.messages('#incidents').length > 0, 'the incident channel is told');
    await house.confirm(run, 'bob');
    await house.reaches(run, 'succeeded');
    await until(() => (house.workspace.messages('#incidents')[0]?.edits ?? 0) > 0, 'the message is kept current');
    expect(house.workspace.messages('#incidents')).toHaveLength(1);
  });

  it('goes on when the incident channel can not be told, and says so in its thread', async () => {
    house = await openHouse();
    house.workspace.archive('#incidents');
    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.confirm(run, 'ana');
    await house.reaches(run, 'succeeded');
    const kinds = (await house.records(run)).map(({ entry }) => entry.kind);
    expect(kinds).toContain('post-failed');
    const { channel, ts } = await house.message(run);
    await until(
      () => house.workspace.thread(channel, ts).some(({ text }) => /archived/i.test(text)),
      'the thread says that the channel is archived',
    );
  });

  it('works when the primary is gone, and says that it can not be fenced', async () => {
    house = await openHouse();
    await house.sql.faults.down('primary');
    const run = await house.propose('ana', '/repl failover prod-sql');
    expect(JSON.stringify((await house.message(run)).blocks)).toContain('fenced');
    await house.approve(run, 'bob', 'chloe');
    await until(async () => JSON.stringify((await house.message(run)).blocks).includes('replops:confirm'), 'it asks for the fence');
    expect(house.sql.effects()).toEqual([]);
    await house.confirm(run, 'bob');
    await until(async () => (await house.run(run)).steps[1]?.state === 'done', 'the fence is confirmed');
    await house.confirm(run, 'ana');
    const view = await house.reaches(run, 'succeeded');
    expect(view.plan.steps[1]?.statements.join()).toContain('could not be fenced');
    expect(view.steps[1]?.confirmedBy).toBe(house.as('bob').id);
    expect(house.sql.writable().standby).toBe(true);
  });

  it('finds the old primary that came back writable, halts, and goes on once it is fenced', async () => {
    house = await openHouse();
    await house.sql.faults.down('primary');
    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob', 'chloe');
    await house.confirm(run, 'ana');
    await until(() => house.sql.writable().standby, 'the standby serves');
    await house.sql.faults.up('primary');
    await house.confirm(run, 'ana');
    const view = await house.reaches(run, 'halted');
    expect(view.halt?.sentence).toMatch(/takes writes/);
    expect(await house.ask('ana', '/repl describe prod-sql')).toMatch(/split brain|both/i);

    // The run that stands still keeps the link: only a fence may go ahead of it, and afterwards it goes on.
    expect(await house.ask('ana', '/repl pause prod-sql')).toMatch(/stands still.*Only a fence may go ahead/s);
    const fence = await house.propose('ana', '/repl fence prod-sql');
    await house.approve(fence, 'bob');
    await house.reaches(fence, 'succeeded');
    expect(house.sql.writable()).toEqual({ primary: false, standby: true });
    expect(await house.ask('ana', `/repl run ${fence}`)).toContain(`Run ${run} holds link prod-sql and stands still`);
    expect(await house.ask('ana', `/repl retry ${run}`)).toMatch(/goes on|again/);
    await house.reaches(run, 'succeeded');
  });
});

describe('approval', () => {
  it('is asked by nobody who may not: an outsider is denied and nothing is begun', async () => {
    house = await openHouse();
    expect(await house.ask('oscar', '/repl failover prod-sql')).toMatch(/no rule|not/i);
    expect(await house.store.journal.recent(null, 10)).toEqual([]);
  });

  it('does not count the requester, and tells them why', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    const before = house.workspace.ephemerals('ana', '#ops').length;
    await house.approve(run, 'ana');
    await until(() => house.workspace.ephemerals('ana', '#ops').length > before, 'ana is told');
    expect(house.workspace.ephemerals('ana', '#ops').at(-1)?.text).toMatch(/not/);
    expect((await house.run(run)).votes).toEqual([]);
  });

  it('ignores the reaction of a guest, and tells the guest alone', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    const { channel, ts } = await house.message(run);
    house.as('gwen').react(channel, ts, 'white_check_mark');
    await until(() => house.workspace.ephemerals('gwen', '#ops').length > 0, 'gwen is told');
    expect((await house.run(run)).votes).toEqual([]);
    expect(house.workspace.ephemerals('bob', '#ops')).toEqual([]);
  });

  it('is ended by one veto', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob');
    const { channel, ts } = await house.message(run);
    house.as('chloe').react(channel, ts, 'x');
    await house.reaches(run, 'denied');
    expect(house.sql.effects()).toEqual([]);
  });

  it('can be taken back until quorum with the reaction', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    const { channel, ts } = await house.message(run);
    house.as('bob').react(channel, ts, '+1::skin-tone-3');
    await until(async () => (await house.run(run)).votes.length === 1, 'the reaction counts');
    house.as('bob').unreact(channel, ts, '+1::skin-tone-3');
    await until(async () => (await house.run(run)).votes.length === 0, 'the vote is taken back');
  });

  it('expires by the clock', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    house.clock.leap(16 * 60_000);
    const { channel, ts } = await house.message(run);
    house.as('bob').react(channel, ts, 'white_check_mark');
    await until(() => house.workspace.ephemerals('bob', '#ops').length > 0, 'bob is told that it is too late');
    await house.store.wakeups.wake(run, 0);
    await house.reaches(run, 'expired');
  });

  it('is void when the databases have moved, and shows what moved', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob');
    await house.sql.faults.down('primary');
    await house.approve(run, 'chloe');
    const view = await house.reaches(run, 'cancelled');
    expect(view.ending?.differences.length).toBeGreaterThan(0);
    expect(house.sql.effects()).toEqual([]);
  });

  it('is void when an approver has left the group since', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob');
    await until(async () => (await house.run(run)).votes.length === 1, 'the vote of bob counts');
    house.workspace.setGroup('dba', ['chloe']);
    // Groups are known for at most 60 s.
    house.clock.leap(61_000);
    await house.approve(run, 'chloe');
    const view = await house.reaches(run, 'cancelled');
    expect(view.ending?.sentence).toMatch(/no longer holds/);
  });

  it('is void when the policy asks for more by now', async () => {
    house = await openHouse();
    const run = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(run, 'bob');
    const current = await house.store.policies.current();
    const stricter = JSON.parse(JSON.stringify(current?.rules).replace('"quorum":2', '"quorum":3'));
    await house.store.policies.put({ by: 'iris', at: house.clock.now(), why: 'A quiet week', rules: stricter }, current?.version ?? 0);
    await house.approve(run, 'chloe');
    const view = await house.reaches(run, 'cancelled');
    expect(view.ending?.sentence).toMatch(/3 approvals/);
    expect(house.sql.effects()).toEqual([]);
  });

  it('is refused to everybody while the policy can not be understood', async () => {
    house = await openHouse();
    await house.store.policies.put({ by: 'iris', at: house.clock.now(), why: 'A mistake', rules: { rules: 'all' } }, 1);
    expect(await house.ask('ana', '/repl failover prod-sql')).toMatch(/cannot be understood/);
    expect(await house.store.journal.recent(null, 10)).toEqual([]);
  });

  it('is counted once when everybody clicks at once, on two bots', async () => {
    house = await openHouse({ bots: ['bot-1', 'bot-2'] });
    const run = await house.propose('ana', '/repl failover prod-sql');
    await Promise.all(
      ['bob', 'chloe', 'bob', 'chloe', 'ana', 'gwen', 'bob', 'chloe'].map((person) => house.approve(run, person).catch(() => undefined)),
    );
    await house.reaches(run, 'running');
    const kinds = (await house.records(run)).map(({ entry }) => entry.kind);
    expect(kinds.filter((kind) => kind === 'voted')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'approved')).toHaveLength(1);
    await house.confirm(run, 'ana');
    await house.reaches(run, 'succeeded');
  });

  it('is skipped by who may break the glass, loudly', async () => {
    house = await openHouse();
    const run = await house.propose('iris', '/repl failover prod-sql --break-glass "Frankfurt is under water"');
    await until(() => house.workspace.messages('#incidents').length > 0, 'the incident channel is told');
    await house.confirm(run, 'iris');
    const view = await house.reaches(run, 'succeeded');
    expect(view.glassBroken?.reason).toBe('Frankfurt is under water');
  });
});

describe('two runs on one link', () => {
  it('are told of each other, and never overlap', async () => {
    house = await openHouse();
    const first = await house.propose('ana', '/repl failover prod-sql');
    await house.approve(first, 'bob', 'chloe');
    await house.reaches(first, 'running');
    expect(await house.ask('iris', '/repl failover prod-sql')).toContain(first);
    await house.confirm(first, 'ana');
    await house.reaches(first, 'succeeded');
  });

  it('do not keep each other away once the first has ended, even before it has given the link back', async () => {
    house = await openHouse();
    const first = await house.propose('ana', '/repl pause prod-sql');
    await house.approve(first, 'bob');
    await house.reaches(first, 'succeeded');
    const line = () => house.store.journal.line(asLinkId('prod-sql'));
    await until(async () => (await line()).length === 0, 'the link is free');
    await house.store.journal.holdLink(asLinkId('prod-sql'), first, null);
    const second = await house.propose('ana', '/repl resume prod-sql');
    await house.approve(second, 'bob');
    await house.store.journal.leaveLink(asLinkId('prod-sql'), first);
    await house.reaches(second, 'succeeded');
  });

  it('wait in line when asked to, and the second is void since the first has moved the databases', async () => {
    house = await openHouse();
    const first = await house.propose('ana', '/repl failover prod-sql');
    const second = await house.propose('iris', '/repl failover prod-sql --wait');
    await house.approve(first, 'bob', 'chloe');
    await house.reaches(first, 'running');
    await house.approve(second, 'bob', 'chloe');
    await until(async () => (await house.run(second)).queue?.behind === first, 'the second stands in line');
    await house.confirm(first, 'ana');
    await house.reaches(first, 'succeeded');
    const view = await house.reaches(second, 'cancelled');
    expect(view.ending?.sentence).toMatch(/moved/);
  });
});
