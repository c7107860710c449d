import { afterEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/domain/observation.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { type LdrBed, type LdrBedOptions, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, earlierOn, executorFor, through } from '../../conformance/drive.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const resume: Operation = { kind: 'resume', link };
const admin = { users: [{ name: 'ops', password: streamPassword, admin: true }] };

/** Both clusters never answer when they are asked for all their jobs. */
async function openLate(options: LdrBedOptions = {}): Promise<LdrBed> {
  const on = await openLdr('25.2', options);
  bed = on;
  on.world.faults.add({ match: /SHOW JOBS/, act: { kind: 'hang' }, times: 1000 });
  return on;
}

const brief = { timeoutMs: 8_000 };
const look = (on: LdrBed, operation: Operation) =>
  on.engine().observe(on.link, anIo({ ...brief, tag: 'replops/read', planning: operation.kind }));

const asked = (on: LdrBed, operation: Operation, seen: Observation) => on.engine().plan(operation, on.link, seen);

/** Goes through a plan without the list of jobs. */
async function carried(on: LdrBed, operation: Operation, seen: Observation): Promise<readonly string[]> {
  const plan = asked(on, operation, seen);
  if (isRefusal(plan)) throw new TypeError(`not planned: ${plan.sentence}`);
  await through(on, plan, async (step) => {
    for (;;) {
      const executor = executorFor(on.engine(), step);
      const probe = await executor.probe(step, on.link, anIo({ ...brief, earlier: earlierOn(on, step) }));
      if (probe.kind === 'done') return;
      if (probe.kind === 'todo') await executor.perform(step, on.link, anIo());
      else if (probe.kind !== 'underway') throw new TypeError(`'${step.title}' is ${probe.kind}: ${probe.why}`);
    }
  });
  return plan.warnings;
}

describe('jobs that are not listed in time', { timeout: 240_000 }, () => {
  it('make no side silent, and keep no failover from being planned and carried out', async () => {
    const on = await openLate();
    const seen = await look(on, failover);
    expect(seen).toMatchObject({ health: 'healthy', primary: { reachable: true }, standby: { reachable: true } });
    for (const side of ['primary', 'standby'])
      expect(seen.facts.find(({ name }) => name === `${side}.history`)?.value).toBe('not told: the jobs were not listed in time');
    await on.world.faults.down('primary');
    expect((await carried(on, failover, seen)).join(' ')).toContain('sql-east and sql-west did not list their jobs in time (SHOW JOBS)');
    expect(on.world.ldrJobs('standby').map(({ status }) => status)).toEqual(['canceled']);
  });

  it('leave a job that stands still for one that may have met an error, and let it be resumed', async () => {
    const on = await openLate({ world: { start: 'paused' } });
    const seen = await look(on, resume);
    expect(seen).toMatchObject({
      health: 'broken',
      headline: expect.stringContaining('replication is paused, and whether by hand or by an error was not told in time'),
    });
    await carried(on, resume, seen);
    expect(on.world.ldrJobs('standby').map(({ status }) => status)).toEqual(['running']);
  });

  it.each<readonly [Operation, LdrBedOptions]>([
    [{ kind: 'setup', link }, { world: { ...admin, start: 'none' } }],
    [{ kind: 'alter', link }, { world: admin }],
    [{ kind: 'reconnect', link }, { world: { start: 'paused' } }],
  ])('refuse what goes by them: %j', async (operation, options) => {
    const on = await openLate(options);
    expect(asked(on, operation, await look(on, operation))).toMatchObject({
      code: 'not-possible-now',
      sentence: `sql-east and sql-west did not list their jobs in time, so what they say of themselves is not known, and no ${operation.kind} of shop is planned. Nothing was changed.`,
      next: 'Ask again when sql-east and sql-west answer SHOW JOBS.',
    });
    expect(on.effects()).toEqual([]);
  });
});
