import { otherSide, type Side } from '../../domain/observation.ts';
import type { FailoverTarget } from '../../domain/operation.ts';
import type { Act, Asked } from '../../domain/plan.ts';
import { redirectKind } from '../../domain/redirect.ts';
import { quoteIdentifier, quoteLiteral } from '../../transports/sql-quoting.ts';
import { microsOfMs, timestampOfMicros } from '../cockroach/times.ts';
import { actOn, alter, lookOn } from './act-on.ts';
import { hostActs } from './acts/hosts.ts';
import { readerActs } from './acts/reader.ts';
import { setupActs } from './acts/setup.ts';
import { tuningActs } from './acts/tuning.ts';
import { upgradeActs } from './acts/upgrade.ts';
import type { PcrSettings } from './config.ts';
import { asking } from './reads.ts';
import { forPeople, type StreamOptions, startReplicationStatement } from './statements-setup.ts';

/** Names of this engine's steps. They are written into journals, so a name is never used again for something else. */
export const kinds = {
  proveCatchUp: 'pcr.prove-catch-up',
  setDefaultTarget: 'pcr.set-default-target',
  stopService: 'pcr.stop-service',
  awaitCut: 'pcr.await-cut',
  takeStock: 'pcr.take-stock',
  completeReplication: 'pcr.complete-replication',
  awaitPromotion: 'pcr.await-promotion',
  startService: 'pcr.start-service',
  verifyService: 'pcr.verify-service',
  checkSplitBrain: 'pcr.check-split-brain',
  pause: 'pcr.pause',
  resume: 'pcr.resume',
  startReplication: 'pcr.start-replication',
  awaitFollowing: 'pcr.await-following',
  dropCopy: 'pcr.drop-copy',
  takeTime: 'pcr.take-time',
  compareCopies: 'pcr.compare-copies',
  redirect: redirectKind,
} as const;

/**
 * Why a service is started: the other side is judged by it. `serve`: the promoted side begins to serve. `restart`: a write stop is taken
 * back. `alone`: the other side is lost.
 */
export type StartPurpose = 'serve' | 'restart' | 'alone';

/** Stands in a statement for the time that the step before took and recorded. */
export const timePlaceholder = '<the time that was taken>';

/** Asks for the fingerprint of a virtual cluster as of that time. */
export const fingerprintOf = (name: string): string =>
  `SELECT fingerprint FROM [SHOW EXPERIMENTAL_FINGERPRINTS FROM VIRTUAL CLUSTER ${quoteIdentifier(name)}] AS OF SYSTEM TIME '${timePlaceholder}'`;

/** Writes the acts of one link: texts and parameters are constant for equal settings. */
export const actsFor = (settings: PcrSettings) => ({
  ...serviceActs(settings),
  ...replicationActs(settings),
  ...setupActs(settings),
  ...upgradeActs(settings),
  ...readerActs(settings),
  ...tuningActs(settings),
  ...hostActs(settings),
});

function serviceActs(settings: PcrSettings) {
  const ask = asking(settings);
  const name = settings.virtualCluster;
  const at = (side: Side) => settings[side].cluster;
  return {
    setDefaultTarget: (side: Side, target: string) =>
      actOn(
        settings,
        side,
        kinds.setDefaultTarget,
        `Send connections to ${at(side)} that name no virtual cluster to ${target}`,
        [`SET CLUSTER SETTING server.controller.default_target_cluster = ${quoteLiteral(target)}`],
        { target },
      ),
    // `otherServes`: only while the other side takes writes, so that stopping this one leaves somebody who does.
    stopService: (side: Side, otherServes = false) =>
      actOn(settings, side, kinds.stopService, `Stop writes to ${name} on ${at(side)}`, alter(settings, 'STOP SERVICE'), { otherServes }),
    startService: (side: Side, purpose: StartPurpose) =>
      actOn(settings, side, kinds.startService, `Let applications into ${name} on ${at(side)}`, alter(settings, 'START SERVICE SHARED'), {
        purpose,
      }),
    verifyService: (side: Side) =>
      actOn(settings, side, kinds.verifyService, `Connect to ${name} on ${at(side)} as an application would`, ['SELECT 1 AS one']),
    checkSplitBrain: (side: Side) =>
      lookOn(settings, side, kinds.checkSplitBrain, `Check, as far as can be seen, that only ${at(side)} takes writes`, [
        ...ask.whole(side),
        ...ask.stand(otherSide(side)),
      ]),
  };
}

function replicationActs(settings: PcrSettings) {
  const ask = asking(settings);
  const at = (side: Side) => settings[side].cluster;
  const feeding = (side: Side, fed: boolean): readonly Asked[] => (fed ? [ask.jobs(otherSide(side))] : []);
  return {
    // `fed`: the jobs of the other side tell whether it feeds this one, and they are looked at.
    // `patienceMs`: after this long, one that was let go on and runs need not have been seen to move.
    proveCatchUp: (side: Side, withinMs: number, fed = false, patienceMs: number | null = null) =>
      lookOn(settings, side, kinds.proveCatchUp, `Prove that ${at(side)} keeps up`, [ask.view(side), ...feeding(side, fed)], {
        withinMs,
        ...(fed ? { fed } : {}),
        ...(patienceMs === null ? {} : { patienceMs }),
      }),
    awaitCut: (side: Side) =>
      lookOn(settings, side, kinds.awaitCut, `Wait until ${at(side)} has everything that ${at(otherSide(side))} took before the stop`, [
        ask.view(side),
        ...ask.stand(otherSide(side)),
      ]),
    // `replaces`: the pending failover that the promotion takes the place of, µs in digits.
    takeStock: (side: Side, to: FailoverTarget, replaces: string | null, fed = false) =>
      lookOn(
        settings,
        side,
        kinds.takeStock,
        `Record how far ${at(side)} is, and see that nobody else promotes it`,
        [ask.view(side), ...feeding(side, fed)],
        { to: digitsOf(to), replaces, ...(fed ? { fed } : {}) },
      ),
    completeReplication: (side: Side, to: FailoverTarget, stopped: boolean, { replaces = null, ahead = false }: Asking = {}) =>
      actOn(
        settings,
        side,
        kinds.completeReplication,
        `Promote ${at(side)}`,
        alter(settings, `COMPLETE REPLICATION TO ${targetText(to)}`),
        {
          to: digitsOf(to),
          // Whether the other side must have been stopped first, so that nothing can be lost.
          stopped,
          replaces,
          ...(ahead ? { ahead } : {}),
        },
      ),
    startReplication: (side: Side, options: StreamOptions) =>
      actOn(
        settings,
        side,
        kinds.startReplication,
        `Make ${at(side)} follow ${at(otherSide(side))}, giving up what ${at(side)} alone has`,
        // One that the config no longer has words for is left out, so that it differs from the approved one.
        [startReplicationStatement(settings, side, options, forPeople)].filter((statement) => statement !== null),
        { ...options },
      ),
    dropCopy: (side: Side) =>
      actOn(settings, side, kinds.dropCopy, `Drop ${settings.virtualCluster} on ${at(side)} with everything in it`, [
        `DROP VIRTUAL CLUSTER IF EXISTS ${quoteIdentifier(settings.virtualCluster)}`,
      ]),
    takeTime: (side: Side) =>
      lookOn(settings, side, kinds.takeTime, `Take the newest time that ${at(side)} has as the time to compare at`, [ask.view(side)]),
    // `source`: what the side is a copy of, where that has another name.
    compareCopies: (side: Side, source = settings.virtualCluster): Act => {
      const title = `Compare ${at(side)} with ${at(otherSide(side))} as of that time`;
      const other = source === settings.virtualCluster ? {} : { source };
      const act = actOn(settings, side, kinds.compareCopies, title, [fingerprintOf(settings.virtualCluster)], other);
      return { ...act, asks: [ask.of(side, []), ask.of(otherSide(side), [fingerprintOf(source)])] };
    },
    awaitFollowing: (side: Side) =>
      lookOn(settings, side, kinds.awaitFollowing, `Wait until ${at(side)} follows ${at(otherSide(side))}`, [ask.view(side)]),
    awaitPromotion: (side: Side) =>
      lookOn(settings, side, kinds.awaitPromotion, `Wait until ${at(side)} is promoted`, [
        ask.view(side),
        { ...ask.view(otherSide(side)), only: `${at(side)} is gone` },
      ]),
    pause: (side: Side) => actOn(settings, side, kinds.pause, `Pause replication into ${at(side)}`, alter(settings, 'PAUSE REPLICATION')),
    resume: (side: Side) =>
      actOn(settings, side, kinds.resume, `Resume replication into ${at(side)}`, alter(settings, 'RESUME REPLICATION')),
  };
}

export type Acts = ReturnType<typeof actsFor>;

/** What a promotion that is asked for is to mind. */
interface Asking {
  /** The pending failover that it takes the place of, µs in digits. */
  readonly replaces?: string | null;
  /** It is to a time to come, and must not be asked for once that has passed. */
  readonly ahead?: boolean;
}

const digitsOf = (to: FailoverTarget): string => (to.kind === 'latest' ? 'latest' : String(microsOfMs(to.at)));

const targetText = (to: FailoverTarget): string =>
  to.kind === 'latest' ? 'LATEST' : `SYSTEM TIME ${quoteLiteral(timestampOfMicros(microsOfMs(to.at)))}`;
