import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import type { Engine, Probe } from '../../../src/engines/engine.ts';
import type { CrrLink } from '../../../src/engines/tigergraph-crr/config.ts';
import { traceIn } from '../../../src/engines/tigergraph-crr/connector-trace.ts';
import { anIo, carryOut, earlierOn, executorFor, planOn, pressRetry, retriedOn, settle } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { atNode, failing } from '../../conformance/tigergraph-crr-prepared.ts';

let bed: CrrBed;
let engine: Engine<CrrLink>;
let plan: Plan;
afterEach(() => bed.close());

async function opened(version: string): Promise<void> {
  bed = await openCrr({ version, start: 'replicating' }, failing);
  engine = bed.engine();
  plan = await planOn(bed, { kind: 'resume', link: crrLinkId });
}

function stepOf(kind: string): Step {
  const step = plan.steps.find((one) => one.kind === kind);
  if (step === undefined) throw new TypeError(`the plan has no ${kind}`);
  return step;
}

const io = (step: Step) => anIo({ timeoutMs: 10_000, earlier: earlierOn(bed, step), retried: retriedOn(bed) });
const look = (step: Step): Promise<Probe> => executorFor(engine, step).probe(step, bed.link, io(step));
const why = (probe: Probe): string => ('why' in probe ? probe.why : probe.kind);

async function attempted(step: Step): Promise<Probe> {
  expect((await look(step)).kind).toBe('todo');
  await executorFor(engine, step).perform(step, bed.link, io(step));
  return settle(bed, step, () => engine);
}

describe('a connector that fails', () => {
  it.each(['3.9.3', '4.1.4'])('is not restarted on %s while its brokers are not reached', async (version) => {
    await opened(version);
    expect(plan.summary).toBe('Have tiger-west fetch again: its connector fails (RUNNING/FAILED).');
    const reach = stepOf('crr.prove-reach');
    bed.world.faults.blockPort('standby', 30_002, true);
    const cut = await look(reach);
    expect(cut.kind).toBe('impossible');
    expect(why(cut)).toMatch(
      /^tiger-west-m1, tiger-west-m2 of tiger-west reach none of 10\.0\.1\.11:30002, 10\.0\.1\.12:30002, where the Kafka of tiger-east is to be, .* Nothing was changed\. .*port 30002.*press Retry\.$/,
    );
    bed.world.faults.blockPort('standby', 30_002, false);
    expect(await look(reach)).toMatchObject({ kind: 'done', evidence: { nodes: 2, brokers: 2, 'not reached': [] } });
    expect(bed.effects()).toEqual([]);
  });

  it.each([
    ['3.9.3', 'gadmin connector restart infr_mm'],
    ['4.1.4', 'gadmin crr stop -y && gadmin crr start'],
  ])('that fails again on %s is told with its reason, and restarted once for each Retry', async (version, statement) => {
    await opened(version);
    const restart = stepOf('crr.restart-connector');
    expect(restart.statements).toEqual([statement]);
    bed.world.faults.connector('standby', 'broken');
    const again = await attempted(restart);
    expect(again.kind).toBe('impossible');
    expect(why(again)).toMatch(
      /^The connector of tiger-west was restarted and fails again \(RUNNING\/FAILED\)\. Kafka Connect says: .*Exiting task.*Caused by: .*TopicAuthorizationException.*kafkaconn\.log.*press Retry.*\/repl rebuild prod-graph fills tiger-west anew\.$/,
    );
    expect(await look(restart)).toEqual(again);
    bed.world.faults.connector('standby', 'failed');
    pressRetry(bed, again);
    expect(await carryOut(bed, restart, () => engine)).toBe(1);
    expect(bed.effects().map((effect) => effect.statement)).toEqual([statement, statement]);
    expect(bed.world.side('standby').connector).toBe('running');
  });

  it('that somebody has restarted meanwhile is left alone', async () => {
    await opened('3.9.3');
    await atNode(bed.world, 'standby', 'gadmin connector restart infr_mm');
    for (const step of plan.steps) expect(await carryOut(bed, step, () => engine), step.title).toBe(0);
    expect(bed.effects()).toEqual([]);
  });

  it('that somebody has paused meanwhile is not taken for one that failed', async () => {
    await opened('3.9.3');
    await atNode(bed.world, 'standby', 'gadmin connector restart infr_mm');
    await atNode(bed.world, 'standby', 'gadmin connector pause infr_mm');
    expect(why(await look(stepOf('crr.restart-connector')))).toMatch(
      /^The connector of tiger-west is PAUSED\/PAUSED now, which gadmin connector restart infr_mm does not change\. Nothing was changed\. Plan again/,
    );
  });

  it('of a cluster that was promoted meanwhile is left alone', async () => {
    await opened('3.9.3');
    await atNode(
      bed.world,
      'standby',
      'gadmin config set System.CrossRegionReplication.Enabled false && gadmin config apply -y && gadmin restart -y',
    );
    expect(why(await look(stepOf('crr.prove-reach')))).toMatch(/is not set to follow any more\. Nothing was changed\./);
    expect(why(await look(stepOf('crr.restart-connector')))).toMatch(/is not set to follow any more\. Nothing was changed\./);
  });
});

describe('what Kafka Connect says of a failure', () => {
  const page = (trace: string | undefined, state = 'FAILED') =>
    JSON.stringify({ connector: { state: 'RUNNING' }, tasks: [{ state, ...(trace === undefined ? {} : { trace }) }] });

  it.each([
    ['its first line and its last cause', page('a: b\n\tat x\nCaused by: c\n\tat y\nCaused by: d\n'), 'a: b Caused by: d'],
    ['its only line', page('a: b'), 'a: b'],
    ['nothing of a task that runs', page('a: b', 'RUNNING'), null],
    ['nothing where there is no trace', page(undefined), null],
    ['nothing where a page is cut off', page('a: b').slice(0, 20), null],
    ['nothing of another page', '{"error_code":404,"message":"No status found"}', null],
    ['no control characters', page('a\u0007: \u001b[31mb'), 'a :  [31mb'],
  ])('is %s', (_, text, said) => {
    expect(traceIn(text)).toBe(said);
  });

  it('is one short line, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((trace) => page(trace)),
        ),
        (text) => {
          const said = traceIn(text);
          expect(said === null || (said.length <= 300 && !/\p{Cc}/u.test(said))).toBe(true);
        },
      ),
    );
  });
});
