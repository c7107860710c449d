import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { ReadSide } from '../../../src/engines/cockroach-pcr/detail.ts';
import { bothAsConfigured } from '../../../src/engines/cockroach-pcr/ground.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { byHand, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, planOn, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';
import { aDetail, aLink, anObservation, aReadSide, aSource, aStandby, aVirtualCluster, micros } from './build.ts';

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

  it('system is not compared, as a control plane has a fingerprint of its own', () => {
    const refused = planPcr(verify, link, seenFrom('system'));
    expect(refused.kind === 'refusal' ? refused.sentence : 'planned').toMatch(
      /main on sql-west is a copy of system on sql-east, .* so no verify of prod-sql can be planned/,
    );
  });

  it('shop is compared with its copy, each by its own name', () => {
    const plan = planPcr(verify, link, seenFrom('shop'));
    if (plan.kind === 'refusal') throw new TypeError(plan.sentence);
    expect(plan.summary).toContain('Compare main on sql-west with shop on sql-east');
    const compare = plan.steps.at(-1);
    expect(compare?.statements.join()).toContain('FROM VIRTUAL CLUSTER "main"');
    expect(compare?.asks?.find(({ cluster }) => cluster === 'sql-east')?.statements.join()).toContain('FROM VIRTUAL CLUSTER "shop"');
  });

  it.each(['system', 'shop'])('%s is told by people for how long to keep history', (source) => {
    const plan = planPcr(retention, link, seenFrom(source));
    if (plan.kind === 'refusal') throw new TypeError(plan.sentence);
    const [step] = plan.steps;
    expect(step?.by).toBe('person');
    expect(step?.statements.join()).toContain(`ALTER VIRTUAL CLUSTER "${source}" SET REPLICATION SOURCE EXPIRATION WINDOW`);
  });
});

describe('a copy that was promoted', () => {
  const left = (side: Partial<ReadSide>, copyOf?: string, service = 'shared') => {
    const vc = aVirtualCluster({ service, activated: micros(60_000), ...(copyOf === undefined ? {} : { copyOf }) });
    return anObservation(bothAsConfigured(link.settings, aDetail(aReadSide(null, side), aReadSide(vc))));
  };
  const shop = { besides: [{ id: '7', name: 'shop' }] };
  const rows: readonly (readonly [string, Partial<ReadSide>, string | undefined, string, RegExp | null])[] = [
    ['of the control plane', {}, 'system', 'unknown', /can't be seen or stopped by SQL, since it is not virtualized/],
    [
      'of what serves there by another name',
      shop,
      '7',
      'unknown',
      /sql-west was promoted as a copy of shop of sql-east, while the config names main/,
    ],
    ['of what is gone there', shop, '3', 'no', /has no virtual cluster main/],
    ['of nothing that is told', shop, undefined, 'no', /has no virtual cluster main/],
  ];
  it.each(rows)('%s: whether its source takes writes', (_, side, copyOf, writable, words) => {
    const seen = left(side, copyOf);
    expect(seen.primary.writable).toBe(writable);
    expect(seen.primary.problem).toMatch(words ?? /^$/);
  });

  it('of the control plane, and does not serve yet: applications write to its source', () => {
    expect(left({}, 'system', 'none').primary.writable).toBe('yes');
  });

  it.each([
    ['system', {}, "can't be seen or stopped by SQL"],
    ['7', shop, 'whether applications can write on sql-east is not known'],
  ] as const)('%s: no fence says that only one side takes writes', (copyOf, side, words) => {
    const refused = planPcr({ kind: 'fence', link: link.id }, link, left(side, copyOf));
    expect(refused.kind === 'refusal' ? refused.sentence : 'planned').toContain(words);
    expect(JSON.stringify(refused)).not.toMatch(/Only sql-west takes writes|Neither side/);
  });

  it.each(['teardown', 'rebuild', 'fence'] as const)('a %s does not say that nobody writes where that is not known', (kind) => {
    const refused = planPcr({ kind, link: link.id }, link, seenFrom('shop'));
    expect(refused.kind === 'refusal' ? refused.sentence : 'planned').toMatch(/whether applications can write on sql-east is not known/);
  });
});

describe('a primary that is not virtualized, whose stream was made by hand', { timeout: 180_000 }, () => {
  let close: () => Promise<void> = async () => undefined;
  afterEach(() => close());

  async function openByHand(): Promise<PcrBed> {
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
    return bed;
  }

  it('is told by its copy after the promotion too, before and after that serves', async () => {
    const bed = await openByHand();
    const name = bed.world.virtualCluster;
    const look = () => bed.engine().observe(bed.link, anIo({ tag: 'replops/read' }));
    const on = (what: string) => byHand(bed.world, 'standby', `ALTER VIRTUAL CLUSTER ${name} ${what}`);
    await on('COMPLETE REPLICATION TO LATEST');
    await until(() => bed.world.vc('standby')?.status === 'ready', 'it is promoted');
    expect((await look()).primary.writable).toBe('yes');
    await on('START SERVICE SHARED');
    await until(async () => (await look()).standby.writable === 'yes', 'it serves');
    const seen = await look();
    expect(seen.primary).toMatchObject({ writable: 'unknown', problem: expect.stringContaining("can't be seen or stopped by SQL") });
    expect(seen.headline).toContain("Whether applications still write to sql-east can't be seen");
    const refused = planPcr({ kind: 'fence', link: bed.link.id }, bed.link, seen);
    expect(JSON.stringify(refused)).toContain("can't be seen or stopped by SQL");
  });

  it('serves by the word of its copy, so that the copy may be dropped', async () => {
    const bed = await openByHand();
    const plan = await planOn(bed, { kind: 'teardown', link: bed.link.id });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['pcr.drop-copy']);
    await through(bed, plan, async (step) => void (await carryOut(bed, step, () => bed.engine())));
    expect(bed.world.vc('standby')).toBeNull();
  });

  it('is known by its copy, and is fenced by a person', async () => {
    const bed = await openByHand();
    const seen = await bed.engine().observe(bed.link, anIo({ tag: 'replops/read' }));
    expect(seen.primary.writable).toBe('yes');
    const plan = await planOn(bed, { kind: 'failover', link: bed.link.id, to: { kind: 'latest' } });
    expect(plan.steps[1]).toMatchObject({ by: 'person', kind: 'fence-by-hand' });
    expect(plan.warnings.join(' ')).toMatch(/is not virtualized, so it can't be fenced by SQL/);
  });
});
