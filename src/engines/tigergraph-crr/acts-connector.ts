import type { Act } from '../../domain/plan.ts';
import { type At, actAt, clusterAt, clusterBeside, kinds, lookAt } from './acts.ts';
import { asks } from './asks.ts';

/** How a connector that stands still is brought back, by what the version has and by what is wrong with it. */
export const remedies = {
  /** From 3.10 on, whatever is wrong. */
  crr: 'gadmin crr stop -y && gadmin crr start',
  /** Up to 3.9: it has failed, … */
  restart: 'gadmin connector restart infr_mm',
  /** … somebody has paused it, … */
  resume: 'gadmin connector resume infr_mm',
  /** … or it is not there. */
  kafkaconn: 'gadmin restart kafkaconn -y',
} as const;
export type Remedy = keyof typeof remedies;

const titles: Readonly<Record<Remedy, (here: string) => string>> = {
  crr: (here) => `Stop the replication into ${here} and start it again`,
  restart: (here) => `Restart the connector of ${here}`,
  resume: (here) => `Let the connector of ${here} go on`,
  kafkaconn: (here) => `Restart Kafka Connect on ${here}, which makes its connector again`,
};

export const restartConnectorAct = (at: At, remedy: Remedy): Act =>
  actAt(at, kinds.restartConnector, titles[remedy](clusterAt(at)), [remedies[remedy]], { remedy });

export const proveReachAct = (at: At): Act =>
  lookAt(at, kinds.proveReach, `Prove that the nodes of ${clusterAt(at)} reach the Kafka of ${clusterBeside(at)}`, asks.reach(at));
