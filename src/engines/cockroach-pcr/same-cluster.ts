import type { PcrSettings } from './config.ts';
import type { PcrDetail, SideRead } from './detail.ts';

/**
 * Whether two addresses reach one cluster, such as by a name that was moved from the one side to the other. Numbers of jobs and times of
 * a promotion are never the same on two.
 */
export function isSameCluster(one: SideRead, other: SideRead): boolean {
  if (one.kind !== 'read' || other.kind !== 'read' || one.vc === null || one.vc.id !== other.vc?.id) return false;
  const jobs = ({ producers = [] }: typeof one): string => producers.map(({ id }) => id).join();
  return (
    (one.vc.activated !== null && one.vc.activated === other.vc.activated) ||
    (one.vc.job !== null && one.vc.job.id === other.vc.job?.id) ||
    (jobs(one) !== '' && jobs(one) === jobs(other))
  );
}

/** Goes on after the name of a cluster. */
export const sameWords = (other: string): string =>
  `its address in the config leads to the same cluster as that of ${other}, so one of the two is wrong and the other cluster is not seen. Correct it in the config, restart the bot, and ask again.`;

/** Nothing is said of either side by what only one of them has told: that would look like a split brain, and there is only one writer. */
export function asTwo({ primary, standby }: PcrSettings, detail: PcrDetail): PcrDetail {
  if (!isSameCluster(detail.primary, detail.standby)) return detail;
  return {
    primary: { kind: 'locked', why: sameWords(standby.cluster) },
    standby: { kind: 'locked', why: sameWords(primary.cluster) },
  };
}
