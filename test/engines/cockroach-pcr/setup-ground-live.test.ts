import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { PcrSetup } from '../../../src/engines/cockroach-pcr/config-setup.ts';
import type { SqlWorldOptions } from '../../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { aSetup, byHand, pcrLinkId as link, openPcr, type PcrBed } from '../../conformance/cockroach-pcr-bed.ts';
import { bare } from '../../conformance/cockroach-pcr-situations.ts';
import { anIo, executorFor, planOn, settle } from '../../conformance/drive.ts';

let bed: PcrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const setup: Operation = { kind: 'setup', link };
const nothing: Partial<PcrSetup> = { organization: null, license: null, consoleUser: null };

async function open(version: SimVersion, options: Partial<SqlWorldOptions> = {}, more: Partial<PcrSetup> = {}): Promise<PcrBed> {
  await bed?.close();
  bed = await openPcr(version, { ...bare, ...options }, undefined, (world) => {
    const path = version === '23.2' ? '/certs/other.crt' : null;
    const made = aSetup(world, more);
    const { primary, standby } = made.addresses;
    return { setup: { ...made, addresses: { primary: { ...primary, caPath: path }, standby: { ...standby, caPath: path } } } };
  });
  return bed;
}

const checksOf = async (on: PcrBed, operation: Operation = setup) =>
  new Map((await on.engine().preflight(operation, on.link, anIo({ tag: 'replops/read' }))).map((check) => [check.name, check]));

const ask = async (on: PcrBed) =>
  on.engine().plan(setup, on.link, await on.engine().observe(on.link, anIo({ tag: 'replops/read', planning: 'setup' })));

/** Someone with these system privileges and nothing else. */
const aPoorOne = (grants: readonly string[]): Partial<SqlWorldOptions> => ({
  users: [{ name: 'ops', password: 'opssecret', grants: [...grants, 'VIEWSYSTEMDATA', 'VIEWJOB'] }],
});
const manages = ['MANAGEVIRTUALCLUSTER', 'MODIFYCLUSTERSETTING'];

describe('a setup whose config holds neither organization nor licence', { timeout: 180_000 }, () => {
  it('asks a person on 24.3 with the exact commands, and sees by itself that they were run', async () => {
    const on = await open('24.3', {}, nothing);
    const plan = await planOn(on, setup);
    expect(plan.steps.slice(0, 6).map(({ kind, cluster, by }) => `${kind}@${cluster ?? '-'} ${by}`)).toEqual([
      'pcr.configure-by-hand@- person',
      'pcr.see-setting@sql-east engine',
      'pcr.see-setting@sql-east engine',
      'pcr.configure-by-hand@- person',
      'pcr.see-setting@sql-west engine',
      'pcr.see-setting@sql-west engine',
    ]);
    const [person, organization, license] = plan.steps;
    if (person === undefined || organization === undefined || license === undefined) throw new TypeError('the plan is too short');
    expect(person.title).toBe('Set the organization and the licence on sql-east');
    expect(person.statements.slice(1)).toEqual([
      `SET CLUSTER SETTING cluster.organization = '<the organization that the licence names>'`,
      `SET CLUSTER SETTING enterprise.license = '<the licence>'`,
    ]);
    const look = () => executorFor(on.engine(), license).probe(license, on.link, anIo());
    expect(await look()).toMatchObject({ kind: 'underway', note: expect.stringContaining('does not show the licence yet') });
    await byHand(on.world, 'primary', `SET CLUSTER SETTING cluster.organization = 'Example'`);
    await byHand(on.world, 'primary', `SET CLUSTER SETTING enterprise.license = 'crl-0-theirs'`);
    expect(await settle(on, organization, () => on.engine())).toMatchObject({ kind: 'done' });
    expect(await look()).toEqual({ kind: 'done', evidence: { setting: 'license', set: 'yes' } });
    expect(plan.warnings.join(' ')).toContain('nobody is made an admin of sql-west');
    expect(plan.warnings.join(' ')).not.toContain('asks for both');
  });

  it('does not ask from 25.1 on, nor for what is set or what the config gives', async () => {
    const kindsOn = async (on: PcrBed) => (await planOn(on, setup)).steps.map(({ kind }) => kind);
    expect(await kindsOn(await open('25.2', {}, nothing))).not.toContain('pcr.configure-by-hand');

    expect(await kindsOn(await open('24.3', { settings: {} }, nothing))).not.toContain('pcr.configure-by-hand');
    expect(await kindsOn(await open('24.3'))).not.toContain('pcr.configure-by-hand');
  });
});

describe('a standby of v23.2 without its profile', { timeout: 180_000 }, () => {
  it('is refused, since no copy can be made there, and is taken once it has a template', async () => {
    const refused = await ask(await open('23.2', { standbyProfile: false }));
    expect(refused).toMatchObject({
      kind: 'refusal',
      sentence: expect.stringContaining('has no virtual cluster template'),
      next: expect.stringContaining('--config-profile replication-target'),
    });
    expect((await ask(await open('23.2'))).kind).toBe('plan');
  });
});

describe('the preflight of a setup', { timeout: 240_000 }, () => {
  it.each(['23.2', '24.3', '25.2', '26.2'] as const)('%s: sees organization, licence and rangefeeds', async (version) => {
    const required = version === '23.2' || version === '24.3';
    const without = await checksOf(await open(version, {}, nothing));
    for (const side of ['sql-east', 'sql-west']) {
      for (const what of ['organization', 'licence']) {
        expect(without.get(`${side}: ${what}`)).toMatchObject({
          outcome: 'warned',
          seen: expect.stringContaining(`The ${what} is not set on ${side}, and the config gives none.`),
          next: expect.stringContaining(required ? 'asks a person to set it' : 'if your licence has terms'),
        });
      }
      expect(without.get(`${side}: rangefeeds`)).toMatchObject({
        outcome: 'passed',
        seen: expect.stringContaining('the plan turns them on'),
      });
    }
    const given = await checksOf(await open(version));
    expect(given.get('sql-east: licence')).toMatchObject({ outcome: 'passed', seen: expect.stringContaining('the plan sets it') });
    const there = await checksOf(await open(version, { settings: {} }, nothing));
    expect(there.get('sql-west: organization')).toMatchObject({
      outcome: 'passed',
      seen: expect.stringContaining('its value was not read'),
    });
    expect(there.get('sql-west: rangefeeds')).toMatchObject({ outcome: 'passed', seen: 'Rangefeeds are on on sql-west.' });
  });

  it.each([
    ['24.3', 1],
    ['26.2', 0],
  ] as const)(
    '%s: of a rebuild without organization and licence is a warning, and a person sets them where they are asked for',
    async (version, asks) => {
      const on = await openPcr(version, { start: 'promoted' }, undefined, (world) => ({ setup: aSetup(world, nothing) }));
      bed = on;
      for (const setting of ['cluster.organization', 'enterprise.license'])
        await byHand(on.world, 'primary', `RESET CLUSTER SETTING ${setting}`);
      expect((await checksOf(on, { kind: 'rebuild', link })).get('sql-east: licence')).toMatchObject({ outcome: 'warned' });
      const plan = await planOn(on, { kind: 'rebuild', link });
      expect(plan.steps.filter(({ kind }) => kind === 'pcr.configure-by-hand')).toHaveLength(asks);
      if (asks > 0) expect(plan.steps[0]).toMatchObject({ by: 'person', title: expect.stringContaining('sql-east') });
    },
  );

  it.each([
    ['23.2', 'failed'],
    ['24.3', 'warned'],
    ['26.2', 'warned'],
  ] as const)('%s: other regions are %s, the same ones are passed', async (version, outcome) => {
    const regions = { primary: ['us-east'], standby: ['eu-west'] };
    expect((await checksOf(await open(version, { regions }))).get('regions of both sides')).toMatchObject({
      outcome,
      seen: 'The primary is in us-east, the standby in eu-west.',
    });
    expect((await checksOf(await open(version))).get('regions of both sides')).toMatchObject({ outcome: 'passed' });
  });

  it('passes an admin, and warns one who may not create users', async () => {
    const rich = await checksOf(await open('26.2'));
    expect(rich.get('sql-east: users and grants')).toMatchObject({ outcome: 'passed' });
    expect(rich.get('sql-east: privileges')).toMatchObject({ outcome: 'passed', seen: 'ops is an admin on sql-east.' });
    expect(rich.get('sql-west: right to make to-primary')).toMatchObject({ outcome: 'passed' });
    const poor = await checksOf(await open('26.2', aPoorOne([...manages, 'REPLICATIONDEST', 'EXTERNALCONNECTION'])));
    expect(poor.get('sql-east: users and grants')).toMatchObject({
      outcome: 'warned',
      next: expect.stringContaining('GRANT admin TO "ops"'),
    });
    expect(poor.get('sql-west: right to make to-primary')).toMatchObject({ outcome: 'passed' });
  });

  it.each([
    ['23.2', 'REPLICATION'],
    ['24.3', 'REPLICATION'],
    ['25.2', 'REPLICATIONDEST'],
    ['26.2', 'REPLICATIONDEST'],
  ] as const)('%s: warns an operator without %s or EXTERNALCONNECTION on the standby', async (version, wanted) => {
    const poor = await checksOf(await open(version, aPoorOne(manages)));
    expect(poor.get('sql-west: privileges')).toMatchObject({
      outcome: 'warned',
      next: `Run GRANT SYSTEM ${wanted} TO "ops" there.`,
    });
    expect(poor.get('sql-west: right to make to-primary')).toMatchObject({
      outcome: 'warned',
      next: 'Run GRANT SYSTEM EXTERNALCONNECTION TO "ops" there.',
    });
    const enough = await checksOf(await open(version, aPoorOne([...manages, wanted, 'EXTERNALCONNECTION'])));
    expect(enough.get('sql-west: privileges')).toMatchObject({ outcome: 'passed' });
    expect(enough.get('sql-west: right to make to-primary')).toMatchObject({ outcome: 'passed' });
  });

  it('names every privilege that is missing', async () => {
    const poor = await checksOf(await open('24.3', aPoorOne(['MANAGEVIRTUALCLUSTER', 'REPLICATION'])));
    expect(poor.get('sql-east: privileges')).toMatchObject({ outcome: 'warned', seen: expect.stringContaining('MODIFYCLUSTERSETTING') });
  });
});
