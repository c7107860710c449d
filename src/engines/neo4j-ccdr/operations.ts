import type { Engine, OperationSpec } from '../engine.ts';

export const operations = {
  setup: {
    summary: 'Create the replica as the config describes it, with trust between the clusters',
    risk: 'change',
    reversible: 'What was made is taken back as long as the run goes on; afterwards a teardown drops the replica.',
  },
  switchover: {
    summary: 'Let the replica take over while both sides are up, losing nothing',
    risk: 'danger',
    reversible:
      'It is taken back by itself until the promotion; a promoted database never follows again, so afterwards a new replica is needed.',
  },
  failover: {
    summary: 'Promote the replica because the side that takes the writes is lost',
    risk: 'danger',
    reversible: 'It cannot be taken back: a promoted database never follows again, and what had not arrived is given up.',
  },
  failback: {
    summary: 'Bring the writes back to the former primary, and let the other side follow it anew',
    risk: 'danger',
    reversible: 'It cannot be taken back once the old database there is dropped or the new one is promoted.',
  },
  fence: {
    summary: 'Stop writes on the side that was given up, when both sides take them',
    risk: 'danger',
    reversible: 'Writes can be let in again by ALTER DATABASE … SET ACCESS READ WRITE, but then two sides take them.',
  },
  rebuild: {
    summary: 'Drop what can no longer follow, and create a new replica in its place',
    risk: 'danger',
    reversible: 'It cannot be taken back: what is dropped is gone but for its dump, if there is one.',
  },
  teardown: {
    summary: 'Drop the replica for good; the side that serves goes on',
    risk: 'danger',
    reversible: 'It cannot be taken back: a setup copies everything anew.',
  },
  verify: {
    summary: 'Compare what both sides hold, by label and by type, at equal transactions',
    risk: 'change',
    reversible: 'It changes nothing, but counts everything on both sides.',
  },
} as const satisfies Engine['operations'] & Record<string, OperationSpec>;
