import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { GraphWorldOptions } from '../../../src/sim/neo4j/contract.ts';
import { anIo, executorFor, planOn } from '../../conformance/drive.ts';
import { type CcdrBed, ccdrLinkId as link, openCcdr, untilWritable } from '../../conformance/neo4j-ccdr-bed.ts';
import { ask, stepOf, upTo } from './acting.ts';

let bed: CcdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});
async function open(version: string, world: Partial<GraphWorldOptions> = {}): Promise<CcdrBed> {
  bed = await openCcdr(version, { world });
  return bed;
}

const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const preview = "CALL internal.dbms.promoteReplicaDatabase('orders')";
const general = "CYPHER 25 CALL dbms.promoteReplicaDatabase('orders', {})";

const promotionIn = (plan: Plan): readonly string[] => stepOf(plan, 'ccdr.promote').statements;
const told = (plan: Plan): string | undefined => plan.facts.find(({ name }) => name === 'standby.surface')?.value;

describe('the interface of a cluster', { timeout: 180_000 }, () => {
  it.each([
    ['2026.03.0', false, preview, 'the internal.dbms procedures (preview)'],
    ['2026.07.1', false, preview, 'the internal.dbms procedures (preview)'],
    ['2026.07.1', true, preview, 'the internal.dbms procedures (preview)'],
    ['2026.08.0', false, general, 'CREATE REPLICA DATABASE and dbms.promoteReplicaDatabase'],
  ] as const)(
    'of %s, listing internal procedures: %s, is asked for and stands in the plan',
    async (version, listsInternal, words, fact) => {
      const plan = await planOn(await open(version, { listsInternal }), switchover);
      expect(promotionIn(plan)).toEqual([words]);
      expect(told(plan)).toBe(fact);
    },
  );

  it.each([
    ['2026.07.1', 'general', general],
    ['2026.08.0', 'preview', preview],
  ] as const)('of %s that offers the %s one is believed before its version', async (version, surface, words) => {
    const on = await open(version);
    on.world.control().offer('standby', surface);
    expect(promotionIn(await planOn(on, switchover))).toEqual([words]);
    expect(on.effects()).toEqual([]);
  });

  it('is asked for without running anything, by names that no database can have', async () => {
    const on = await open('2026.07.1');
    await planOn(on, switchover);
    const questions = on.world.statements().filter(({ statement }) => statement.includes('promoteReplicaDatabase'));
    expect(questions.length).toBeGreaterThan(0);
    expect(questions.every(({ statement }) => /^(CYPHER 25 )?EXPLAIN CALL \S+\('-'/.test(statement))).toBe(true);
    expect(on.world.effects()).toEqual([]);
  });

  it('that changed after the approval stops the run with what to do, and a plan made anew uses the other', async () => {
    const on = await open('2026.07.1');
    const plan = await planOn(on, failover);
    const promote = await upTo(on, plan, 'ccdr.promote');
    on.world.control().offer('standby', 'general');
    expect(await ask(on, promote)).toEqual({ kind: 'todo' });
    const refused = executorFor(on.engine(), promote).perform(promote, on.link, anIo());
    await expect(refused).rejects.toMatchObject({
      code: 'statement-refused',
      effect: 'not-applied',
      message: expect.stringMatching(/does not know the words that were approved.*Press Cancel and ask for the operation again/s),
    });
    expect(on.world.database('standby')?.type).toBe('replica');
    const anew = await planOn(on, failover);
    expect(promotionIn(anew)).toEqual([general]);
    expect(anew.fingerprint).not.toBe(plan.fingerprint);
  });
});

describe('the writer after a promotion', { timeout: 180_000 }, () => {
  it('is proven by a write that the primaries agree on', async () => {
    const on = await open('2026.08.0');
    const writer = await upTo(on, await planOn(on, failover), 'ccdr.await-writer');
    expect(await ask(on, writer)).toMatchObject({
      kind: 'done',
      evidence: { 'write check': 'A write is replicated among its 3 primaries.' },
    });
  });

  it('is waited for while the primaries do not agree, with the servers that are missing', async () => {
    const on = await open('2026.08.0');
    const writer = await upTo(on, await planOn(on, failover), 'ccdr.await-writer');
    await untilWritable(on.world, 'standby', true);
    on.world.faults.add({
      match: /statusCheck\(\$names/,
      times: 1,
      act: {
        kind: 'rewrite',
        rewrite: ({ columns, rows }) => ({
          columns,
          rows: rows.map(([name], index) => [name ?? '', false, index === 0 ? 'APPLYING' : 'UNAVAILABLE', index === 0 ? 'x' : null, null]),
        }),
      },
    });
    expect(await executorFor(on.engine(), writer).probe(writer, on.link, anIo())).toMatchObject({
      kind: 'underway',
      note: expect.stringMatching(
        /has a writer\. The primaries on graph-west do not agree on a write \(not available, or without a leader: \S+, \S+\)/,
      ),
    });
    expect(await ask(on, writer)).toMatchObject({ kind: 'done' });
  });

  it('is enough where the user may not ask for the check, and that is recorded', async () => {
    const on = await open('2026.08.0');
    const writer = await upTo(on, await planOn(on, failover), 'ccdr.await-writer');
    const code = 'Neo.ClientError.Security.Forbidden';
    on.world.faults.add({ match: /statusCheck\(\$names/, times: 9, act: { kind: 'refuse', code, gqlStatus: '42NFF', message: 'No.' } });
    expect(await ask(on, writer)).toMatchObject({
      kind: 'done',
      evidence: { 'write check': expect.stringContaining('could not be asked') },
    });
  });

  it('tells why an election lasts', async () => {
    const on = await open('2026.08.0');
    on.world.faults.electionStuck('standby', true);
    const writer = await upTo(on, await planOn(on, failover), 'ccdr.await-writer');
    expect(await executorFor(on.engine(), writer).probe(writer, on.link, anIo())).toMatchObject({
      kind: 'underway',
      note: expect.stringMatching(/elects a writer\. The primaries on graph-west do not agree on a write/),
    });
  });
});
