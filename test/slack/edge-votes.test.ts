import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asUserId } from '../../src/domain/ids.ts';
import { until } from '../support/until.ts';
import { aRig, no, type Rig, run } from './rig.ts';

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
/** Without the word that it takes a while, which a busy machine has the bot say at any time. */
const whispers = (person: string, name = 'ops') =>
  rig.ws
    .ephemerals(person, name)
    .map(({ text }) => text)
    .filter((text) => !text.startsWith('Still at it'));
const newWhisper = async (person: string, name: string, act: () => unknown): Promise<string> => {
  const before = whispers(person, name).length;
  await act();
  await until(() => whispers(person, name).length > before, `${person} is answered in private`);
  return whispers(person, name).at(-1) ?? '';
};

describe('a reaction on a message of a run', () => {
  it.each([
    ['white_check_mark', 'approve'],
    ['+1::skin-tone-4', 'approve'],
    ['x', 'veto'],
    ['no_entry', 'veto'],
  ])('%s is a vote to %s', async (name, choice) => {
    const ts = await rig.postRun();
    rig.ws.as('bob').react('#ops', ts, name);
    await until(() => rig.door.ballots.length === 1, 'there is a vote');
    expect(rig.door.ballots[0]).toEqual({ run, person: id('bob'), choice, means: 'reaction', reason: null, planHash: null });
  });

  it('that does not count is answered in private with the reason', async () => {
    const ts = await rig.postRun();
    expect(await newWhisper('bob', 'ops', () => rig.ws.as('bob').react('#ops', ts, 'white_check_mark'))).toContain(no.sentence);
  });

  it('that is taken away takes the vote back', async () => {
    const ts = await rig.postRun();
    rig.ws.as('bob').react('#ops', ts, 'white_check_mark');
    await until(() => rig.door.ballots.length === 1, 'there is a vote');
    rig.ws.as('bob').unreact('#ops', ts, 'white_check_mark');
    await until(() => rig.door.heard.length === 1, 'the vote is taken back');
    expect(rig.door.heard).toEqual([{ what: 'withdraw', said: [run, id('bob'), 'reaction'] }]);
  });

  it('that was taken away before it was heard is no vote, in whatever order it arrives', async () => {
    const ts = await rig.postRun();
    rig.ws.faults.holdEvents();
    rig.ws.as('bob').react('#ops', ts, 'white_check_mark');
    rig.ws.as('bob').unreact('#ops', ts, 'white_check_mark');
    rig.ws.faults.releaseEvents('reversed');
    await until(() => rig.door.heard.length === 1, 'the withdrawal is heard');
    await rig.ws.idle();
    expect(rig.door.ballots).toEqual([]);
  });

  it('keeps standing while another one of the same person says the same', async () => {
    const ts = await rig.postRun();
    rig.ws.as('bob').react('#ops', ts, 'white_check_mark');
    rig.ws.as('bob').react('#ops', ts, '+1');
    await until(() => rig.door.ballots.length === 2, 'both are heard');
    rig.ws.as('bob').unreact('#ops', ts, '+1');
    await rig.ws.idle();
    await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'));
    expect(rig.door.heard).toEqual([]);
  });

  it.each([
    ['another emoji', 'eyes'],
    ['a mood', 'tada'],
  ])('%s is ignored', async (_name, emoji) => {
    const ts = await rig.postRun();
    rig.ws.as('bob').react('#ops', ts, emoji);
    await rig.ws.idle();
    await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'));
    expect(rig.door.ballots).toEqual([]);
  });

  it('on any other message is ignored', async () => {
    const ts = rig.ws.as('ana').say('#ops', 'lunch?');
    rig.ws.as('bob').react('#ops', ts, 'white_check_mark');
    await rig.ws.idle();
    await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'));
    expect(rig.door.ballots).toEqual([]);
  });

  it('on a message whose run is not written down yet counts as soon as it is', async () => {
    const ts = await rig.postRun();
    const { runOfMessage } = rig.door;
    let asked = 0;
    rig.door.runOfMessage = async (...message) => {
      asked += 1;
      return asked < 3 ? null : runOfMessage(...message);
    };
    rig.ws.as('bob').react('#ops', ts, 'x');
    await until(() => rig.door.ballots.length === 1, 'there is a veto');
    rig.door.runOfMessage = runOfMessage;
    expect(rig.door.ballots[0]).toMatchObject({ run, choice: 'veto' });
    expect(asked).toBe(3);
  });

  it('on what another wrote is asked about once', async () => {
    const ts = rig.ws.as('ana').say('#ops', 'supper?');
    const { runOfMessage } = rig.door;
    let asked = 0;
    rig.door.runOfMessage = async (...message) => {
      asked += 1;
      return runOfMessage(...message);
    };
    rig.ws.as('bob').react('#ops', ts, 'x');
    await until(() => asked === 1, 'the message is looked up');
    await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'));
    rig.door.runOfMessage = runOfMessage;
    expect(asked).toBe(1);
  });

  it('in a shared channel does not count and is answered', async () => {
    const ts = await rig.postRun('northwind-shared');
    expect(await newWhisper('bob', 'northwind-shared', () => rig.ws.as('bob').react('#northwind-shared', ts, '+1'))).toContain(
      'shared with another organisation',
    );
    expect(rig.door.ballots).toEqual([]);
  });

  it('approves nothing while the reactions cannot be read, and still vetoes', async () => {
    const ts = await rig.postRun();
    rig.ws.faults.refuse('reactions.get', { error: 'internal_error', times: Number.POSITIVE_INFINITY });
    expect(await newWhisper('bob', 'ops', () => rig.ws.as('bob').react('#ops', ts, '+1'))).toContain('does not count');
    expect(rig.door.ballots).toEqual([]);
    rig.ws.as('chloe').react('#ops', ts, 'x');
    await until(() => rig.door.ballots.length === 1, 'there is a veto');
    expect(rig.door.ballots[0]?.choice).toBe('veto');
  });

  it('of the bot itself is no vote', async () => {
    const ts = await rig.postRun();
    await rig.edge.calls.call('reactions.add', { channel: channel('ops'), timestamp: ts, name: 'white_check_mark' });
    await rig.ws.idle();
    await newWhisper('ana', 'ops', () => rig.ws.as('ana').command('/repl status', '#ops'));
    expect(rig.door.ballots).toEqual([]);
  });
});

describe('a button', () => {
  it.each([
    ['approve', 'approve'],
    ['deny', 'veto'],
  ])('%s is a vote', async (verb, choice) => {
    const ts = await rig.postRun();
    expect(await rig.ws.as('bob').click('#ops', ts, `replops:${verb}`, { confirm: true })).toMatchObject({ state: 'acked' });
    await until(() => rig.door.ballots.length === 1, 'there is a vote');
    expect(rig.door.ballots[0]).toEqual({ run, person: id('bob'), choice, means: 'button', reason: null, planHash: null });
  });

  it.each([
    ['confirm', [run, 's2', 'bob', 'button']],
    ['cancel', [run, 'bob']],
    ['retry', [run, 'bob']],
  ])('%s reaches the door', async (verb, said) => {
    const ts = await rig.postRun();
    await rig.ws.as('bob').click('#ops', ts, `replops:${verb}`, { confirm: true });
    await until(() => rig.door.heard.length === 1, 'it is heard');
    expect(rig.door.heard).toEqual([{ what: verb, said: said.map((one) => (one === 'bob' ? id('bob') : one)) }]);
  });

  it('that does not count is answered in private with the reason', async () => {
    const ts = await rig.postRun();
    expect(await newWhisper('gwen', 'ops', () => rig.ws.as('gwen').click('#ops', ts, 'replops:approve', { confirm: true }))).toContain(
      no.sentence,
    );
  });

  it('in a shared channel does not count', async () => {
    const ts = await rig.postRun('northwind-shared');
    const answer = await newWhisper('stan', 'northwind-shared', () =>
      rig.ws.as('stan').click('#northwind-shared', ts, 'replops:approve', { confirm: true }),
    );
    expect(answer).toContain('shared with another organisation');
    expect(rig.door.ballots).toEqual([]);
  });

  it('skip asks for a reason first, refuses an empty one, and passes it on', async () => {
    const ts = await rig.postRun();
    await rig.ws.as('bob').click('#ops', ts, 'replops:skip', { confirm: true });
    await until(() => rig.ws.as('bob').view() !== null, 'the dialog is open');
    await rig.ws.as('bob').submitView({ reason: '   ' });
    expect(rig.ws.as('bob').view()?.errors).toHaveProperty('reason');
    expect(rig.door.heard).toEqual([]);
    await rig.ws.as('bob').submitView({ reason: 'promoted by hand' });
    await until(() => rig.door.heard.length === 1, 'it is heard');
    expect(rig.door.heard).toEqual([{ what: 'skip', said: [run, id('bob'), 'promoted by hand'] }]);
    expect(rig.ws.as('bob').view()).toBeNull();
  });

  it('skip says what to do when the dialog does not open', async () => {
    const ts = await rig.postRun();
    rig.ws.faults.refuse('views.open', { error: 'expired_trigger_id' });
    expect(await newWhisper('bob', 'ops', () => rig.ws.as('bob').click('#ops', ts, 'replops:skip', { confirm: true }))).toContain(
      'could not be opened',
    );
  });
});

describe('people', () => {
  it.each([
    ['bob', 'member', ['dba']],
    ['amir', 'member', []],
    ['gwen', 'guest', []],
    ['sam', 'guest', []],
    ['stan', 'stranger', []],
    ['deploybot', 'bot', []],
    ['dora', 'deactivated', []],
  ])('%s is a %s', async (name, standing, groups) => {
    const person = await rig.edge.people.person(asUserId(id(name)));
    expect(person).toMatchObject({ standing, groups });
  });
});
