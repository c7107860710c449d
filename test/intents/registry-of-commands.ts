import type { LinkId } from '../../src/domain/ids.ts';
import { asLinkId } from '../../src/domain/ids.ts';
import type { Intent } from '../../src/domain/intent.ts';
import { isRefusal, type Refusal } from '../../src/domain/refusal.ts';
import { discoverCommands } from '../../src/intents/discover.ts';
import { parse } from '../../src/intents/parse.ts';

/** The commands as the bot loads them. */
export const registry = await discoverCommands(new URL('../../commands/', import.meta.url));

export const links: readonly LinkId[] = ['prod-sql', 'prod-sq1', 'prod-graph', 'stage-tiger'].map(asLinkId);

/** 2026-11-20T12:00:00Z */
export const now = Date.UTC(2026, 10, 20, 12);

export const read = (text: string): Intent | Refusal => parse(text, registry, { links, now });

/** The refusal that a text gets; TypeError when it is understood. */
export function refusalOf(text: string): Refusal {
  const answer = read(text);
  if (isRefusal(answer)) return answer;
  throw new TypeError(`"${text}" was understood as ${JSON.stringify(answer)}`);
}
