import { afterEach, describe, expect, it } from 'vitest';
import { openTiger, type TigerHouse } from '../support/tiger-house.ts';
import { until } from '../support/until.ts';

let at: TigerHouse;
afterEach(() => at.close());

interface Order {
  readonly from: string;
  readonly to: string;
  readonly begins: readonly string[];
  readonly finishes: readonly string[];
  /** Whether the standby leaves the replication, and has to be kept from taking writes. */
  readonly leaves: boolean;
}

const disabled = ['standby: stop', 'standby: config-set', 'standby: config-apply'];

/** As the vendor describes each: up to 3.9 disabled and enabled again, up to 4.1 stopped and started. */
const orders: readonly Order[] = [
  {
    from: '3.9.2',
    to: '3.9.3',
    leaves: true,
    begins: ['primary: backup', ...disabled],
    finishes: ['standby: config-set', 'standby: config-apply', 'standby: init-kafka', 'standby: restart', 'primary: install-queries'],
  },
  { from: '3.10.1', to: '3.11.0', leaves: false, begins: ['primary: backup', 'standby: crr-stop'], finishes: ['standby: crr-start'] },
  { from: '3.10.1', to: '4.1.4', leaves: false, begins: ['primary: backup', 'standby: crr-stop'], finishes: ['standby: crr-start'] },
];

/** What an upgrade of the standby does beside changing its version: it starts every service, and people keep applications away meanwhile. */
async function startedByUpgrade(): Promise<void> {
  at.tiger.control().fence('standby', true);
  await at.byHand('standby', 'gadmin start');
  await until(() => at.tiger.side('standby').online, 'the upgraded standby is up');
  // Both take writes now as far as their settings tell: what is fenced is the side that was taken out, never the primary.
  expect(await at.house.ask('ana', '/repl plan fence prod-tiger')).toMatch(/Stop the services of prod-tiger-dublin; prod-tiger-frankfurt/);
}

describe('an upgrade of TigerGraph', { timeout: 180_000 }, () => {
  it.each(orders)('from $from to $to leaves the replication and takes it up in the order of the version', async (order) => {
    at = await openTiger(order.from);
    const begin = await at.runs('/repl upgrade prod-tiger begin');
    expect(begin.view.state).toBe('succeeded');
    expect(at.sent()).toEqual(order.begins);
    expect(begin.plan.steps.some(({ kind }) => kind === 'keep-away')).toBe(order.leaves);
    expect(at.tiger.writable()).toEqual({ primary: true, standby: false });
    expect(at.follows('standby')).toBe(false);

    at.tiger.control().upgrade('primary', order.to);
    expect(await at.house.ask('ana', '/repl upgrade prod-tiger finish')).toMatch(
      new RegExp(
        `prod-tiger-frankfurt runs ${order.to} and prod-tiger-dublin ${order.from}.*the versions have to be equal.*Upgrade the older one`,
        's',
      ),
    );
    at.tiger.control().upgrade('standby', order.to);
    if (order.leaves) await startedByUpgrade();

    const finish = await at.runs('/repl upgrade prod-tiger finish');
    expect(finish.view).toMatchObject({ state: 'succeeded', halt: null });
    expect(at.sent().slice(order.begins.length)).toEqual(order.finishes);
    expect(at.follows('standby')).toBe(true);
    expect(at.tiger.writable()).toEqual({ primary: true, standby: false });
    expect(at.tiger.splitBrain()).toEqual([]);
    const reached = at.tiger.side('primary').records;
    await until(() => at.tiger.side('standby').records >= reached, 'the standby has what was written meanwhile');
  });

  it('fills the standby anew where the version wants it, though its upgrade has started it', async () => {
    at = await openTiger('4.2.0');
    const begin = await at.runs('/repl upgrade prod-tiger begin');
    expect(begin.view.state).toBe('succeeded');
    for (const side of ['primary', 'standby'] as const) at.tiger.control().upgrade(side, '4.3.0');
    await startedByUpgrade();
    const finish = await at.runs('/repl upgrade prod-tiger finish');
    expect(finish.view).toMatchObject({ state: 'succeeded', halt: null });
    expect(at.follows('standby')).toBe(true);
    expect(at.tiger.splitBrain()).toEqual([]);
  });

  it('restores the backup that was taken after it, and none from before', async () => {
    at = await openTiger('4.1.4');
    await at.runs('/repl upgrade prod-tiger begin');
    for (const side of ['primary', 'standby'] as const) at.tiger.control().upgrade(side, '4.2.0');
    const { plan } = await at.runs('/repl upgrade prod-tiger finish');
    expect(plan.steps.flatMap(({ statements }) => statements)).toContain('gadmin backup restore replops2 --dr -y');
    const restores = at.tiger.effects().filter(({ kind }) => kind === 'restore');
    expect(restores.map(({ statement }) => statement)).toEqual(['gadmin backup restore replops2 --dr -y']);
    expect(at.follows('standby')).toBe(true);
  });
});
