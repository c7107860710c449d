import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asLinkId } from '../../src/domain/ids.ts';
import type { Button } from '../../src/slack/messages/actions.ts';
import { offerButton } from '../../src/slack/messages/actions.ts';
import { until } from '../support/until.ts';
import { aRig, no, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await aRig();
}, 180_000);
afterAll(() => rig.stop(), 180_000);
beforeEach(() => {
  rig.door.heard.length = 0;
});

const target = { link: asLinkId('prod-graph'), operation: 'fence', inThread: true } as const;
const id = 'replops:ask:fence';

async function posted(element: Button, channel = 'ops'): Promise<string> {
  const blocks = [{ type: 'actions', elements: [element] }];
  const { ts } = await rig.edge.calls.call('chat.postMessage', { channel: rig.ws.ids.channels[channel] ?? '', text: 'An alert.', blocks });
  return ts;
}
const whispers = (person: string, channel = 'ops') => rig.ws.ephemerals(person, channel).map(({ text }) => text);

describe('a button that asks for a change', () => {
  it('asks the door in the name of whoever presses it, in the thread of its message, and says what the door says', async () => {
    const ts = await posted(offerButton(target, 'graph-east'));
    await rig.ws.as('bob').click('#ops', ts, id, { confirm: true });
    await until(() => whispers('bob').some((text) => text.includes(no.sentence)), 'the refusal is told');
    const caller = { person: rig.ws.ids.people['bob'], channel: rig.ws.ids.channels['ops'], thread: ts, via: 'button', external: false };
    expect(rig.door.heard).toEqual([{ what: 'takeUp', said: ['prod-graph', 'fence', { ...caller, delivery: expect.any(String) }] }]);
  });

  it('asks without a thread where its message can have none', async () => {
    const ts = await posted(offerButton({ ...target, inThread: false }, 'graph-east'));
    await rig.ws.as('bob').click('#ops', ts, id, { confirm: true });
    await until(() => rig.door.heard.length === 1, 'the door is asked');
    expect(rig.door.heard).toMatchObject([{ said: ['prod-graph', 'fence', { thread: null }] }]);
  });

  it('is one wish when Slack delivers the click twice', async () => {
    const ts = await posted(offerButton(target, 'graph-east'));
    rig.ws.faults.duplicate('click');
    await rig.ws.as('bob').click('#ops', ts, id, { confirm: true });
    await rig.ws.as('bob').click('#ops', ts, id, { confirm: true });
    await until(() => rig.door.heard.length >= 2, 'both clicks are heard');
    expect(rig.door.heard).toHaveLength(2);
  });

  it('is refused in a channel that is shared with another organisation, and when it is of another version', async () => {
    const outside = await posted(offerButton(target, 'graph-east'), 'northwind-shared');
    await rig.ws.as('stan').click('#northwind-shared', outside, id, { confirm: true });
    await until(() => whispers('stan', 'northwind-shared').some((text) => text.includes('another organisation')), 'it is refused');
    const strange = await posted({ ...offerButton(target, 'graph-east'), value: '{"link":"prod-graph","operation":"erase"}' });
    const before = whispers('bob').length;
    await rig.ws.as('bob').click('#ops', strange, id, { confirm: true });
    await until(() => whispers('bob').length > before, 'bob is answered');
    expect(whispers('bob').at(-1)).toContain('another version of the bot');
    expect(rig.door.heard).toEqual([]);
  });
});
