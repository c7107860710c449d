import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { aDetail, aLink, anObservation, aReadSide, aSource, aStandby, aVirtualCluster, micros } from './build.ts';

const link = asLinkId('prod-sql');
const hour = 3_600_000;
const ask = (operation: Operation, detail = aDetail()) => planPcr(operation, aLink(), anObservation(detail));

const reconnect: Operation = { kind: 'reconnect', link };
const resume: Operation = { kind: 'resume', link };
const window: Operation = { kind: 'retention', link, windowMs: null, expirationMs: 48 * hour };
const failback: Operation = { kind: 'failback', link };
const givenUp = aReadSide(aVirtualCluster({ service: 'none' }), { history: 'kept' });
const promoted = aReadSide(aVirtualCluster({ activated: micros(hour) }), { history: 'kept' });
const byConnection = { sourceUri: 'external://to-east' };

describe('a bot that is not shown the jobs of others', () => {
  const refused: readonly (readonly [Operation, ReturnType<typeof aDetail>, string])[] = [
    [failback, aDetail({ ...givenUp, sight: 'own' }, promoted), 'sql-east'],
    [failback, aDetail(givenUp, { ...promoted, sight: 'unknown' }), 'sql-west'],
    [window, aDetail(aSource({ sight: 'own' }), aStandby()), 'sql-east'],
    [reconnect, aDetail(aSource(), aStandby({ ...byConnection, job: null }, { sight: 'own' })), 'sql-west'],
    [reconnect, aDetail(aSource({ sight: 'own' }), aStandby(byConnection)), 'sql-east'],
    [resume, aDetail(aSource({ sight: 'own' }), aStandby({ status: 'replication paused' })), 'sql-east'],
  ];
  it.each(refused)('plans nothing that goes by them: %o', (operation, detail, cluster) => {
    const answer = ask(operation, detail);
    expect(answer).toMatchObject({
      kind: 'refusal',
      sentence: expect.stringContaining('goes by jobs that would stay hidden'),
      next: `Run GRANT SYSTEM VIEWJOB TO "ops" on ${cluster}; then ask again.`,
    });
  });

  it('plans them where it sees what they need', () => {
    expect(ask(failback, aDetail(givenUp, promoted))).toMatchObject({ kind: 'plan' });
    expect(ask(window, aDetail(aSource(), aStandby({}, { sight: 'own' })))).toMatchObject({ kind: 'plan' });
    // Its own job is shown to it.
    expect(ask(reconnect, aDetail(aSource(), aStandby(byConnection, { sight: 'own' })))).toMatchObject({ kind: 'plan' });
  });

  it('can still fail over, since streams are listed to everybody', () => {
    const blind = aDetail(aSource({ sight: 'own' }), aStandby({ job: null }, { sight: 'own' }));
    expect(ask({ kind: 'failover', link, to: { kind: 'latest' } }, blind)).toMatchObject({ kind: 'plan' });
  });
});
