import type { BackupAction, Operation } from '../../src/domain/operation.ts';
import type { Step } from '../../src/domain/plan.ts';
import type { CrrLink, CrrSettings } from '../../src/engines/tigergraph-crr/config.ts';
import type { TigerStart, TigerWorld, TigerWorldOptions } from '../../src/sim/tigergraph/contract.ts';
import type { Situation } from './engine-conformance.ts';
import { type CrrBed, crrLinkId, openCrr } from './tigergraph-crr-bed.ts';
import type { Prepare } from './tigergraph-crr-prepared.ts';
import * as prepared from './tigergraph-crr-prepared.ts';

const link = crrLinkId;

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const switchover: Operation = { kind: 'switchover', link };
const full: BackupAction = { kind: 'create', mode: 'full', tag: null };
const incremental: BackupAction = { kind: 'create', mode: 'incremental', tag: null };
const backup = (action: BackupAction): Operation => ({ kind: 'backup', link, action, on: null });
const ofStandby: Operation = { kind: 'backup', link, action: { kind: 'create', mode: 'full', tag: 'before-work' }, on: 'tiger-west' };
const restore = (on: 'tiger-east' | 'tiger-west', from: 'own' | 'other', tag = 'latest'): Operation => ({
  kind: 'restore',
  link,
  backup: tag,
  from,
  on,
});
const upgrade = (phase: 'begin' | 'finish'): Operation => ({ kind: 'upgrade', link, phase });

interface More {
  readonly prepare?: Prepare;
  readonly world?: Partial<TigerWorldOptions>;
  readonly settings?: Partial<CrrSettings>;
  readonly byHand?: (world: TigerWorld, step: Step) => Promise<void>;
}

const situation = (
  name: string,
  version: string,
  start: TigerStart,
  operation: Operation,
  { prepare, world = {}, settings, byHand }: More = {},
): Situation<CrrLink, CrrBed> => ({
  name: `${name}, ${version}`,
  operation,
  open: () => openCrr({ version, start, ...world }, prepare, settings, byHand),
});

/** Both generations: settings and a restart up to 3.9, `gadmin crr` and restores that make a standby from 3.10 on. */
const versions = ['3.9.1', '4.1.4'] as const;

/** What has to hold in both generations. */
const common = versions.flatMap((version) => [
  situation('failover while the primary answers', version, 'replicating', failover),
  situation('switchover', version, 'replicating', switchover),
  situation('failback onto the old primary', version, 'promoted', { kind: 'failback', link }, { prepare: prepared.stopped('primary') }),
  situation('fence of an old primary that came back', version, 'promoted', { kind: 'fence', link }, { prepare: prepared.cameBack }),
  situation('set-up from a primary with data', version, 'none', { kind: 'setup', link }),
  situation('backup', version, 'replicating', backup(full)),
  situation('teardown', version, 'replicating', { kind: 'teardown', link }),
  situation('rebuild of an outdated standby', version, 'outdated', { kind: 'rebuild', link }),
]);

const tls = { primary: 'tls', standby: 'tls' } as const;

/** What differs between versions, each where it begins to. */
const special = [
  situation('failover with the primary gone', '4.1.4', 'replicating', failover, { prepare: (world) => world.faults.down('primary') }),
  situation('failover with gbar about', '3.6.3', 'replicating', failover),
  situation(
    'fence that keeps the old primary',
    '4.1.4',
    'promoted',
    { kind: 'fence', link, keep: 'tiger-east' },
    { prepare: prepared.cameBack },
  ),
  situation(
    'set-up where backups forget a password',
    '3.9.1',
    'none',
    { kind: 'setup', link },
    {
      prepare: prepared.forgetful,
      byHand: prepared.passwordSet,
    },
  ),
  situation('set-up by gbar', '3.6.3', 'none', { kind: 'setup', link }),
  situation('set-up by gbar with files that clash', '3.6.3', 'none', { kind: 'setup', link }, { prepare: prepared.clashing }),
  situation('set-up of two empty clusters', '3.9.3', 'scratch', { kind: 'setup', link }, { world: { writesPerSecond: 0 } }),
  situation('set-up of two empty clusters', '4.1.4', 'scratch', { kind: 'setup', link }, { world: { writesPerSecond: 0 } }),
  situation(
    'set-up with files copied by hand',
    '3.9.3',
    'none',
    { kind: 'setup', link },
    {
      settings: { transfer: 'by-hand' },
      byHand: prepared.copiedByHand,
    },
  ),
  situation('set-up through a bucket, the metadata in a file', '3.9.1', 'none', { kind: 'setup', link }, { world: { backup: 's3' } }),
  situation('set-up from a primary with data', '3.10.1', 'none', { kind: 'setup', link }),
  situation('set-up through a bucket', '3.10.1', 'none', { kind: 'setup', link }, { world: { backup: 's3' } }),
  situation('set-up through a bucket', '3.11.0', 'none', { kind: 'setup', link }, { world: { backup: 's3' } }),
  situation('rebuild through a bucket', '4.2.0', 'outdated', { kind: 'rebuild', link }, { world: { backup: 's3' } }),
  situation('set-up with a Kafka that speaks TLS', '3.9.3', 'none', { kind: 'setup', link }, { world: { kafka: tls } }),
  situation('set-up with a Kafka that speaks TLS', '4.1.4', 'none', { kind: 'setup', link }, { world: { kafka: tls } }),
  situation('switchover with a Kafka that speaks TLS', '4.1.4', 'replicating', switchover, { world: { kafka: tls } }),
  situation('pause', '4.1.4', 'replicating', { kind: 'pause', link }),
  situation('resume', '3.10.1', 'replicating', { kind: 'resume', link }, { prepare: prepared.paused }),
  situation('resume of a connector that fails', '3.9.3', 'replicating', { kind: 'resume', link }, { prepare: prepared.failing }),
  situation('resume of a connector that fails', '4.1.4', 'replicating', { kind: 'resume', link }, { prepare: prepared.failing }),
  situation(
    'resume of a connector that fails, with a Kafka that speaks TLS',
    '3.9.3',
    'replicating',
    { kind: 'resume', link },
    { prepare: prepared.failing, world: { kafka: tls } },
  ),
  situation('resume of a paused connector', '3.9.1', 'replicating', { kind: 'resume', link }, { prepare: prepared.connector('pause') }),
  situation('resume without a connector', '3.9.1', 'replicating', { kind: 'resume', link }, { prepare: prepared.connector('delete') }),
  situation('rebuild of a standby with a wrong prefix', '3.9.3', 'replicating', { kind: 'rebuild', link }, { prepare: prepared.misled }),
];

const backups = [
  situation('incremental backup', '3.10.1', 'replicating', backup(incremental), { prepare: prepared.backedUp('primary', 'weekly') }),
  situation('incremental backup', '4.2.0', 'replicating', backup(incremental), { prepare: prepared.backedUp('primary', 'weekly') }),
  situation('backup of a standby that has the first password of the product', '3.9.3', 'replicating', ofStandby, {
    world: { users: [{ name: 'tigergraph', password: 'tigergraph', superuser: true }] },
  }),
  situation('deletion of an old backup', '4.1.4', 'replicating', backup({ kind: 'delete', backup: 'old' }), {
    prepare: prepared.backedUp('primary', 'old', 'new'),
  }),
];

const restores = [
  situation('restore of the primary, which has a standby', '4.1.4', 'replicating', restore('tiger-east', 'own'), {
    prepare: prepared.backedUp('primary', 'nightly'),
  }),
  situation('restore of the primary, which has a standby', '3.9.3', 'replicating', restore('tiger-east', 'own'), {
    prepare: prepared.backedUp('primary', 'nightly'),
  }),
  situation('restore of an incremental backup', '4.2.0', 'none', restore('tiger-east', 'own'), {
    prepare: prepared.chained('primary'),
  }),
  situation('restore of another cluster’s backup with its metadata in a file', '3.9.1', 'none', restore('tiger-west', 'other'), {
    prepare: prepared.backedUp('primary', 'nightly'),
  }),
  situation('restore of another cluster’s backup', '4.1.4', 'none', restore('tiger-west', 'other', 'nightly'), {
    prepare: prepared.backedUp('primary', 'nightly', 'later'),
  }),
  situation('restore of another cluster’s backup through a bucket', '3.10.1', 'none', restore('tiger-west', 'other'), {
    prepare: prepared.backedUp('primary', 'nightly'),
    world: { backup: 's3' },
  }),
  situation(
    'restore of another cluster’s backup through a bucket, its metadata in a file',
    '3.8.0',
    'none',
    restore('tiger-west', 'other'),
    {
      prepare: prepared.backedUp('primary', 'nightly'),
      world: { backup: 's3' },
    },
  ),
  situation('restore of an incremental backup of the other cluster', '4.2.0', 'none', restore('tiger-west', 'other'), {
    prepare: prepared.chained('primary'),
  }),
  situation('restore to a moment that needs a backup first', '4.1.4', 'none', restore('tiger-east', 'own', prepared.moment), {
    prepare: prepared.anHourAfter(prepared.backedUp('primary', 'weekly')),
    world: { clock: prepared.hourAgo },
  }),
  situation('restore by gbar', '3.6.3', 'none', restore('tiger-east', 'own'), { prepare: prepared.backedUp('primary', 'nightly') }),
];

const upgrades = [
  situation('begin of an upgrade', '3.9.1', 'replicating', upgrade('begin'), { byHand: prepared.keptAway }),
  situation('begin of an upgrade', '3.10.1', 'replicating', upgrade('begin'), { byHand: prepared.keptAway }),
  situation('begin of an upgrade', '4.2.0', 'replicating', upgrade('begin'), { byHand: prepared.keptAway }),
  situation('finish of an upgrade', '3.9.1', 'replicating', upgrade('finish'), { prepare: prepared.upgraded('3.9.3') }),
  situation('finish of an upgrade', '3.10.1', 'replicating', upgrade('finish'), { prepare: prepared.upgraded('3.11.0') }),
  situation('finish of an upgrade', '4.1.4', 'replicating', upgrade('finish'), { prepare: prepared.upgraded('4.2.0') }),
];

type Situations = readonly Situation<CrrLink, CrrBed>[];

/** What moves roles and makes a standby, and what deals with backups and versions: two halves, so that they are tried side by side. */
export const crrRoles: Situations = [...common, ...special];
export const crrBackups: Situations = [...backups, ...restores, ...upgrades];
export const crrSituations: Situations = [...crrRoles, ...crrBackups];
