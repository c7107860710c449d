import { App as Bolt, SocketModeReceiver } from '@slack/bolt';
import { systemClock } from '../../src/domain/clock.ts';
import { silentLog } from '../../src/domain/log.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startWorkspace } from '../../src/sim/slack/workspace.ts';
import { clientOptions } from '../../src/slack/calls.ts';
import { createIntake } from '../../src/slack/intake.ts';
import { sdkLogger } from '../../src/slack/sdk-logger.ts';
import { createSockets } from '../../src/slack/sockets.ts';
import { createStore } from '../../src/store/index.ts';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

type Workspace = Awaited<ReturnType<typeof startWorkspace>>;
const rounds = 400;
const warmUp = 50;

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

interface Measured {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Time from a typed command to its acknowledgement, ms, one after the other. */
async function measure(ws: Workspace): Promise<Measured> {
  const times: number[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const before = systemClock.monotonic();
    const { state } = await ws.as('ana').command('/repl status', '#ops');
    if (state !== 'acked') throw new TypeError(`a command was ${state}`);
    if (round >= warmUp) times.push(systemClock.monotonic() - before);
  }
  times.sort((a, b) => a - b);
  return { medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

async function bare(): Promise<Measured> {
  const ws = await startWorkspace({ delivery: 'socket', commands: ['/repl'] });
  const options = () => clientOptions({ log: silentLog, apiUrl: ws.apiUrl });
  const logger = sdkLogger(silentLog, 'bench');
  const receiver = new SocketModeReceiver({ appToken: ws.appToken, logger, installerOptions: { clientOptions: options() } });
  const bolt = new Bolt({ token: ws.botToken, receiver, clientOptions: options(), logger, deferInitialization: true, convoStore: false });
  bolt.command('/repl', async ({ ack }) => ack());
  await bolt.init();
  await bolt.start();
  await until(() => ws.sockets() === 1, 'the socket is open');
  const measured = await measure(ws);
  await receiver.client.disconnect();
  await ws.close();
  return measured;
}

async function ours(): Promise<Measured> {
  const redis = await startRedis();
  const ws = await startWorkspace({ delivery: 'socket', commands: ['/repl'] });
  const store = createStore({ url: redis.url, worker: 'bench', clock: systemClock, onProblem: () => undefined });
  const intake = createIntake({ inbox: store.inbox, clock: systemClock, log: silentLog, whisper: async () => undefined });
  const sockets = createSockets({
    appToken: new Secret(ws.appToken),
    apiUrl: ws.apiUrl,
    clock: systemClock,
    log: silentLog,
    intake,
    sockets: 1,
  });
  await until(async () => (await store.ping().catch(() => null)) !== null, 'Redis answers');
  await sockets.start();
  await until(() => ws.sockets() === 1, 'the socket is open');
  const measured = await measure(ws);
  await sockets.stop();
  await store.close();
  await ws.close();
  await redis.stop();
  return measured;
}

/** Prints how much longer an acknowledgement takes that was written to Redis first. */
export async function benchAck(): Promise<void> {
  // Twice in turn, and the better of each: whatever else runs on the machine hits both.
  const runs = [await bare(), await ours(), await bare(), await ours()] as const;
  const best = (a: Measured, b: Measured): Measured => (a.medianMs < b.medianMs ? a : b);
  const [plain, durable] = [best(runs[0], runs[2]), best(runs[1], runs[3])];
  const line = (name: string, { medianMs, p99Ms }: Measured) =>
    `${name.padEnd(28)} median ${medianMs.toFixed(2)} ms   p99 ${p99Ms.toFixed(2)} ms`;
  process.stdout.write(
    `${line('bare Bolt acknowledgement', plain)}\n${line('recorded, then acknowledged', durable)}\nratio of the medians ${(durable.medianMs / plain.medianMs).toFixed(2)}\n`,
  );
}

if (process.argv[1] === import.meta.filename) await benchAck();
