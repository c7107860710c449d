import { afterEach, describe, expect, it } from 'vitest';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { aSetup, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, planOn } from '../../conformance/drive.ts';

describe('a standby that somebody uses as a cluster of its own', { timeout: 180_000 }, () => {
  let close: () => Promise<void> = async () => undefined;
  afterEach(() => close());

  async function open(...tables: readonly string[]): Promise<PcrBed> {
    const standby = { 'cluster.organization': '', 'enterprise.license': '', 'kv.rangefeed.enabled': 'false' };
    const bed = await openPcr(
      '24.3',
      { start: 'none', externalConnections: {}, inUse: { standby: tables }, settings: { standby } },
      undefined,
      (world) => ({
        setup: aSetup(world),
      }),
    );
    close = () => bed.close();
    return bed;
  }

  it.each([
    [['shop.public.orders'], 'database shop'],
    [['defaultdb.public.orders'], 'table defaultdb.public.orders'],
    [['postgres.public.a', 'postgres.public.b', 'w.public.x', 'x.public.y', 'z.public.z'], 'database w, database x, database z and more'],
  ])('%j: no setup and no rebuild is planned, and nothing is set there', async (tables, words) => {
    const bed = await open(...tables);
    for (const kind of ['setup', 'rebuild'] as const) {
      const seen = await bed.engine().observe(bed.link, anIo({ tag: 'replops/read', planning: kind }));
      const refused = bed.engine().plan({ kind, link: bed.link.id }, bed.link, seen);
      if (!isRefusal(refused)) throw new TypeError(`${kind} was planned`);
      expect(refused.sentence).toContain('sql-west is in use as a cluster of its own: its system interface holds ');
      expect(refused.sentence).toContain(words);
      expect(refused.next).toContain('use a new cluster');
      const checks = await bed.engine().preflight({ kind, link: bed.link.id }, bed.link, anIo({ tag: 'replops/read' }));
      expect(checks.some(({ outcome, seen: words }) => outcome === 'failed' && words.includes('in use as a cluster of its own'))).toBe(
        true,
      );
    }
    expect(bed.effects()).toEqual([]);
  });

  it('is empty where it holds nothing but what every cluster is born with', async () => {
    const bed = await open();
    const plan = await planOn(bed, { kind: 'setup', link: bed.link.id });
    expect(plan.steps.map(({ kind }) => kind)).toContain('pcr.create-copy');
    expect(plan.facts.find(({ name }) => name === 'standby.in-use')?.value).toBe('nothing');
  });

  it.each([
    ['refused', { kind: 'refuse', sqlState: '42501', message: 'user ops does not have CONNECT privilege on database defaultdb' }, 20_000],
    ['not answered', { kind: 'hang' }, 8_000],
  ] as const)('%s: a standby that does not tell is not filled', async (_what, act, timeoutMs) => {
    const bed = await open();
    bed.world.faults.add({ match: /SHOW TABLES/i, times: 1_000, act });
    for (const kind of ['setup', 'rebuild'] as const) {
      const io = anIo({ tag: 'replops/read', planning: kind, timeoutMs });
      const refused = bed.engine().plan({ kind, link: bed.link.id }, bed.link, await bed.engine().observe(bed.link, io));
      if (!isRefusal(refused)) throw new TypeError(`${kind} was planned`);
      expect(refused.sentence).toMatch(/^sql-west did not tell in time, or not to \S+, whether its system interface holds databases/);
      expect(refused.next).toContain('GRANT CONNECT ON DATABASE defaultdb, postgres TO "');
    }
    expect(bed.effects()).toEqual([]);
  });
});

describe('who keeps tables in a control plane', { timeout: 180_000 }, () => {
  it('is asked of no side for a status, a failover or a failback, whose steps do not rest on it', async () => {
    const bed = await openPcr(
      '25.2',
      {
        start: 'promoted',
        externalConnections: {},
        settings: { standby: { 'kv.rangefeed.enabled': 'false' } },
        inUse: { primary: ['defaultdb.public.t'], standby: ['defaultdb.public.t'] },
      },
      undefined,
      (world) => ({ setup: aSetup(world) }),
    );
    try {
      for (const act of [{ kind: 'refuse', sqlState: '42501', message: 'no' }, { kind: 'hang' }] as const) {
        bed.world.faults.clear();
        bed.world.faults.add({ match: /SHOW (TABLES|DATABASES)/i, times: 1_000, act });
        const plan = await planOn(bed, { kind: 'failback', link: bed.link.id });
        expect(plan.steps.map(({ kind }) => kind)).toEqual(
          expect.arrayContaining(['pcr.configure', 'pcr.create-user', 'pcr.create-connection', 'pcr.start-replication']),
        );
        await bed.engine().observe(bed.link, anIo({ tag: 'replops/read' }));
        await bed.engine().observe(bed.link, anIo({ tag: 'replops/read', planning: 'failover' }));
      }
      expect(bed.world.statements().filter(({ statement }) => /SHOW (TABLES|DATABASES)/i.test(statement))).toEqual([]);
    } finally {
      await bed.close();
    }
  });
});
