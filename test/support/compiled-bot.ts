import { pathToFileURL } from 'node:url';

/** Where the file of the compiled bot is told to the processes that run tests. */
export const compiledBotVariable = 'REPLOPS_COMPILED_CRASH_BOT';

const compiled = process.env[compiledBotVariable];

/** The bot that is killed: compiled where a whole run made it so, else as it stands, which starts more slowly. */
export const crashBot = compiled === undefined ? new URL('./crash-bot.ts', import.meta.url) : pathToFileURL(compiled);
