import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { LdrLink } from '../../../src/engines/cockroach-ldr/config.ts';
import type { LdrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import { sideToWeigh } from '../../../src/engines/cockroach-ldr/emptied-side.ts';
import {
  aJob,
  aLink,
  aLook,
  aSide,
  bare,
  bothWays,
  following,
  gone,
  linkId,
  micros,
  mutual,
  outline,
  planned,
  refusal,
  wrote,
} from './scenes.ts';

const rebuild: Operation = { kind: 'rebuild', link: linkId };
const failback: Operation = { kind: 'failback', link: linkId };
const alter: Operation = { kind: 'alter', link: linkId };

const minute = 60_000;
const hour = 60 * minute;
const filled = aLook([
  ['filled', 'filled'],
  ['filled', 'filled'],
]);
/** The job into the standby is over; it had brought everything up to an hour ago. */
const ended = (status: string): LdrDetail => bare(aSide(), aSide({ jobs: [aJob({ status, replicated: micros(hour) })] }), filled);
const consent = (operation: Operation, detail: LdrDetail, of?: LdrLink): string =>
  planned(operation, detail, of)
    .steps.filter(({ kind }) => kind === 'ldr.accept-loss')
    .flatMap(({ statements }) => statements)
    .join('\n');

describe('a rebuild of a side whose job failed', () => {
  const failed = ended('failed');

  it('asks nobody where that side has no write of its own, and says what each side took last', () => {
    const detail = { ...failed, ...wrote([micros(minute), null], [micros(hour), null]) };
    const plan = planned(rebuild, detail);
    expect(outline(plan)).not.toContain('(ldr.accept-loss)');
    expect(plan.predictedLoss.ms).toBe(0);
    expect(plan.warnings).toContain(
      'Newest write that no job brought: on sql-west none; on sql-east 2026-06-01 09:59:00.000000 UTC. Deletes leave no row, so they are not seen in this.',
    );
  });

  it('is refused where that side has the newest writes of all, and leads to the failback', () => {
    const { sentence, next } = refusal(rebuild, { ...failed, ...wrote([micros(2 * hour), micros(minute)], [null, null]) });
    expect(sentence).toContain('Applications wrote on sql-west as late as 2026-06-01 09:59:00.000000 UTC');
    expect(sentence).toContain('sql-west looks like the side in use. Nothing on sql-west is deleted.');
    expect(next).toContain('/repl failback shop fills sql-east anew from it.');
    expect(refusal(rebuild, { ...failed, ...wrote([null, micros(minute)], [null, null]) }).sentence).toContain('while sql-east took none');
  });

  it('has a person confirm writes that the other side lacks, by name and time', () => {
    const detail = { ...failed, ...wrote([micros(minute), micros(2 * minute)], [micros(hour), null]) };
    expect(consent(rebuild, detail)).toContain(
      'sql-west has writes that sql-east is not known to have: shop.public.orders up to 2026-06-01 09:58:00.000000 UTC.',
    );
    expect(consent(rebuild, detail)).toContain('SELECT * FROM "shop"."public"."orders" WHERE crdb_internal_origin_timestamp IS NULL\nSave');
    expect(planned(rebuild, detail).predictedLoss).toMatchObject({ ms: null, words: expect.stringContaining('shop.public.orders up to') });
  });

  it.each(['slow', 'refused', 'unsupported', 'failed'] as const)('has a person vouch for a table that could not be read (%s)', (why) => {
    const detail = { ...failed, ...wrote([micros(minute), null], [micros(hour), why]) };
    const plan = planned(rebuild, detail);
    expect(consent(rebuild, detail)).toContain('Whether applications wrote into shop.public.items on sql-west could not be read.');
    expect(outline(plan)).toContain('ldr.mark-time sql-west');
    expect(plan.warnings.join(' ')).toContain('A person has to say so before anything is deleted.');
    expect(plan.predictedLoss.ms).toBeNull();
  });

  it('has the rows compared of every table, also of those that a person lets go', () => {
    const detail = { ...failed, ...wrote([micros(minute), micros(2 * minute)], [micros(hour), 'slow']) };
    const { steps } = planned(rebuild, detail);
    expect(steps.find(({ kind }) => kind === 'ldr.compare-rows')?.params['pairs']).toEqual([]);
    expect(steps.find(({ kind }) => kind === 'ldr.empty-tables')?.params['kept']).toEqual([0, 1]);
  });

  it('rests on all of both sides being unknown where nothing was looked at', () => {
    expect(consent(rebuild, failed)).toContain('shop.public.orders, shop.public.items on sql-west could not be read');
  });

  it('takes the source for what it is known to be, not for the last one in use, where it could not be read whole', () => {
    expect(consent(rebuild, { ...failed, ...wrote([micros(hour), micros(minute)], ['slow', null]) })).toContain('is not known to have');
  });
});

describe('after a job was cancelled', () => {
  it('a rebuild goes by the rows alone: it needs that side to have no write of its own', () => {
    const canceled = ended('canceled');
    expect(outline(planned(rebuild, { ...canceled, ...wrote([micros(minute), null], [null, null]) }))).toContain(
      'ldr.empty-tables sql-west',
    );
    const stray = { ...canceled, ...wrote([micros(minute), micros(2 * minute)], [null, null]) };
    expect(refusal(rebuild, stray).sentence).toContain('sql-west has writes that sql-east is not known to have: shop.public.orders up to');
    expect(refusal(rebuild, { ...canceled, ...wrote([micros(minute), 'slow'], [null, null]) }).sentence).toContain("can't be told");
  });

  it('a failback deletes without a question what had arrived, and asks about what had not', () => {
    const canceled = ended('canceled');
    const arrived = { ...canceled, ...wrote([micros(hour), micros(minute)], [micros(2 * hour), null]) };
    expect(consent(failback, arrived)).toBe('');
    const late = { ...canceled, ...wrote([micros(hour - minute), micros(minute)], [micros(2 * hour), null]) };
    expect(consent(failback, late)).toContain(`AND crdb_internal_mvcc_timestamp > ${micros(hour)}000`);
    expect(consent(failback, late)).toContain(
      'sql-east has writes that sql-west is not known to have: shop.public.orders up to 2026-06-01 09:01',
    );
  });

  it('a failback asks about rows that only the emptied side has, however clean their times are', () => {
    const queue = (entries: number | null) => [{ pair: 0, queue: 'dlq_113_public_orders', entries, oldest: null, newest: null }];
    const arrived = (entries: number | null): LdrDetail => {
      const detail = { ...ended('canceled'), ...wrote([micros(hour), micros(minute)], [micros(2 * hour), null]) };
      return { ...detail, standby: { ...detail.standby, dlq: queue(entries) } as LdrDetail['standby'] };
    };
    expect(consent(failback, arrived(0))).toBe('');
    expect(consent(failback, arrived(2))).toContain('2 rows from sql-east could not be applied on sql-west');
    expect(consent(failback, arrived(2))).toContain('FROM "shop".crdb_replication."dlq_113_public_orders"');
    // What can't be read is for the run to stop at, before anything is done.
    const unread = planned(failback, arrived(null));
    expect(unread.steps[0]).toMatchObject({
      kind: 'ldr.count-queue',
      cluster: 'sql-west',
      params: { planned: { entries: null, newest: null } },
    });
    expect(unread.predictedLoss.ms).toBeNull();
    for (const entries of [2, null]) expect(planned(failback, arrived(entries)).predictedLoss.words).not.toContain('Nothing');
  });

  it('a failback is refused while the side that it would empty is the one that is written to', () => {
    const { sentence, next } = refusal(failback, { ...ended('canceled'), ...wrote([micros(minute), micros(hour)], [null, null]) });
    expect(sentence).toContain('sql-east looks like the side in use');
    expect(next).toContain('/repl rebuild shop fills sql-west anew instead.');
  });

  it('goes by what an earlier job the other way had brought', () => {
    const detail = ended('canceled');
    const primary = aSide({ jobs: [aJob({ id: '7', status: 'canceled', replicated: micros(2 * hour) })] });
    const known = { ...detail, primary, ...wrote([micros(minute), micros(3 * hour)], [null, null]) };
    expect(outline(planned(rebuild, known))).not.toContain('(ldr.accept-loss)');
  });
});

describe('both ways', () => {
  it('a rebuild waits until the other side has what was written, where the way back still brings it', () => {
    const detail: LdrDetail = { ...mutual({ status: 'failed' }), schema: filled };
    const plan = planned(rebuild, detail, bothWays());
    expect(outline(plan).slice(0, 14)).toEqual([
      'ldr.count-queue sql-east',
      'ldr.check-connection sql-east',
      'ldr.create-user sql-west',
      'ldr.grant sql-west',
      'ldr.check-connection sql-west',
      'ldr.create-user sql-east',
      'ldr.grant sql-east',
      '(ldr.stop-writers)',
      'ldr.mark-time sql-west',
      'ldr.await-past sql-east',
      'ldr.check-queue sql-east',
      'ldr.check-fit sql-west',
      'ldr.compare-rows sql-west',
      'ldr.cancel sql-east',
    ]);
    expect(plan.steps.filter(({ pointOfNoReturn }) => pointOfNoReturn).map(({ kind }) => kind)).toEqual(['ldr.cancel']);
    expect(plan.predictedLoss.ms).toBe(0);
  });

  it('counts what waits in the queue of the side that stays as lost with the other one', () => {
    const dlq = [{ pair: 0, queue: 'dlq_113_public_orders', entries: 2, oldest: null, newest: null }];
    const detail = mutual({ status: 'failed' });
    const { predictedLoss } = planned(
      rebuild,
      { ...detail, primary: { ...detail.primary, dlq } as LdrDetail['primary'], schema: filled },
      bothWays(),
    );
    expect(predictedLoss).toMatchObject({
      ms: null,
      words: expect.stringContaining('2 rows from sql-west in the dead letter queue of sql-east'),
    });
  });
});

describe('the side whose writes are read before a plan', () => {
  it.each([
    ['rebuild after a failure', rebuild, aLink(), ended('failed'), 'standby'],
    ['rebuild of what follows', rebuild, aLink(), following(), null],
    ['rebuild of what can still be resumed', rebuild, aLink(), following({ status: 'paused' }), 'standby'],
    ['rebuild while the way back brings all', rebuild, bothWays(), mutual({ status: 'failed' }), null],
    ['failback after a move', failback, aLink(), ended('canceled'), 'primary'],
    ['failback while a job is live', failback, aLink(), following(), null],
    ['alter one way', alter, aLink(), following(), 'standby'],
    ['alter both ways', alter, bothWays(), mutual(), null],
    ['pause', { kind: 'pause', link: linkId }, aLink(), following(), null],
    ['rebuild with one side gone', rebuild, aLink(), { ...ended('failed'), primary: gone }, null],
  ] as const)('%s', (_, { kind }, of, detail, side) => {
    expect(sideToWeigh(kind, of, detail)).toBe(side);
  });
});
