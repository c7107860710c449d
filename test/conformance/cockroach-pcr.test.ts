import { type SimVersion, simVersions } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { pcrLooks } from './cockroach-pcr-options.ts';
import { pcrSituations } from './cockroach-pcr-situations.ts';
import { describeEnds, describeEngine, describeSilence } from './engine-conformance.ts';

/** Every version; whole are those that most differ, of the others what they could break. */
const versions = simVersions;

const chosen: Chosen = {
  // The old words and columns of a promotion, with the new failback.
  '24.1': [
    'switchover',
    'failover with a dead primary',
    'failback',
    'setup by an external connection',
    'setup by an address with every option',
    // Over an innovation release.
    'upgrade',
  ],
  // The last with the old words and columns.
  '24.2': ['switchover', 'failover with a dead primary', 'failback', 'setup by an external connection'],
  // The job's id in another place, the old privileges and the old window.
  '25.1': ['switchover', 'failback', 'setup by an address with every option', 'rebuild of an old primary'],
  // As 25.2, but with a shorter list of jobs; the last in which a promotion leaves a reader.
  '25.3': ['failover with a living primary', 'failback', 'setup by an external connection'],
  // The end of readers, and an option for one that is still lost in company.
  '25.4': ['failover with a living primary', 'setup by an address with every option', 'upgrade'],
  // The first that takes every option in one statement, tells why a job is paused, and keeps its internals to itself.
  '26.1': ['pause', 'failover with a living primary', 'failback', 'setup by an address with every option'],
};

for (const version of versions) describeEngine(`cockroach-pcr on ${version}`, chosenOf(version, chosen, pcrSituations));

/** What no rule above plays on a release is carried through there at least. */
const simple = ['pause', 'resume', 'fence', 'teardown'];
for (const version of Object.keys(chosen) as SimVersion[]) {
  const missing = simple.filter((name) => chosen[version]?.includes(name) !== true);
  describeEnds(`cockroach-pcr on ${version}`, chosenOf(version, { [version]: missing }, pcrSituations));
}

// The comparison itself is a call, whose answer is remembered by the process that made it: another process makes it again. So the rules for
// what sends nothing, and those for effects, are both too strict for it.
const looks = pcrLooks('26.2').map((one) => ({ ...one, sendsNothing: true }) as const);
describeEnds('cockroach-pcr without a change on 26.2', looks);

// A planned promotion, which both sides have a say in.
for (const situation of chosenOf('26.2', { '26.2': ['switchover'] }, pcrSituations)) {
  describeSilence('cockroach-pcr on 26.2', situation, ({ pointOfNoReturn }) => pointOfNoReturn);
}
