import type { SimSide } from './contract.ts';
import type { Genesis } from './genesis.ts';
import { catchUp, type Realm } from './realm.ts';
import { tagOf } from './sessions.ts';
import { replicatedAt } from './state/frontier.ts';
import { findVc } from './state/model.ts';
import { lossOf, overlaps, writableIntervals } from './state/records.ts';
import { isWritable } from './state/settle.ts';
import { statusOf } from './state/view.ts';
import type { JobTruth, VcTruth } from './truth-contract.ts';
import { hlcDecimal } from './values/hlc.ts';

function truthOf(realm: Realm, side: SimSide, name: string): VcTruth | null {
  const nowUs = catchUp(realm);
  const cluster = realm.state.clusters[side];
  const vc = findVc(cluster, name);
  if (vc === null) return null;
  const status = statusOf(realm.state, cluster, vc, nowUs);
  const replicated = vc.stream === null ? null : replicatedAt(vc.stream, nowUs, realm.state.pace);
  return {
    id: vc.id,
    name: vc.name,
    dataState: status,
    status,
    serviceMode: vc.service,
    replicatedTime: replicated === null ? null : replicated / 1000,
    failoverTime: vc.stream?.failover == null ? null : hlcDecimal(vc.stream.failover.target),
  };
}

function jobsOf(realm: Realm, side: SimSide): readonly JobTruth[] {
  catchUp(realm);
  return realm.state.clusters[side].jobs.map(({ id, type, status, runningStatus }) => ({ id, type, status, runningStatus }));
}

/** What the world tells about itself; each answer is of this moment. */
export function createReaders(realm: Realm, genesis: Genesis) {
  const { state } = realm;
  const fresh = <T>(read: () => T): T => {
    catchUp(realm);
    return read();
  };
  return {
    now: () => realm.time.nowUs() / 1000,
    effects: () => fresh(() => [...state.effects]),
    statements: () => fresh(() => realm.seen.map((entry) => ({ ...entry }))),
    writable: () => fresh(() => ({ primary: isWritable(state.clusters.primary), standby: isWritable(state.clusters.standby) })),
    writableHistory: () => fresh(() => writableIntervals(state)),
    splitBrain: () => fresh(() => overlaps(state)),
    lost: () => fresh(() => lossOf(state)),
    vc: (side: SimSide, name = genesis.virtualCluster) => truthOf(realm, side, name),
    jobs: (side: SimSide) => jobsOf(realm, side),
    sessions: (side: SimSide) =>
      realm.sessions
        .all()
        .filter((session) => session.side === side)
        .map((session) => ({
          id: session.id,
          applicationName: tagOf(session),
          user: session.user,
          virtualCluster: session.vcName,
          activeQuery: session.active?.text ?? null,
        })),
  };
}
