import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/domain/clock.ts';
import { ask, aWorkspace } from './client.ts';
import { eventually, overSockets } from './session.ts';

const reason = {
  type: 'input',
  block_id: 'reason',
  label: { type: 'plain_text' as const, text: 'Reason' },
  element: { type: 'plain_text_input' as const, action_id: 'text', min_length: 5 },
} as const;

const modal = {
  type: 'modal' as const,
  callback_id: 'confirm_run',
  private_metadata: '{"run":"r-1"}',
  notify_on_close: true,
  title: { type: 'plain_text' as const, text: 'Confirm the failover' },
  submit: { type: 'plain_text' as const, text: 'Fail over' },
  blocks: [reason],
};

interface Heard {
  readonly submitted: unknown[];
  readonly closed: unknown[];
}

async function withModal(answer: (typed: string) => Record<string, unknown> | undefined) {
  const heard: Heard = { submitted: [], closed: [] };
  const session = await overSockets((app) => {
    app.command('/repl', async ({ ack, body, client }) => {
      await ack();
      await client.views.open({ trigger_id: body.trigger_id, view: modal });
    });
    app.view('confirm_run', async ({ ack, view }) => {
      const typed = view.state.values['reason']?.['text']?.value ?? '';
      heard.submitted.push([typed, view.private_metadata]);
      // The type of a view's acknowledgement is a union that a table of cases cannot be typed by.
      await ack(answer(typed) as never);
    });
    app.view({ callback_id: 'confirm_run', type: 'view_closed' }, async ({ ack, body }) => {
      heard.closed.push('is_cleared' in body ? body.is_cleared : null);
      await ack();
    });
  });
  const ana = session.ws.as('ana');
  await ana.command('/repl failover', '#ops');
  await eventually(() => ana.view(), 'the modal');
  return { session, ana, heard };
}

describe('a modal', () => {
  it('is submitted with what was typed, and closes', async () => {
    const { session, ana, heard } = await withModal(() => undefined);
    expect(ana.view()).toMatchObject({ callbackId: 'confirm_run', title: 'Confirm the failover', depth: 1 });
    expect(await ana.submitView({ text: 'primary down' })).toMatchObject({ state: 'acked' });
    expect(heard.submitted).toEqual([['primary down', '{"run":"r-1"}']]);
    expect(ana.view()).toBeNull();
    await session.stop();
  });

  it('is not sent while a field is missing or too short', async () => {
    const { session, ana, heard } = await withModal(() => undefined);
    expect(await ana.submitView()).toMatchObject({
      state: 'refused',
      payload: { errors: { reason: 'Please complete this required field.' } },
    });
    expect(await ana.submitView({ reason: 'no' })).toMatchObject({ payload: { errors: { reason: 'Must be at least 5 characters.' } } });
    expect(heard.submitted).toEqual([]);
    await session.stop();
  });

  it('stays open with the errors that the app finds', async () => {
    const { session, ana } = await withModal((typed) =>
      typed === 'wrong name' ? { response_action: 'errors', errors: { reason: 'Type prod-sql' } } : undefined,
    );
    await ana.submitView({ text: 'wrong name' });
    expect(ana.view()?.errors).toEqual({ reason: 'Type prod-sql' });
    await ana.submitView({ text: 'right name' });
    expect(ana.view()).toBeNull();
    await session.stop();
  });

  it('is stacked upon, replaced and cleared as the app answers', async () => {
    const second = { ...modal, callback_id: 'second', notify_on_close: false };
    const replaced = { ...modal, title: { type: 'plain_text', text: 'Replaced' } };
    const answers: Record<string, Record<string, unknown>> = {
      'push it': { response_action: 'push', view: second },
      'update it': { response_action: 'update', view: replaced },
      'clear it': { response_action: 'clear' },
    };
    const { session, ana } = await withModal((typed) => answers[typed]);
    await ana.submitView({ text: 'push it' });
    expect(ana.view()).toMatchObject({ callbackId: 'second', depth: 2 });
    await ana.closeView();
    await ana.submitView({ text: 'update it' });
    expect(ana.view()).toMatchObject({ title: 'Replaced', depth: 1 });
    await ana.submitView({ text: 'clear it' });
    expect(ana.view()).toBeNull();
    await session.stop();
  });

  it('tells the app that it was closed, when the app asked for that', async () => {
    const { session, ana, heard } = await withModal(() => undefined);
    expect(await ana.closeView()).toMatchObject({ state: 'acked' });
    expect(heard.closed).toEqual([false]);
    await session.stop();
  });
});

const views: readonly { name: string; change: Record<string, unknown>; error: string }[] = [
  { name: 'a title of 25 characters', change: { title: { type: 'plain_text', text: 'x'.repeat(25) } }, error: 'invalid_arguments' },
  { name: 'an input without a submit button', change: { submit: undefined }, error: 'invalid_arguments' },
  { name: 'a plan, which is for messages only', change: { blocks: [{ type: 'plan', title: 'p' }] }, error: 'invalid_arguments' },
  { name: 'private metadata of 3,001 characters', change: { private_metadata: 'x'.repeat(3_001) }, error: 'invalid_arguments' },
];

describe('views', () => {
  it.each(views)('$name is refused', async ({ change, error }) => {
    const ws = await aWorkspace();
    expect(await ask(ws, 'views.open', { trigger_id: '1.1.a', view: { ...modal, ...change } })).toMatchObject({ ok: false, error });
  });

  it('a trigger works once, and for as long as it lives', async () => {
    let skew = 0;
    const ws = await aWorkspace({ clock: { ...systemClock, monotonic: () => systemClock.monotonic() + skew } });
    const { triggerId } = await ws.as('ana').command('/repl x', '#ops');
    expect(await ask(ws, 'views.open', { trigger_id: triggerId, view: modal })).toMatchObject({ ok: true });
    expect(await ask(ws, 'views.open', { trigger_id: triggerId, view: modal })).toMatchObject({ error: 'exchanged_trigger_id' });
    const late = await ws.as('ana').command('/repl x', '#ops');
    skew = 60_001;
    expect(await ask(ws, 'views.open', { trigger_id: late.triggerId, view: modal })).toMatchObject({ error: 'expired_trigger_id' });
  });

  it('an update with an old hash is refused', async () => {
    const ws = await aWorkspace();
    const home = (text: string) => ({ type: 'home', blocks: [{ type: 'header', text: { type: 'plain_text', text } }] });
    const user = ws.ids.people['ana'];
    const first = (await ask(ws, 'views.publish', { user_id: user, view: home('one') })) as { view: { hash: string } };
    expect(await ask(ws, 'views.publish', { user_id: user, view: home('two'), hash: first.view.hash })).toMatchObject({ ok: true });
    expect(await ask(ws, 'views.publish', { user_id: user, view: home('three'), hash: first.view.hash })).toMatchObject({
      error: 'hash_conflict',
    });
    expect(JSON.stringify(ws.as('ana').home())).toContain('two');
  });
});
