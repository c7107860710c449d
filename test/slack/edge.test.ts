import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/faults.ts';
import { until } from '../support/until.ts';
import { aRig, no, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await aRig();
}, 180_000);
afterAll(() => rig.stop(), 180_000);
beforeEach(() => {
  rig.ws.faults.clear();
  rig.door.reply = no;
  rig.door.governed = no;
  rig.door.view = null;
  for (const list of [rig.door.asked, rig.door.heard, rig.door.ballots]) list.length = 0;
});

const channel = (name: string) => rig.ws.ids.channels[name] ?? name;
const id = (name: string) => rig.ws.ids.people[name] ?? name;
const everyWhisper = (person: string, name = 'ops') => rig.ws.ephemerals(person, name).map(({ text }) => text);
const stillAtIt = (text: string): boolean => text.startsWith('Still at it');
/** Without the word that it takes a while, which a busy machine has the bot say at any time. */
const whispers = (person: string, name = 'ops') => everyWhisper(person, name).filter((text) => !stillAtIt(text));
const newWhisper = async (person: string, name: string, act: () => unknown): Promise<string> => {
  const before = whispers(person, name).length;
  await act();
  await until(() => whispers(person, name).length > before, `${person} is answered in private`);
  return whispers(person, name).at(-1) ?? '';
};

describe('a slash command', () => {
  it('is acknowledged at once, asked of the door once and answered to its author alone', async () => {
    const before = rig.ws.messages('ops').length;
    const answer = await newWhisper('ana', 'ops', async () => {
      const outcome = await rig.ws.as('ana').command('/repl failover prod-sql', '#ops');
      expect(outcome).toMatchObject({ state: 'acked', payload: {} });
    });
    expect(answer).toContain(no.sentence);
    expect(rig.door.asked).toEqual([
      {
        text: 'failover prod-sql',
        caller: {
          person: id('ana'),
          channel: channel('ops'),
          thread: null,
          via: 'slash',
          delivery: expect.stringMatching(/^command:/),
          external: false,
        },
      },
    ]);
    expect(rig.ws.messages('ops')).toHaveLength(before);
  });

  it('that is delivered twice is carried out once', async () => {
    rig.ws.faults.duplicate('command');
    await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'));
    await rig.ws.idle();
    expect(rig.door.asked).toHaveLength(1);
  });

  it('in a public channel that the bot is not in is answered like in any other', async () => {
    await newWhisper('ana', 'random', () => rig.ws.as('ana').command('/repl links', '#random'));
    expect(rig.door.asked[0]?.caller.external).toBe(false);
  });

  it('in a shared channel is marked', async () => {
    await newWhisper('ana', 'northwind-shared', () => rig.ws.as('ana').command('/repl status', '#northwind-shared'));
    expect(rig.door.asked[0]?.caller.external).toBe(true);
  });

  it('in a channel that Slack hides is marked, and the person is told why', async () => {
    rig.ws.faults.refuse('conversations.info', {
      error: 'channel_not_found',
      where: ({ channel: asked }) => asked === channel('incidents'),
    });
    await newWhisper('ana', 'incidents', () => rig.ws.as('ana').command('/repl status', '#incidents'));
    expect(rig.door.asked[0]?.caller.external).toBe(true);
    expect(JSON.stringify(rig.ws.ephemerals('ana', 'incidents').at(-1)?.blocks)).toContain(
      'Slack does not tell me whether this channel is shared',
    );
  });

  it('that fails is answered with what is known', async () => {
    rig.door.reply = async () => {
      throw new Fault('redis-unavailable', 'Redis did not answer.', { effect: 'unknown' });
    };
    expect(await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'))).toContain('Redis did not answer.');
  });

  it('that meets a mistake of ours is answered, and the next one is carried out', async () => {
    rig.door.reply = async () => {
      throw new TypeError('a secret detail');
    };
    const answer = await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'));
    expect(answer).toContain('mistake in the bot');
    expect(answer).not.toContain('secret detail');
    rig.door.reply = no;
    expect(await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'))).toContain(no.sentence);
  });

  it('that takes long is told to be under way', async () => {
    let finish: () => void = () => undefined;
    rig.door.reply = () =>
      new Promise((resolve) => {
        finish = () => resolve(no);
      });
    const before = everyWhisper('ana').length;
    await rig.ws.as('ana').command('/repl status', '#ops');
    await until(() => everyWhisper('ana').length > before, 'ana is told');
    expect(everyWhisper('ana').at(-1)).toContain('Still at it');
    expect(await newWhisper('ana', 'ops', () => finish())).toContain(no.sentence);
  });

  it('whose blocks Slack refuses is answered in plainer ones', async () => {
    rig.ws.faults.refuseBlocks('section');
    expect(await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'))).toContain(no.sentence);
  });
});

describe('a mention', () => {
  it('is answered in its thread, without the bot’s name in the command', async () => {
    const ts = rig.ws.as('ana').mention('#ops', 'status prod-sql');
    await until(() => rig.ws.thread('ops', ts).length === 2, 'there is an answer in the thread');
    expect(rig.door.asked).toEqual([
      { text: 'status prod-sql', caller: expect.objectContaining({ via: 'mention', thread: null, person: id('ana') }) },
    ]);
    expect(rig.ws.thread('ops', ts)[1]?.text).toContain(no.sentence);
  });

  it('inside a thread is answered there and says so to the door', async () => {
    const parent = rig.ws.as('ana').say('#ops', 'prod-sql looks odd');
    rig.ws.as('ana').mention('#ops', 'status', parent);
    await until(() => rig.ws.thread('ops', parent).length === 3, 'there is an answer in the thread');
    expect(rig.door.asked[0]?.caller.thread).toBe(parent);
  });

  it('that Slack delivers again is carried out once', async () => {
    rig.ws.faults.loseAck('event');
    const ts = rig.ws.as('ana').mention('#ops', 'status again');
    await until(() => rig.ws.thread('ops', ts).length === 2, 'there is an answer');
    await rig.ws.idle();
    expect(rig.door.asked).toHaveLength(1);
  }, 180_000);

  it('by a bot is ignored', async () => {
    rig.ws.as('deploybot').mention('#ops', 'failover prod-sql');
    await rig.ws.idle();
    await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'));
    expect(rig.door.asked.map(({ text }) => text)).toEqual(['status']);
  });

  it('keeps 10,000 hostile characters as they are', async () => {
    const text = `status ${'“prod”—<b>&amp;\n'.repeat(600)}`;
    rig.ws.as('ana').mention('#ops', text);
    await until(() => rig.door.asked.length === 1, 'it was asked');
    expect(rig.door.asked[0]?.text.length).toBeGreaterThan(9000);
  });
});

describe('a direct message', () => {
  it('is answered in its thread', async () => {
    const ts = rig.ws.as('ana').directMessage('links');
    await until(() => rig.door.asked.length === 1, 'it was asked');
    expect(rig.door.asked[0]).toMatchObject({ text: 'links', caller: { via: 'direct-message', external: false } });
    const direct = rig.door.asked[0]?.caller.channel ?? '';
    await until(() => rig.ws.thread(direct, ts).length === 2, 'there is an answer');
  });
});
