import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { certificateTry } from '../../../src/engines/cockroach-pcr/certificate-words.ts';
import { aSetup, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { bare } from '../../conformance/cockroach-pcr-situations.ts';
import { anIo, carryOut, executorFor, planOn, settle, through } from '../../conformance/drive.ts';
import { aMadeLink, aMadeSetup } from './build.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const setup: Operation = { kind: 'setup', link };
const caPath = `/it's/ca_primary.crt`;

async function openByFile(): Promise<PcrBed> {
  bed = await openPcr('23.2', { ...bare, tls: true }, undefined, (world) => {
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
