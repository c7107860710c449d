import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { JobView, LdrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import { factsOf } from '../../../src/engines/cockroach-ldr/facts.ts';
import { headlineOf } from '../../../src/engines/cockroach-ldr/headline.ts';
import { aLink, aLook, aSide, bothWays, following, gone, linkId as link, mutual, outline, planned, refusal } from './scenes.ts';

/** A job of somebody else's tables too. */
const shared: Partial<JobView> = { wider: true, tables: ['shop.public.orders', 'shop.public.items', 'crm.public."Notes"'] };
const words = 'brings crm.public."Notes" too, which the config of shop does not name';
const operation = (kind: 'teardown' | 'alter' | 'rebuild' | 'failback' | 'pause' | 'resume' | 'reconnect'): Operation => ({ kind, link });
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const filled = aLook([
  ['filled', 'filled'],
  ['filled', 'filled'],
]);
const dead = (job: Partial<JobView>): LdrDetail => ({
  ...following({ ...job, status: 'paused', runningStatus: 'pausing after error: gone' }),
  schema: filled,
});
const expired = (job: Partial<JobView>): LdrDetail => {
  const detail = dead(job);
  return { ...detail, primary: aSide({ history: 'lost' }) };
};

describe('a job that brings tables of others too', () => {
  it.each<readonly [string, Operation, LdrDetail, ReturnType<typeof aLink>]>([
    ['a teardown', operation('teardown'), following(shared), aLink()],
    ['a teardown both ways', operation('teardown'), mutual({}, shared), bothWays()],
    ['an alter', operation('alter'), following(shared), aLink()],
    ['an alter both ways', operation('alter'), mutual(shared), bothWays()],
    ['a switchover one way', switchover, following(shared), aLink()],
    ['a rebuild', operation('rebuild'), expired(shared), aLink()],
  ])('is not ended by %s', (_, asked, detail, of) => {
    const { sentence, next } = refusal(asked, detail, of);
    expect(sentence).toContain(words);
    expect(sentence).toContain(`the ${asked.kind} would end that replication too, for good. Nothing was changed.`);
    expect(next).toContain('CANCEL JOB 1012877040439033');
    expect(next).toContain('/repl setup shop');
  });

  it.each<readonly [string, Operation, LdrDetail]>([
    ['teardown', operation('teardown'), following()],
    ['alter', operation('alter'), following()],
    ['switchover', switchover, following()],
    ['rebuild', operation('rebuild'), expired({})],
  ])('is what a %s is refused for, and nothing else', (_, asked, detail) => {
    expect(JSON.stringify(planned(asked, detail))).not.toContain('others');
  });

  it.each<readonly [string, Operation, LdrDetail, string]>([
    ['a pause', operation('pause'), following(shared), 'is paused'],
    ['a resume', operation('resume'), following({ ...shared, status: 'paused' }), 'is resumed'],
    ['a reconnect', operation('reconnect'), following(shared), 'stands still for a moment, and connects anew'],
    ['a failover', failover, { ...following(shared), primary: gone }, 'is ended for good'],
  ])('is told first, and in the summary, in %s', (_, asked, detail, what) => {
    const plan = planned(asked, detail);
    expect(plan.warnings[0]).toBe(
      `Job 1012877040439033857 on sql-west ${words}: their replication ${what} as well. Tell those who need it before you approve.`,
    );
    expect(plan.summary).toContain(`Replication of others' tables is hit: crm.public."Notes" ${what}.`);
  });

  it('stays as it is where both ways nothing is ended, and the applications of the others are left alone', () => {
    const plan = planned(switchover, mutual(shared), bothWays());
    expect(outline(plan).join()).not.toContain('ldr.cancel');
    expect(plan.warnings[0]).toContain(`${words}: it goes on, and applications that use those tables are not moved by this run.`);
    expect(plan.summary).not.toContain('others');
  });

  it('is told in the status, without calling the link ill', () => {
    const told = headlineOf(aLink(), following(shared));
    expect(told.health).toBe('healthy');
    expect(told.headline).toContain(`sql-west follows and is 4 s behind. Job 1012877040439033857 on sql-west ${words}`);
    expect(headlineOf(aLink(), following()).headline).not.toContain('brings');
    const value = (detail: LdrDetail) => factsOf(aLink().settings, detail).find(({ name }) => name === 'standby.others')?.value;
    expect(value(following(shared))).toBe('crm.public."Notes" (job 1012877040439033857)');
    expect(value(following())).toBeUndefined();
  });

  it('is named with few of many tables, and though the server names none of them', () => {
    const many = Array.from({ length: 6 }, (_, place) => `crm.public.t${place}`);
    const warning = (tables: readonly string[]) =>
      planned(operation('pause'), following({ ...shared, tables: ['shop.public.orders', 'shop.public.items', ...tables] })).warnings[0];
    expect(warning(many)).toContain('brings crm.public.t0, crm.public.t1, crm.public.t2, crm.public.t3 and 2 more too');
    expect(warning([])).toContain('brings other tables too');
  });
});
