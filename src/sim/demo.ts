import { createInterface } from 'node:readline';
import { type BotProcess, startBot } from './bots.ts';
import { demoCommands, obey } from './demo-commands.ts';
import { provideRedis } from './redis.ts';
import { startWorld, type World } from './world.ts';

/** `npm run demo`: the simulated world with two bots in it, until Ctrl-C. A bot that dies is started again. */
const bots = new Map<string, BotProcess>();
let ending = false;
const usualPort = 3111;
/** Who tries things out should not wait half a minute to be told. */
const watchEvery = '5s';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

say('Starting Redis, six pairs of database clusters, a Slack workspace and two bots …');
const redis = await provideRedis({ url: readRedisUrl() }).catch(giveUp);
const world = await openWorld(process.argv[2]).catch(giveUp);
const env = { ...world.env, REDIS_URL: redis.url, REPLOPS_HEALTH_PORT: '0', REPLOPS_LOG_LEVEL: 'info' };

/** On the usual port, so that the address stays the same from day to day; on any free one when somebody else has it. */
function openWorld(port: string | undefined): Promise<World> {
  if (port !== undefined) return startWorld({ port: Number(port), watchEvery });
  return startWorld({ port: usualPort, watchEvery }).catch(() => startWorld({ watchEvery }));
}

/** What is missing is said in a sentence; a stack would only hide it. */
function giveUp(cause: unknown): never {
  say(cause instanceof Error ? cause.message : 'The demo could not be started.');
  process.exit(1);
}

function keepAlive(name: string): Promise<void> {
  const bot = startBot(name, env, { onLine: (line) => (line.includes('"level":"error"') ? say(line) : undefined) });
  bots.set(name, bot);
  void bot.gone().then(() => {
    if (ending) return;
    say(`${name} (process ${bot.pid}) died; starting it again. The other bot takes its runs over.`);
    void keepAlive(name).catch((cause: unknown) => stop(1, cause));
  });
  return bot.ready();
}

async function stop(code: number, cause?: unknown): Promise<void> {
  if (ending) return;
  ending = true;
  if (cause !== undefined) say(cause instanceof Error ? cause.message : 'The demo could not go on.');
  await Promise.all([...bots.values()].map((bot) => bot.stop(5_000)));
  await world.close();
  await redis.close();
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(0));

try {
  await Promise.all(['bot-1', 'bot-2'].map(keepAlive));
} catch (cause) {
  await stop(1, cause);
}

say(`
${redis.how}
The workspace is at   ${world.workspace.url}

Three things to try there:
  1. As Ana, in #ops, type   /repl status
  2. Then                    /repl failover prod-sql --to latest
     Pick Bob, then Chloe, at the top left: read the plan, and press Approve or react with ✅.
  3. While the run moves, kill the bot that drives it:   kill -9 ${[...bots.values()].map((bot) => bot.pid).join('   or   kill -9 ')}
     The other one goes on where it was, and nothing happens twice.

Here, in this terminal, ${demoCommands}.
Take prod-graph-frankfurt away, fail prod-graph over to Dublin, and bring it back: #incidents is told, with a button that asks for the fence.

Ctrl-C ends everything.`);

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.trim() === '') return;
  obey(line, world.stages).then(say, () => say('That could not be done.'));
});

function readRedisUrl(): string | null {
  return process.env['REDIS_URL'] ?? null;
}
