import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/faults.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createIntake } from '../../src/slack/intake.ts';
import { clickBody, commandBody, eventBody, mention, viewBody } from './payloads.ts';
import { handClock, memoryInbox } from './support.ts';

function anIntake() {
  const clock = handClock();
  const inbox = memoryInbox();
  const whispered: { url: string; text: string }[] = [];
  const intake = createIntake({
    inbox,
    clock,
    log: silentLog,
    whisper: async (url, text) => void whispered.push({ url, text }),
  });
  return { clock, inbox, intake, whispered };
}

const down = (effect: 'not-applied' | 'unknown') => new Fault('redis-unavailable', 'Redis could not be reached.', { effect });
const empty = { kind: 'acknowledge', payload: null };

describe('a delivery', () => {
  it.each([
    ['command', commandBody()],
    ['event', eventBody(mention())],
    ['click', clickBody()],
    ['dialog', viewBody('standby was promoted by hand')],
  ])('is written down before it is acknowledged: a %s', async (_name, body) => {
    const { inbox, intake } = anIntake();
    expect(await intake.receive(body)).toEqual(empty);
    expect(inbox.recorded.map((one) => one.body)).toEqual([body]);
  });

  it('that comes twice is acknowledged twice and written down once', async () => {
    const { inbox, intake } = anIntake();
    const envelope = eventBody(mention());
    expect([await intake.receive(envelope), await intake.receive(envelope)]).toEqual([empty, empty]);
    expect(inbox.recorded).toHaveLength(1);
  });

  it.each([
    ['of a kind that has no key', { type: 'app_rate_limited', team_id: 'T1' }],
    ['that means nothing', eventBody(mention({ bot_id: 'B1' }))],
  ])('%s is acknowledged and forgotten', async (_name, body) => {
    const { inbox, intake } = anIntake();
    expect(await intake.receive(body)).toEqual(empty);
    expect(inbox.recorded).toEqual([]);
  });
});

describe('without Redis', () => {
  it('a command is answered in its acknowledgement', async () => {
    const { inbox, intake } = anIntake();
    inbox.fail = down('not-applied');
    expect(await intake.receive(commandBody())).toMatchObject({
      kind: 'acknowledge',
      payload: { response_type: 'ephemeral', text: expect.stringMatching(/^Nothing happened: .* send the command again/) },
    });
  });

  it('a command of which nobody knows whether it was written down is not called lost', async () => {
    const { inbox, intake } = anIntake();
    inbox.fail = down('unknown');
    expect(await intake.receive(commandBody())).toMatchObject({ payload: { text: expect.stringContaining('cannot tell whether') } });
  });

  it('a click is acknowledged and answered through its own address', async () => {
    const { inbox, intake, whispered } = anIntake();
    inbox.fail = down('not-applied');
    expect(await intake.receive(clickBody())).toEqual(empty);
    expect(whispered).toEqual([{ url: 'https://hooks.slack.com/actions/T1/1/x', text: expect.stringContaining('Nothing happened') }]);
  });

  it('a dialog stays open and says so', async () => {
    const { inbox, intake } = anIntake();
    inbox.fail = down('not-applied');
    expect(await intake.receive(viewBody('because'))).toMatchObject({
      payload: { response_action: 'errors', errors: { reason: expect.stringContaining('Nothing happened') } },
    });
  });

  it('an event is left for Slack to deliver again', async () => {
    const { inbox, intake } = anIntake();
    inbox.fail = down('not-applied');
    expect(await intake.receive(eventBody(mention()))).toMatchObject({ kind: 'leave' });
    inbox.fail = null;
    expect(await intake.receive(eventBody(mention()))).toEqual(empty);
    expect(inbox.recorded).toHaveLength(1);
  });

  it('nobody waits longer than Slack does', async () => {
    const { inbox, intake, clock } = anIntake();
    inbox.fail = 'never answer';
    const receipt = intake.receive(commandBody());
    await clock.advance(2000);
    expect(await receipt).toMatchObject({ payload: { text: expect.stringContaining('cannot tell whether') } });
  });
});

describe('a dialog without a reason', () => {
  it.each([[null], [''], ['   \n']])('stays open and is not written down: %j', async (reason) => {
    const { inbox, intake } = anIntake();
    expect(await intake.receive(viewBody(reason))).toMatchObject({
      payload: { response_action: 'errors', errors: { reason: expect.any(String) } },
    });
    expect(inbox.recorded).toEqual([]);
  });
});
