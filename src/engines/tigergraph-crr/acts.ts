import type { JsonObject } from '../../domain/json.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Act, Asked } from '../../domain/plan.ts';
import type { ShellTarget } from '../../transports/shell.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import { addressOf } from '../hosts/acts.ts';
import { asks } from './asks.ts';
import type { CrrSettings } from './config.ts';
import { takenOutPort } from './names.ts';

/** Names of this engine's steps. They are written into journals, so a name is never used again for something else. */
export const kinds = {
  proveKeepsUp: 'crr.prove-keeps-up',
  awaitEqual: 'crr.await-equal',
  configure: 'crr.configure',
  restart: 'crr.restart',
  stopServices: 'crr.stop-services',
  startServices: 'crr.start-services',
  stopCrr: 'crr.stop-replication',
  startCrr: 'crr.start-replication',
  initKafka: 'crr.init-kafka',
  takeBackup: 'crr.take-backup',
  exportMetadata: 'crr.export-metadata',
  placeMetadata: 'crr.place-metadata',
  copyBackup: 'crr.copy-backup',
  spreadBackup: 'crr.spread-backup',
  compareFiles: 'crr.compare-files',
  fitParts: 'crr.fit-parts',
  checkBackup: 'crr.check-backup',
  restore: 'crr.restore',
  installQueries: 'crr.install-queries',
  awaitFollowing: 'crr.await-following',
  awaitInStep: 'crr.await-in-step',
  verifyServing: 'crr.verify-serving',
  checkSplitBrain: 'crr.check-split-brain',
  removeBackup: 'crr.remove-backup',
  verifyVersion: 'crr.verify-version',
  proveReach: 'crr.prove-reach',
  restartConnector: 'crr.restart-connector',
} as const;

/** Where an act runs: one node of one side, so that a long command can be asked about where it was begun. */
export interface At {
  readonly settings: CrrSettings;
  readonly side: Side;
  readonly node: ShellTarget;
}

export const clusterAt = ({ settings, side }: Pick<At, 'settings' | 'side'>): string => settings[side].cluster;
export const clusterBeside = ({ settings, side }: Pick<At, 'settings' | 'side'>): string => settings[otherSide(side)].cluster;

export const actAt = (at: At, kind: string, title: string, statements: readonly string[], params: JsonObject = {}): Act => ({
  kind,
  title,
  cluster: clusterAt(at),
  side: at.side,
  statements,
  params: { node: at.node.name, address: addressOf(at.node), ...params },
});

/** A step that only looks: it sends nothing but what it asks. */
export const lookAt = (at: At, kind: string, title: string, asked: readonly Asked[], params: JsonObject = {}): Act => ({
  ...actAt(at, kind, title, [], params),
  asks: asked,
});

/** Settings of the product that this engine changes. */
export const keys = {
  enabled: 'System.CrossRegionReplication.Enabled',
  brokers: 'System.CrossRegionReplication.PrimaryKafkaIPs',
  port: 'System.CrossRegionReplication.PrimaryKafkaPort',
  prefix: 'System.CrossRegionReplication.TopicPrefix',
} as const;
export type CrrKey = (typeof keys)[keyof typeof keys];

/** What a change of settings is for. */
export type Purpose = 'point' | 'enable' | 'disable' | 'put-back';

const purposes: Readonly<Record<Purpose, (here: string, there: string) => string>> = {
  point: (here, there) => `Tell ${here} where the Kafka of ${there} is`,
  enable: (here, there) => `Have ${here} replicate from ${there} from its next restart on`,
  disable: (here, there) => `Have ${here} stop following ${there} from its next restart on`,
  'put-back': (here) => `Put the replication settings of ${here} back`,
};

export interface Setting {
  readonly key: CrrKey;
  readonly value: string;
}

/** Sets and applies. What somebody else has staged would be applied with it, so its probe refuses then. */
export const configureAct = (at: At, values: readonly Setting[], purpose: Purpose): Act =>
  actAt(
    at,
    kinds.configure,
    purposes[purpose](clusterAt(at), clusterBeside(at)),
    [`gadmin config set ${values.map(({ key, value }) => `${key} ${quoteWord(value)}`).join(' ')} && gadmin config apply -y`],
    { values: values.map(({ key, value }) => ({ key, value })), purpose },
  );

/** Ends the following and leaves the mark by which a side that was taken out is told from one that was promoted (`wasTakenOut`). */
export const takeOutAct = (at: At): Act =>
  configureAct(
    at,
    [
      { key: keys.enabled, value: 'false' },
      { key: keys.port, value: String(takenOutPort) },
    ],
    'disable',
  );

/** `all`: with the infrastructure; `services`: Kafka, ZooKeeper, etcd and the controllers go on. */
export const restartAct = (at: At, what: 'all' | 'services', after: string): Act =>
  actAt(at, kinds.restart, `Restart ${clusterAt(at)} ${after}`, [what === 'all' ? 'gadmin restart all -y' : 'gadmin restart -y'], {
    what,
    after,
  });

/** Infrastructure stays up: its Kafka still feeds a standby, and the cluster can still be restored and configured. */
export const stopServicesAct = (at: At): Act =>
  actAt(at, kinds.stopServices, `Stop the services of ${clusterAt(at)}, so that nobody can write there`, ['gadmin stop -y']);

export const startServicesAct = (at: At): Act =>
  actAt(at, kinds.startServices, `Start the services of ${clusterAt(at)} again`, ['gadmin start']);

export const stopCrrAct = (at: At): Act => actAt(at, kinds.stopCrr, `Stop the replication into ${clusterAt(at)}`, ['gadmin crr stop -y']);
export const startCrrAct = (at: At): Act => actAt(at, kinds.startCrr, `Start the replication into ${clusterAt(at)}`, ['gadmin crr start']);

/** What has to hold when the topics are made: it is set to follow, or it is about to be filled, under the guards of a restore. */
export const topicGuards = ['set', 'other-serves', 'follower', 'idle'] as const;
type TopicGuard = (typeof topicGuards)[number];

export const initKafkaAct = (at: At, guard: TopicGuard): Act =>
  actAt(at, kinds.initKafka, `Make the replicated topics in the Kafka of ${clusterAt(at)}`, ['gadmin init kafka -y'], { guard });

/** Runs on the primary: nothing of the metadata flows before it. */
export const installQueriesAct = (at: At): Act =>
  actAt(at, kinds.installQueries, `Install all queries of ${clusterAt(at)} anew, which starts the flow of metadata`, [
    `gsql -u ${quoteWord(at.settings[at.side].superuser?.name ?? '')} ${quoteWord('INSTALL QUERY -force ALL')}`,
  ]);

export const proveKeepsUpAct = (at: At): Act =>
  lookAt(at, kinds.proveKeepsUp, `Prove that ${clusterAt(at)} keeps up with ${clusterBeside(at)}`, asks.keepsUp(at));
export const awaitEqualAct = (at: At): Act =>
  lookAt(at, kinds.awaitEqual, `Wait until ${clusterAt(at)} has everything that ${clusterBeside(at)} took before the stop`, asks.equal(at));
export const awaitFollowingAct = (at: At): Act =>
  lookAt(at, kinds.awaitFollowing, `Wait until ${clusterAt(at)} follows ${clusterBeside(at)}`, asks.following(at));
export const awaitInStepAct = (at: At): Act =>
  lookAt(at, kinds.awaitInStep, `Wait until ${clusterAt(at)} has every change of metadata of ${clusterBeside(at)}`, asks.inStep(at));
export const verifyServingAct = (at: At): Act =>
  lookAt(at, kinds.verifyServing, `Wait until ${clusterAt(at)} follows nobody and all its services are online`, asks.serving(at));
export const checkSplitBrainAct = (at: At): Act =>
  lookAt(at, kinds.checkSplitBrain, `Check that only ${clusterAt(at)} takes writes`, asks.oneServing(at));
/** `least`: the oldest version that both sides may run. */
export const verifyVersionAct = (at: At, least: string): Act =>
  lookAt(at, kinds.verifyVersion, `Check that both clusters run the same version, ${least} or newer`, asks.version(at), { least });
