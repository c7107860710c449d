import type { Declined, Engine, OperationSpec } from '../engine.ts';

export const operations = {
  setup: {
    summary: 'Start replication of the tables, with users, connections and settings that it needs',
    risk: 'change',
    reversible: 'What was started and made is taken back as long as the run goes on; afterwards a teardown ends it.',
  },
  switchover: {
    summary: 'Send applications to the other side after it has everything, while both sides are up',
    risk: 'danger',
    reversible:
      'Until replication is ended (one way) or applications are redirected (both ways) nothing has to be taken back; afterwards they return by a failback.',
  },
  failover: {
    summary: 'Send applications to the other side, because the side that they use is lost',
    risk: 'danger',
    reversible: 'Applications return by a failback; writes that had not arrived stay on the lost side.',
  },
  failback: {
    summary: 'Bring applications back, or, one way, fill the former side anew so that they can be brought back',
    risk: 'danger',
    reversible: 'Both ways it is taken back by a switchover; one way it cannot be taken back, since the former side is emptied.',
  },
  rebuild: {
    summary: 'Empty the side that can no longer follow, and copy everything anew',
    risk: 'danger',
    reversible: 'It cannot be taken back: rows that only the emptied side had are deleted.',
  },
  pause: {
    summary: 'Let replication stand still for a while',
    risk: 'change',
    reversible: 'It is taken back by a resume within 24 h.',
  },
  resume: {
    summary: 'Let paused replication go on',
    risk: 'change',
    reversible: 'It is taken back by a pause.',
  },
  reconnect: {
    summary: 'Have replication take a renewed address, password or certificate',
    risk: 'change',
    reversible: 'What the connection held before is not kept; writing it into the config again and another reconnect take it back.',
  },
  verify: {
    summary: 'Compare every row of both sides as of one time',
    risk: 'change',
    reversible: 'It changes nothing, but reads everything on both sides.',
  },
  alter: {
    summary: 'Take both sides through a change of schema that replicating tables refuse',
    risk: 'danger',
    reversible: 'It cannot be taken back: the jobs end, and one side is emptied and copied anew.',
  },
  teardown: {
    summary: 'End the replication for good; both sides keep their rows',
    risk: 'danger',
    reversible: 'It cannot be taken back: to start again, everything is copied anew.',
  },
} as const satisfies Engine['operations'] & Record<string, OperationSpec>;

export const declined = {
  fence: {
    why: 'Logical replication leaves both sides open for writes, and CockroachDB has nothing that stops writers for it.',
    next: 'Stop the applications, or take away their way to the database (load balancer, DNS, user privileges).',
  },
  reader: {
    why: 'With logical replication the tables on the side that follows can be read, and written, at all times.',
    next: 'Connect to the side that follows as to any other cluster.',
  },
  retention: {
    why: 'Logical replication keeps no past states to go back to, and the 24 h for which a source waits for a silent job are fixed.',
    next: 'Use backups for past states; keep pauses below 24 h.',
  },
  upgrade: {
    why: 'CockroachDB gives logical replication no order of upgrades of its own: each side is upgraded by itself while the jobs go on.',
    next: 'Upgrade one side after the other, finalize both before new replication is started, and keep every pause below 24 h.',
  },
  backup: {
    why: 'Backups of CockroachDB are no part of its replication; the database takes them by its own schedules.',
    next: 'Use BACKUP or CREATE SCHEDULE FOR BACKUP on the cluster.',
  },
  restore: {
    why: 'A restore of CockroachDB is no part of its replication, and tables that replicate cannot be restored in place.',
    next: 'Tear the replication down, RESTORE on the cluster, and set it up again.',
  },
} as const satisfies Engine['declined'] & Record<string, Declined>;
