import { ldrLetters } from './cockroach-ldr-letters.ts';
import { ldrLooks } from './cockroach-ldr-looks.ts';
import { ldrOptions } from './cockroach-ldr-options.ts';
import { ldrSituations } from './cockroach-ldr-situations.ts';
import { describeDeaths } from './worker-deaths.ts';

const isBothWays = ({ name }: { readonly name: string }): boolean => name.includes('both ways');
const situations = ldrSituations('26.2');
describeDeaths(
  'cockroach-ldr on 26.2',
  situations.filter((one) => !isBothWays(one)),
);
// Their steps are those of one way, twice.
describeDeaths('cockroach-ldr on 26.2', situations.filter(isBothWays), 'thinned');

/** Both ways are set up by two statements there instead of one. */
const byTwoStatements = ldrSituations('24.3').filter(({ name }) => /^setup.*both ways/.test(name));
describeDeaths('cockroach-ldr on 24.3', byTwoStatements, 'thinned');

// Up to 25.3 there is a moment without any connection.
const remade = ldrOptions('25.3').filter(({ name }) => name === 'reconnect both ways');
describeDeaths('cockroach-ldr on 25.3', remade, 'thinned');

// People do all of it, so a worker that dies must neither ask them twice nor go on without them.
const moved = ldrLooks('26.2').filter(({ name }) => name === 'switchover both ways');
describeDeaths('cockroach-ldr without a statement on 26.2', moved);

// What was known of a queue when the run began has to outlive the worker.
const stranded = ldrLetters('26.2').filter(({ name }) => name.startsWith('failback'));
describeDeaths('cockroach-ldr with dead letters on 26.2', stranded, 'thinned');

/** As of one time for every world, so that what is sent compares. */
const onward = { kind: 'time', at: Date.now() - 60_000 } as const;
// What is found again after a death in another way than usual: by a time, by functions, on another virtual cluster.
const odd = ['setup that goes on both ways', 'setup with functions', 'setup in a virtual cluster'];
describeDeaths(
  'cockroach-ldr with options on 26.2',
  ldrOptions('26.2')
    .filter(({ name }) => odd.includes(name))
    .map((one) =>
      one.operation.kind === 'setup' && one.operation.from !== undefined ? { ...one, operation: { ...one.operation, from: onward } } : one,
    ),
  'thinned',
);
