import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { eventually, overSockets, type Session } from './session.ts';

const executablePath = '/usr/bin/chromium';
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn(`the page is not tested: there is no ${executablePath}`);

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const confirm = { title: plain('Approve the failover?'), text: plain('It cannot be undone.'), confirm: plain('Approve it') };
const approval = [
  { type: 'header' as const, text: plain('Approval needed') },
  { type: 'actions' as const, elements: [{ type: 'button' as const, action_id: 'approve', text: plain('Approve'), confirm }] },
];
const points = (values: readonly number[]) => values.map((value, at) => ({ label: `1${at}:00`, value }));
const picture = {
  type: 'data_visualization',
  title: 'Lag of prod-sql',
  chart: {
    type: 'line',
    series: [
      { name: 'into west', data: points([3, 120.5, 0]) },
      { name: 'into east', data: points([7, 8, 9]) },
    ],
    axis_config: { categories: ['10:00', '11:00', '12:00'], x_label: 'UTC', y_label: 'Lag in seconds' },
  },
};
const row = (...texts: readonly string[]) => texts.map((text) => ({ type: 'raw_text', text }));
const table = {
  type: 'table',
  rows: [
    row('Link', 'State and lag'),
    ...Array.from({ length: 30 }, (_, at) => row(`prod-graph-${at}`, '🟢 healthy, 4 transactions, at most 1.8 s behind')),
  ],
  column_settings: [{ is_wrapped: true }, { is_wrapped: true }],
};
const modal = {
  type: 'modal' as const,
  callback_id: 'why',
  title: plain('Why?'),
  submit: plain('Send'),
  blocks: [
    { type: 'input' as const, block_id: 'why', label: plain('Reason'), element: { type: 'plain_text_input' as const, action_id: 'text' } },
  ],
};

/** A little bot: `ask` posts an approval, `why` opens a modal, anything else is answered privately. */
const wire: Parameters<typeof overSockets>[0] = (app) => {
  app.command('/repl', async ({ command, ack, client }) => {
    if (command.text === 'ask') {
      await ack();
      await client.chat.postMessage({ channel: command.channel_id, text: 'Approval needed', blocks: approval });
    } else if (command.text === 'picture') {
      await ack();
      await client.chat.postMessage({ channel: command.channel_id, text: 'The lag', blocks: [picture] });
    } else if (command.text === 'table') {
      await ack();
      await client.chat.postMessage({ channel: command.channel_id, text: 'The links', blocks: [table] });
    } else if (command.text === 'why') {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: modal });
    } else await ack(`I do not know *${command.text}* &lt;b&gt;`);
  });
  app.action('approve', async ({ ack, body, client }) => {
    await ack();
    const [channel, ts] = [body.channel?.id ?? '', 'message' in body ? (body.message?.ts ?? '') : ''];
    await client.chat.update({ channel, ts, text: `Approved by <@${body.user.id}>` });
  });
  app.view('why', async ({ ack, view, client, body }) => {
    const reason = view.state.values['why']?.['text']?.value ?? '';
    if (reason === 'because') await ack({ response_action: 'errors', errors: { why: 'Say more' } });
    else {
      await ack();
      await client.chat.postMessage({ channel: body.user.id, text: `reason: ${reason}` });
    }
  });
};

describe.skipIf(!hasBrowser)('the page', { timeout: 180_000 }, () => {
  let session: Session;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    session = await overSockets(wire);
    browser = await chromium.launch({ executablePath, args: flags, timeout: 180_000 });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await session?.stop();
    expect(problems).toEqual([]);
  });

  const openAs = async (person: string, options = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    // For what never comes; a browser on a busy machine is slow.
    page.setDefaultTimeout(100_000);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(`${session.ws.url}?as=${person}`);
    await page.getByRole('textbox', { name: 'Message #ops' }).waitFor();
    return page;
  };
  const type = async (page: Page, text: string) => {
    await page.getByRole('textbox', { name: 'Message #ops' }).fill(text);
    await page.keyboard.press('Enter');
  };

  it('sends a command and shows its private answer, with the text as it was meant', async () => {
    const page = await openAs('ana');
    await type(page, '/repl nonsense');
    const answer = page.locator('.message-ephemeral').last();
    await answer.getByText('I do not know').waitFor();
    expect(await answer.locator('strong').textContent()).toBe('nonsense');
    expect(await answer.textContent()).toContain('<b>');
    expect(await answer.textContent()).toContain('Only visible to you');
    await answer.getByRole('button', { name: 'Dismiss' }).click();
    await answer.waitFor({ state: 'detached' });
  });

  it('brings back with the arrow key what was sent', async () => {
    const page = await openAs('ana');
    const field = page.getByRole('textbox', { name: 'Message #ops' });
    await type(page, '/repl one');
    await type(page, '/repl two');
    await field.press('ArrowUp');
    await field.press('ArrowUp');
    expect(await field.inputValue()).toBe('/repl one');
    await field.press('ArrowDown');
    expect(await field.inputValue()).toBe('/repl two');
  });

  it('draws a line chart, and says its values to those who can not see it', async () => {
    const page = await openAs('ana');
    await type(page, '/repl picture');
    const chart = page.getByRole('img', {
      name: 'Lag of prod-sql: line chart. into west: 10:00 3, 11:00 120.5, 12:00 0. into east: 10:00 7',
    });
    await chart.waitFor({ timeout: 60_000 });
    expect(await chart.locator('polyline').count()).toBe(2);
    const heights = await chart
      .locator('.chart-series-0 circle')
      .evaluateAll((spots) => spots.map((spot) => Number(spot.getAttribute('cy'))));
    expect(heights).toHaveLength(3);
    expect([...heights].sort((a, b) => a - b)).toEqual([heights[1], heights[0], heights[2]]);
    const words = await chart.textContent();
    for (const word of ['Lag of prod-sql', 'Lag in seconds', 'UTC', '12:00', '150', 'into west', 'into east'])
      expect(words).toContain(word);
  });

  it('shows a whole table on a phone, with nothing behind a scroll, and stays at the newest message when it is turned', async () => {
    const page = await openAs('ana');
    await type(page, '/repl table');
    await page.getByText('prod-graph-29', { exact: true }).last().waitFor();
    const scroller = page.locator('.channel-pane .scroller');
    const fromEnd = () => scroller.evaluate((element) => Math.abs(element.scrollHeight - element.scrollTop - element.clientHeight));
    for (const width of [390, 844, 390]) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 390 });
      await until(async () => (await fromEnd()) < 2, 'the newest message is in sight');
      const shown = page.locator('.table-scroll').last();
      const hidden = await shown.evaluate((element) => [
        element.scrollWidth - element.clientWidth,
        element.scrollHeight - element.clientHeight,
      ]);
      expect(hidden).toEqual([0, 0]);
    }
    // Who reads further up is not taken away from there.
    await scroller.evaluate((element) => {
      element.scrollTop = 0;
    });
    await until(async () => (await fromEnd()) > 500, 'the reader is further up');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator('.sidebar').waitFor();
    expect(await fromEnd()).toBeGreaterThan(100);
  });

  it('lets one person ask and another approve, live in both windows', async () => {
    const [ana, bob] = [await openAs('ana'), await openAs('bob')];
    await type(ana, '/repl ask');
    const button = bob.getByRole('button', { name: 'Approve', exact: true }).last();
    await button.click();
    const dialog = bob.getByRole('dialog', { name: 'Approve the failover?' });
    await dialog.waitFor();
    await bob.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(session.ws.messages('#ops').at(-1)?.text).toBe('Approval needed');
    await button.click();
    await bob.getByRole('button', { name: 'Approve it' }).click();
    await ana.getByText('Approved by').waitFor();
    expect(session.ws.messages('#ops').at(-1)?.text).toBe(`Approved by <@${session.ws.ids.people['bob']}>`);
  });

  it('adds a reaction, counts it with names, and takes it back', async () => {
    const page = await openAs('bob');
    const ts = session.ws.as('ana').say('#ops', 'please look at this');
    const message = page.locator(`[data-ts="${ts}"]`);
    await message.hover();
    await message.getByRole('button', { name: 'React with white check mark' }).click();
    await eventually(() => session.ws.message('#ops', ts)?.reactions[0]?.count === 1, 'the reaction');
    session.ws.as('chloe').react('#ops', ts, 'white_check_mark');
    const pill = message.getByRole('button', { name: 'you and Chloe Okafor reacted with :white_check_mark:' });
    await pill.waitFor();
    expect(await pill.getAttribute('aria-pressed')).toBe('true');
    await pill.click();
    await eventually(() => session.ws.message('#ops', ts)?.reactions[0]?.count === 1, 'its removal');
  });

  it('can be used without a mouse', async () => {
    const page = await openAs('bob');
    const ts = session.ws.as('ana').say('#ops', 'only keys');
    await page.locator(`[data-ts="${ts}"]`).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await eventually(() => session.ws.message('#ops', ts)?.reactions[0]?.name === 'white_check_mark', 'the reaction');
    await page.getByRole('button', { name: 'you reacted with :white_check_mark:' }).waitFor();
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('React with white check mark');
    await page.locator(`[data-ts="${ts}"]`).focus();
    expect(await page.evaluate('document.activeElement.dataset.ts')).toBe(ts);
    for (let times = 0; times < 2; times += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Add a reaction' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await eventually(() => session.ws.message('#ops', ts)?.reactions[1]?.name === 'eyes', 'the second reaction');
  });

  it('shows a modal with focus inside, its errors, and sends it', async () => {
    const page = await openAs('ana');
    await type(page, '/repl why');
    const field = page.getByRole('textbox', { name: 'Reason' });
    await field.waitFor();
    expect(await field.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByText('Please complete this required field.').waitFor();
    await field.fill('because');
    await page.keyboard.press('Enter');
    await page.getByText('Say more').waitFor();
    expect(await field.inputValue()).toBe('because');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill('the primary is down');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const sent = () => session.ws.calls('chat.postMessage').some((call) => call.args['text'] === 'reason: the primary is down');
    await eventually(sent, 'what the app does with it');
  });

  it('answers in threads, marks what is unread, and speaks new messages', async () => {
    const page = await openAs('iris');
    const ts = session.ws.as('ana').say('#ops', 'thread here');
    session.ws.as('ana').say('#incidents', `<@${session.ws.ids.people['iris']}> come`);
    await page.locator(`[data-ts="${ts}"]`).hover();
    await page.locator(`[data-ts="${ts}"]`).getByRole('button', { name: 'Reply in thread' }).click();
    const reply = page.getByRole('textbox', { name: 'Reply…' });
    await reply.fill('on it, @bob <now>');
    await reply.press('Enter');
    await eventually(() => session.ws.thread('#ops', ts).length === 2, 'the reply');
    expect(session.ws.thread('#ops', ts)[1]?.text).toBe(`on it, <@${session.ws.ids.people['bob']}> &lt;now&gt;`);
    await page.getByRole('button', { name: 'incidents 1 messages for you' }).waitFor();
    expect(await page.locator('#live').textContent()).toContain('Ana Duarte: thread here');
    await page.keyboard.press('Escape');
    await reply.waitFor({ state: 'hidden' });
  });

  it('fits a phone', async () => {
    const page = await openAs('ana', { viewport: { width: 360, height: 740 } });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Show the list of channels' }).click();
    await page.getByRole('button', { name: 'incidents' }).click();
    await page.getByRole('textbox', { name: 'Message #incidents' }).waitFor();
  });

  it('is not to be acted on from elsewhere', async () => {
    const deed = JSON.stringify({ as: 'ana', deed: { act: 'type', channel: '#ops', text: 'x' } });
    const post = (headers: Record<string, string>) => fetch(`${session.ws.url}sim/act`, { method: 'POST', body: deed, headers });
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await fetch(`${session.ws.url}page/../../workspace.ts`)).status).toBe(404);
    expect((await fetch(`${session.ws.url}page/%2e%2e%2fworkspace.ts`)).status).toBe(404);
  });
});
