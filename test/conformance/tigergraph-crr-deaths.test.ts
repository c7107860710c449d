import type { CrrBed } from './tigergraph-crr-bed.ts';
import { crrSituations } from './tigergraph-crr-situations.ts';
import { describeAllDeaths } from './worker-deaths.ts';

/**
 * Every operation that changes something, once, and in both generations where its steps are of other kinds. What is left out has the same
 * steps in the same order, or makes names of its own from the time; the conformance suite has it all.
 */
const chosen = [
  'failover while the primary answers, 3.9.1',
  'failover while the primary answers, 4.1.4',
  'switchover, 4.1.4',
  'failback onto the old primary, 4.1.4',
  'fence of an old primary that came back, 4.1.4',
  'set-up from a primary with data, 3.9.1',
  'set-up from a primary with data, 4.1.4',
  'set-up by gbar, 3.6.3',
  'set-up by gbar with files that clash, 3.6.3',
  'rebuild of an outdated standby, 4.1.4',
  'teardown, 4.1.4',
  'pause, 4.1.4',
  'resume, 3.10.1',
  'resume of a connector that fails, 3.9.3',
  'resume of a connector that fails, with a Kafka that speaks TLS, 3.9.3',
  'resume of a connector that fails, 4.1.4',
  'backup, 4.1.4',
  'deletion of an old backup, 4.1.4',
  'restore of the primary, which has a standby, 4.1.4',
  'restore of another cluster’s backup, 4.1.4',
  'restore of another cluster’s backup through a bucket, its metadata in a file, 3.8.0',
  'begin of an upgrade, 4.2.0',
  'finish of an upgrade, 4.1.4',
] as const;

/** Their steps are those of another one, or nearly. */
const alike: readonly (typeof chosen)[number][] = [
  'set-up from a primary with data, 3.9.1',
  'set-up by gbar with files that clash, 3.6.3',
  'rebuild of an outdated standby, 4.1.4',
  'resume of a connector that fails, with a Kafka that speaks TLS, 3.9.3',
  'restore of another cluster’s backup, 4.1.4',
];

/** Up to 3.10 a backup is named by the time at which it was taken, and each death is played with one of its own. */
const undated = (bed: CrrBed): CrrBed => ({
  ...bed,
  effects: () => bed.effects().map((effect) => ({ ...effect, statement: effect.statement.replace(/nightly-\d[\dT.:-]*/g, '<backup>') })),
});

const found = (name: (typeof chosen)[number]) => {
  const situation = crrSituations.find((one) => one.name === name);
  if (situation === undefined) throw new TypeError(`there is no situation '${name}'`);
  return { ...situation, open: async () => undated(await situation.open()) };
};

describeAllDeaths([
  { name: 'tigergraph-crr', situations: chosen.filter((name) => !alike.includes(name)).map(found) },
  { name: 'tigergraph-crr', situations: alike.map(found), how: 'thinned' },
]);
