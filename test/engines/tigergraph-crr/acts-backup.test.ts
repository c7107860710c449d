import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { type At, configureAct, keys } from '../../../src/engines/tigergraph-crr/acts.ts';
import {
  compareFilesAct,
  copyBackupAct,
  restoreAct,
  spreadBackupAct,
  takeBackupAct,
  withBackup,
} from '../../../src/engines/tigergraph-crr/acts-backup.ts';
import type { CrrCluster, CrrSettings } from '../../../src/engines/tigergraph-crr/config.ts';

const clusterNamed = (cluster: string): CrrCluster => ({
  cluster,
  nodes: [
    {
      name: `${cluster}-1`,
      host: '10.0.0.1',
      port: 22,
      user: 'tigergraph',
      login: { kind: 'password', password: new Secret('pw') },
      hostKey: { mode: 'unchecked' },
    },
  ],
  commands: '/app/cmd',
  superuser: null,
  hosts: null,
  brokers: { addresses: null, port: null, clientProperties: null },
  backup: { kind: 'local', path: '/backups' },
});

const settings: CrrSettings = {
  primary: clusterNamed('east'),
  standby: clusterNamed('west'),
  graphs: [],
  tagPrefix: 'replops',
  transfer: 'rsync',
  equalReplicas: false,
  fencing: null,
};

const nodeOf = ({ nodes: [node] }: CrrCluster) => {
  if (node === undefined) throw new TypeError('a cluster without nodes');
  return node;
};
const at: At = { settings, side: 'standby', node: nodeOf(settings.standby) };

describe('the statements of backups', () => {
  it.each([
    ['full', 'exact', { tag: 'a1', mode: 'full', exact: true, tool: 'gadmin' }, 'gadmin backup create a1 --custom-tag'],
    ['full', 'with a name of the cluster', { tag: 'a1', mode: 'full', exact: false, tool: 'gadmin' }, 'gadmin backup create a1'],
    [
      'incremental',
      'exact',
      { tag: 'a1', mode: 'incremental', exact: true, tool: 'gadmin' },
      'gadmin backup create a1 --custom-tag --incremental',
    ],
    ['full', 'of gbar', { tag: 'a1', mode: 'full', exact: false, tool: 'gbar' }, 'gbar backup -t a1'],
  ] as const)('take a %s backup, %s', (_mode, _name, params, statement) => {
    expect(takeBackupAct(at, params).statements).toEqual([statement]);
  });

  const base = {
    backup: 'b-1',
    empty: false,
    dr: false,
    tool: 'gadmin',
    metaPath: null,
    moment: null,
    stateAt: null,
    guard: 'own',
  } as const;
  it.each([
    [base, 'gadmin backup restore b-1 -y'],
    [{ ...base, dr: true }, 'gadmin backup restore b-1 --dr -y'],
    [{ ...base, backup: null }, 'gadmin backup restore <backup> -y'],
    [{ ...base, backup: null, empty: true, dr: true }, 'gadmin backup restore --dr -y'],
    [{ ...base, metaPath: '/backups' }, "gadmin backup restore --meta='/backups/b-1/metadata' -y"],
    [{ ...base, tool: 'gbar' as const }, 'gbar restore -y b-1'],
    [{ ...base, backup: null, moment: '2026-11-20T03:12:00Z' }, 'gadmin backup restore 2026-11-20T03:12:00Z --time-point -y'],
  ])('restore %j', (params, statement) => {
    expect(restoreAct(at, params).statements).toEqual([statement]);
  });

  it('name the backup of the run once its cluster has named it, and nothing else in its place', () => {
    expect(withBackup('gadmin backup restore <backup> --dr -y', 'replops1-2026-11-21T033207.112')).toBe(
      'gadmin backup restore replops1-2026-11-21T033207.112 --dr -y',
    );
    expect(() => withBackup('gbar restore -y <backup>', "x'; rm -rf /")).toThrow(TypeError);
    expect(() => withBackup('gbar restore -y <backup>', '--all')).toThrow(TypeError);
  });

  it('let no path out of its quotes', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }).filter((text) => !text.includes('\u0000')),
        (text) => {
          const path = `/${text}`;
          const quoted = `'${path.replaceAll("'", `'\\''`)}`;
          expect(spreadBackupAct(at, { backup: 'b-1', path }).statements[0]).toContain(quoted);
          expect(
            copyBackupAct(at, { backup: 'b-1', path, to: { cluster: 'east', user: 'tigergraph', ip: '10.0.0.1', path } }).statements[0],
          ).toContain(quoted);
        },
      ),
    );
  });

  it('only look where nothing is changed', () => {
    expect(compareFilesAct(at, { backup: 'b-1', path: '/b', source: '/b' }).statements).toEqual([]);
  });
});

it('settings are set together and applied once, with their values quoted', () => {
  const act = configureAct(
    at,
    [
      { key: keys.brokers, value: '10.0.1.1,10.0.1.2' },
      { key: keys.prefix, value: 'Primary' },
    ],
    'point',
  );
  expect(act.statements).toEqual([
    "gadmin config set System.CrossRegionReplication.PrimaryKafkaIPs '10.0.1.1,10.0.1.2' System.CrossRegionReplication.TopicPrefix 'Primary' && gadmin config apply -y",
  ]);
  expect(act.title).toBe('Tell west where the Kafka of east is');
});
