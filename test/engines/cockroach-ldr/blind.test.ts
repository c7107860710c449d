import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { aLink, aSide, ask, bare, bothWays, following, gone, linkId as link, refusal } from './scenes.ts';

const sights = ['own', 'unknown', undefined] as const;
/** A side as a bot sees it that is not shown the jobs of others. */
const dim = (sight: (typeof sights)[number], side = aSide()) => {
  const { sight: _, ...rest } = side;
  return sight === undefined ? rest : { ...rest, sight };
};

const starting: readonly Operation[] = [
  { kind: 'setup', link },
  { kind: 'setup', link, from: { kind: 'last' } },
  { kind: 'rebuild', link },
  { kind: 'failback', link },
  { kind: 'alter', link },
];
const others: readonly Operation[] = [
  { kind: 'pause', link },
  { kind: 'resume', link },
  { kind: 'teardown', link },
  { kind: 'verify', link },
  { kind: 'reconnect', link },
  { kind: 'switchover', link },
  { kind: 'failover', link, to: { kind: 'latest' } },
];

describe('a bot that is not shown the jobs of others', () => {
  it.each(starting.flatMap((operation) => sights.map((sight) => [operation, sight] as const)))(
    'plans no %o beside them (%s)',
    (operation, sight) => {
      for (const detail of [bare(aSide(), dim(sight)), bare(dim(sight)), following({}, {}, dim(sight, aSide({ history: 'kept' })))]) {
        const answer = refusal(operation, detail);
        expect(answer.sentence).toMatch(/that somebody else started would stay hidden, so no .* is planned and nothing was changed/);
        expect(answer.next).toMatch(/^Run GRANT SYSTEM VIEWJOB TO "ops" on sql-(east|west).*; then ask again\.$/);
      }
    },
  );

  it.each(others)('is not told that nothing replicates: $kind', (operation) => {
    expect(refusal(operation, bare(aSide(), dim('own'))).next).toContain('GRANT SYSTEM VIEWJOB TO "ops" on sql-west');
  });

  it.each(others)('may go on with the jobs that it sees, and says what it may miss: $kind', (operation) => {
    const seen = ask(operation, following());
    const dimly = ask(operation, following({}, {}, dim('own', aSide({ history: 'kept' }))));
    expect(isRefusal(dimly)).toBe(isRefusal(seen));
    if (isRefusal(dimly)) return;
    expect(dimly.warnings[0]).toMatch(
      /^ops may see only its own jobs on sql-east: a job of shop that somebody else started there is not in this plan/,
    );
  });

  it('names both sides, and the virtual cluster where the tables live', () => {
    const within = aLink({ interface: 'main' });
    const answer = refusal({ kind: 'setup', link }, bare(dim('own'), dim('unknown')), within);
    expect(answer.sentence).toContain("Whether ops may see everybody's jobs on sql-west could not be read");
    expect(answer.next).toBe(
      'Run GRANT SYSTEM VIEWJOB TO "ops" on sql-east, in its virtual cluster main; run GRANT SYSTEM VIEWJOB TO "ops" on sql-west, in its virtual cluster main; then ask again.',
    );
  });

  it('hears nothing of it from a side that does not answer', () => {
    const answer = ask({ kind: 'failover', link, to: { kind: 'latest' } }, following({}, {}, gone));
    expect(isRefusal(answer) ? '' : answer.warnings.join(' ')).not.toContain('VIEWJOB');
    expect(refusal({ kind: 'setup', link }, bare(gone), bothWays()).next).not.toContain('VIEWJOB');
  });
});
