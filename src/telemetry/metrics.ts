import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Entry, RunView } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';

/** Numbers for Prometheus. All times are seconds, as is the custom there. */
export interface Metrics {
  /** Counts what an entry of a run's journal means. */
  entryWritten(entry: Entry, run: RunView): void;
  readonly lastSweepAge: (read: () => number) => void;
  /** The exposition text and its content type. */
  expose(): Promise<{ readonly text: string; readonly contentType: string }>;
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
    expose: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}
