import { describe, expect, it } from 'vitest';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { aLine, aWorld, from, simVersions, vcOf } from './bed.ts';

const [int8, text, timestamptz, interval, decimal] = [20, 25, 1184, 1186, 1700];

type Columns = readonly (readonly [name: string, oid: number])[];

const since241 = (time: string): Columns => [
  ['source_tenant_name', text],
  ['source_cluster_uri', text],
  ['retained_time', timestamptz],
  ['replicated_time', timestamptz],
  ['replication_lag', interval],
  [time, decimal],
  ['status', text],
];
const named: Columns = [
  ['id', int8],
  ['name', text],
];
const job: Columns = [['ingestion_job_id', int8]];
const since252: Columns = [...named, ...job, ...since241('failover_time')];

const statusColumns: Readonly<Record<SimVersion, Columns>> = {
  '23.2': [
    ...named,
    ['data_state', text],
    ['service_mode', text],
    ['source_tenant_name', text],
    ['source_cluster_uri', text],
    ['replication_job_id', int8],
    ['replicated_time', timestamptz],
    ['retained_time', timestamptz],
    ['cutover_time', decimal],
  ],
  '24.1': [...named, ...since241('cutover_time')],
  '24.2': [...named, ...since241('cutover_time')],
  '24.3': [...named, ...since241('failover_time')],
  '25.1': [...named, ...since241('failover_time'), ...job],
  '25.2': since252,
  '25.3': since252,
  '25.4': since252,
  '26.1': since252,
  '26.2': since252,
};

describe('SHOW VIRTUAL CLUSTERS', () => {
  it.each(simVersions)('%s lists the primary and the standby as the product does', async (version) => {
    const world = await aWorld(version);
    const template = version === '23.2' ? [{ id: '2', name: 'template', data_state: 'ready', service_mode: 'none' }] : [];
    const system = { id: '1', name: 'system', data_state: 'ready', service_mode: 'shared' };
    const app = { id: '3', name: vcOf(version) };
    expect((await (await aLine(world, 'primary')).ask('SHOW VIRTUAL CLUSTERS')).rows).toEqual([
      system,
      ...template,
      { ...app, data_state: 'ready', service_mode: 'shared' },
    ]);
    expect((await (await aLine(world, 'standby')).ask('SHOW VIRTUAL CLUSTERS')).rows).toEqual([
      system,
      ...template,
      { ...app, data_state: 'replicating', service_mode: 'none' },
    ]);
  });

  it.each(simVersions)('%s has its own status columns, in order and typed', async (version) => {
    const world = await aWorld(version);
    const line = await aLine(world, 'standby');
    const { columns, rows } = await line.ask(`SHOW VIRTUAL CLUSTER ${vcOf(version)} WITH REPLICATION STATUS`);
    expect(columns).toEqual(statusColumns[version]);
    const shown = rows[0] ?? {};
    const status = version === '23.2' ? 'data_state' : 'status';
    expect(shown[status]).toBe('replicating');
    expect(shown['source_tenant_name']).toBe(vcOf(version));
    expect(shown['source_cluster_uri']).not.toContain('secret');
    expect(shown['source_cluster_uri']).toBe(
      version === '23.2'
        ? `postgresql://repl:redacted@127.0.0.1:${world.primary.port}?options=-ccluster%3Dsystem&sslmode=verify-full&sslrootcert=redacted`
        : `postgresql://repl:redacted@127.0.0.1:${world.primary.port}/defaultdb?redacted`,
    );
    expect(shown['replicated_time']).toMatch(/^2026-06-01 09:59:\d\d\.\d{1,6}\+00$/);
  });

  it.each(simVersions)('%s shows only NULLs for a virtual cluster without a stream', async (version) => {
    const line = await aLine(await aWorld(version), 'primary');
    const { rows } = await line.ask(`SHOW VIRTUAL CLUSTER ${vcOf(version)} WITH REPLICATION STATUS`);
    const state = version === '23.2' ? { data_state: 'ready', service_mode: 'shared' } : { status: 'ready' };
    const nulls = Object.fromEntries(statusColumns[version].map(([name]) => [name, null]));
    expect(rows).toEqual([{ ...nulls, id: '3', name: vcOf(version), ...state }]);
  });

  it('the form of the reference’s section 3 runs, with the lag by the database’s own clock', async () => {
    const line = await aLine(await aWorld('25.2'), 'standby');
    const { rows } = await line.ask(
      `SELECT *, replicated_time::STRING AS replicated_s, EXTRACT(epoch FROM (now() - replicated_time)) AS lag_s
         FROM [SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS]`,
    );
    const [row] = rows;
    expect(row?.['replicated_s']).toBe(row?.['replicated_time']);
    const lag = Number(row?.['lag_s']);
    expect(lag).toBeGreaterThanOrEqual(5);
    expect(lag).toBeLessThanOrEqual(15);
    expect(row?.['replication_lag']).toMatch(/^00:00:\d\d/);
  });

  it.each(from('24.1'))('%s tells of a former stream', async (version) => {
    const world = await aWorld(version, { start: 'promoted' });
    const line = await aLine(world, 'standby');
    const { columns, rows } = await line.ask('SHOW VIRTUAL CLUSTER main WITH REPLICATION STATUS, PRIOR REPLICATION DETAILS');
    expect(columns.slice(-2)).toEqual([
      ['source_id', text],
      ['activation_time', decimal],
    ]);
    expect(rows[0]).toMatchObject({
      status: 'ready',
      source_cluster_uri: null,
      source_id: expect.stringMatching(/^[0-9a-f-]{36}:3$/),
      activation_time: expect.stringMatching(/^\d{19}\.\d{10}$/),
    });
  });

  it('capabilities are one row each', async () => {
    const line = await aLine(await aWorld('26.2'), 'standby');
    await line.ask('ALTER VIRTUAL CLUSTER main GRANT CAPABILITY can_admin_split');
    const { rows } = await line.ask(
      `SELECT capability_value FROM [SHOW VIRTUAL CLUSTER main WITH CAPABILITIES] WHERE capability_name = 'can_admin_split'`,
    );
    expect(rows).toEqual([{ capability_value: 'true' }]);
  });
});
