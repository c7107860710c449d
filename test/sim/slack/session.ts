import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { Workspace } from '../../../src/sim/slack/contract.ts';
import type { WorkspaceOptions } from '../../../src/sim/slack/options.ts';
import { startWorkspace } from '../../../src/sim/slack/workspace.ts';

type BoltApp = App;

export interface Session {
  readonly ws: Workspace;
  readonly app: BoltApp;
  stop(): Promise<void>;
}

/** A machine that stands still for 3 s must not decide what is seen. */
const patient = { ackDeadlineMs: 60_000, triggerLifeMs: 60_000 } as const;

/** Some tests break connections on purpose; the SDK's complaints about that are not news. */
const nothing = (): void => undefined;
const quiet = {
  ...{ debug: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, setName: nothing },
  getLevel: () => LogLevel.ERROR,
};

/** Retries are the bot's business; here one call is one call. */
const calm = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };

function receiverFor(ws: Workspace, pingMs: number) {
  const clientOptions = { slackApiUrl: ws.apiUrl, retryConfig: { retries: 10, minTimeout: 20, maxTimeout: 50 } };
  return new SocketModeReceiver({
    appToken: ws.appToken,
    logger: quiet,
    clientPingTimeout: pingMs,
    installerOptions: { clientOptions },
  });
}

/**
 * A workspace, and the real Bolt connected to it by `sockets` sockets. `wire` adds the listeners. `pingMs` is the SDK's
 * delay before it reconnects, and the silence after which it does: a busy machine needs the SDK's own 5,000.
 */
export async function overSockets(
  wire: (app: BoltApp) => void,
  options: Partial<WorkspaceOptions> = {},
  sockets = 1,
  pingMs = 5_000,
): Promise<Session> {
  const ws = await startWorkspace({ delivery: 'socket', ...options, timing: { ...patient, ...options.timing } });
  const receivers = Array.from({ length: sockets }, () => receiverFor(ws, pingMs));
  const [first, ...others] = receivers;
  if (first === undefined) throw new TypeError('at least one socket');
  const app = new App({
    token: ws.botToken,
    receiver: first,
    clientOptions: { slackApiUrl: ws.apiUrl, ...calm },
    logger: quiet,
    deferInitialization: true,
    convoStore: false,
  });
  wire(app);
  for (const other of others) other.init(app);
  await app.init();
  await app.start();
  for (const other of others) await other.start();
  const stop = async () => {
    await Promise.all(receivers.map((receiver) => receiver.client.disconnect()));
    await ws.close();
  };
  return { ws, app, stop };
}

/** The same over signed HTTP. */
export async function overHttp(wire: (app: BoltApp) => void, options: Partial<WorkspaceOptions> = {}): Promise<Session> {
  const port = await freePort();
  const signingSecret = 'a secret of this test';
  const delivery = { http: `http://127.0.0.1:${port}/slack/events`, signingSecret };
  const ws = await startWorkspace({ delivery, ...options, timing: { ...patient, ...options.timing } });
  const app = new App({
    token: ws.botToken,
    signingSecret,
    clientOptions: { slackApiUrl: ws.apiUrl, ...calm },
    logger: quiet,
    deferInitialization: true,
    convoStore: false,
  });
  wire(app);
  await app.init();
  await app.start({ port, host: '127.0.0.1' });
  const stop = async () => {
    await ws.close();
    await app.stop();
  };
  return { ws, app, stop };
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Looks again every 10 ms until there is an answer; fails after 100 s, which is a bound for what never comes. */
export async function eventually<T>(look: () => T | undefined | null | false, what: string): Promise<T> {
  const until = performance.now() + 100_000;
  while (performance.now() < until) {
    const seen = look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new TypeError(`never happened: ${what}`);
}
