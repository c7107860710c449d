import { systemClock } from '../../src/domain/clock.ts';
import { canonicalJson, type Json } from '../../src/domain/json.ts';
import type { Bed, SeenEffect } from './drive.ts';

/** Whether a run made the change, or nobody whom a test knows: all but what ends sessions of the dead, and what only looks. */
const isOfRun = ({ changed, tag }: SeenEffect): boolean => changed && tag !== 'replops/evict' && tag !== 'replops/read';

/** What was changed, in order. */
export const changesOf = (effects: readonly SeenEffect[]): readonly string[] => effects.filter(isOfRun).map(({ statement }) => statement);

/** What was changed on each cluster, in order; what may be sent again, since no read shows it, counts once, where it was sent first. */
export function ordersOf(effects: readonly SeenEffect[], again: ReadonlySet<string>): Readonly<Record<string, readonly string[]>> {
  const made = effects.filter(isOfRun);
  const places = [...new Set(made.map(({ where }) => where))].sort();
  return Object.fromEntries(
    places.map((place) => {
      const here = made.filter(({ where }) => where === place).map(({ statement }) => statement);
      return [place, here.filter((statement, at) => !again.has(statement) || here.indexOf(statement) === at)];
    }),
  );
}

/** What no two worlds have alike: certificates, ids, hashes of what files hold, times, and the ports that they were given. */
const ownWords = [
  /-----BEGIN [\s\S]*?-----END [A-Z ]+-----\n?/g,
  /-----BEGIN[^&]*-----END[^&]*-----(%0A)?/g,
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
  /(?<=(?:localhost|127\.0\.0\.1):)\d+/g,
  /[0-9a-f]{32,}/g,
  /\d{4}-\d\d-\d\d[T ][\d:.-]+Z?/g,
  /\d{9,}(\.\d+)?/g,
];

/** What rows are at a moment, and how many, is made of the times at which they were written. */
const moments: ReadonlySet<string> = new Set(['fingerprint', 'records']);

const own = (text: string): string => ownWords.reduce((told, word) => told.replace(word, '#'), text);

/** A truth without what differs by nature between two worlds that came to the same. Names of entries may be ids, so each is a pair. */
function alike(value: Json): Json {
  if (typeof value === 'string') return own(value);
  if (typeof value === 'number') return Math.abs(value) >= 1e9 ? '#' : value;
  if (Array.isArray(value)) return value.map(alike);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([name]) => !moments.has(name))
    .map(([name, member]): Json => [own(name), alike(member)])
    .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** What is in the databases of a bed, as it compares with that of another bed. */
export const endOf = (on: Bed): Json => alike(on.truth());

const looks = 6;
const betweenMs = 25;

/** The end of a run at rest: what it asked for may still be on its way (a service that starts) when its last step is proven. */
export async function endAtRest(on: Bed): Promise<Json> {
  let last = endOf(on);
  for (let same = 0, left = 400; same < looks && left > 0; left -= 1) {
    await systemClock.sleep(betweenMs);
    const now = endOf(on);
    same = canonicalJson(now) === canonicalJson(last) ? same + 1 : 0;
    last = now;
  }
  return last;
}
