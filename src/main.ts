import { hostname } from 'node:os';
import { assemble } from './assemble.ts';
import { readEnvironment, variable } from './config/environment.ts';
import { systemClock } from './domain/clock.ts';
import { createLog } from './telemetry/log.ts';

/** The process: makes a bot, runs it, and stops it in good order. Ends with 1 when it can't go on, 2 when the config is wrong. */
const env = readEnvironment();
const worker = variable(env, 'REPLOPS_WORKER') ?? `${hostname()}-${process.pid}`;

function fail(sentences: readonly string[], code: number): never {
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`);
  process.exit(code);
}

const assembled = await assemble(env, (config) => ({ worker, clock: systemClock, log: createLog(config.log.level, worker) }));
if (assembled.kind === 'problems') fail(assembled.problems, 2);
const { bot, config } = assembled;
const log = createLog(config.log.level, worker);

/** Longest time for stopping in good order, ms; what is left then is taken over by other workers. */
const stopWithinMs = 20_000;
let stopping = false;

function stop(why: string, code: number): void {
  if (stopping) return;
  stopping = true;
  log.info({ event: 'bot.stopping', why }, 'The bot stops.');
  setTimeout(() => process.exit(code), stopWithinMs).unref();
  bot
    .stop()
    .catch((cause: unknown) => log.error({ event: 'bot.stop-failed', cause }, 'The bot could not stop in good order.'))
    .finally(() => process.exit(code));
}

process.once('SIGTERM', () => stop('SIGTERM', 0));
process.once('SIGINT', () => stop('SIGINT', 0));
process.on('unhandledRejection', (cause) => {
  log.error({ event: 'bot.unhandled', cause }, 'Something failed that nobody waited for; the bot ends so that it is started anew.');
  stop('unhandled rejection', 1);
});

try {
  await bot.start();
} catch (cause) {
  log.error({ event: 'bot.start-failed', cause }, 'The bot could not start.');
  fail([cause instanceof Error ? cause.message : 'The bot could not start.'], 1);
}
