import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { timePlaceholder } from '../../../src/engines/cockroach-ldr/statements.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import {
  failStreams,
  type LdrBed,
  type LdrBedOptions,
  ldrLinkId as link,
  openLdr,
  streamPassword,
} from '../../conformance/cockroach-ldr-bed.ts';
import { carryOut, planOn, runTag, through } from '../../conformance/drive.ts';

const admin = { users: [{ name: 'ops', password: streamPassword, admin: true }] };
const looks: readonly (readonly [string, Operation, SimVersion, LdrBedOptions])[] = [
  ['setup', { kind: 'setup', link }, '26.2', { world: { start: 'none' } }],
  ['setup', { kind: 'setup', link }, '24.3', { world: { start: 'none' } }],
  ['switchover', { kind: 'switchover', link }, '26.2', {}],
  ['failover', { kind: 'failover', link, to: { kind: 'latest' } }, '26.2', {}],
  ['verify', { kind: 'verify', link }, '26.2', {}],
  ['alter', { kind: 'alter', link }, '26.2', { world: admin }],
  ['rebuild', { kind: 'rebuild', link }, '26.2', { world: admin, prepare: failStreams }],
];

const time = /'(\d{4}-\d\d-\d\d [^']*|<when they were counted>)'/;
/** The numbers of tables are in the names of queues, and no plan knows them, nor the jobs that are live when it is carried out. */
const plain = (statement: string): string =>
  statement
    .replace(time, `'${timePlaceholder}'`)
    .replace(/xor_agg.* AS d\d+ FROM/, 'xor_agg(fnv64(json_build_array("<key>", "<each column>")::STRING)) AS d0 FROM')
    .replace(/dlq_(\d+|<table id>)_/, 'dlq_N_')
    .replace(/ingestion_job_id IN \((\d+(, \d+)*|<jobs into this side>)\)/, 'ingestion_job_id IN (J)');
/** One way nothing ever came into the tables of the source, so that it has no queue to be asked. */
const ofNoQueue = /^sql-east: .*"dlq_N_/;

describe('a step that looks', { timeout: 180_000 }, () => {
  let bed: LdrBed | null = null;
  afterEach(async () => {
    await bed?.close();
    bed = null;
  });

  it.each(looks)('in a %s, shows every question and whom it asks (%#)', async (_, operation, version, options) => {
    const on = await openLdr(version, options);
    bed = on;
    // One process: a long read is remembered by the one that makes it.
    const engine = on.engine();
    let proven = 0;
    await through(on, await planOn(on, operation), async (step) => {
      const before = on.world.statements().length;
      await carryOut(on, step, () => engine);
      if (step.asks === undefined) return;
      const sent = on.world
        .statements()
        .slice(before)
        .filter(({ tag }) => tag === runTag)
        .map(({ side, statement }) => `${on.world[side].cluster}: ${plain(statement)}`);
      const shown = step.asks.flatMap(({ cluster, statements, only }) =>
        statements.map((statement) => `${cluster}: ${plain(statement)}`).filter((line) => only === undefined || sent.includes(line)),
      );
      const possible = shown.filter((question) => !ofNoQueue.test(question));
      expect([...new Set(sent)].sort(), step.title).toEqual([...new Set(possible)].sort());
      expect(step.statements, step.title).toEqual([]);
      proven += 1;
    });
    expect(proven).toBeGreaterThan(0);
  });
});
