import { afterEach, describe, expect, it } from 'vitest';
import type { LinkId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import type { CrrDetail, ReadSide } from '../../../src/engines/tigergraph-crr/detail.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { planCrr } from '../../../src/engines/tigergraph-crr/plan.ts';
import { anIo, executorFor, planOn, settle } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { aLink } from './build.ts';
import { detailIn, type StateName } from './plan-states.ts';

const link = aLink();
const failover = (on: LinkId): Operation => ({ kind: 'failover', link: on, to: { kind: 'latest' } });

function planned(state: StateName, change: (detail: CrrDetail) => CrrDetail): Plan | Refusal {
  return planCrr(failover(link.id), link, observationOf(link, change(detailIn(state, '4.1.4')), 3_000));
}

const changed =
  (side: 'primary' | 'standby', more: Partial<ReadSide>) =>
  (detail: CrrDetail): CrrDetail => {
    const read = detail[side];
    return read.kind === 'read' ? { ...detail, [side]: { ...read, ...more } } : detail;
  };
const silentLast = (side: 'primary' | 'standby') => (detail: CrrDetail) => {
  const read = detail[side];
  if (read.kind !== 'read') return detail;
  const nodes = read.nodes.map((node, index) => (index === read.nodes.length - 1 ? { ...node, answers: false, why: 'no route' } : node));
  return changed(side, { nodes })(detail);
};

const firstStep = (plan: Plan | Refusal): string => (plan.kind === 'refusal' ? 'refused' : `${plan.steps[0]?.by} ${plan.steps[0]?.kind}`);
const words = (plan: Plan | Refusal): string => (plan.kind === 'refusal' ? `${plan.sentence} ${plan.next}` : plan.warnings.join(' '));

describe('what a failover does about the old primary', () => {
  it.each([
    ['stops one that serves', (detail: CrrDetail) => detail, 'engine crr.stop-services', /takes writes: a switchover would lose nothing/],
    [
      'stops what answers of one that is half gone',
      silentLast('primary'),
      'engine crr.stop-services',
      /graph-east-2 of graph-east does not answer, .*stops the others, then asks a person/,
    ],
    [
      'asks a person where it does not tell of its services',
      changed('primary', { services: { kind: 'unread', why: 'gadmin status did not answer.' } }),
      'person fence-by-hand',
      /graph-east does not tell whether its services run: .*can't fence it/,
    ],
    [
      'stops nothing for a standby that can’t be promoted',
      silentLast('standby'),
      'refused',
      /graph-west-2 of graph-west does not answer, .*stopped for nothing.*Bring up every node of graph-west/,
    ],
  ] as const)('%s', (_, change, first, said) => {
    const plan = planned('following', change);
    expect(firstStep(plan)).toBe(first);
    expect(words(plan)).toMatch(said);
  });

  it('lets a standby with a silent node be tried when the primary is lost, and says so', () => {
    const plan = planned('primary gone', silentLast('standby'));
    expect(firstStep(plan)).toBe('person fence-by-hand');
    expect(words(plan)).toMatch(/can't be promoted before all of its nodes are up/);
  });

  it('never says of a primary that does not tell that it takes no writes', () => {
    for (const change of [silentLast('primary'), changed('primary', { services: { kind: 'unread', why: 'Nothing.' } })])
      expect(words(planned('following', change))).not.toMatch(/takes no writes/);
  });
});

describe('the stop of a primary with a node down', () => {
  let bed: CrrBed;
  afterEach(() => bed.close());

  it('asks a person about the node that can’t tell, and so does what takes it back', async () => {
    bed = await openCrr({ version: '4.1.4', start: 'replicating', writesPerSecond: 0 });
    const engine = bed.engine();
    await bed.world.faults.nodeDown('primary', 'm2');
    const [stop] = (await planOn(bed, failover(crrLinkId))).steps;
    if (stop?.kind !== 'crr.stop-services' || stop.undo.kind !== 'act') throw new TypeError('no stop');
    await executorFor(engine, stop).perform(stop, bed.link, anIo());
    const seen = await settle(bed, stop, () => engine);
    expect(seen).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(/What answers of tiger-east is stopped\. .*power it off; then skip/),
    });
    const { act } = stop.undo;
    await executorFor(engine, act).perform(act, bed.link, anIo());
    // gadmin start fails as long as a node is down; that is said at once, and not waited for.
    expect(await settle(bed, act, () => engine)).toMatchObject({
      kind: 'impossible',
      why: expect.stringMatching(/Services of tiger-east may still be down/),
    });
  });
});
