import { describe, expect, it } from 'vitest';
import { aWorkspace, clientOf, refusal } from './client.ts';

const ops = '#ops';

describe('reactions, files and furniture', () => {
  it('tells everybody who reacted only when asked for all of them', async () => {
    const ws = await aWorkspace();
    const ts = ws.as('ana').say(ops, 'approve?');
    for (const person of ['ana', 'bob', 'chloe', 'iris']) ws.as(person).react(ops, ts, '+1');
    const at = { channel: ws.ids.channels['ops'] ?? '', timestamp: ts };
    const part = await clientOf(ws).reactions.get(at);
    const all = await clientOf(ws).reactions.get({ ...at, full: true });
    expect(part.message?.reactions?.[0]).toMatchObject({ count: 4, users: expect.objectContaining({ length: 3 }) });
    expect(all.message?.reactions?.[0]?.users).toHaveLength(4);
    expect((await refusal(clientOf(ws).reactions.remove({ ...at, name: '+1' }))).error).toBe('no_reaction');
    await clientOf(ws).reactions.add({ ...at, name: '+1' });
    expect((await refusal(clientOf(ws).reactions.add({ ...at, name: '+1' }))).error).toBe('already_reacted');
  });

  it('takes a file in three steps and shows it in the thread', async () => {
    const ws = await aWorkspace();
    const channel = ws.ids.channels['ops'] ?? '';
    const ts = ws.as('ana').say(ops, 'show me the lag');
    await clientOf(ws).filesUploadV2({
      channel_id: channel,
      thread_ts: ts,
      file: Buffer.from('a,b\n1,2'),
      filename: 'lag.csv',
      title: 'Lag',
      initial_comment: 'here',
    });
    const reply = ws.thread(ops, ts)[1];
    expect(reply).toMatchObject({ text: 'here', files: [{ name: 'lag.csv', title: 'Lag', size: 7 }] });
    const file = await fetch(String(reply?.files[0]?.['url_private']));
    expect(await file.text()).toBe('a,b\n1,2');
    expect(file.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('pins once, and adds bookmarks', async () => {
    const ws = await aWorkspace();
    const channel = ws.ids.channels['ops'] ?? '';
    const ts = ws.as('ana').say(ops, 'keep this');
    const client = clientOf(ws);
    await client.pins.add({ channel, timestamp: ts });
    expect((await refusal(client.pins.add({ channel, timestamp: ts }))).error).toBe('already_pinned');
    await client.bookmarks.add({ channel_id: channel, title: 'Runbook', type: 'link', link: 'https://runbook.example' });
    expect((await client.bookmarks.list({ channel_id: channel })).bookmarks).toMatchObject([{ title: 'Runbook' }]);
  });

  it('creates an incident channel, invites, sets its topic and archives it', async () => {
    const ws = await aWorkspace();
    const client = clientOf(ws);
    const created = await client.conversations.create({ name: 'inc-7-prod-sql' });
    const channel = created.channel?.id ?? '';
    await client.conversations.invite({ channel, users: `${ws.ids.people['ana']},${ws.ids.people['bob']}` });
    await client.conversations.setTopic({ channel, topic: 'prod-sql is down' });
    const info = await client.conversations.info({ channel, include_num_members: true });
    expect(info.channel).toMatchObject({ num_members: 3, is_member: true, topic: { value: 'prod-sql is down' } });
    await client.conversations.archive({ channel });
    expect((await refusal(client.conversations.archive({ channel }))).error).toBe('already_archived');
  });

  it('pages through long lists', async () => {
    const ws = await aWorkspace();
    const seen: string[] = [];
    for await (const page of clientOf(ws).paginate('conversations.members', { channel: ws.ids.channels['ops'], limit: 2 })) {
      seen.push(...((page as { members?: string[] }).members ?? []));
    }
    expect(new Set(seen).size).toBe(9);
    expect(seen).toHaveLength(9);
  });
});
