import { assemble } from '../../src/assemble.ts';
import { readEnvironment, variable } from '../../src/config/environment.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { mortalPace, mortalReporter } from './paces.ts';

/** A bot process like `src/main.ts`, with short leases, to be killed and frozen. It stops for nothing. */
const env = readEnvironment();
const worker = variable(env, 'REPLOPS_WORKER') ?? 'crash-bot';
const assembled = await assemble(env, () => ({
  worker,
  clock: systemClock,
  log: createLog('info', worker),
  pace: mortalPace,
  reporter: mortalReporter,
  sockets: { staggerMs: 0 },
  // Many of them start at once, on a machine that may stand still for seconds.
  redisWithinMs: 20_000,
}));
if (assembled.kind === 'problems') throw new TypeError(assembled.problems.join('\n'));
await assembled.bot.start();
