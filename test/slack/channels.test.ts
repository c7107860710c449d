import { describe, expect, it } from 'vitest';
import { asChannelId } from '../../src/domain/ids.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createChannels } from '../../src/slack/channels.ts';
import { answering, handClock, refusedBySlack } from './support.ts';

const ops = { id: 'C1', name: 'ops', is_archived: false, is_member: true, is_ext_shared: false };

function looking(answer: unknown) {
  const clock = handClock();
  const world = { answer };
  const { calls, asked } = answering(() => world.answer);
  const channels = createChannels({ calls, clock, log: silentLog });
  return { clock, world, asked, look: () => channels.look(asChannelId('C1')) };
}

describe('a channel', () => {
  it.each([
    ['of our own', ops, 'internal', true],
    ['shared with another organisation', { ...ops, is_ext_shared: true }, 'external', true],
    ['whose share is only offered', { ...ops, is_pending_ext_shared: true }, 'external', true],
    ['that the bot has not joined', { ...ops, is_member: false }, 'internal', false],
    ['of which Slack leaves out whether it is shared', { id: 'C1', is_member: true }, 'unknown', true],
    ['that is a direct message with the bot', { id: 'D1', is_im: true }, 'internal', true],
    ['that is a direct message with another organisation', { id: 'D1', is_im: true, is_ext_shared: true }, 'external', true],
  ])('%s', async (_name, channel, reach, joined) => {
    expect(await looking({ channel }).look()).toMatchObject({ reach, joined });
  });

  it.each([['channel_not_found'], ['missing_scope'], ['ratelimited'], ['http-500']])(
    'counts as foreign when Slack answers %s',
    async (error) => {
      expect(await looking(refusedBySlack(error)).look()).toMatchObject({ reach: 'unknown', joined: false, refused: error });
    },
  );

  it('that comes to be shared is known within a minute', async () => {
    const { look, world, clock, asked } = looking({ channel: ops });
    await look();
    world.answer = { channel: { ...ops, is_ext_shared: true } };
    await clock.advance(59_000);
    expect((await look()).reach).toBe('internal');
    await clock.advance(1000);
    expect((await look()).reach).toBe('external');
    expect(asked).toHaveLength(2);
  });

  it('that Slack hid is asked about again soon', async () => {
    const { look, world, clock } = looking(refusedBySlack('channel_not_found'));
    await look();
    world.answer = { channel: ops };
    await clock.advance(5000);
    expect((await look()).reach).toBe('internal');
  });
});
