import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import type { Check } from '../../src/domain/plan.ts';
import { refuse } from '../../src/domain/refusal.ts';
import { until } from '../support/until.ts';
import { anObservation, linkId } from './messages/story.ts';
import { aRig, type Rig } from './rig.ts';

/** Slack's own pace of ephemeral messages is far faster than the bot's; a test need not wait for the bot's. */
const brisk: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms === 1_000 ? 10 : ms, signal) };

let rig: Rig;
beforeAll(async () => {
  rig = await aRig({ edge: { clock: brisk } });
}, 180_000);
afterAll(() => rig.stop(), 180_000);
beforeEach(() => {
  rig.ws.faults.clear();
  rig.ws.forgetCalls();
});

const hostile = ['<!channel> "a`b"', 'x*y*_z_ & <@U0EVIL>', '‮gnp.exe\u0000', '👩🏽‍🚒'.repeat(30), ';DROP TABLE "orders";--'] as const;
const findings = (many: number): readonly Check[] =>
  Array.from({ length: many }, (_, index) => ({
    name: `public.t${index}: not-replicated`,
    outcome: index % 3 === 0 ? 'failed' : 'warned',
    seen: `No. ${index + 1}! The column ${hostile[index % hostile.length]} of public.t${index} on east is of a type that is not replicated.`,
    next: `Drop the column, or take public.t${index} out of the link (${index + 1}).`,
  }));
const preflight = (checks: readonly Check[]) =>
  ({ kind: 'checked', operation: 'setup', link: 'prod-ldr', command: 'setup prod-ldr', checks }) as const;

interface Shown {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

const numbersIn = (messages: readonly Shown[]): readonly number[] =>
  messages.flatMap(({ blocks }) => [...JSON.stringify(blocks).matchAll(/No\. (\d+)!/g)].map(([, number]) => Number(number)));
const all = (many: number) => Array.from({ length: many }, (_, index) => index + 1);
const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const isPart = ({ text }: Shown): boolean => !text.startsWith('Still at it');
/** Failed ones come first, so the numbers rise twice. */
const expectWhole = (messages: readonly Shown[], many: number): void => {
  expect(ascending(numbersIn(messages))).toEqual(all(many));
  const failed = all(many).filter((number) => number % 3 === 1);
  expect(numbersIn(messages).slice(0, failed.length)).toEqual(failed);
};
const isLast = ({ blocks }: Shown): boolean => JSON.stringify(blocks).includes('shows what would run.');

/** What ana is shown in private there since `act`, up to the last part. */
async function privately(channel: string, act: () => unknown): Promise<readonly Shown[]> {
  const seen = (): readonly Shown[] => rig.ws.ephemerals('ana', channel).filter(isPart).slice(before);
  const before = rig.ws.ephemerals('ana', channel).filter(isPart).length;
  await act();
  await until(() => seen().some(isLast), 'the last part is there');
  return seen();
}
const refusedCalls = () => rig.ws.calls().filter(({ method, answer }) => /^(chat|files)\./.test(method) && answer['ok'] !== true);

describe('a long answer to a slash command', () => {
  it('is one message for one finding', async () => {
    rig.door.reply = preflight(findings(1));
    const shown = await privately('ops', () => rig.ws.as('ana').command('/repl preflight setup prod-ldr', '#ops'));
    expect(shown).toHaveLength(1);
    expectWhole(shown, 1);
  });

  it('tells every one of 300 findings, in order, in parts that say which they are, and none is refused', async () => {
    rig.door.reply = preflight(findings(300));
    const shown = await privately('ops', () => rig.ws.as('ana').command('/repl preflight setup prod-ldr', '#ops'));
    expectWhole(shown, 300);
    expect(shown.slice(1).map(({ text }) => text)).toEqual(
      shown.slice(1).map((_, index) => `Preflight: Setup of prod-ldr, part ${index + 2} of ${shown.length}.`),
    );
    expect(refusedCalls()).toEqual([]);
  });

  it('goes on in direct messages where the bot is no member, and says so', async () => {
    rig.door.reply = preflight(findings(300));
    await rig.ws.as('ana').command('/repl preflight setup prod-ldr', '#random');
    await until(() => directOf('ana').some(isLast), 'the last part is there', 120_000);
    const here = rig.ws.ephemerals('ana', 'random').filter(isPart);
    expect(here.map(({ text }) => text)).toEqual([
      expect.stringContaining('Setup of prod-ldr cannot go ahead'),
      'I cannot show more of this here, so the rest follows in your direct messages with me.',
    ]);
    expectWhole([...here, ...directOf('ana')], 300);
  }, 180_000);

  it('is a file when it has 5,000 findings, with its beginning beside it', async () => {
    rig.door.reply = preflight(findings(5_000));
    const before = rig.ws.ephemerals('ana', 'ops').filter(isPart).length;
    await rig.ws.as('ana').command('/repl preflight setup prod-ldr', '#ops');
    const shown = () => rig.ws.ephemerals('ana', 'ops').filter(isPart).slice(before);
    await until(() => shown().length > 0, 'ana is answered');
    expect(shown()).toHaveLength(1);
    expect(JSON.stringify(shown()[0]?.blocks)).toContain('lines are in the file that comes with it');
    const content = await uploaded();
    for (const number of [1, 2, 2_500, 5_000]) expect(content).toContain(`No. ${number}!`);
    expect(new Set(content.match(/No\. \d+!/g))).toHaveProperty('size', 5_000);
  });

  it('counts what is left of 5,000 findings where Slack takes no file', async () => {
    rig.ws.faults.refuse('files.getUploadURLExternal', { error: 'missing_scope' });
    rig.door.reply = preflight(findings(5_000));
    const shown = await privately('ops', () => rig.ws.as('ana').command('/repl preflight setup prod-ldr', '#ops'));
    expect(shown).toHaveLength(30);
    const told = numbersIn(shown).length;
    expect(JSON.stringify(shown.at(-1)?.blocks)).toContain(`${5_000 - told} more lines have no room here`);
  });

  it('lists all that stands in the way of a plan that is refused', async () => {
    const checks = findings(300);
    rig.door.reply = {
      ...refuse('not-possible-now', 'The tables are not fit. There are 299 more findings.', 'Mend them.'),
      all: checks.map(({ seen, next }) => `${seen} ${next}`),
    };
    const seen = () => rig.ws.ephemerals('ana', 'ops').filter(({ text }) => text.startsWith('Refused'));
    await rig.ws.as('ana').command('/repl setup prod-ldr', '#ops');
    await until(() => seen().some(({ blocks }) => JSON.stringify(blocks).includes('nothing was changed')), 'the last part is there');
    expect(numbersIn(seen())).toEqual(all(300));
  });

  it('says how much of it did not arrive', async () => {
    rig.ws.faults.refuse('chat.postEphemeral', {
      error: 'fatal_error',
      where: (args) => String(args['text']).includes('part 3 of'),
      times: 1,
    });
    rig.ws.faults.refuse('chat.postEphemeral', {
      error: 'is_archived',
      where: (args) => String(args['text']).includes('part 4 of'),
      times: 1,
    });
    rig.ws.faults.refuse('chat.postMessage', { error: 'messages_tab_disabled', times: Number.POSITIVE_INFINITY });
    rig.door.reply = preflight(findings(300));
    const before = rig.ws.ephemerals('ana', 'ops').length;
    await rig.ws.as('ana').command('/repl preflight setup prod-ldr', '#ops');
    const shown = () => rig.ws.ephemerals('ana', 'ops').slice(before);
    await until(() => shown().some(({ text }) => text.endsWith('did not arrive. Ask again.')), 'ana is told');
  });
});

describe('a long answer to a mention', () => {
  it('is one thread of parts in order, however slowly Slack takes them', async () => {
    rig.door.reply = preflight(findings(150));
    rig.ws.faults.rateLimit('chat.postMessage', { retryAfterSeconds: 1, times: 1 });
    const ts = rig.ws.as('ana').mention('#ops', 'preflight setup prod-ldr');
    const parts = () => rig.ws.thread('ops', ts).slice(1).filter(isPart);
    await until(() => parts().some(isLast), 'the last part is there', 120_000);
    expect(parts().length).toBeGreaterThan(3);
    expectWhole(parts(), 150);
    expect(rig.ws.ephemerals('ana', 'ops').filter(({ threadTs }) => threadTs === ts)).toEqual([]);
  }, 180_000);

  it('is given without tables, page for page, where Slack takes none', async () => {
    rig.ws.faults.refuseBlocks('table');
    const facts = Array.from({ length: 120 }, (_, index) => ({
      name: `f${index}`,
      label: `No. ${index + 1}!`,
      value: `value ${index}`,
      binding: true,
    }));
    rig.door.reply = {
      kind: 'described',
      observation: anObservation({ facts }),
      link: { id: linkId, engine: 'cockroach-ldr', environment: 'production', description: '' },
      live: [],
    };
    const ts = rig.ws.as('ana').mention('#ops', 'describe prod-sql');
    const parts = () => rig.ws.thread('ops', ts).slice(1).filter(isPart);
    await until(() => numbersIn(parts()).length >= 120, 'every fact is there', 120_000);
    expect(numbersIn(parts())).toEqual(all(120));
  }, 180_000);
});

function directOf(person: string): readonly Shown[] {
  const opened = rig.ws
    .calls('chat.postMessage')
    .filter(({ args, applied }) => applied && args['channel'] === rig.ws.ids.people[person])
    .map(({ args }) => ({ text: String(args['text']), blocks: args['blocks'] }));
  return opened.flatMap(({ text, blocks }) => (Array.isArray(blocks) && text.startsWith('Preflight') ? [{ text, blocks }] : []));
}

async function uploaded(): Promise<string> {
  const [call] = rig.ws.calls('files.completeUploadExternal');
  const files = call?.answer['files'];
  const [file] = Array.isArray(files) ? files : [];
  const url = typeof file === 'object' && file !== null && 'url_private' in file ? String(file['url_private']) : '';
  const answer = await fetch(url, { headers: { authorization: `Bearer ${rig.ws.botToken}` } });
  return answer.text();
}
