import { describe, expect, it } from 'vitest';
import { asChannelId, asMessageTs, asUserId } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createAnswers } from '../../src/slack/answers.ts';
import { createResponseUrls } from '../../src/slack/response-url.ts';
import { type Asked, answering, handClock, refusedBySlack } from './support.ts';

const user = asUserId('U1');
const channel = asChannelId('C1');
const thread = asMessageTs('1.1');
const responseUrl = 'https://hooks.slack.com/commands/T1/1/secret';
const said = { text: 'The link is healthy.', blocks: [{ type: 'plan' }], plainBlocks: [{ type: 'section' }] };

/** `status` and `body` are what a response address answers; Slack's methods answer by `methods`. */
function aMouth(status: number, methods: (asked: Asked) => unknown = () => ({}), body: (blocks: unknown) => string = () => 'ok') {
  const clock = handClock();
  const { calls, asked } = answering(methods);
  const posted: { url: string; body: Record<string, unknown> }[] = [];
  const fetch = (async (url: unknown, init: RequestInit) => {
    const given = JSON.parse(String(init.body));
    posted.push({ url: String(url), body: given });
    return new Response(body(given.blocks), { status });
  }) as typeof globalThis.fetch;
  const answers = createAnswers({ calls, clock, log: silentLog, responseUrls: createResponseUrls({ log: silentLog, fetch }) });
  return { answers, asked, posted, clock };
}

describe('a private answer', () => {
  it('goes through the delivery’s own address', async () => {
    const { answers, asked, posted } = aMouth(200);
    await answers.privately({ user, channel, thread: null, responseUrl }, said);
    expect(posted.map(({ body }) => body)).toEqual([
      { response_type: 'ephemeral', replace_original: false, text: said.text, blocks: said.blocks },
    ]);
    expect(asked).toEqual([]);
  });

  it.each([[404], [410], [500]])('is an ephemeral message when the address answers %i', async (status) => {
    const { answers, asked } = aMouth(status);
    await answers.privately({ user, channel, thread, responseUrl }, said);
    expect(asked).toEqual([
      { method: 'chat.postEphemeral', args: { channel, user, text: said.text, thread_ts: thread, blocks: said.blocks } },
    ]);
  });

  it.each([['user_not_in_channel'], ['channel_not_found'], ['is_archived']])(
    'is a direct message when an ephemeral one is refused: %s',
    async (error) => {
      const { answers, asked } = aMouth(404, ({ method }) => (method === 'chat.postEphemeral' ? refusedBySlack(error) : {}));
      await answers.privately({ user, channel, thread: null, responseUrl }, said);
      expect(asked.map(({ method, args }) => [method, args['channel']])).toEqual([
        ['chat.postEphemeral', channel],
        ['chat.postMessage', user],
      ]);
    },
  );

  it('is followed by what it had no room for, in order and by the same ways', async () => {
    const { answers, asked, posted } = aMouth(200);
    const more = [1, 2].map((page) => ({ text: `Part ${page}.`, blocks: [] }));
    await answers.privately({ user, channel, thread: null, responseUrl }, { ...said, more });
    expect(posted.map(({ body }) => body['text'])).toEqual([said.text, 'Part 1.', 'Part 2.']);
    await answers.inThread({ user, channel, thread, responseUrl }, { ...said, more });
    expect(asked.map(({ method, args }) => [method, args['text']])).toEqual([
      ['chat.postMessage', said.text],
      ['chat.postMessage', 'Part 1.'],
      ['chat.postMessage', 'Part 2.'],
    ]);
  });

  it('is not said twice when it may have arrived', async () => {
    const { answers, asked } = aMouth(404, () => refusedBySlack('timeout', 'unknown'));
    await answers.privately({ user, channel, thread: null, responseUrl }, said);
    expect(asked).toHaveLength(1);
  });

  it('is given in plainer blocks, then in words alone, when Slack refuses the blocks', async () => {
    const { answers, asked } = aMouth(404, ({ args }) => (args['blocks'] === undefined ? {} : refusedBySlack('invalid_blocks')));
    await answers.privately({ user, channel, thread: null, responseUrl: null }, said);
    expect(asked.map(({ args }) => args['blocks'])).toEqual([said.blocks, said.plainBlocks, undefined]);
  });

  it('tries the same ladder on a response address', async () => {
    const { answers, posted } = aMouth(400);
    await answers.privately({ user, channel, thread: null, responseUrl }, said);
    expect(posted.map(({ body }) => body['blocks'])).toEqual([said.blocks, said.plainBlocks, undefined]);
  });

  it.each([
    [200, 'invalid_blocks'],
    [400, 'no_text'],
    [500, 'invalid_blocks_format'],
  ])('tries it when the address answers %i with the error %s', async (status, error) => {
    const body = JSON.stringify({ ok: false, error });
    const { answers, posted, asked } = aMouth(status, undefined, (blocks) =>
      JSON.stringify(blocks) === JSON.stringify(said.blocks) ? body : 'ok',
    );
    await answers.privately({ user, channel, thread: null, responseUrl }, said);
    expect(posted.map(({ body: { blocks } }) => blocks).slice(0, 2)).toEqual([said.blocks, said.plainBlocks]);
    if (status === 200) expect([posted.length, asked]).toEqual([2, []]);
  });

  it('goes another way when the address says that it did not take it', async () => {
    const { answers, asked } = aMouth(200, undefined, () => '{"ok":false,"error":"expired_url"}');
    await answers.privately({ user, channel, thread: null, responseUrl }, said);
    expect(asked.map(({ method }) => method)).toEqual(['chat.postEphemeral']);
  });

  it('waits for a limit that is short', async () => {
    let limited = true;
    const { answers, asked, clock } = aMouth(404, () => {
      if (!limited) return {};
      limited = false;
      return refusedBySlack('ratelimited', 'not-applied', 5000);
    });
    const done = answers.privately({ user, channel, thread: null, responseUrl: null }, said);
    for (let turn = 0; turn < 5 && asked.length < 2; turn += 1) await clock.advance(5000);
    await done;
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['http://169.254.169.254/latest'],
    ['https://evil.example/slack.com'],
    ['https://slack.com.evil.example/'],
    ['not an address'],
    [''],
  ])('is never sent to %j', async (url) => {
    const { answers, posted, asked } = aMouth(200);
    await answers.privately({ user, channel, thread: null, responseUrl: url }, said);
    expect(posted).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});

describe('an answer in a thread', () => {
  it('is posted there', async () => {
    const { answers, asked } = aMouth(200);
    await answers.inThread({ user, channel, thread, responseUrl: null }, said);
    expect(asked).toEqual([{ method: 'chat.postMessage', args: expect.objectContaining({ channel, thread_ts: thread, text: said.text }) }]);
  });

  it('is given in private when Slack refuses it there', async () => {
    const { answers, asked } = aMouth(200, ({ method }) => (method === 'chat.postMessage' ? refusedBySlack('restricted_action') : {}));
    await answers.inThread({ user, channel, thread, responseUrl: null }, said);
    expect(asked.map(({ method }) => method)).toEqual(['chat.postMessage', 'chat.postEphemeral']);
  });
});
