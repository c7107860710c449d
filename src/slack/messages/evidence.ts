import type { Json, JsonObject } from '../../domain/json.ts';
import { cut, oneLine } from './foreign.ts';
import { utc } from './mrkdwn.ts';

/** `replicatedTime` and `replicated_time` as people read them. */
const label = (key: string): string =>
  oneLine(key)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();

function value(key: string, json: Json): string {
  if (json === null) return 'none';
  if (json === true) return 'yes';
  if (json === false) return 'no';
  if (typeof json === 'number' && json >= earliest && key.endsWith(' at')) return utc(json);
  return typeof json === 'object' ? oneLine(JSON.stringify(json)) : oneLine(String(json)).replace(inUtc, '$1 UTC');
}

/** A number from here on is a moment by the bot's own clock, ms; below it counts something, e.g. what was looked at. */
const earliest = Date.UTC(2020, 0);

/** A database's own time, which elsewhere is shown with its zone's name. */
const inUtc = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\+00(?::00)?$/;

/** What a database answered, on one line: `tenant: app · state: ready`. Empty for no evidence. */
export const evidenceWords = (evidence: JsonObject, max: number): string =>
  cut(
    Object.entries(evidence)
      .slice(0, 20)
      .map(([key, json]) => `${label(key)}: ${value(key, json)}`)
      .join(' · '),
    max,
  );
