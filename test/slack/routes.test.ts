import { describe, expect, it } from 'vitest';
import { asUserId } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Address } from '../../src/slack/answers.ts';
import { wordsFor } from '../../src/slack/commands.ts';
import { hear } from '../../src/slack/hear.ts';
import type { Heard } from '../../src/slack/heard.ts';
import { renderer } from '../../src/slack/rendering.ts';
import { type RouteDeps, route } from '../../src/slack/routes.ts';
import { clickBody, commandBody, eventBody, mention, reaction, viewBody } from './payloads.ts';
import { aDoor, run } from './rig.ts';
import { answering, handClock } from './support.ts';

function aHouse(over: Partial<RouteDeps> = {}) {
  const clock = handClock();
  const door = aDoor();
  const { calls, asked } = answering(({ method }) =>
    method === 'reactions.get' ? { message: { reactions: [{ name: '+1', users: ['U1'], count: 1 }] } } : {},
  );
  const told: { address: Address; text: string }[] = [];
  const tell = async (address: Address, { text }: { readonly text: string }) => void told.push({ address, text });
  const deps: RouteDeps = {
    app: door,
    answers: { privately: tell, inThread: tell },
    channels: { look: async () => ({ reach: 'internal', joined: true, archived: false, name: 'ops', refused: null }) },
    people: {
      person: async (id) => ({ id, name: 'Kim', standing: 'member', groups: [], groupsProblem: null }),
      byName: async () => null,
    },
    groups: { of: async () => ({ groups: [], problem: null }), changed: () => undefined, look: async () => [] },
    calls,
    fetch: globalThis.fetch,
    clock,
    log: silentLog,
    render: renderer(clock),
    teams: () => ['T1'],
    botUser: () => asUserId('UBOT'),
    staleMs: 600_000,
    ...over,
  };
  const carryOut = async (body: Readonly<Record<string, unknown>>, { ageMs = 0, attempt = 1 } = {}) => {
    const heard: Heard = hear(body)?.heard ?? { kind: 'nothing', why: 'unheard' };
    await route(heard, deps, { key: 'k', receivedAt: clock.now() - ageMs, attempt });
  };
  return { door, told, asked, clock, carryOut };
}

describe('a delivery that comes to be worked off late', () => {
  it.each([
    ['command', commandBody()],
    ['click', clickBody()],
    ['dialog', viewBody('by hand')],
    ['mention', eventBody(mention())],
  ])('is not carried out, and the person is told: a %s', async (_name, body) => {
    const { door, told, carryOut } = aHouse();
    await carryOut(body, { ageMs: 3_600_000 });
    expect([door.asked, door.heard, door.ballots]).toEqual([[], [], []]);
    expect(told).toEqual([
      { address: expect.objectContaining({ user: 'U1' }), text: expect.stringMatching(/^Nothing happened: .* 60 min ago/) },
    ]);
  });

  it('is a mention that Slack itself delivered late', async () => {
    const { door, told, carryOut } = aHouse();
    await carryOut(eventBody(mention({ ts: '1799990000.000100' })));
    expect(door.asked).toEqual([]);
    expect(told).toHaveLength(1);
  });

  it('counts all the same when it is a reaction that still stands', async () => {
    const { door, carryOut } = aHouse();
    door.messages.add('C1/1712345600.000100');
    await carryOut(eventBody(reaction()), { ageMs: 3_600_000 });
    expect(door.ballots).toEqual([expect.objectContaining({ run, choice: 'approve' })]);
  });
});

describe('a delivery that ended the bot again and again', () => {
  it('is given up, and the person is told', async () => {
    const { door, told, carryOut } = aHouse();
    await carryOut(commandBody(), { attempt: 4 });
    expect(door.asked).toEqual([]);
    expect(told[0]?.text).toContain('gave up');
  });
});

describe('a command of somewhere else', () => {
  it.each([
    ['another workspace', { team_id: 'T9' }, 'not one that I work for'],
    ['no workspace', { team_id: undefined }, 'not one that I work for'],
    ['an org-wide installation', { is_enterprise_install: 'true' }, 'whole organisation'],
  ])('is refused: %s', async (_name, over, words) => {
    const { door, told, carryOut } = aHouse();
    await carryOut(commandBody(over));
    expect(door.asked).toEqual([]);
    expect(told[0]?.text).toContain(words);
  });
});

describe('a bot that mentions us', () => {
  it('is not answered, so that two bots cannot go on for ever', async () => {
    const people: RouteDeps['people'] = {
      person: async (id) => ({ id, name: 'Deploy', standing: 'bot', groups: [], groupsProblem: null }),
      byName: async () => null,
    };
    const { door, told, carryOut } = aHouse({ people });
    await carryOut(eventBody(mention()));
    expect([door.asked, told]).toEqual([[], []]);
  });
});

describe('a button of another version', () => {
  it.each([
    ['an unknown verb', { action_id: 'replops:explode', value: '{"run":"r-1"}' }],
    ['no value', { action_id: 'replops:approve' }],
    ['a value that is no JSON', { action_id: 'replops:approve', value: 'r-1' }],
  ])('does nothing and says so: %s', async (_name, action) => {
    const { door, told, carryOut } = aHouse();
    await carryOut(clickBody({ actions: [action] }));
    expect([door.ballots, door.heard]).toEqual([[], []]);
    expect(told[0]?.text).toContain('another version');
  });
});

describe('a dialog whose run moved on', () => {
  it('skips nothing but the step that the person saw', async () => {
    const { door, told, carryOut } = aHouse();
    // Only the halt of the view is looked at.
    door.view = { id: run, halt: { step: 's9' } } as never;
    await carryOut(viewBody('by hand'));
    expect(door.heard).toEqual([]);
    expect(told[0]?.text).toContain('step s2 was not skipped');
  });
});

describe('what was said to the bot', () => {
  it.each([
    ['<@UBOT> status', 'status'],
    ['  <@UBOT|replops>: status', 'status'],
    ['hey <@UBOT>, failover prod-sql', 'failover prod-sql'],
    ['<@UBOT> approve r-1 --for <@U2>', 'approve r-1 --for <@U2>'],
    ['<@UBOT>', ''],
    ['<@UOTHER> status', '<@UOTHER> status'],
    ['<@UBOT>\nstatus', 'status'],
  ])('%j is %j', (text, words) => {
    expect(wordsFor(text, 'UBOT')).toBe(words);
  });
});

describe('long JSON', () => {
  it('is sent as a file into the direct message, and the token does not go along', async () => {
    const uploads: { url: string; headers: unknown; size: number }[] = [];
    const fetch = (async (url: unknown, init: RequestInit) => {
      uploads.push({ url: String(url), headers: init.headers, size: (init.body as Buffer).length });
      return new Response('OK');
    }) as typeof globalThis.fetch;
    const { calls, asked } = answering(({ method }) =>
      method === 'files.getUploadURLExternal' ? { upload_url: 'https://files.slack.com/up', file_id: 'F1' } : { channel: 'D1', ts: '2.2' },
    );
    const { door, told, carryOut } = aHouse({ calls, fetch, render: () => ({ text: 'status', blocks: [] }) });
    // Only its length matters here.
    const observation = { headline: 'x'.repeat(20_000) } as never;
    door.reply = { kind: 'status', observations: [observation], live: [], json: true };
    await carryOut(commandBody());
    expect(asked.map(({ method }) => method)).toEqual(['chat.postMessage', 'files.getUploadURLExternal', 'files.completeUploadExternal']);
    expect(asked.at(-1)?.args).toMatchObject({ channel_id: 'D1', thread_ts: '2.2' });
    expect(uploads).toEqual([
      { url: 'https://files.slack.com/up', headers: { 'content-type': 'application/octet-stream' }, size: expect.any(Number) },
    ]);
    expect(told[0]?.text).toContain('direct message');
  });
});

describe('a proposed run', () => {
  const proposed = { kind: 'proposed', run: { id: run, origin: { channel: 'C1' } } } as never;
  it.each([
    ['is not announced by the edge', { joined: true, archived: false }, []],
    [
      'is announced in private when the bot cannot post there',
      { joined: false, archived: false },
      [expect.stringContaining('not a member')],
    ],
    ['is announced in private when the channel is archived', { joined: true, archived: true }, [expect.stringContaining('archived')]],
  ])('%s', async (_name, state, words) => {
    const channels: RouteDeps['channels'] = { look: async () => ({ reach: 'internal', name: 'ops', refused: null, ...state }) };
    const { door, told, carryOut } = aHouse({ channels, render: () => ({ text: 'x', blocks: [] }) });
    door.reply = proposed;
    await carryOut(commandBody());
    expect(told.map(({ text }) => text)).toEqual(words);
  });
});
