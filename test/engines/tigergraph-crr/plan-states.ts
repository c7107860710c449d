import type { Operation } from '../../../src/domain/operation.ts';
import type { CrrLink } from '../../../src/engines/tigergraph-crr/config.ts';
import type { BackupRow, CrrDetail, ReadSide, SideRead, ToolsView } from '../../../src/engines/tigergraph-crr/detail.ts';
import { versionIn } from '../../../src/engines/tigergraph-crr/parse/version.ts';
import { aFollower, aSource, noneSeen, servicesDown } from './build.ts';

/** What the binaries of a version say that they can do: one version for each difference. */
const tools: Readonly<Record<string, ToolsView>> = {
  '3.6.3': { gbar: true, backup: [], create: [], restore: [], crr: [] },
  '3.9.1': { gbar: true, backup: ['create', 'list', 'remove', 'restore'], create: [], restore: ['--meta'], crr: [] },
  '3.9.3': { gbar: true, backup: ['create', 'list', 'remove', 'restore'], create: [], restore: ['--meta'], crr: [] },
  '3.10.1': {
    gbar: false,
    backup: ['create', 'list', 'remove', 'restore', 'retain'],
    create: ['--incremental'],
    restore: ['--dr'],
    crr: ['config', 'start', 'stop', 'update'],
  },
  '4.1.4': {
    gbar: false,
    backup: ['create', 'list', 'remove', 'restore', 'retain'],
    create: ['--base', '--custom-tag', '--incremental'],
    restore: ['--dr', '--time-point'],
    crr: ['config', 'start', 'stop', 'update'],
  },
};
export const versions = Object.keys(tools);

export const rows: readonly BackupRow[] = [
  { tag: 'weekly', type: 'FULL', version: null, size: '2 MB', base: null, startedAt: null, createdAt: 2_000 },
  { tag: 'older', type: 'FULL', version: null, size: '2 MB', base: null, startedAt: null, createdAt: 1_000 },
];

/** A side as it is read on a version, by the node that the config of a link names first. */
function on(version: string, read: ReadSide, cluster: string, more: Partial<ReadSide> = {}): ReadSide {
  return {
    ...read,
    by: `${cluster}-1`,
    nodes: read.nodes.map((node, index) => ({ ...node, name: `${cluster}-${index + 1}` })),
    version: versionIn(version),
    tools: tools[version] ?? null,
    backups: { kind: 'read', rows: [...rows] },
    positions: {
      kind: 'read',
      at: 0,
      ends: [
        { topic: 'Metadata', end: 11 },
        { topic: 'deltaQ_GPE_1Q', end: 500 },
      ],
    },
    ...more,
  };
}

export type StateName = keyof typeof states;

const gone: SideRead = { kind: 'gone', why: 'Nothing answers.' };
const plain = { enabled: false, brokers: [], port: 30_002, prefix: '' };
const followsEast = { enabled: true, brokers: ['10.0.1.11', '10.0.1.12'], port: 30_002, prefix: 'Primary' };
const wasFollower = { ...followsEast, enabled: false };
/** As a teardown and the begin of an upgrade leave it. */
const takenOut = { ...wasFollower, port: 1 };
const noConnector: Partial<ReadSide> = { connector: { kind: 'read', tasks: [] } };

const sidesOf = (version: string, east: Partial<ReadSide>, west: Partial<ReadSide>) => ({
  primary: on(version, aSource(east), 'graph-east'),
  standby: on(version, aFollower(west), 'graph-west'),
});

const unread: Partial<ReadSide> = { positions: { kind: 'unread', why: 'Kafka did not tell.' } };

/** Every state of a link that plans tell apart. */
export const states = {
  following: (version: string) => sidesOf(version, {}, {}),
  'positions that nobody tells': (version: string) => ({
    primary: on(version, aSource(), 'graph-east', unread),
    standby: on(version, aFollower(), 'graph-west', unread),
  }),
  paused: (version: string) => sidesOf(version, {}, { connector: { kind: 'read', tasks: [] } }),
  failing: (version: string) =>
    sidesOf(version, {}, { connector: { kind: 'read', tasks: [{ worker: 'w', state: 'FAILED', task: '0', taskState: 'FAILED' }] } }),
  'no set-up': (version: string) => sidesOf(version, {}, { crr: plain, connector: { kind: 'read', tasks: [] } }),
  'primary gone': (version: string) => ({ ...sidesOf(version, {}, {}), primary: gone }),
  'standby gone': (version: string) => ({ ...sidesOf(version, {}, {}), standby: gone }),
  'both gone': (_version: string) => ({ primary: gone, standby: gone }),
  promoted: (version: string) => sidesOf(version, { services: servicesDown }, { crr: wasFollower, connector: { kind: 'read', tasks: [] } }),
  'torn down': (version: string) =>
    sidesOf(version, {}, { crr: wasFollower, services: servicesDown, connector: { kind: 'read', tasks: [] } }),
  'split brain': (version: string) => sidesOf(version, {}, { crr: wasFollower, connector: { kind: 'read', tasks: [] } }),
  'taken out': (version: string) => sidesOf(version, {}, { crr: takenOut, services: servicesDown, ...noConnector }),
  'taken out and started again': (version: string) => sidesOf(version, {}, { crr: takenOut, ...noConnector }),
  'promoted where the vendor empties addresses': (version: string) =>
    sidesOf(version, {}, { crr: { ...wasFollower, brokers: [] }, ...noConnector }),
  'settings of somebody else staged': (version: string) =>
    sidesOf(
      version,
      { staged: { kind: 'read', keys: ['Kafka.RetentionHours'] } },
      { staged: { kind: 'read', keys: ['Kafka.RetentionHours'] } },
    ),
  'both primary and standby stopped': (version: string) =>
    sidesOf(version, { services: servicesDown }, { crr: wasFollower, services: servicesDown, connector: { kind: 'read', tasks: [] } }),
} as const satisfies Readonly<Record<string, (version: string) => Pick<CrrDetail, 'primary' | 'standby'>>>;

export const stateNames = Object.keys(states) as readonly StateName[];

export const detailIn = (state: StateName, version: string): CrrDetail => ({ ...states[state](version), past: noneSeen });

/** Every operation that changes something, by what people call it. */
export const operationsOn = ({ id: link }: CrrLink): Readonly<Record<string, Operation>> => ({
  setup: { kind: 'setup', link },
  switchover: { kind: 'switchover', link },
  failover: { kind: 'failover', link, to: { kind: 'latest' } },
  failback: { kind: 'failback', link },
  fence: { kind: 'fence', link },
  rebuild: { kind: 'rebuild', link },
  pause: { kind: 'pause', link },
  resume: { kind: 'resume', link },
  teardown: { kind: 'teardown', link },
  'upgrade begin': { kind: 'upgrade', link, phase: 'begin' },
  'upgrade finish': { kind: 'upgrade', link, phase: 'finish' },
  backup: { kind: 'backup', link, action: { kind: 'create', mode: 'full', tag: null }, on: null },
  'incremental backup': { kind: 'backup', link, action: { kind: 'create', mode: 'incremental', tag: null }, on: null },
  'backup deletion': { kind: 'backup', link, action: { kind: 'delete', backup: 'older' }, on: 'graph-east' },
  'restore of its own': { kind: 'restore', link, backup: 'weekly', from: 'own', on: 'graph-east' },
  'restore of the other’s': { kind: 'restore', link, backup: 'latest', from: 'other', on: 'graph-west' },
});
