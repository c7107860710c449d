import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runIdOf } from '../../src/app/proposing.ts';
import type { UserId } from '../../src/domain/ids.ts';
import { ana, bob, chloe, link } from '../support/runs.ts';
import { type Bot, type Bots, callOf, gate, proposedOn, someBots } from './bots.ts';

let bots: Bots;
beforeEach(async () => {
  bots = await someBots();
});
afterEach(() => bots.stop());

const type = ({ app }: Bot, person: UserId, delivery: string, text = `failover ${link}`, channel = 'C1') =>
  app.ask(text, callOf(person, delivery, 'slash', channel));

describe('two people who type the same at the same moment', () => {
  it('get one run, on whichever bots they are heard, and who comes second is told of it', async () => {
    const both = gate(2);
    const [one, other] = await Promise.all([bots.bot('bot-1', both), bots.bot('bot-2', both)]);
    const replies = await Promise.all([type(one, ana, 'by ana'), type(other, bob, 'by bob', undefined, 'C2')]);
    expect(await proposedOn(one)).toHaveLength(1);
    const [told] = replies.filter(({ kind }) => kind === 'proposed');
    if (told?.kind !== 'proposed') throw new TypeError('nobody was told of the run');
    expect(replies.filter(({ kind }) => kind === 'refusal')).toEqual([
      expect.objectContaining({
        code: 'link-held',
        sentence: expect.stringContaining(`Run ${told.run.id}, asked by <@${told.run.origin.person}>`),
      }),
    ]);
  });

  it('get one run of ten bots', async () => {
    const everybody = gate(10);
    const all = await Promise.all(Array.from({ length: 10 }, (_, index) => bots.bot(`bot-${index}`, everybody)));
    const replies = await Promise.all(all.map((bot, index) => type(bot, index % 2 === 0 ? ana : bob, `delivery ${index}`)));
    const [first] = all;
    expect(first === undefined ? [] : await proposedOn(first)).toHaveLength(1);
    expect(replies.every(({ kind }) => kind === 'proposed' || kind === 'refusal')).toBe(true);
    expect(replies.filter(({ kind }) => kind === 'proposed').length).toBeGreaterThan(0);
  });

  it('get one run when one of them presses the button that asks for it', async () => {
    const both = gate(2);
    const [one, other] = await Promise.all([bots.bot('bot-1', both), bots.bot('bot-2', both)]);
    await Promise.all([type(one, ana, 'by ana'), other.app.takeUp(link, 'failover', callOf(bob, 'by bob'))]);
    expect(await proposedOn(one)).toHaveLength(1);
  });

  it('get the run that is there, when the other one has just proposed it', async () => {
    const [one, other] = await Promise.all([bots.bot('bot-1'), bots.bot('bot-2')]);
    await type(one, ana, 'by ana');
    expect(await type(other, bob, 'by bob')).toMatchObject({
      code: 'link-held',
      sentence: expect.stringMatching(/asked by <@.*> *, is on its way to do just that and is (?:proposed|awaiting approval)\.$/),
    });
    expect(await type(one, ana, 'by ana')).toMatchObject({ kind: 'proposed', run: { id: runIdOf('by ana') } });
    expect(await proposedOn(one)).toHaveLength(1);
  });

  it('are not held up by a bot that died before it proposed', async () => {
    const dying = await bots.bot('bot-1', () => Promise.reject(new TypeError('the process is gone')));
    await expect(type(dying, ana, 'by ana')).rejects.toThrow('the process is gone');
    const heir = await bots.bot('bot-2');
    expect(await type(heir, bob, 'by bob')).toMatchObject({ kind: 'proposed', run: { origin: { person: bob } } });
    expect(await type(heir, ana, 'by ana')).toMatchObject({ code: 'link-held', sentence: expect.stringContaining(`asked by <@${bob}>`) });
    expect(await proposedOn(heir)).toHaveLength(1);
  });

  it('get a run each when the first one is over', async () => {
    const bot = await bots.bot('bot-1');
    await type(bot, ana, 'by ana');
    await bot.app.cancel(runIdOf('by ana'), ana);
    expect(await type(bot, chloe, 'by chloe')).toMatchObject({ kind: 'proposed', run: { id: runIdOf('by chloe') } });
    expect(await proposedOn(bot)).toHaveLength(2);
  });
});

describe('two people who type different things at the same moment', () => {
  it.each([
    ['other arguments', `failover ${link} --to 2020-01-01T00:00:00Z`],
    ['the same, to wait in line', `failover ${link} --wait`],
  ])('get a run each: %s', async (_, text) => {
    const both = gate(2);
    const [one, other] = await Promise.all([bots.bot('bot-1', both), bots.bot('bot-2', both)]);
    const replies = await Promise.all([type(one, ana, 'by ana'), type(other, bob, 'by bob', text)]);
    expect(replies.map(({ kind }) => kind)).toEqual(['proposed', 'proposed']);
    expect(await proposedOn(one)).toHaveLength(2);
  });
});
