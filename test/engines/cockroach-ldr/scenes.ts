import { asChannelId, asLinkId } from '../../../src/domain/ids.ts';
import type { Side } from '../../../src/domain/observation.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { isRefusal, type Refusal } from '../../../src/domain/refusal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { LdrLink, LdrSettings, Reach } from '../../../src/engines/cockroach-ldr/config.ts';
import type {
  Finding,
  JobView,
  LdrDetail,
  ReadSide,
  SchemaLook,
  SideRead,
  TableWrites,
} from '../../../src/engines/cockroach-ldr/detail.ts';
import { observationOf } from '../../../src/engines/cockroach-ldr/observe.ts';
import { planLdr } from '../../../src/engines/cockroach-ldr/plan.ts';

/** The databases' clock in all builders: 2026-06-01 10:00:00 UTC. */
export const nowMs = Date.UTC(2026, 5, 1, 10);
export const micros = (msBeforeNow: number): string => String(BigInt(nowMs - msBeforeNow) * 1000n);

export const linkId = asLinkId('shop');

const table = (name: string) => ({ database: 'shop', schema: 'public', table: name });
const same = (name: string) => ({ primary: table(name), standby: table(name) });

const address = (cluster: string, port: number) => ({
  cluster,
  host: '127.0.0.1',
  port,
  user: 'ops',
  password: new Secret('pw'),
  tls: { kind: 'disabled' } as const,
});

export const aReach = (more: Partial<Reach> = {}): Reach => ({
  host: null,
  port: null,
  user: 'repl',
  password: new Secret('hush-hush'),
  ca: null,
  tls: 'disable',
  route: 'nodes',
  ...more,
});

export const aLink = (more: Partial<LdrSettings> = {}): LdrLink => ({
  id: linkId,
  engine: 'cockroach-ldr',
  environment: 'production',
  description: 'Shop',
  incidentChannels: [asChannelId('C1')],
  redirect: { kind: 'manual', instructions: 'Point shop.example.com at the other cluster.' },
  settings: {
    direction: 'unidirectional',
    interface: 'system',
    tables: [same('orders'), same('items')],
    options: { mode: 'immediate', discardTtlDeletes: false, label: null, skipSchemaCheck: false },
    primary: address('sql-east', 26_257),
    standby: address('sql-west', 26_258),
    streams: {
      standby: { externalConnection: 'to_east', reach: aReach() },
      primary: { externalConnection: 'to_west', reach: aReach() },
    },
    maxLagMs: 300_000,
    dlqKeys: 'hashed',
    ...more,
  },
});
export const bothWays = (more: Partial<LdrSettings> = {}): LdrLink => aLink({ direction: 'bidirectional', ...more });

export const releases = {
  '24.1': { year: 24, number: 1, text: 'v24.1.3' },
  '24.3': { year: 24, number: 3, text: 'v24.3.12' },
  '25.1': { year: 25, number: 1, text: 'v25.1.4' },
  '25.2': { year: 25, number: 2, text: 'v25.2.3' },
  '25.4': { year: 25, number: 4, text: 'v25.4.1' },
  '26.2': { year: 26, number: 2, text: 'v26.2.2' },
} as const;
export const onVersion = (version: keyof typeof releases): Partial<ReadSide> => ({
  release: { ...releases[version] },
  activeVersion: version,
});

/** A job over all tables of the link, 4 s behind. */
export const aJob = (more: Partial<JobView> = {}): JobView => ({
  id: '1012877040439033857',
  status: 'running',
  tables: ['shop.public.orders', 'shop.public.items'],
  covers: [0, 1],
  wider: false,
  source: 'link',
  connection: 'to_east',
  parent: null,
  replicated: micros(4_000),
  started: micros(86_400_000),
  conflicts: 'LWW',
  command: 'CREATE LOGICAL REPLICATION STREAM …',
  runningStatus: '',
  fraction: null,
  error: '',
  modified: micros(4_000),
  ...more,
});

export const aSide = (more: Partial<ReadSide> = {}): ReadSide => ({
  kind: 'read',
  release: { ...releases['26.2'] },
  activeVersion: '26.2',
  now: micros(0),
  rangefeeds: true,
  sight: 'all',
  jobs: [],
  history: 'none',
  connections: ['to_east', 'to_west'],
  tables: ['there', 'there'],
  dlq: [],
  dlqProblem: null,
  ...more,
});

export const gone: SideRead = { kind: 'gone', why: 'it could not be reached (ECONNREFUSED).' };

type RowsOf = 'absent' | 'empty' | 'filled';
export const aLook = (rows: readonly (readonly [RowsOf, RowsOf])[], findings: Partial<Record<Side, Finding[]>> = {}): SchemaLook => ({
  kind: 'read',
  pairs: rows.map(([primary, standby]) => ({ rows: { primary, standby } })),
  findings: { primary: [], standby: [], ...findings },
});

/** Nothing replicates: the primary has rows, the standby has empty tables. */
export const bare = (primary: SideRead = aSide(), standby: SideRead = aSide(), schema?: SchemaLook): LdrDetail => ({
  primary,
  standby,
  schema:
    schema ??
    aLook([
      ['filled', 'empty'],
      ['filled', 'empty'],
    ]),
});

/** The standby follows. */
export const following = (
  job: Partial<JobView> = {},
  standby: Partial<ReadSide> = {},
  primary: SideRead = aSide({ history: 'kept' }),
): LdrDetail => ({
  primary,
  standby: aSide({ jobs: [aJob(job)], ...standby }),
  schema: { kind: 'skipped' },
});

/** Each follows the other. */
export const mutual = (intoStandby: Partial<JobView> = {}, intoPrimary: Partial<JobView> = {}): LdrDetail => ({
  primary: aSide({ history: 'kept', jobs: [aJob({ id: '1012877040439033999', connection: 'to_west', ...intoPrimary })] }),
  standby: aSide({ history: 'kept', jobs: [aJob(intoStandby)] }),
  schema: { kind: 'skipped' },
});

/** When applications wrote last, by table: on the primary, on the standby; null: never. A reason where it could not be read. */
type WroteAt = string | null | 'slow' | 'refused' | 'unsupported' | 'failed';
const wroteAt = (at: WroteAt): TableWrites =>
  at === null || /^\d+$/.test(at)
    ? { kind: 'told', newest: at }
    : { kind: 'untold', why: at as Extract<TableWrites, { kind: 'untold' }>['why'] };
export const wrote = (...pairs: readonly (readonly [primary: WroteAt, standby: WroteAt])[]): Pick<LdrDetail, 'writes'> => ({
  writes: { pairs: pairs.map(([primary, standby]) => ({ primary: wroteAt(primary), standby: wroteAt(standby) })) },
});

export const ask = (operation: Operation, detail: LdrDetail, link: LdrLink = aLink()): Plan | Refusal =>
  planLdr(operation, link, observationOf(link, detail, nowMs));

export function planned(operation: Operation, detail: LdrDetail, link: LdrLink = aLink()): Plan {
  const plan = ask(operation, detail, link);
  if (isRefusal(plan)) throw new TypeError(`refused: ${plan.sentence}`);
  return plan;
}

export function refusal(operation: Operation, detail: LdrDetail, link: LdrLink = aLink()): Refusal {
  const plan = ask(operation, detail, link);
  if (!isRefusal(plan)) throw new TypeError('it was planned');
  return plan;
}

/** Kind and cluster of each step, people's in brackets. */
export const outline = (plan: Plan): readonly string[] =>
  plan.steps.map(({ kind, cluster, by }) => (by === 'person' ? `(${kind})` : `${kind} ${cluster ?? ''}`));
