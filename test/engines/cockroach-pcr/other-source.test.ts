import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { bothAsConfigured } from '../../../src/engines/cockroach-pcr/ground.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { byHand, openPcr } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, planOn } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { aDetail, aLink, anObservation, aReadSide, aSource, aStandby } from './build.ts';

const link = aLink();
const verify: Operation = { kind: 'verify', link: link.id };
const retention: Operation = { kind: 'retention', link: link.id, windowMs: null, expirationMs: 48 * 3_600_000 };

/** A stream that was made by hand: the standby copies `source`, and the primary has nothing by the link's name. */
const seenFrom = (source: string) =>
  anObservation(bothAsConfigured(link.settings, aDetail(aReadSide(null), aStandby({ sourceName: source }))));

describe('a copy of what has another name', () => {
  it.each([
    ['system', 'yes', /^(?!.*can't write).*$/s],
    [
      'shop',
      'unknown',
      /sql-west copies shop of sql-east, while the config names main, so whether applications can write on sql-east is not known/,
    ],
  ])('%s: whether the primary takes writes is %s', (source, writable, words) => {
    const seen = seenFrom(source);
    expect(seen.primary.writable).toBe(writable);
    expect(seen.headline).toMatch(words);
    expect(seen.headline).not.toMatch(/Applications can't write/);
  });

  it('says so of the side too, and not that it merely has no such virtual cluster', () => {
    expect(seenFrom('shop').primary.problem).toMatch(/copies shop of sql-east/);
  });

  it('leaves alone what the primary itself tells of the link’s own virtual cluster', () => {
    const detail = aDetail(aSource(), aStandby({ sourceName: 'shop' }));
    expect(bothAsConfigured(link.settings, detail)).toEqual(detail);
  });

  it.each(['system', 'shop'])('%s is not compared under one name', (source) => {
    const refused = planPcr(verify, link, seenFrom(source));
    expect(refused.kind === 'refusal' ? refused.sentence : 'planned').toMatch(
      new RegExp(`main on sql-west is a copy of ${source} on sql-east, .* so no verify of prod-sql can be planned`),
    );
  });

  it.each(['system', 'shop'])('%s is told by people for how long to keep history', (source) => {
    const plan = planPcr(retention, link, seenFrom(source));
    if (plan.kind === 'refusal') throw new TypeError(plan.sentence);
    const [step] = plan.steps;
    expect(step?.by).toBe('person');
    expect(step?.statements.join()).toContain(`ALTER VIRTUAL CLUSTER "${source}" SET REPLICATION SOURCE EXPIRATION WINDOW`);
  });
});

describe('a primary that is not virtualized, whose stream was made by hand', () => {
  let close: () => Promise<void> = async () => undefined;
  afterEach(() => close());

  it('is known by its copy, and is fenced by a person', async () => {
    const users = [{ name: 'ops', password: 'opssecret', admin: true }];
    const bed = await openPcr('25.2', { start: 'none', virtualized: false, users }, async (world) => {
      await byHand(
        world,
        'standby',
        `CREATE VIRTUAL CLUSTER ${world.virtualCluster} FROM REPLICATION OF system ON 'external://to-primary'`,
      );
      await until(() => world.vc('standby')?.status === 'replicating', 'it follows');
    });
    close = () => bed.close();
    const seen = await bed.engine().observe(bed.link, anIo({ tag: 'replops/read' }));
    expect(seen.primary.writable).toBe('yes');
    const plan = await planOn(bed, { kind: 'failover', link: bed.link.id, to: { kind: 'latest' } });
    expect(plan.steps[1]).toMatchObject({ by: 'person', kind: 'fence-by-hand' });
    expect(plan.warnings.join(' ')).toMatch(/is not virtualized, so it can't be fenced by SQL/);
  });
});
