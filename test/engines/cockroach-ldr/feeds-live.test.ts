import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { FeedsRead } from '../../../src/engines/cockroach/feeds.ts';
import { type LdrBed, ldrLinkId, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, planOn } from '../../conformance/drive.ts';
import { aSide, bothWays, following, linkId as link, mutual, planned } from './scenes.ts';

const feeds: FeedsRead = {
  backups: [{ id: '11', what: 'nightly' }],
  feedSchedules: [],
  changefeeds: [{ id: '13', what: 'shop.public.orders, to kafka://broker, running' }],
  complete: true,
};
const moves: readonly Operation[] = [
  { kind: 'switchover', link },
  { kind: 'failover', link, to: { kind: 'latest' } },
];

describe('what runs by itself on a side that applications leave', () => {
  it.each(moves)('has nothing new to send once nothing is written there: $kind', (operation) => {
    const told = planned(operation, following({}, {}, aSide({ history: 'kept', feeds }))).warnings.join('\n');
    expect(told).toMatch(
      /Changefeeds of system on sql-east: 13 .*They go on, but have nothing new to send once applications write on sql-west/,
    );
    expect(told).toMatch(/Backup schedules of system on sql-east: 11 \(nightly\)\. They go on, but get nothing any more/);
  });

  it.each(moves)('goes on with what arrives where both sides replicate: $kind', (operation) => {
    const detail = mutual();
    const primary = { ...aSide({ history: 'kept', feeds }), jobs: detail.primary.kind === 'read' ? detail.primary.jobs : [] };
    expect(planned(operation, { ...detail, primary }, bothWays()).warnings.join('\n')).toMatch(
      /Changefeeds of system on sql-east: 13 .*They go on, with what applications write on sql-west as far as it arrives\./,
    );
  });

  it('is not spoken of where nobody asked, and said to be unknown where it could not be read', () => {
    const [switchover] = moves;
    if (switchover === undefined) throw new TypeError('no operation');
    expect(planned(switchover, following()).warnings.join('\n')).not.toContain('hangefeeds of');
    expect(planned(switchover, following({}, { feeds: null })).warnings.join('\n')).toContain('system on sql-west runs could not be read');
  });
});

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

describe('what runs by itself, asked of both sides', { timeout: 180_000 }, () => {
  it.each(['system', 'main'] as const)('is listed by plan and preflight of a move, in %s', async (where) => {
    const running =
      where === 'main' ? { schedules: [{ label: 'hourly', command: `CREATE CHANGEFEED FOR TABLE x INTO 'kafka://u:hush@broker'` }] } : {};
    bed = await openLdr('26.2', { world: { interface: where, ...running }, settings: () => ({ interface: where }) });
    const operation: Operation = { kind: 'switchover', link: ldrLinkId };
    const told = (await planOn(bed, operation)).warnings.join('\n');
    const checks = await bed.engine().preflight(operation, bed.link, anIo({ tag: 'replops/read' }));
    const seen = checks.filter(({ name }) => name.endsWith(': schedules and changefeeds'));
    expect(seen.length).toBeGreaterThanOrEqual(2);
    const words = JSON.stringify([told, seen]);
    expect(words).toContain(where === 'main' ? 'hourly, to kafka://broker, @daily' : 'changefeeds of system on sql-east that');
    expect(JSON.stringify([told, checks])).not.toContain('hush');
    const asked = bed.world.statements().filter(({ statement }) => statement === 'SHOW CHANGEFEED JOBS');
    expect(new Set(asked.map(({ side, virtualCluster, outcome }) => `${side} ${virtualCluster} ${outcome}`))).toEqual(
      new Set([`primary ${where} answered`, `standby ${where} answered`]),
    );
  });
});
