import { afterEach, describe, expect, it } from 'vitest';
import type { Asked } from '../../../src/domain/plan.ts';
import type { SeenStatement } from '../../../src/sim/neo4j/contract.ts';
import { quoteCypherString } from '../../../src/transports/cypher-quoting.ts';
import { carryOut, planOn, runTag, through } from '../../conformance/drive.ts';
import { type CcdrBed, ccdrLinkId, openCcdr } from '../../conformance/neo4j-ccdr-bed.ts';
import { ccdrSituations } from '../../conformance/neo4j-ccdr-situations.ts';

const situationsOf = (version: string) => [
  ...ccdrSituations(version),
  {
    name: 'verify',
    operation: { kind: 'verify', link: ccdrLinkId } as const,
    open: () => openCcdr(version, { prepare: async (world) => world.control().writes(0) }),
  },
];

const looks: readonly (readonly [string, string])[] = [
  ['2026.07.1', 'setup with an alias and names that have to be quoted'],
  ['2026.07.1', 'switchover with an alias and names that have to be quoted'],
  ['2026.08.0', 'switchover'],
  ['2026.08.0', 'failover with a source that answers, and a new topology'],
  ['2026.08.0', 'fence'],
  ['2026.08.0', 'failback'],
  ['2026.08.0', 'teardown'],
  ['2026.08.0', 'verify'],
];

/** Which labels and types there are is told by the database, and no plan knows it. */
const plain = (statement: string): readonly string[] =>
  statement.startsWith('MATCH ')
    ? statement.split(' UNION ALL ').map((part) => part.replace(/`[^`]*`/, '`N`').replace(/'(label|type) [^']*'/, "'$1 N'"))
    : [statement];

const remark = ' // ';

/** What is shown, without remarks; what is asked only where something holds is left out where it was not. */
const shownOf = (asks: readonly Asked[], sent: readonly string[]): readonly string[] =>
  asks.flatMap(({ cluster, statements }) =>
    statements.flatMap((statement) => {
      const [words = '', more = ''] = statement.split(remark);
      return plain(words)
        .map((part) => `${cluster}: ${part}`)
        .filter((line) => !more.includes('only where') || sent.includes(line));
    }),
  );

/** Values that went with a statement and do not stand in any remark behind the same statement. */
const hidden = (asks: readonly Asked[], { statement, parameters }: SeenStatement): readonly string[] => {
  const remarks = asks.flatMap(({ statements }) => statements.filter((one) => one.startsWith(`${statement}${remark}`)));
  return Object.values(parameters)
    .flat()
    .map((value) => (typeof value === 'string' ? quoteCypherString(value) : String(value)))
    .filter((value) => !remarks.some((one) => one.slice(statement.length).includes(value)));
};

describe('a step that looks', () => {
  let bed: CcdrBed | null = null;
  afterEach(async () => {
    await bed?.close();
    bed = null;
  });

  it.each(looks)('on %s, in a %s, shows every question, what is bound to it, and whom it asks', async (version, name) => {
    const situation = situationsOf(version).find((one) => one.name === name);
    if (situation === undefined) throw new TypeError(`there is no ${name}`);
    const on = await situation.open();
    bed = on;
    const engine = on.engine();
    let proven = 0;
    await through(on, await planOn(on, situation.operation), async (step) => {
      const before = on.world.statements().length;
      await carryOut(on, step, () => engine);
      expect(step.asks === undefined, step.title).toBe(step.statements.length > 0);
      const { asks } = step;
      if (asks === undefined) return;
      const seen = on.world
        .statements()
        .slice(before)
        .filter(({ tag }) => tag === runTag);
      const sent = seen.flatMap(({ side, statement }) => plain(statement).map((part) => `${on.world[side].cluster}: ${part}`));
      expect([...new Set(sent)].sort(), step.title).toEqual([...new Set(shownOf(asks, sent))].sort());
      expect(
        seen.flatMap((one) => hidden(asks, one)),
        step.title,
      ).toEqual([]);
      proven += 1;
    });
    expect(proven).toBeGreaterThan(0);
  });
});
