import { describe, expect, it } from 'vitest';
import { ask, aWorkspace, clientOf, refusal } from './client.ts';

const ops = '#ops';

describe('posting', () => {
  it('gives every message a later ts, and shows it in the history newest first', async () => {
    const ws = await aWorkspace();
    const client = clientOf(ws);
    const channel = ws.ids.channels['ops'] ?? '';
    const before = Date.now();
    const posted = await Promise.all(['a', 'b', 'c', 'd'].map((text) => client.chat.postMessage({ channel, text })));
    const stamps = posted.map((one) => one.ts ?? '');
    expect(new Set(stamps).size).toBe(4);
    for (const ts of stamps) expect(ts).toMatch(/^\d{10}\.\d{6}$/);
    expect(Number(stamps[0]) * 1000).toBeGreaterThanOrEqual(before - 1);
    expect(Number(stamps[0]) * 1000).toBeLessThanOrEqual(Date.now() + 1);
    const history = await client.conversations.history({ channel });
    const seen = (history.messages ?? []).map((message) => message.ts ?? '');
    expect(seen).toEqual([...stamps].sort().reverse());
  });

  it('keeps metadata through an update that does not name it, and shows it only when asked', async () => {
    const ws = await aWorkspace();
    const client = clientOf(ws);
    const channel = ws.ids.channels['ops'] ?? '';
    const metadata = { event_type: 'replops_run', event_payload: { run: 'r-1' } };
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'one', metadata });
    await client.chat.update({ channel, ts, text: 'two' });
    const plain = await client.conversations.history({ channel });
    expect(plain.messages?.[0]?.metadata).toBeUndefined();
    const full = await client.conversations.history({ channel, include_all_metadata: true });
    expect(full.messages?.[0]).toMatchObject({ text: 'two', metadata });
    await ask(ws, 'chat.update', { channel, ts, text: 'three', metadata: {} });
    expect(ws.message(ops, ts)?.metadata).toBeNull();
  });

  it('removes the blocks when an update has text only', async () => {
    const ws = await aWorkspace();
    const client = clientOf(ws);
    const channel = ws.ids.channels['ops'] ?? '';
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'one', blocks: [{ type: 'divider' }] });
    await client.chat.update({ channel, ts, text: 'two' });
    expect(ws.message(ops, ts)).toMatchObject({ text: 'two', blocks: [], edits: 1 });
  });

  it('puts replies to a reply into its thread', async () => {
    const ws = await aWorkspace();
    const client = clientOf(ws);
    const channel = ws.ids.channels['ops'] ?? '';
    const parent = ws.as('ana').say(ops, 'parent');
    const first = await client.chat.postMessage({ channel, text: 'first', thread_ts: parent });
    await client.chat.postMessage({ channel, text: 'second', thread_ts: first.ts ?? '', reply_broadcast: true });
    const replies = await client.conversations.replies({ channel, ts: parent });
    expect(replies.messages?.map((message) => message.text)).toEqual(['parent', 'first', 'second']);
    expect(ws.messages(ops).map((message) => message.text)).toEqual(['parent', 'second']);
  });

  it('opens the direct message for a person id', async () => {
    const ws = await aWorkspace();
    const posted = await clientOf(ws).chat.postMessage({ channel: ws.ids.people['ana'] ?? '', text: 'psst' });
    expect(posted.channel).toMatch(/^D/);
    expect(ws.messages(posted.channel ?? '').map((message) => message.text)).toEqual(['psst']);
  });

  it('shows an ephemeral message to its person only', async () => {
    const ws = await aWorkspace();
    const channel = ws.ids.channels['ops'] ?? '';
    await clientOf(ws).chat.postEphemeral({ channel, user: ws.ids.people['bob'] ?? '', text: 'for bob' });
    expect(ws.ephemerals('bob', ops).map((one) => one.text)).toEqual(['for bob']);
    expect(ws.ephemerals('ana', ops)).toEqual([]);
    expect(ws.messages(ops)).toEqual([]);
  });
});

const refusals: readonly { name: string; method: string; args: (ids: Record<string, string>) => Record<string, unknown>; error: string }[] =
  [
    {
      name: 'a channel that is not there',
      method: 'chat.postMessage',
      args: () => ({ channel: 'C404', text: 'x' }),
      error: 'channel_not_found',
    },
    {
      name: 'a channel without the bot',
      method: 'chat.postMessage',
      args: (ids) => ({ channel: ids['random'], text: 'x' }),
      error: 'not_in_channel',
    },
    {
      name: 'an archived channel',
      method: 'chat.postMessage',
      args: (ids) => ({ channel: ids['old-ops'], text: 'x' }),
      error: 'is_archived',
    },
    { name: 'neither text nor blocks', method: 'chat.postMessage', args: (ids) => ({ channel: ids['ops'] }), error: 'no_text' },
    {
      name: 'text and markdown at once',
      method: 'chat.postMessage',
      args: (ids) => ({ channel: ids['ops'], text: 'x', markdown_text: 'y' }),
      error: 'markdown_text_conflict',
    },
    {
      name: 'metadata without an event type',
      method: 'chat.postMessage',
      args: (ids) => ({ channel: ids['ops'], text: 'x', metadata: { a: 1 } }),
      error: 'invalid_metadata_format',
    },
    {
      name: 'an ephemeral for somebody elsewhere',
      method: 'chat.postEphemeral',
      args: (ids) => ({ channel: ids['ops'], user: ids['sam'], text: 'x' }),
      error: 'user_not_in_channel',
    },
    {
      name: 'a message that is not there',
      method: 'chat.update',
      args: (ids) => ({ channel: ids['ops'], ts: '1.2', text: 'x' }),
      error: 'message_not_found',
    },
    {
      name: 'a channel name with capitals',
      method: 'conversations.create',
      args: () => ({ name: 'Inc 7' }),
      error: 'invalid_name_specials',
    },
    {
      name: 'a channel name that is taken by an archived one',
      method: 'conversations.create',
      args: () => ({ name: 'old-ops' }),
      error: 'name_taken',
    },
    {
      name: 'inviting a single-channel guest',
      method: 'conversations.invite',
      args: (ids) => ({ channel: ids['ops'], users: ids['sam'] }),
      error: 'ura_max_channels',
    },
    {
      name: 'a user group that is not there',
      method: 'usergroups.users.list',
      args: () => ({ usergroup: 'S404' }),
      error: 'no_such_subteam',
    },
    { name: 'a person who is not there', method: 'users.info', args: () => ({ user: 'U404' }), error: 'user_not_found' },
    {
      name: 'a trigger that was never given',
      method: 'views.open',
      args: () => ({ trigger_id: '1.2.a', view: { type: 'modal', title: { type: 'plain_text', text: 't' }, blocks: [] } }),
      error: 'invalid_trigger_id',
    },
    { name: 'a method that does not exist', method: 'chat.shout', args: () => ({}), error: 'unknown_method' },
  ];

describe('refusals', () => {
  it.each(refusals)('$name: $error', async ({ method, args, error }) => {
    const ws = await aWorkspace();
    const ids = { ...ws.ids.channels, ...ws.ids.people };
    expect(await ask(ws, method, args(ids))).toMatchObject({ ok: false, error });
  });

  it('keeps messages of others from being edited or deleted', async () => {
    const ws = await aWorkspace();
    const ts = ws.as('ana').say(ops, 'mine');
    const channel = ws.ids.channels['ops'];
    expect(await ask(ws, 'chat.update', { channel, ts, text: 'x' })).toMatchObject({ error: 'cant_update_message' });
    expect(await ask(ws, 'chat.delete', { channel, ts })).toMatchObject({ error: 'cant_delete_message' });
  });
});

describe('tokens and scopes', () => {
  it('names the missing scope', async () => {
    const ws = await aWorkspace({ scopes: ['chat:write'] });
    expect(await ask(ws, 'users.info', { user: ws.ids.people['ana'] })).toMatchObject({
      error: 'missing_scope',
      needed: 'users:read',
      provided: 'chat:write',
    });
  });

  it('shows the granted scopes to the client', async () => {
    const ws = await aWorkspace({ scopes: ['chat:write', 'users:read'] });
    const answer = await clientOf(ws).auth.test();
    expect(answer.response_metadata?.scopes).toEqual(['chat:write', 'users:read']);
    expect(answer).toMatchObject({ user_id: ws.ids.botUser, bot_id: ws.ids.bot, team_id: ws.ids.team });
  });

  it('refuses a wrong token, no token, and the app token outside its method', async () => {
    const ws = await aWorkspace();
    expect((await refusal(clientOf(ws, 'xoxb-wrong').auth.test())).error).toBe('invalid_auth');
    expect(await ask(ws, 'auth.test', {}, '')).toMatchObject({ error: 'not_authed' });
    expect(await ask(ws, 'auth.test', {}, ws.appToken)).toMatchObject({ error: 'not_allowed_token_type' });
    expect(await ask(ws, 'apps.connections.open')).toMatchObject({ error: 'not_allowed_token_type' });
  });

  it('lets another app react in the name of a person', async () => {
    const ws = await aWorkspace();
    const ts = ws.as('bob').say(ops, 'approve?');
    await clientOf(ws, ws.userToken).reactions.add({ channel: ws.ids.channels['ops'] ?? '', timestamp: ts, name: 'white_check_mark' });
    expect(ws.message(ops, ts)?.reactions).toEqual([{ name: 'white_check_mark', count: 1, users: [ws.ids.people['ana']] }]);
  });
});
