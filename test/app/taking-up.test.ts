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

const press = ({ app }: Bot, person: UserId, delivery: string) => app.takeUp(link, 'failover', callOf(person, delivery));

describe('a button that the bot offers', () => {
  it('makes one run when two people press it at once, each on a bot of their own', async () => {
    const both = gate(2);
    const [one, other] = await Promise.all([bots.bot('bot-1', both), bots.bot('bot-2', both)]);
    const replies = await Promise.all([press(one, ana, 'press of ana'), press(other, bob, 'press of bob')]);
    expect(await proposedOn(one)).toHaveLength(1);
    const [told] = replies.filter(({ kind }) => kind === 'proposed');
    const [refused] = replies.filter(({ kind }) => kind === 'refusal');
    if (told?.kind !== 'proposed') throw new TypeError('nobody was told of the run');
    expect(refused).toMatchObject({
      code: 'link-held',
      sentence: expect.stringContaining(`Run ${told.run.id}, asked by <@${told.run.origin.person}>`),
    });
  });

  it('makes one run when one person presses it twice at once, and shows it both times', async () => {
    const both = gate(2);
    const [one, other] = await Promise.all([bots.bot('bot-1', both), bots.bot('bot-2', both)]);
    const replies = await Promise.all([press(one, ana, 'first press'), press(other, ana, 'second press')]);
    const [run] = await proposedOn(one);
    expect(replies).toMatchObject([
      { kind: 'proposed', run: { id: run } },
      { kind: 'proposed', run: { id: run } },
    ]);
  });

  it('holds nobody up when the bot that was pressed first died before it proposed, and still makes one run when that press is worked off again', async () => {
    const dying = await bots.bot('bot-1', () => Promise.reject(new TypeError('the process is gone')));
    await expect(press(dying, ana, 'press of ana')).rejects.toThrow('the process is gone');
    const [heir, third] = await Promise.all([bots.bot('bot-2'), bots.bot('bot-3')]);
    expect(await proposedOn(heir)).toEqual([]);
    expect(await press(heir, bob, 'press of bob')).toMatchObject({ kind: 'proposed', run: { origin: { person: bob } } });
    expect(await press(third, ana, 'press of ana')).toMatchObject({
      code: 'link-held',
      sentence: expect.stringContaining(`asked by <@${bob}>`),
    });
    expect(await proposedOn(heir)).toHaveLength(1);
  });

  it('makes another run once the one before is over', async () => {
    const bot = await bots.bot('bot-1');
    await press(bot, ana, 'press of ana');
    const run = runIdOf('press of ana');
    expect(await press(bot, chloe, 'press of chloe')).toMatchObject({ code: 'link-held' });
    await bot.app.cancel(run, ana);
    expect(await press(bot, bob, 'press of bob')).toMatchObject({ kind: 'proposed', run: { id: runIdOf('press of bob') } });
    expect(await press(bot, chloe, 'another press of chloe')).toMatchObject({ code: 'link-held' });
    expect(await proposedOn(bot)).toHaveLength(2);
  });
});
