import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openLoopbackPort } from '../../src/sim/loopback-port.ts';

describe('a port of a world', { timeout: 60_000 }, () => {
  it('is none that an outgoing connection may be given while the server is down', async () => {
    const [firstOutgoing] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
    const own = await openLoopbackPort(0, (socket) => socket.end());
    expect(own.port).toBeLessThan(firstOutgoing ?? 0);
    await own.stop();
  });
});

describe('a port that is given back', { timeout: 60_000 }, () => {
  it('is waited for while something else on the machine holds it', async () => {
    const own = await openLoopbackPort(0, (socket) => socket.end());
    await own.stop();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(own.port, '127.0.0.1', resolve));
    let isBack = false;
    const back = own.start().then(() => {
      isBack = true;
    });
    // One turn of the event loop refuses the first try.
    await new Promise((resolve) => setImmediate(resolve));
    expect(isBack).toBe(false);
    await new Promise((resolve) => other.close(resolve));
    await back;
    await own.stop();
  });
});
