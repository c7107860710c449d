import { expect, it } from 'vitest';
import type { OperationName } from '../../src/domain/operation.ts';
import { createCockroachLdr } from '../../src/engines/cockroach-ldr/index.ts';
import { createCockroachPcr } from '../../src/engines/cockroach-pcr/index.ts';
import { connectShell } from '../../src/transports/shell.ts';
import { connectSql } from '../../src/transports/sql.ts';
import { ldrDeaths } from './cockroach-ldr-deaths.ts';
import { ldrLooks } from './cockroach-ldr-looks.ts';
import { ldrSituations } from './cockroach-ldr-situations.ts';
import { pcrDeaths } from './cockroach-pcr-deaths.ts';
import { pcrLooks } from './cockroach-pcr-options.ts';
import { pcrSituations } from './cockroach-pcr-situations.ts';
import { pcrStreamSituations } from './cockroach-pcr-streams.ts';

interface Played {
  readonly operation: { readonly kind: OperationName };
}

/** What the suite plays on releases of which it plays all, and whose workers die on any. */
const engines = [
  {
    engine: createCockroachPcr({ connect: connectSql, shell: connectShell }),
    // There is nothing yet to upgrade the newest one to.
    conformance: [...pcrSituations('24.3'), ...pcrSituations('26.2'), ...pcrStreamSituations('26.2'), ...pcrLooks('26.2')],
    deaths: Object.values(pcrDeaths),
  },
  {
    engine: createCockroachLdr({ connect: connectSql, salt: 'salt' }),
    conformance: [...ldrSituations('26.2'), ...ldrLooks('26.2')],
    deaths: Object.values(ldrDeaths),
  },
] as const;

const kindsOf = (situations: readonly Played[]): readonly string[] =>
  [...new Set(situations.map(({ operation }) => operation.kind))].sort();

it.each(engines.map((one) => [one.engine.id, one] as const))(
  'every operation of %s is played, to its end and with dying workers',
  (_, one) => {
    const offered = Object.keys(one.engine.operations).sort();
    expect(offered.length).toBeGreaterThan(0);
    expect(kindsOf(one.conformance)).toEqual(offered);
    expect(kindsOf(one.deaths.flat().flatMap(({ situations }): readonly Played[] => situations))).toEqual(offered);
  },
);
