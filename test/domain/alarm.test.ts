import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { setAlarm } from '../../src/domain/alarm.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Two ends of a connection. */
async function aLine(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  // The event of a server hands over the socket alone.
  const [far] = (await accepted) as [Socket];
  closing.push(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

/** Does nothing, as a process that gets no processor. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('an alarm', () => {
  it('rings after what has arrived while the process stood still', async () => {
    const { near, far } = await aLine();
    const order: string[] = [];
    near.on('data', () => order.push('heard'));
    const rung = new Promise<void>((resolve) => {
      setAlarm(1, () => {
        order.push('rung');
        resolve();
      });
    });
    far.write('an answer');
    standStill(300);
    await rung;
    expect(order).toEqual(['heard', 'rung']);
  });

  it('does not ring once it was called off, not even when its time is up', async () => {
    let rung = 0;
    const callOff = setAlarm(1, () => {
      rung += 1;
    });
    const other = new Promise<void>((resolve) => {
      // Due at the same time and set later: it comes between the timer of the alarm and its ringing.
      setTimeout(() => {
        callOff();
        resolve();
      }, 1);
    });
    standStill(20);
    await other;
    setAlarm(50, () => {
      rung += 10;
    })();
    await new Promise<void>((resolve) => {
      setAlarm(1, resolve);
    });
    expect(rung).toBe(0);
  });
});
