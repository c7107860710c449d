import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../support/house.ts';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

describe('over HTTP instead of Socket Mode', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ httpPort: await freePort() });
  });
  afterAll(() => house.close());

  it('proves its address to Slack', async () => {
    expect(await house.workspace.verifyRequestUrl()).toBe(true);
  });

  it('carries a pause from the command over a click to its end', async () => {
    const run = await house.propose('ana', '/repl pause prod-sql');
    await house.approve(run, 'bob');
    await house.reaches(run, 'succeeded');
    expect(house.sql.vc('standby')?.status).toBe('replication paused');
    expect(house.workspace.sockets()).toBe(0);
  });
});
