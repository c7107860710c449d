import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { SimUser } from '../../../src/sim/cockroach/contract.ts';
import { byHand, type LdrBed, ldrLinkId as link, openLdr } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, executorFor, planOn } from '../../conformance/drive.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const grants = ['MODIFYCLUSTERSETTING', 'VIEWSYSTEMDATA', 'EXTERNALCONNECTION', 'REPLICATIONSOURCE', 'REPLICATIONDEST'];
const ops: SimUser = { name: 'ops', password: 'ops-secret', grants };
const role = (name: string, more: Partial<SimUser>): SimUser => ({ name, password: 'none', ...more });

/** The bot comes as ops into clusters that boss works on. */
async function open(mine: SimUser, start: 'none' | 'replicating', roles: readonly SimUser[] = []): Promise<LdrBed> {
  const users = [mine, ...roles, { name: 'boss', password: 'boss-secret', admin: true }, { name: 'repl', password: 'repl-secret', grants }];
  bed = await openLdr('26.2', {
    world: { users, operator: 'boss', owner: 'ops', start },
    settings: (world) => {
      const as = (side: 'primary' | 'standby') => {
        const { cluster, host, port } = world[side];
        return { cluster, host, port, user: 'ops', password: new Secret('ops-secret'), tls: { kind: 'disabled' } as const };
      };
      return { primary: as('primary'), standby: as('standby') };
    },
  });
  return bed;
}
const setup: Operation = { kind: 'setup', link };
const answer = async (on: LdrBed, operation = setup) => {
  const planned = on.engine().plan(operation, on.link, await on.engine().observe(on.link, anIo({ tag: 'replops/read' })));
  return isRefusal(planned) ? `${planned.sentence} ${planned.next}` : 'planned';
};

describe('jobs that somebody else started', { timeout: 180_000 }, () => {
  it('are hidden from a bot without the right, which then starts nothing', async () => {
    const on = await open(ops, 'replicating');
    const told = await answer(on);
    expect(told).toContain('ops may see only its own jobs on sql-');
    expect(told).toContain('GRANT SYSTEM VIEWJOB TO "ops"');
    const checks = await on.engine().preflight(setup, on.link, anIo({ tag: 'replops/read' }));
    expect(
      checks
        .filter(({ outcome }) => outcome === 'failed')
        .map(({ seen }) => seen)
        .join(' '),
    ).toContain('would stay hidden');
    for (const side of ['primary', 'standby'] as const) await byHand(on.world, side, 'GRANT SYSTEM VIEWJOB TO ops');
    expect(await answer(on)).toContain('replicates tables of shop already');
    expect(on.effects()).toEqual([]);
  });

  const rights: readonly (readonly [string, SimUser, readonly SimUser[]])[] = [
    ['a privilege of its own', { ...ops, grants: [...grants, 'VIEWJOB'] }, []],
    ['control of jobs as a privilege', { ...ops, grants: [...grants, 'CONTROLJOB'] }, []],
    ['control of jobs as an option', { ...ops, roleOptions: ['CONTROLJOB'] }, []],
    ['a role', { ...ops, memberOf: ['watchers'] }, [role('watchers', { grants: ['VIEWJOB'] })]],
    [
      'a role of a role',
      { ...ops, memberOf: ['staff'] },
      [role('staff', { memberOf: ['watchers'] }), role('watchers', { grants: ['VIEWJOB'] })],
    ],
    ['a role that is an admin', { ...ops, memberOf: ['dba'] }, [role('dba', { admin: true })]],
    ['being an admin', { ...ops, admin: true }, []],
  ];
  it.each(rights)('are shown by %s', async (_, mine, roles) => {
    expect(await answer(await open(mine, 'replicating', roles))).toContain('replicates tables of shop already');
  });

  it('are not shown by a role with other privileges, or by an option of a role', async () => {
    const roles = [role('writers', { grants: ['EXTERNALCONNECTION'] }), role('runners', { roleOptions: ['CONTROLJOB'] })];
    expect(await answer(await open({ ...ops, memberOf: ['writers', 'runners'] }, 'replicating', roles))).toContain('GRANT SYSTEM VIEWJOB');
  });

  it('are looked for once more right before the start, with the right to see them', async () => {
    const on = await open({ ...ops, grants: [...grants, 'VIEWJOB'] }, 'none');
    await byHand(on.world, 'standby', 'GRANT USAGE ON EXTERNAL CONNECTION to_east TO ops');
    const create = (await planOn(on, setup)).steps.find(({ kind }) => kind === 'ldr.create-stream');
    if (create === undefined) throw new TypeError('the plan starts nothing');
    await byHand(on.world, 'standby', 'REVOKE SYSTEM VIEWJOB FROM ops');
    const fault = await executorFor(on.engine(), create)
      .perform(create, on.link, anIo())
      .catch((cause: unknown) => cause);
    expect(fault).toMatchObject({
      effect: 'not-applied',
      message: expect.stringMatching(/nothing was started\. Run GRANT SYSTEM VIEWJOB TO "ops" on sql-west, then press Retry/),
    });
    expect(on.world.ldrJobs('standby')).toEqual([]);
  });
});
