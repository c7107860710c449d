import type { RunId } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { isFinal, type RunView } from '../../src/domain/run.ts';
import type { GraphStart, GraphWorld } from '../../src/sim/neo4j/contract.ts';
import { type House, openHouse } from './house.ts';
import { until } from './until.ts';

/** The surfaces that differ: the preview, and the general availability. */
export const graphVersions = ['2026.07.1', '2026.08.0'] as const;
type GraphVersion = (typeof graphVersions)[number];

const id = 'prod-graph';

export interface GraphHouse {
  readonly house: House;
  readonly graph: GraphWorld;
  /** Proposes and approves a run, and confirms whatever it asks of people, until it ends or halts. */
  runs(line: string, confirmer?: string): Promise<Ran>;
  /** The same for a run that is proposed already. */
  approved(run: RunId, confirmer?: string): Promise<Ran>;
  /** Proposes a run, waits until its thread holds these words, and vetoes it: what people see before anyone approves. */
  shows(line: string, words: string): Promise<{ readonly message: string; readonly thread: string }>;
  /** Statements that bots sent and that changed something, with the side, in order. */
  sent(): readonly string[];
  /** Whether the side holds a replica, of which every copy is online. */
  follows(side: 'primary' | 'standby'): boolean;
  close(): Promise<void>;
}

export interface Ran {
  readonly run: RunId;
  readonly view: RunView;
  readonly plan: Plan;
}

/** Opens a house with one link of Neo4j. */
export async function openGraph(version: GraphVersion, start?: GraphStart): Promise<GraphHouse> {
  const spec = { id, engine: 'neo4j-ccdr', environment: 'production', description: 'Graph', version } as const;
  const house = await openHouse({ links: [start === undefined ? spec : { ...spec, start }] });
  const graph = house.world.graphs[id];
  if (graph === undefined) throw new TypeError('there is no graph');
  return {
    house,
    graph,
    runs: async (line, confirmer) => approved(house, await house.propose('ana', line), confirmer),
    approved: (run, confirmer) => approved(house, run, confirmer),
    shows: (line, words) => shown(house, line, words),
    sent: () =>
      graph.effects().flatMap((one) => (one.changed && one.tag.startsWith('replops/r-') ? [`${one.side}: ${one.statement}`] : [])),
    follows: (side) => {
      const truth = graph.database(side);
      return truth?.type === 'replica' && truth.copies.every(({ status }) => status === 'online');
    },
    close: () => house.close(),
  };
}

export async function shown(house: House, line: string, words: string): Promise<{ readonly message: string; readonly thread: string }> {
  const run = await house.propose('ana', line);
  const { channel, ts, blocks } = await house.message(run);
  const thread = (): string => JSON.stringify(house.workspace.thread(channel, ts));
  await until(() => thread().includes(words), `the thread tells ${words}`);
  house.as('chloe').react(channel, ts, 'x');
  await house.reaches(run, 'denied');
  return { message: JSON.stringify(blocks), thread: thread() };
}

/** Approves, and confirms the steps of people one after the other. */
export async function approved(house: House, run: RunId, confirmer = 'ana'): Promise<Ran> {
  await house.approve(run, 'bob', 'chloe');
  const confirmed = new Set<string>();
  const waiting = async (): Promise<string | null> => {
    const { plan, steps } = await house.run(run);
    const step = plan.steps.find(({ by }, index) => by === 'person' && steps[index]?.state === 'underway');
    return step === undefined || confirmed.has(step.id) ? null : step.id;
  };
  const over = async (): Promise<boolean> => {
    const { state } = await house.run(run);
    return isFinal(state) || state === 'halted';
  };
  for (;;) {
    await until(async () => (await over()) || (await waiting()) !== null, `run ${run} asks people or is over`);
    const step = await waiting();
    if (step === null) break;
    await house.confirm(run, confirmer);
    await until(async () => (await over()) || (await confirmedSteps(house, run)).includes(step), `${step} is confirmed`);
    confirmed.add(step);
  }
  const view = await house.run(run);
  return { run, view, plan: view.plan };
}

async function confirmedSteps(house: House, run: RunId): Promise<readonly string[]> {
  return (await house.records(run)).flatMap(({ entry }) => (entry.kind === 'confirmed' ? [entry.step] : []));
}
