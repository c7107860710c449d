import { afterEach, describe, expect, it } from 'vitest';
import type { Asked } from '../../../src/domain/plan.ts';
import { timePlaceholder } from '../../../src/engines/cockroach-pcr/acts.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { openPcr, type PcrBed, pcrLinkId } from '../../conformance/cockroach-pcr-bed.ts';
import { pcrOptionSituations } from '../../conformance/cockroach-pcr-options.ts';
import { pcrSituations } from '../../conformance/cockroach-pcr-situations.ts';
import { pcrStreamSituations } from '../../conformance/cockroach-pcr-streams.ts';
import { carryOut, planOn, runTag, through } from '../../conformance/drive.ts';

const situationsOf = (version: SimVersion) => [
  ...pcrSituations(version),
  ...pcrStreamSituations(version),
  ...(version === '23.2' ? [] : pcrOptionSituations(version)),
  {
    name: 'verify',
    operation: { kind: 'verify', link: pcrLinkId } as const,
    open: () => openPcr(version),
  },
];

const looks: readonly (readonly [SimVersion, string])[] = [
  ['26.2', 'switchover'],
  ['23.2', 'switchover'],
  ['26.2', 'failback'],
  ['26.2', 'setup with a reader alone'],
  ['26.2', 'verify'],
  ['24.3', 'upgrade'],
];

const time = /'\d{4}-\d\d-\d\d [^']*'/;

/** What is shown, without remarks; what 23.2 alone is asked is left out where it was not. */
const shownOf = (asks: readonly Asked[], sent: readonly string[]): readonly string[] =>
  asks
    .flatMap(({ cluster, statements, only }) => statements.map((statement) => ({ line: `${cluster}: ${statement}`, only })))
    .map(({ line, only }) => ({ line: line.replace(/ -- .*$/, ''), isRemarked: only !== undefined || line.includes(' -- ') }))
    .filter(({ line, isRemarked }) => !isRemarked || sent.includes(line))
    .map(({ line }) => line);

describe('a step that looks', () => {
  let bed: PcrBed | null = null;
  afterEach(async () => {
    await bed?.close();
    bed = null;
  });

  it.each(looks)('on %s, in a %s, shows every question and whom it asks', async (version, name) => {
    const situation = situationsOf(version).find((one) => one.name === name);
    if (situation === undefined) throw new TypeError(`there is no ${name}`);
    const on = await situation.open();
    bed = on;
    // One process: a comparison is remembered by the one that makes it.
    const engine = on.engine();
    let proven = 0;
    await through(on, await planOn(on, situation.operation), async (step) => {
      const before = on.world.statements().length;
      await carryOut(on, step, () => engine);
      if (step.asks === undefined) return;
      const sent = on.world
        .statements()
        .slice(before)
        .filter(({ tag }) => tag === runTag)
        .map(({ side, statement }) => `${on.world[side].cluster}: ${statement.replace(time, `'${timePlaceholder}'`)}`);
      const shown = [...step.statements.map((one) => `${step.cluster}: ${one}`), ...shownOf(step.asks, sent)];
      expect([...new Set(sent)].sort(), step.title).toEqual([...new Set(shown)].sort());
      proven += 1;
    });
    expect(proven).toBeGreaterThan(0);
  });
});
