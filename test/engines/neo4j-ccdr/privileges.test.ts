import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { CcdrDetail } from '../../../src/engines/neo4j-ccdr/detail.ts';
import { missingPrivileges, privilegesCheck } from '../../../src/engines/neo4j-ccdr/preflights/privileges.ts';
import { anIo, planOn } from '../../conformance/drive.ts';
import { byHand, type CcdrBed, ccdrLinkId as link, openCcdr } from '../../conformance/neo4j-ccdr-bed.ts';
import { ask, stepOf, upTo } from './acting.ts';
import { aDetail, aSource, aStandby, gone, replicaCopies, someSettings } from './build.ts';

const theirs = ['GRANT ACCESS ON DATABASE `foo` TO `app`', 'GRANT MATCH {*} ON GRAPH foo NODE * TO `app`'];
const mine = ['GRANT ACCESS ON DATABASE `foo-replica` TO `app`', 'GRANT MATCH {*} ON GRAPH `foo-replica` NODE * TO `app`'];
const withGrants = (there: string[] | null, here: string[] | null): CcdrDetail =>
  aDetail({ ...aSource(), grants: there }, aStandby(replicaCopies(), { grants: here }));

describe('the privileges of applications', () => {
  it('are compared by the name that the database has on each side', () => {
    expect(missingPrivileges(someSettings(), withGrants(theirs, mine), 'standby')).toEqual([]);
    expect(missingPrivileges(someSettings(), withGrants(theirs, mine.slice(1)), 'standby')).toEqual([mine[0]]);
  });

  it.each([
    ['equal ones', withGrants(theirs, mine), 'passed', /every privilege/],
    ['missing ones', withGrants(theirs, []), 'warned', /^2 of the privileges .* are missing on graph-west: GRANT ACCESS/],
    ['unread ones', withGrants(null, mine), 'warned', /could not be read/],
    ['a side that is gone', aDetail(gone, aStandby(replicaCopies(), { grants: mine })), 'warned', /compared with the 2 on graph-west/],
    ['nobody let in', aDetail(gone, aStandby(replicaCopies(), { grants: [] })), 'warned', /No role has a privilege of its own/],
  ] as const)('with %s', (_, detail, outcome, words) => {
    const [check] = privilegesCheck(someSettings(), detail, 'standby');
    expect(check).toMatchObject({ outcome, seen: expect.stringMatching(words) });
    expect(check?.next === null).toBe(outcome === 'passed');
  });
});

describe('privileges on clusters', { timeout: 180_000 }, () => {
  let bed: CcdrBed | null = null;
  afterEach(async () => {
    await bed?.close();
    bed = null;
  });

  const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
  const grant = 'GRANT ACCESS ON DATABASE `orders` TO auditor';
  const open = async (start: 'replicating' | 'promoted' = 'replicating'): Promise<CcdrBed> => {
    bed = await openCcdr('2026.08.0', {
      world: { start },
      prepare: async (world) => {
        await byHand(world, 'primary', 'CREATE ROLE auditor IF NOT EXISTS');
        await byHand(world, 'primary', grant);
      },
    });
    return bed;
  };

  it('that only the old side has are named in the plan and in the checks before a promotion', async () => {
    const on = await open();
    const plan = await planOn(on, failover);
    expect(plan.warnings.join(' ')).toMatch(
      /1 of those on the database are missing on graph-west: GRANT ACCESS ON DATABASE `orders` TO `auditor`/,
    );
    const checks = await on.engine().preflight(failover, on.link, anIo());
    expect(checks.find(({ name }) => name === 'graph-west: privileges of applications')).toMatchObject({ outcome: 'warned' });
  });

  it('of a replica are recorded before it is dropped, and offered again where it is made anew', async () => {
    const on = await open();
    const rebuild = await planOn(on, { kind: 'rebuild', link });
    const offered = stepOf(rebuild, 'ccdr.give-privileges').statements;
    expect(offered[0]).toMatch(/^GRANT .* TO `orders_app`$/);
    const saved = await upTo(on, rebuild, 'ccdr.save-privileges');
    expect(await ask(on, saved)).toMatchObject({ kind: 'done', evidence: { commands: expect.arrayContaining([offered[0]]) } });
    const teardown = await planOn(on, { kind: 'teardown', link });
    expect(await ask(on, stepOf(teardown, 'ccdr.save-privileges'))).toMatchObject({ kind: 'done' });
  });

  it('of both databases that a failback drops stand in its plan', async () => {
    const on = await open('promoted');
    const plan = await planOn(on, { kind: 'failback', link });
    const given = plan.steps.filter(({ kind }) => kind === 'ccdr.give-privileges');
    expect(given.map(({ statements }) => statements.some((one) => one.includes('GRANT')))).toEqual([true, true]);
    expect(given[0]?.statements).toContain('GRANT ACCESS ON DATABASE `orders` TO `auditor`');
  });
});
