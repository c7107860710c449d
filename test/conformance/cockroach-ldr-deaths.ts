import type { LdrLink } from '../../src/engines/cockroach-ldr/config.ts';
import type { LdrBed } from './cockroach-ldr-bed.ts';
import { ldrLetters } from './cockroach-ldr-letters.ts';
import { ldrLooks } from './cockroach-ldr-looks.ts';
import { ldrOptions } from './cockroach-ldr-options.ts';
import { ldrSituations } from './cockroach-ldr-situations.ts';
import type { Situation } from './engine-conformance.ts';
import type { DeathPass } from './worker-deaths.ts';

const isBothWays = ({ name }: { readonly name: string }): boolean => name.includes('both ways');
const named = <S extends { readonly name: string }>(situations: readonly S[], ...names: readonly string[]): readonly S[] =>
  names.map((name) => {
    const found = situations.find((one) => one.name === name);
    if (found === undefined) throw new TypeError(`there is no situation '${name}'`);
    return found;
  });

const situations = ldrSituations('26.2');

/** As of one time for every world, so that what is sent compares. */
const onward = { kind: 'time', at: Date.now() - 60_000 } as const;
const asOfOneTime = (one: Situation<LdrLink, LdrBed>): Situation<LdrLink, LdrBed> =>
  one.operation.kind === 'setup' && one.operation.from !== undefined ? { ...one, operation: { ...one.operation, from: onward } } : one;

/** Each world has an authority of its own, whose certificate statements show by its hash. */
const ofAnyAuthority = (one: Situation<LdrLink, LdrBed>): Situation<LdrLink, LdrBed> => ({
  ...one,
  open: async () => {
    const bed = await one.open();
    return {
      ...bed,
      effects: () =>
        bed.effects().map((effect) => ({ ...effect, statement: effect.statement.replace(/<certificate [0-9a-f]+>/, '<certificate 0>') })),
    };
  },
});

/** Whose workers die, by the file that plays it. */
export const ldrDeaths = {
  all: [
    { name: 'cockroach-ldr on 26.2', situations: situations.filter((one) => !isBothWays(one)) },
    // Their steps are those of one way, twice.
    { name: 'cockroach-ldr on 26.2', situations: situations.filter(isBothWays), how: 'thinned' },
    // Both ways are set up by two statements there instead of one.
    {
      name: 'cockroach-ldr on 24.3',
      situations: ldrSituations('24.3').filter(({ name }) => /^setup.*both ways/.test(name)),
      how: 'thinned',
    },
    // Up to 25.3 there is a moment without any connection.
    { name: 'cockroach-ldr on 25.3', situations: named(ldrOptions('25.3'), 'reconnect both ways'), how: 'thinned' },
    // People do all of it, so a worker that dies must neither ask them twice nor go on without them; a comparison is made again.
    { name: 'cockroach-ldr without a statement on 26.2', situations: named(ldrLooks('26.2'), 'switchover both ways', 'verify') },
    // What was known of a queue when the run began has to outlive the worker.
    {
      name: 'cockroach-ldr with dead letters on 26.2',
      situations: ldrLetters('26.2').filter(({ name }) => name.startsWith('failback')),
      how: 'thinned',
    },
    // What is found again after a death in another way than usual: by a time, by functions, on another virtual cluster, by what it makes.
    {
      name: 'cockroach-ldr with options on 26.2',
      situations: named(
        ldrOptions('26.2'),
        'setup that goes on both ways',
        'setup with functions',
        'setup in a virtual cluster',
        'setup into absent tables with mode, discard and label',
        'reconnect with an inline certificate',
      ).map((one) => ofAnyAuthority(asOfOneTime(one))),
      how: 'thinned',
    },
  ],
  back: [{ name: 'cockroach-ldr on 26.2', situations: named(situations, 'setup into empty tables'), how: 'thinned', way: 'and-back' }],
} as const satisfies Readonly<Record<string, readonly DeathPass<LdrLink>[]>>;
