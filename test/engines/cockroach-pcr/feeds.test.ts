import { afterEach, describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import type { FeedsRead } from '../../../src/engines/cockroach/feeds.ts';
import type { PcrDetail } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { connectSql } from '../../../src/transports/sql.ts';
import { comeBack, openPcr, type PcrBed, pcrLinkId } from '../../conformance/cockroach-pcr-bed.ts';
import { anIo, carryOut, planOn, through } from '../../conformance/drive.ts';
import { aDetail, aLink, anObservation, aReadSide, aSource, aStandby, aVirtualCluster, gone, micros, onVersion } from './build.ts';

const link = asLinkId('prod-sql');
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link };
const warningsOf = (operation: Operation, detail: PcrDetail): string => {
  const plan = planPcr(operation, aLink(), anObservation(detail));
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  return plan.warnings.join('\n');
};
const feeds: FeedsRead = {
  backups: [{ id: '11', what: 'nightly, to external://backups, @daily' }],
  feedSchedules: [{ id: '12', what: 'hourly, to kafka://broker, @hourly' }],
  changefeeds: [{ id: '13', what: 'shop.public.orders, to kafka://broker, running' }],
  complete: true,
};

describe('what runs by itself, in a plan', () => {
  it.each([failover, switchover])('is listed with what becomes of it on each side: $kind', (operation) => {
    const told = warningsOf(operation, aDetail(aSource({ feeds }), aStandby()));
    expect(told).toMatch(
      /Backup schedules of main on sql-east: 11 \(nightly.*They pause on sql-west: RESUME SCHEDULE .*On sql-east they stand still while its service is stopped\./,
    );
    expect(told).toMatch(/Changefeed schedules of main on sql-east: 12 \(hourly.*They pause on sql-west/);
    expect(told).toMatch(/Changefeeds of main on sql-east: 13 \(shop\.public\.orders.*They fail on sql-west: make them anew/);
    const old = warningsOf(operation, aDetail(aSource({ feeds, ...onVersion('23.2') }), aStandby({}, onVersion('23.2'))));
    expect(old).toMatch(/Changefeed schedules of main on sql-east: 12 .*They go on by themselves on sql-west: PAUSE SCHEDULE/);
  });

  it('is said to be unknown where it could not be read', () => {
    expect(warningsOf(failover, aDetail(aSource({ feeds: null }), aStandby()))).toMatch(
      /main on sql-east runs could not be read[\s\S]*RESUME SCHEDULE for each/,
    );
    expect(warningsOf(failover, aDetail(gone, aStandby()))).toMatch(
      /ran on sql-east can't be read now: after the promotion look in main on sql-west/,
    );
  });

  it('is listed for the side that a fence stops, and for an upgrade', () => {
    const promoted = aReadSide(aVirtualCluster({ activated: micros(3_600_000) }));
    const fence = warningsOf({ kind: 'fence', link }, aDetail(aSource({ feeds }), { ...promoted, feeds: { ...feeds, changefeeds: [] } }));
    expect(fence).toMatch(/Changefeeds of main on sql-east: 13 .*They stand still once sql-east is stopped\./);
    expect(fence).not.toContain('main on sql-west');
    const upgrade = warningsOf(
      { kind: 'upgrade', link },
      aDetail(aSource({ feeds, ...onVersion('25.4'), appVersion: '25.4' }), aStandby()),
    );
    expect(upgrade).toMatch(/Changefeeds of main on sql-east: 13 .*They go on from another node/);
  });
});

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const running = {
  schedules: [
    { label: 'nightly', command: `BACKUP INTO LATEST IN 's3://bucket/x?AWS_SECRET_ACCESS_KEY=hush-hush'` },
    { label: 'hourly', command: `CREATE CHANGEFEED FOR TABLE shop.orders INTO 'kafka://u:hush-hush@broker:9092'`, recurrence: '@hourly' },
    { label: 'asleep', command: `BACKUP INTO 'external://x'`, paused: true as const },
  ],
  changefeeds: [{ tables: ['shop.public.orders'], sink: 'kafka://u:hush-hush@broker:9092?sasl_password=hush-hush' }],
};

describe('what runs by itself, asked of a cluster', { timeout: 180_000 }, () => {
  it.each(['23.2', '24.1', '26.2'] as const)(
    'is listed by plan and preflight without a secret, and again at the end on %s',
    async (version) => {
      const on = await openPcr(version, running);
      bed = on;
      const operation: Operation = { kind: 'failover', link: pcrLinkId, to: { kind: 'latest' } };
      const plan = await planOn(on, operation);
      const told = plan.warnings.join('\n');
      expect(told).toMatch(/1083270983425654785 \(nightly, to s3:\/\/bucket, @daily\)/);
      expect(told).toMatch(/hourly, to kafka:\/\/broker:9092, @hourly/);
      expect(told).toMatch(
        /879048912734519297 \(shop\.public\.orders, to kafka:\/\/…|879048912734519297 \(shop\.public\.orders, to kafka:\/\/broker:9092, running\)/,
      );
      expect(told).not.toContain('asleep');
      const checks = await on.engine().preflight(operation, on.link, anIo({ tag: 'replops/read' }));
      expect(
        checks
          .filter(({ name }) => name === 'sql-east: schedules and changefeeds')
          .map(({ seen }) => seen)
          .join('\n'),
      ).toContain('nightly');
      expect(JSON.stringify([plan, checks])).not.toContain('hush');
      await through(on, plan, async (step) => void (await carryOut(on, step, () => on.engine())));
      const name = on.world.virtualCluster;
      const session = await connectSql(
        { ...on.link.settings.standby, virtualCluster: name },
        { signal: new AbortController().signal, timeoutMs: 60_000, tag: 'somebody' },
      );
      const schedules = await session.read('SELECT label, schedule_status FROM [SHOW SCHEDULES]');
      const left = await session.read('SHOW CHANGEFEED JOBS');
      session.close();
      expect(Object.fromEntries(schedules.map((row) => [row['label'], row['schedule_status']]))).toEqual({
        nightly: 'PAUSED',
        hourly: version === '26.2' ? 'PAUSED' : 'ACTIVE',
        asleep: 'PAUSED',
      });
      expect(left.map((row) => row['status'])).toEqual(['failed']);
    },
  );

  it('is asked of the side that a fence stops, and of nobody for a status', async () => {
    const on = await openPcr('26.2', { ...running, start: 'promoted' }, comeBack);
    bed = on;
    await on.engine().observe(on.link, anIo({ tag: 'replops/read' }));
    expect(on.world.statements().some(({ statement }) => /SCHEDULES|CHANGEFEED/.test(statement))).toBe(false);
    expect((await planOn(on, { kind: 'fence', link: pcrLinkId })).warnings.join('\n')).toContain(
      'They stand still once sql-east is stopped.',
    );
  });
});
