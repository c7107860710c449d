import { describe, expect, it } from 'vitest';
import { blockTypes } from '../../../src/sim/slack/block-types.ts';
import { coverage } from '../../../src/sim/slack/coverage.ts';
import { methods } from '../../../src/sim/slack/methods/index.ts';
import { ask, aWorkspace } from './client.ts';
import { eventsIn, rawSocket } from './raw-socket.ts';

/** Makes every event happen that somebody can cause. */
async function eventsOfADay(): Promise<ReadonlySet<string>> {
  const subscriptions = [...coverage.events.filter((name) => name !== 'message'), 'message.channels'];
  const ws = await aWorkspace({ subscriptions });
  const socket = await rawSocket(ws);
  const ts = ws.as('ana').mention('#ops', 'hello');
  ws.as('bob').react('#ops', ts, 'eyes');
  ws.as('bob').unreact('#ops', ts, 'eyes');
  ws.as('ana').openHome();
  ws.as('gwen').leave('#ops');
  ws.as('ana').invite('#ops', 'gwen');
  ws.setGroup('dba', ['bob']);
  ws.archive('#incidents');
  await ws.idle();
  return new Set(eventsIn(socket).map((one) => String(one.event['type'])));
}

describe('the coverage list', () => {
  it('names exactly the methods that are registered', () => {
    expect([...coverage.methods].sort()).toEqual(Object.keys(methods).sort());
  });

  it('names exactly the block types that are known', () => {
    expect([...coverage.blocks].sort()).toEqual(Object.keys(blockTypes).sort());
  });

  it('is answered over HTTP: no listed method is unknown, every missing one is', async () => {
    const ws = await aWorkspace();
    for (const method of coverage.methods) expect([method, (await ask(ws, method))['error']]).not.toEqual([method, 'unknown_method']);
    for (const method of coverage.missing.filter((name) => name.includes('.')))
      expect((await ask(ws, method))['error']).toBe('unknown_method');
  });

  it('names exactly the events that happen', async () => {
    const seen = await eventsOfADay();
    expect([...seen].sort()).toEqual([...coverage.events].sort());
  });
});
