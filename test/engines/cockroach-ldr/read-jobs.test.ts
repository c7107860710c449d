import { describe, expect, it } from 'vitest';
import { reasonWords } from '../../../src/engines/cockroach-ldr/dlq-reason.ts';
import { ttlSecondsIn } from '../../../src/engines/cockroach-ldr/reads/history.ts';
import { readJobs } from '../../../src/engines/cockroach-ldr/reads/jobs.ts';
import type { SqlRow } from '../../../src/transports/sql.ts';
import { aLink } from './scenes.ts';

/** A session of a server that lists these jobs. */
const session = (jobs: readonly SqlRow[], listed: readonly SqlRow[] = []) => ({
  read: (statement: string) => Promise.resolve(statement.startsWith('SHOW LOGICAL') ? jobs : listed),
  change: () => Promise.reject(new TypeError('nothing may be changed')),
  close: () => undefined,
});

const { settings } = aLink();
const read = async (jobs: readonly SqlRow[], listed: readonly SqlRow[] = []) =>
  readJobs(session(jobs, listed), 'sql-west', settings, 'standby');

const row = (more: SqlRow = {}): SqlRow => ({
  job_id: '1012877040439033857',
  status: 'running',
  tables: '{shop.public.orders,shop.public.items}',
  replicated_time: '2026-06-01 09:59:56+00',
  replication_start_time: '2026-05-31 10:00:00.5+00',
  conflict_resolution_type: 'LWW',
  command: "CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON 'external://to_east' INTO TABLE a",
  ...more,
});

describe('jobs of logical replication', () => {
  it('are read by whichever names a version gives its columns', async () => {
    const { tables, command, ...rest } = row();
    const old = {
      ...rest,
      targets: tables ?? null,
      description: 'LOGICAL REPLICATION STREAM into shop.public.orders from external://to_east',
    };
    const [before] = (await read([old])).jobs;
    const [after] = (await read([row()])).jobs;
    expect(command).toBeDefined();
    expect(before).toMatchObject({ covers: [0, 1], source: 'link', connection: 'to_east', started: '1780221600500000' });
    expect(after).toMatchObject({ covers: [0, 1], source: 'link', replicated: '1780307996000000', wider: false });
  });

  it('are not misled by what a table is called', async () => {
    const command = `CREATE LOGICAL REPLICATION STREAM FROM TABLE d.s."external://to_east PARENT = '7'" ON 'external://to_north?redacted' INTO TABLE a`;
    expect((await read([row({ command })])).jobs).toMatchObject([{ source: 'other', connection: 'to_north', parent: null }]);
  });

  it('have a source that is not known where the command names none', async () => {
    const command = "CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON 'postgresql://u:hunter2@h:26257?sslkey=abc' INTO TABLE a";
    const [job] = (await read([row({ command })])).jobs;
    expect(job).toMatchObject({ source: 'unknown', connection: null });
    expect(job?.command).not.toContain('hunter2');
    expect(job?.command).not.toContain('abc');
  });

  it('know who started them', async () => {
    const command =
      "CREATE LOGICAL REPLICATION STREAM FROM TABLE a ON 'external://to_east' INTO TABLE a WITH OPTIONS (CURSOR = $1, PARENT = '1131000153784844289')";
    expect((await read([row({ command })])).jobs).toMatchObject([{ parent: '1131000153784844289' }]);
  });

  it('take status, progress and errors from the list of all jobs, which is asked later', async () => {
    const listed = [
      {
        job_id: '1012877040439033857',
        job_type: 'LOGICAL REPLICATION',
        status: 'paused',
        running_status: 'pausing after error: x',
        fraction_completed: '0.5',
        error: '',
        modified: '2026-06-01 09:59:00+00',
      },
    ];
    expect((await read([row()], listed)).jobs).toMatchObject([
      {
        status: 'paused',
        runningStatus: expect.stringMatching(/^pausing after error: an error whose text is not shown/),
        fraction: 0.5,
        modified: '1780307940000000',
      },
    ]);
  });

  it('stand live first, then the newest that are over; those on other tables are none of ours', async () => {
    const job = (id: string, status: string, tables = '{shop.public.orders}') => row({ job_id: id, status, tables });
    const { jobs } = await read([
      job('9', 'canceled'),
      job('10', 'failed'),
      job('8', 'sideways'),
      job('7', 'running', '{shop.public.others}'),
      job('11', 'paused'),
    ]);
    expect(jobs.map(({ id }) => id)).toEqual(['11', '8', '10', '9']);
  });

  it('are a fault when their time or their tables are in no known form', async () => {
    for (const more of [{ replicated_time: 'yesterday' }, { tables: 'a' }, { job_id: 'x' }]) {
      await expect(read([row(more)])).rejects.toMatchObject({ code: 'answer-not-understood' });
    }
  });

  const producer = (description: string, status: string) => ({ job_id: '5', job_type: 'REPLICATION STREAM PRODUCER', status, description });
  const histories: readonly (readonly [string, readonly SqlRow[], string])[] = [
    ['none', [], 'none'],
    [
      'one that names a table of the link',
      [producer('History Retention for Logical Replication of shop.public.orders', 'running')],
      'kept',
    ],
    ['one that ended', [producer('History Retention for Logical Replication of shop.public.orders', 'failed')], 'lost'],
    [
      'a live one for other tables beside',
      [producer('… of shop.public.orders', 'failed'), producer('… of crm.public.people', 'running')],
      'lost',
    ],
    ['one that names nothing', [producer('history retention', 'running')], 'kept'],
    ['one of physical replication', [producer('History Retention for Physical Replication of main', 'running')], 'none'],
  ];
  it.each(histories)('keep history on the other side by %s', async (_, listed, history) => {
    expect((await read([], listed)).history).toBe(history);
  });
});

describe('the reason of an entry', () => {
  const rows: readonly (readonly [string, string])[] = [
    [
      `duplicate key value violates unique constraint "one_mail" Key (mail)=('bob@x.com') (age limit)`,
      'breaks unique constraint one_mail (age limit)',
    ],
    [`insert on table "a" violates foreign key constraint "a_b_fk" (size limit)`, 'breaks foreign key a_b_fk (size limit)'],
    [`failed to satisfy CHECK constraint (amount > 0:::INT8) (not retryable)`, 'breaks check amount > 0:::INT8 (not retryable)'],
    [`null value in column "mail" violates not-null constraint`, 'has no value for column mail'],
    [`value 'bob@x.com' is too long`, 'could not be applied'],
    ['', 'could not be applied'],
  ];
  it.each(rows)('of %s', (reason, words) => {
    expect(reasonWords(reason)).toBe(words);
    expect(reasonWords(reason)).not.toContain('bob');
  });
});

describe('how long a table keeps its past', () => {
  it('is read from its zone configuration', () => {
    expect(
      ttlSecondsIn('ALTER DATABASE d CONFIGURE ZONE USING\n\trange_min_bytes = 1,\n\tgc.ttlseconds = 14400,\n\tnum_replicas = 3'),
    ).toBe(14_400);
    expect(ttlSecondsIn('num_replicas = 3')).toBeNull();
  });
});
