import type { Declined, Engine, OperationSpec } from '../engine.ts';

/** What this engine can do, and whether it can be taken back. */
export const operations = {
  setup: {
    summary: 'Fill the standby with a backup of the primary and have it follow',
    risk: 'danger',
    reversible: 'What the standby held before is replaced and does not come back; a teardown ends the replication.',
  },
  switchover: {
    summary: 'Swap primary and standby, losing nothing as far as its Kafka tells',
    risk: 'danger',
    reversible: 'Until the promotion it is taken back by itself; afterwards a failback fills the old primary anew.',
  },
  failover: {
    summary: 'Promote the standby as it is now when the primary is lost',
    risk: 'danger',
    reversible: 'It cannot be taken back; the roles return by a failback and a switchover.',
  },
  failback: {
    summary: 'Fill the side that was given up from the one that serves, and have it follow',
    risk: 'danger',
    reversible: 'It cannot be taken back: what the given-up side alone took is discarded.',
  },
  fence: {
    summary: 'Stop the services of the side that was given up',
    risk: 'danger',
    reversible: 'Its services can be started again; what it took stays there.',
  },
  rebuild: {
    summary: 'Fill an outdated standby anew',
    risk: 'danger',
    reversible: 'It cannot be taken back: the old copy is replaced.',
  },
  pause: {
    summary: 'Have the standby fetch nothing for a while (3.10 and newer)',
    risk: 'change',
    reversible: 'It is taken back by a resume, as long as the Kafka of the primary keeps what was not fetched.',
  },
  resume: {
    summary: 'Have a standby fetch again that was paused, or whose connector fails',
    risk: 'change',
    reversible: 'From 3.10 on it is taken back by a pause.',
  },
  backup: {
    summary: 'Take a full or an incremental backup, or delete one',
    risk: 'danger',
    reversible: 'A backup that was taken can be deleted; a deleted one does not come back.',
  },
  restore: {
    summary: 'Replace everything in a cluster with a backup of its own or of the other cluster; offline meanwhile',
    risk: 'danger',
    reversible: 'It cannot be taken back or cancelled: what the cluster held is replaced.',
  },
  upgrade: {
    summary: 'Leave the replication before people upgrade both clusters, and take it up again afterwards',
    risk: 'danger',
    reversible: 'The upgrade itself cannot be taken back.',
  },
  teardown: {
    summary: 'End the replication for good and stop the services of the standby',
    risk: 'danger',
    reversible: 'Only a new set-up makes the standby follow again; its copy stays where it is.',
  },
} as const satisfies Engine['operations'] & Record<string, OperationSpec>;

/** What the product has no way to do. */
export const declinedChanges = {
  verify: {
    why: 'TigerGraph has nothing that compares the content of two clusters as of one moment; its counts are approximate and move.',
    next: 'Use `describe`, which shows how far each topic of the standby has come.',
  },
  reconnect: {
    why: 'A standby of TigerGraph takes addresses of the primary only when its replication is made anew.',
    next: 'Set System.CrossRegionReplication.PrimaryKafkaIPs on the standby and apply it, then use `pause` and `resume`, or a `rebuild`.',
  },
} as const satisfies Engine['declined'] & Record<string, Declined>;
