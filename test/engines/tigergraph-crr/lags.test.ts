import { describe, expect, it } from 'vitest';
import type { NamedLag } from '../../../src/domain/lag.ts';
import { lagsOf as everyLagOf } from '../../../src/domain/observation.ts';
import type { CrrDetail, ReadSide } from '../../../src/engines/tigergraph-crr/detail.ts';
import { lagsOf } from '../../../src/engines/tigergraph-crr/lags.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { aDetail, aFollower, aLink, aSource, noneSeen } from './build.ts';

const past = (more: Partial<CrrDetail['past']>): CrrDetail => aDetail({ past: { ...noneSeen, ...more } });
const native: ReadSide['native'] = { kind: 'read', topics: 3, records: 12, seconds: 4, stalledSeconds: 0 };
const gone = { kind: 'gone', why: 'Nobody listens.' } as const;

const shown = (lags: readonly NamedLag[]): readonly string[] =>
  lags.map(({ name, lag }) => {
    const value = lag.kind === 'sequence' ? `${lag.sequences} ${lag.counted}` : lag.kind === 'duration' ? `${lag.ms} ms` : lag.kind;
    return `${name}: ${value}`;
  });

describe('the lags of a link', () => {
  it.each([
    ['that has everything', past({}), ['Metadata: 0 metadata change', 'Graph data: 0 graph record']],
    ['that lacks something', past({ changes: 3, records: 40 }), ['Metadata: 3 metadata change', 'Graph data: 40 graph record']],
    ['that is ahead, which must not be', past({ changes: -2 }), ['Metadata: 0 metadata change', 'Graph data: 0 graph record']],
    ['that was not seen at rest', past({ records: null }), ['Metadata: 0 metadata change', 'Graph data: unknown']],
    ['whose sequence is not told', past({ changes: null, records: 5 }), ['Metadata: unknown', 'Graph data: 5 graph record']],
    ['that is outdated', past({ outdated: ['DROP ALL was run on graph-east.'] }), ['Metadata: unknown', 'Graph data: unknown']],
    ['whose source is gone', aDetail({ primary: gone }), ['Metadata: unknown', 'Graph data: unknown']],
    ['whose follower is gone', aDetail({ standby: gone }), ['Metadata: unknown', 'Graph data: unknown']],
    ['of which nobody follows', aDetail({ standby: aSource({ by: 'graph-west-1' }) }), ['Metadata: unknown', 'Graph data: unknown']],
    [
      'that tells a time',
      aDetail({ standby: aFollower({ native }) }),
      ['Metadata: 0 metadata change', 'Graph data: 0 graph record', 'Time: 4000 ms'],
    ],
    [
      'that tells a time while it is outdated',
      { ...aDetail({ standby: aFollower({ native }) }), past: { ...noneSeen, outdated: ['It was reset.'] } },
      ['Metadata: unknown', 'Graph data: unknown'],
    ],
  ])('%s', (_, detail, lags) => {
    expect(shown(lagsOf(detail))).toEqual(lags);
    expect(everyLagOf(observationOf(aLink(), detail, 1_000))).toEqual(lagsOf(detail));
    for (const { lag } of lagsOf(detail)) if (lag.kind === 'unknown') expect(lag.why).toMatch(/^[A-Z].+\.$/);
  });

  it('come with what makes the follower outdated, and whether that has happened', () => {
    const factsOf = (detail: CrrDetail): ReadonlyMap<string, string> =>
      new Map(
        observationOf(aLink(), detail, 1_000).facts.flatMap(({ name, value, about }) => (about === 'lag' ? [[name, value] as const] : [])),
      );
    const source = aSource({ retention: { hours: 168, gigabytes: 40 } });
    const sound = factsOf(aDetail({ primary: source }));
    expect(sound.get('standby.outdated')).toBe('none');
    expect(sound.get('standby.outdated-by')).toMatch(/^DROP ALL, .+ on graph-east; or standing still .+ \(168 h or 40 GB\)$/);
    const stood = factsOf({ ...aDetail({ primary: source }), past: { ...noneSeen, stillMs: 200 * 3_600_000 } });
    expect(stood.get('standby.outdated')).toContain('longer than the 168 h for which Kafka keeps');
  });
});
