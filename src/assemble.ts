import { readFileSync } from 'node:fs';
import { type Bot, type BotOptions, createBot } from './bot.ts';
import type { Config } from './config/config.ts';
import { configPath, type Environment } from './config/environment.ts';
import { loadConfig } from './config/load.ts';
import { createEngines, parseLinks } from './engines/registry.ts';
import { discoverCommands } from './intents/discover.ts';
import { policyProblems } from './policy/parse.ts';

export type Assembled =
  | { readonly kind: 'assembled'; readonly bot: Bot; readonly config: Config }
  /** What is wrong with the config: full sentences, at least one, without secrets. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Makes a bot from the environment and the config file that it names. Nothing is started. */
export async function assemble(
  env: Environment,
  more: (config: Config) => Omit<BotOptions, 'config' | 'links' | 'engines' | 'registry'>,
): Promise<Assembled> {
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const config = loadConfig({ path: configPath(env), env, readFile, checkPolicy: policyProblems });
  if (config.kind === 'problems') return { kind: 'problems', problems: config.problems.map(({ sentence }) => sentence) };
  const parsed = parseLinks(config.links, config.resolveSecret);
  if (parsed.kind === 'problems') return parsed;
  const registry = await discoverCommands(new URL('../commands/', import.meta.url));
  return {
    kind: 'assembled',
    config,
    bot: createBot({ config, links: parsed.links, engines: createEngines(), registry, ...more(config) }),
  };
}
