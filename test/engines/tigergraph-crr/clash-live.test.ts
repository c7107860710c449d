import { afterEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/domain/plan.ts';
import type { TigerWorldOptions } from '../../../src/sim/tigergraph/contract.ts';
import { carryOut, planOn, settle, through } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { clashing } from '../../conformance/tigergraph-crr-prepared.ts';

let bed: CrrBed;
afterEach(() => bed.close());

async function planned(options: Partial<TigerWorldOptions>, prepare?: typeof clashing): Promise<Plan> {
  bed = await openCrr({ version: '3.6.3', start: 'none', ...options }, prepare);
  return planOn(bed, { kind: 'setup', link: crrLinkId });
}

const kindsOf = ({ steps }: Plan): readonly string[] => steps.map(({ kind }) => kind);

/** Everything up to and without the first step of this kind. */
async function upTo(plan: Plan, kind: string) {
  const at = plan.steps.findIndex((one) => one.kind === kind);
  const step = plan.steps[at];
  if (step === undefined) throw new TypeError(`the plan has no ${kind}`);
  const engine = bed.engine();
  await through(bed, { ...plan, steps: plan.steps.slice(0, at) }, async (one) => void (await carryOut(bed, one, () => engine)));
  return settle(bed, step, () => engine);
}

const copiesOf = (): readonly string[] =>
  bed.world
    .effects()
    .flatMap(({ kind, node, statement }) => (kind === 'copy' ? [`${node} ${statement.replace(/ \/.* | \/\S+$/g, ' ').trim()}`] : []));

/** Nodes of the standby that hold something of a backup. */
const holders = (file: RegExp): readonly string[] =>
  Object.entries(bed.world.side('standby').backups).flatMap(([node, held]) =>
    Object.values(held).some((files) => files.some((one) => file.test(one))) ? [node] : [],
  );

describe('archives of gbar', () => {
  it('that clash go to the nodes of the same numbers, and nothing is spread', async () => {
    const plan = await planned({}, clashing);
    expect(kindsOf(plan).filter((kind) => /fit-parts|copy-backup|spread-backup/.test(kind))).toEqual([
      'crr.fit-parts',
      'crr.copy-backup',
      'crr.copy-backup',
      'crr.copy-backup',
      'crr.spread-backup',
    ]);
    expect(plan.steps.map(({ title }) => title)).toContain(
      'Copy the part of the backup that lies on tiger-east-m2 to tiger-west, to the node of the same number, where they do not fit into one folder',
    );
    const compared = await upTo(plan, 'crr.compare-files');
    expect(compared).toMatchObject({ kind: 'done', evidence: { nodes: 2, copied: 'each part to its own node' } });
    expect(copiesOf()).toHaveLength(2);
    expect(copiesOf().some((one) => one.includes('gscp'))).toBe(false);
    expect(holders(/dict/)).toEqual(['m1', 'm2']);
    expect(holders(/GPE_2/)).toEqual(['m2']);
  });

  it('that do not clash lie whole on every node', async () => {
    const compared = await upTo(await planned({}), 'crr.compare-files');
    expect(compared).toMatchObject({ kind: 'done', evidence: { nodes: 2 } });
    expect(copiesOf().at(-1)).toContain('gscp all');
    expect(holders(/GPE_2/)).toEqual(['m1', 'm2']);
  });

  it('that clash stop the run where the clusters have different numbers of nodes', async () => {
    const plan = await planned({ nodes: { primary: 2, standby: 4 }, replicationFactor: { primary: 1, standby: 2 } }, clashing);
    expect(kindsOf(plan)).not.toContain('crr.fit-parts');
    const compared = await upTo(plan, 'crr.compare-files');
    expect(compared.kind).toBe('impossible');
    expect('why' in compared ? compared.why : '').toMatch(
      /^Two nodes of tiger-east have different files dict\.tar\.gz of replops1-\d+, so they can't lie in one folder\. Nothing was restored\./,
    );
  });

  it('that gadmin packs never clash, so nothing is asked', async () => {
    expect(kindsOf(await planned({ version: '3.9.3' }))).not.toContain('crr.fit-parts');
  });
});
