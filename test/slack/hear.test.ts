import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hear } from '../../src/slack/hear.ts';
import { clickBody, commandBody, eventBody, mention, reaction, viewBody } from './payloads.ts';

const message = (over: Readonly<Record<string, unknown>> = {}) =>
  mention({ type: 'message', channel: 'D1', channel_type: 'im', text: 'status', ...over });

describe('the de-duplication key', () => {
  it.each([
    ['of a command is its trigger', commandBody(), 'command:13345.73.8088'],
    ['of an event is its id, whatever the envelope', eventBody(mention()), 'event:Ev0001'],
    ['of a click is its trigger', clickBody(), 'action:123.456.abc'],
    ['of a dialog is its view and hash', viewBody('why'), 'view:V1:1712.ab'],
  ])('%s', (_name, body, key) => {
    expect(hear(body)?.key).toBe(key);
  });

  it.each([
    ['an envelope without an event (app_rate_limited)', { type: 'app_rate_limited', team_id: 'T1', minute_rate_limited: 1 }],
    ['an event without an id', eventBody(mention(), { event_id: undefined })],
    ['a command without a trigger', commandBody({ trigger_id: undefined })],
    ['a click without actions', clickBody({ actions: [] })],
    ['nothing', {}],
  ])('is missing for %s', (_name, body) => {
    expect(hear(body)).toBeNull();
  });
});

describe('what is heard', () => {
  it('takes the workspace flag of a command, which comes as a string', () => {
    expect(hear(commandBody({ is_enterprise_install: 'true' }))?.heard).toMatchObject({ kind: 'command', orgWide: true });
    expect(hear(commandBody())?.heard).toMatchObject({ kind: 'command', orgWide: false, text: 'status prod-sql' });
  });

  it('takes the clicking person’s own workspace, not the message’s', () => {
    expect(hear(clickBody({ user: { id: 'U9', team_id: 'TFOREIGN' } }))?.heard).toMatchObject({ kind: 'clicked', team: 'TFOREIGN' });
  });

  it('takes a click of an org-wide installation, whose team is null', () => {
    expect(hear(clickBody({ team: null }))?.heard).toMatchObject({ kind: 'clicked', team: 'T1' });
  });

  it.each([
    ['says whether the channel is shared', {}, false],
    ['says that it is', { is_ext_shared_channel: true }, true],
    ['says nothing', { is_ext_shared_channel: undefined }, null],
  ])('keeps apart an event that %s', (_name, over, shared) => {
    expect(hear(eventBody(mention(), over))?.heard).toMatchObject({ kind: 'said', shared });
  });

  it.each([
    ['a message of a bot', message({ bot_id: 'B1' })],
    ['a message of an app', message({ app_id: 'A9' })],
    ['a bot_message', message({ subtype: 'bot_message' })],
    ['an edit', message({ subtype: 'message_changed' })],
    ['a deletion', message({ subtype: 'message_deleted' })],
    ['a message in a channel', message({ channel_type: 'channel' })],
    ['a message without an author', message({ user: undefined })],
    ['a mention by an app', mention({ bot_id: 'B1' })],
    ['a reaction to a file', reaction({ item: { type: 'file', file: 'F1' } })],
    ['an event that nobody subscribed to', { type: 'channel_rename', channel: { id: 'C1' } }],
    ['an event that is named like a member of every object', { type: 'constructor' }],
  ])('ignores %s', (_name, event) => {
    expect(hear(eventBody(event))?.heard.kind).toBe('nothing');
  });

  it('takes a direct message, and one that was also sent to the channel', () => {
    expect(hear(eventBody(message()))?.heard).toMatchObject({ kind: 'said', via: 'direct-message', channel: 'D1' });
    expect(hear(eventBody(message({ subtype: 'thread_broadcast' })))?.heard).toMatchObject({ kind: 'said' });
  });

  it('never throws, whatever comes', () => {
    const keys = ['event', 'command', 'type', 'actions', 'view', 'user', 'event_id', 'trigger_id'];
    const body = fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), fc.jsonValue());
    fc.assert(
      fc.property(body, (anything) => {
        const letter = hear(anything);
        return letter === null || typeof letter.key === 'string';
      }),
    );
  });
});
