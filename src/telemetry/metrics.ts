import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Health, healths } from '../domain/observation.ts';
import type { Entry, RunView } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';

/** Numbers for Prometheus. All times are seconds, as is the custom there. */
export interface Metrics {
  /** Counts what an entry of a run's journal means. */
  entryWritten(entry: Entry, run: RunView): void;
  /** Counts a look of this process at a link. */
  looked(link: string, outcome: 'seen' | 'failed'): void;
  readonly lastSweepAge: (read: () => number) => void;
  /** What the newest look at each link found, by whichever bot; read at every scrape. One that fails leaves the links out. */
  readonly links: (read: ReadLinks) => void;
  /** The exposition text and its content type. */
  expose(): Promise<{ readonly text: string; readonly contentType: string }>;
}

export interface LinkNumbers {
  readonly link: string;
  readonly health: Health;
  /** Null when it is not known as a time. */
  readonly lagMs: number | null;
  /** Null when it is not counted in transactions or changes. */
  readonly lagCount: number | null;
  /** Time since the look. */
  readonly ageMs: number;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const runs = new Counter({ name: 'replops_runs_total', help: 'Runs by how they ended', labelNames: ['operation', 'state'], registers });
  const halts = new Counter({
    name: 'replops_halts_total',
    help: 'Times that a run stopped and asked',
    labelNames: ['operation', 'why'],
    registers,
  });
  const takeOvers = new Counter({ name: 'replops_take_overs_total', help: 'Runs taken over from a dead worker', registers });
  const steps = new Histogram({
    name: 'replops_step_seconds',
    help: 'Time from the intent of a step to its proof',
    labelNames: ['kind'],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
    registers,
  });

  const looks = new Counter({
    name: 'replops_looks_total',
    help: 'Looks of the watch at a link',
    labelNames: ['link', 'outcome'],
    registers,
  });

  const refreshLinks = linkGauges(registers);
  let readLinks: ReadLinks = async () => [];

  const entryWritten = (entry: Entry, run: RunView): void => {
    const operation = run.plan.operation.kind;
    if (entry.kind === 'halted') halts.inc({ operation, why: entry.halt.why });
    if (entry.kind === 'taken-over') takeOvers.inc();
    if (isFinal(run.state) && run.endedAt === entry.at) runs.inc({ operation, state: run.state });
    if (entry.kind === 'done') {
      const step = run.plan.steps.find((one) => one.id === entry.step);
      const began = run.steps.find((one) => one.id === entry.step)?.beganAt ?? entry.at;
      if (step !== undefined) steps.observe({ kind: step.kind }, Math.max(0, entry.at - began) / 1000);
    }
  };

  return {
    entryWritten,
    looked: (link, outcome) => looks.inc({ link, outcome }),
    links: (read) => {
      readLinks = read;
    },
    lastSweepAge: (read) => {
      new Gauge({
        name: 'replops_last_sweep_age_seconds',
        help: 'Time since this worker last looked for due runs; grows when the worker went silent',
        registers,
        collect() {
          this.set(read() / 1000);
        },
      });
    },
    expose: async () => {
      await refreshLinks(readLinks);
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

type ReadLinks = () => Promise<readonly LinkNumbers[]>;

/** Returns what brings the gauges of links up to date. A read that fails leaves the links out rather than showing the past. */
function linkGauges(registers: Registry[]): (read: ReadLinks) => Promise<void> {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) => new Gauge({ name, help, labelNames, registers });
  const health = gauge('replops_link_health', '1 for the state that the newest look found the link in, 0 for the others', [
    'link',
    'health',
  ]);
  const seconds = gauge('replops_link_lag_seconds', 'Lag of the standby, where it is known as a time', ['link']);
  const changes = gauge('replops_link_lag_changes', 'Lag of the standby, where it is counted in transactions or changes', ['link']);
  const age = gauge('replops_link_look_age_seconds', 'Time since a bot last looked at the link', ['link']);
  const show = ({ link, health: now, lagMs, lagCount, ageMs }: LinkNumbers): void => {
    for (const each of healths) health.set({ link, health: each }, each === now ? 1 : 0);
    if (lagMs !== null) seconds.set({ link }, lagMs / 1_000);
    if (lagCount !== null) changes.set({ link }, lagCount);
    age.set({ link }, ageMs / 1_000);
  };
  return async (read) => {
    const links = await read().catch(() => []);
    for (const each of [health, seconds, changes, age]) each.reset();
    for (const each of links) show(each);
  };
}
