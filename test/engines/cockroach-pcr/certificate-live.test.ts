import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { certificateTry } from '../../../src/engines/cockroach-pcr/certificate-words.ts';
import type { SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { aSetup, byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { bare, cancelStream } from '../../conformance/cockroach-pcr-situations.ts';
import { anIo, carryOut, executorFor, planOn, pressRetry, settle, through } from '../../conformance/drive.ts';
import { aMadeLink, aMadeSetup } from './build.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const setup: Operation = { kind: 'setup', link };
const caPath = `/it's/ca_primary.crt`;

async function openByFile(options: Partial<SqlWorldOptions> = {}): Promise<PcrBed> {
  bed = await openPcr('23.2', { ...bare, tls: true, ...options }, undefined, (world) => {
    const made = aSetup(world);
    const of = (side: 'primary' | 'standby') => ({ ...made.addresses[side], caPath });
    return { setup: { ...made, addresses: { primary: of('primary'), standby: of('standby') } } };
  });
  return bed;
}

describe('a certificate that people place on v23.2', { timeout: 180_000 }, () => {
  it('is said to be proven by the stream only, with what each node can try before', async () => {
    const placed = (await planOn(await openByFile(), setup)).steps.find(({ kind }) => kind === 'pcr.place-certificate');
    const words = placed?.statements.join('\n') ?? '';
    expect(words).toContain('openssl s_client -starttls postgres -connect');
    expect(words).toMatch(/proven only when the stream starts, later in this run/);
  });

  it('stops the run at the start of the stream with the command that shows what is wrong, and goes on by another try', async () => {
    const on = await openByFile();
    const message = 'x509: certificate signed by unknown authority';
    const fault = on.world.faults.add({ match: /^CREATE VIRTUAL CLUSTER/, act: { kind: 'refuse', sqlState: 'XXUUU', message }, times: 1 });
    const plan = await planOn(on, setup);
    const create = plan.steps.find(({ kind }) => kind === 'pcr.create-copy');
    if (create === undefined) throw new TypeError('the plan makes no copy');
    const before = { ...plan, steps: plan.steps.slice(0, plan.steps.indexOf(create)) };
    await through(on, before, async (step) => void (await carryOut(on, step, () => on.engine())));
    const refused = await executorFor(on.engine(), create)
      .perform(create, on.link, anIo())
      .catch((cause: unknown) => cause);
    expect(refused).toMatchObject({
      effect: 'not-applied',
      message: expect.stringMatching(
        /x509.*every node of sql-west needs the authority of sql-east.*openssl s_client -starttls postgres.*press Retry/s,
      ),
    });
    expect(fault.hits()).toBe(1);
    await carryOut(on, create, () => on.engine());
    expect((await settle(on, create, () => on.engine())).kind).toBe('done');
  });

  it('stops the wait for the scan with the same command where the nodes that copy can’t connect, and goes on once the stream does', async () => {
    // The copy goes on until the link is down, however long a machine takes to get there.
    const on = await openByFile({ pace: { ...tinyPace, scanMs: 60_000 } });
    const plan = await planOn(on, setup);
    const scan = plan.steps.find(({ kind }) => kind === 'pcr.await-scan');
    if (scan === undefined) throw new TypeError('the plan waits for no scan');
    const before = { ...plan, steps: plan.steps.slice(0, plan.steps.indexOf(scan)) };
    await through(on, before, async (step) => {
      await carryOut(on, step, () => on.engine());
      // What the copy itself does from then on is what no node of the standby may do without the right file.
      if (step.kind === 'pcr.create-copy') on.world.faults.link('down');
    });
    const stopped = await settle(on, scan, () => on.engine());
    expect(stopped).toMatchObject({ kind: 'impossible', evidence: { 'job says': expect.stringContaining('pausing after error') } });
    expect('why' in stopped ? stopped.why : '').toMatch(
      /sql-west does not follow sql-east: replication gave up.*every node of sql-west needs the authority.*openssl s_client.*run ALTER VIRTUAL CLUSTER "application" RESUME REPLICATION on the system interface of sql-west, then press Retry\.$/s,
    );
    on.world.faults.link('up');
    await byHand(on.world, 'standby', `ALTER VIRTUAL CLUSTER "application" RESUME REPLICATION`);
    on.world.control().advance(120_000);
    pressRetry(on, stopped);
    expect((await settle(on, scan, () => on.engine())).kind).toBe('done');
  });

  it('says nothing of certificates where none is in a file, and what to do after a stream that was cancelled', async () => {
    bed = await openPcr('26.2', bare, undefined, (world) => ({ setup: aSetup(world) }));
    const on = bed;
    const plan = await planOn(on, setup);
    const scan = plan.steps.findIndex(({ kind }) => kind === 'pcr.await-scan');
    await through(on, { ...plan, steps: plan.steps.slice(0, scan) }, async (step) => void (await carryOut(on, step, () => on.engine())));
    await cancelStream(on.world);
    const [wait] = plan.steps.slice(scan);
    if (wait === undefined) throw new TypeError('the plan waits for no scan');
    const stopped = await settle(on, wait, () => on.engine());
    const why = 'why' in stopped ? stopped.why : '';
    expect(why).toMatch(
      /which left it unusable\. Mend the cause, which SHOW JOBS on sql-west names; then cancel this run and ask for the same again/,
    );
    expect(why).not.toMatch(/certificate|openssl/);
  });
});

describe('what a node tries', () => {
  const address = (host: string, more: object = {}) => ({ host, port: 26_257, ca: null, caPath, verified: true, ...more });
  const tried = (host: string, more: object = {}) => {
    const made = aMadeSetup();
    return certificateTry(
      aMadeLink({ ...made, addresses: { primary: address(host, more), standby: address('west') } }).settings,
      'standby',
    );
  };
  it.each([
    ['east', `-connect 'east:26257' -CAfile '/it'\\''s/ca_primary.crt' -verify_hostname 'east' `],
    ['10.0.0.1', `-connect '10.0.0.1:26257' -CAfile '/it'\\''s/ca_primary.crt' -verify_ip '10.0.0.1' `],
    ['::1', `-connect '[::1]:26257' -CAfile '/it'\\''s/ca_primary.crt' -verify_ip '::1' `],
  ])('%s', (host, words) => expect(tried(host)).toContain(words));

  it('is nothing where no file is needed', () => {
    expect(tried('east', { caPath: null })).toBeNull();
    expect(tried('east', { verified: false })).toBeNull();
  });
});
