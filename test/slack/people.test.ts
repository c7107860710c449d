import { describe, expect, it } from 'vitest';
import { asUserId } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createGroups, type GroupSource } from '../../src/slack/groups.ts';
import { createPeople } from '../../src/slack/people.ts';
import { standingOf } from '../../src/slack/standing.ts';
import { type Asked, answering, handClock, refusedBySlack } from './support.ts';

const member = {
  id: 'U1',
  name: 'kim',
  team_id: 'T1',
  deleted: false,
  is_bot: false,
  is_restricted: false,
  is_ultra_restricted: false,
  profile: { display_name: 'Kim', real_name: 'Kim Lee' },
};

describe('the standing of somebody', () => {
  it.each([
    ['a member', {}, 'member'],
    ['an admin, who is no more than that', { is_admin: true, is_owner: true }, 'member'],
    ['somebody gone', { deleted: true }, 'deactivated'],
    ['a bot', { is_bot: true }, 'bot'],
    ['a workflow', { is_workflow_bot: true }, 'bot'],
    ['Slackbot, who says that it is no bot', { id: 'USLACKBOT' }, 'bot'],
    ['a guest in many channels', { is_restricted: true }, 'guest'],
    ['a guest in one channel', { is_restricted: true, is_ultra_restricted: true }, 'guest'],
    ['somebody of another organisation', { is_stranger: true, team_id: 'T9' }, 'stranger'],
    ['somebody of a workspace that is not ours', { team_id: 'T9' }, 'stranger'],
    ['a guest of another organisation', { is_stranger: true, is_restricted: true }, 'stranger'],
    ['somebody who was only invited', { is_invited_user: true }, 'stranger'],
    ['a member by way of the organisation', { team_id: 'E1', enterprise_user: { teams: ['T2', 'T1'] } }, 'member'],
    ['somebody of no workspace', { team_id: undefined }, 'unknown'],
    ['somebody of whom Slack leaves out whether they are a guest', { is_restricted: undefined }, 'unknown'],
    ['somebody of whom Slack leaves out whether they are gone', { deleted: undefined }, 'unknown'],
    ['somebody of whom Slack leaves out whether they are a bot', { is_bot: undefined }, 'unknown'],
  ])('%s', (_name, over, standing) => {
    expect(standingOf({ ...member, ...over }, ['T1'])).toBe(standing);
  });

  it('is nobody’s as long as our workspace is not known', () => {
    expect(standingOf(member, [])).toBe('stranger');
  });
});

interface World {
  user: unknown;
  group: unknown;
  everybody: readonly unknown[];
  refusal: unknown;
}

function aPlace(sources: readonly GroupSource[] = [{ name: 'dba', usergroup: 'S1', fixed: ['U1'] }]) {
  const clock = handClock();
  const world: World = { user: { user: member }, group: { users: ['U1', 'U2'] }, everybody: [member], refusal: null };
  const pages = (args: Asked['args']): unknown => {
    const place = Number(args['cursor'] ?? 0);
    const next = place + 1 < world.everybody.length ? String(place + 1) : '';
    return { members: [world.everybody[place]], response_metadata: { next_cursor: next } };
  };
  const { calls, asked } = answering(({ method, args }) =>
    method === 'users.info' ? world.user : method === 'users.list' ? (world.refusal ?? pages(args)) : world.group,
  );
  const groups = createGroups({ calls, clock, log: silentLog, sources });
  const people = createPeople({ calls, clock, log: silentLog, groups, teams: () => ['T1'] });
  return { clock, world, asked, groups, people, kim: () => people.person(asUserId('U1')) };
}

describe('a person', () => {
  it('has a name, a standing and groups', async () => {
    expect(await aPlace().kim()).toEqual({ id: 'U1', name: 'Kim', standing: 'member', groups: ['dba'], groupsProblem: null });
  });

  it('is asked about once by many at the same time, and again after a minute', async () => {
    const { kim, asked, clock } = aPlace();
    await Promise.all([kim(), kim(), kim()]);
    await clock.advance(59_000);
    await kim();
    expect(asked.map(({ method }) => method)).toEqual(['users.info', 'usergroups.users.list']);
    await clock.advance(1000);
    await kim();
    expect(asked).toHaveLength(4);
  });

  it('who leaves stops counting within a minute', async () => {
    const { kim, world, clock } = aPlace();
    await kim();
    world.user = { user: { ...member, deleted: true } };
    await clock.advance(60_000);
    expect(await kim()).toMatchObject({ standing: 'deactivated', groups: [] });
  });

  it.each([['user_not_found'], ['missing_scope'], ['ratelimited'], ['timeout']])('is unknown when Slack answers %s', async (error) => {
    const { kim, world } = aPlace();
    world.user = refusedBySlack(error);
    expect(await kim()).toMatchObject({ standing: 'unknown', groups: [] });
  });

  it('is asked about again at once after a failure', async () => {
    const { kim, world } = aPlace();
    world.user = refusedBySlack('timeout');
    await kim();
    world.user = { user: member };
    expect(await kim()).toMatchObject({ standing: 'member' });
  });

  it('is unknown when Slack answers about somebody else', async () => {
    const { kim, world } = aPlace();
    world.user = { user: { ...member, id: 'U2' } };
    expect(await kim()).toMatchObject({ standing: 'unknown', groups: [] });
  });
});

describe('the groups of a person', () => {
  it.each([['plan_upgrade_required'], ['no_such_subteam'], ['http-503']])(
    'are the fixed list when Slack answers %s, and that is said',
    async (error) => {
      const { kim, world } = aPlace();
      world.group = refusedBySlack(error);
      const person = await kim();
      expect(person.groups).toEqual(['dba']);
      expect(person.groupsProblem).toContain(error);
    },
  );

  it('are none when Slack refuses and there is no fixed list', async () => {
    const { kim, world } = aPlace([{ name: 'dba', usergroup: 'S1', fixed: [] }]);
    world.group = refusedBySlack('no_such_subteam');
    expect(await kim()).toMatchObject({ groups: [], groupsProblem: expect.stringContaining('nobody counts') });
  });

  it('do not take the fixed list while Slack answers', async () => {
    const { kim, world } = aPlace();
    world.group = { users: ['U2'] };
    expect(await kim()).toMatchObject({ groups: [], groupsProblem: null });
  });

  it('need no Slack when only the config knows them', async () => {
    const { kim, asked } = aPlace([{ name: 'leads', usergroup: null, fixed: ['U1'] }]);
    expect(await kim()).toMatchObject({ groups: ['leads'], groupsProblem: null });
    expect(asked.map(({ method }) => method)).toEqual(['users.info']);
  });

  it('are read anew as soon as Slack says that they changed', async () => {
    const { kim, world, groups } = aPlace();
    await kim();
    world.group = { users: [] };
    groups.changed('S1');
    expect((await kim()).groups).toEqual([]);
  });

  it('are at most a minute old without such a word', async () => {
    const { kim, world, clock } = aPlace();
    await kim();
    world.group = { users: [] };
    await clock.advance(60_000);
    expect((await kim()).groups).toEqual([]);
  });
});

describe('a typed name', () => {
  const others = [
    member,
    { ...member, id: 'U2', name: 'alex', profile: { display_name: 'Alex', real_name: 'Alex Roe' } },
    { ...member, id: 'U3', name: 'roe', profile: { display_name: 'Alex', real_name: 'A. Roe' } },
    { ...member, id: 'U4', name: 'gone', deleted: true },
  ];

  it.each([
    ['@kim', 'U1'],
    ['KIM LEE', 'U1'],
    ['roe', 'U3'],
    ['alex', null],
    ['gone', null],
    ['nobody', null],
    ['', null],
    ['@', null],
  ])('%j is %j', async (name, id) => {
    const { people, world } = aPlace();
    world.everybody = others;
    expect(await people.byName(name)).toBe(id);
  });

  it('is nobody’s when Slack does not give the list', async () => {
    const { people, world } = aPlace();
    world.refusal = refusedBySlack('missing_scope');
    expect(await people.byName('kim')).toBeNull();
  });
});
