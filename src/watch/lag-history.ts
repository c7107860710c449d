import type { NamedLag } from '../domain/lag.ts';
import type { LagAt, LagGap, LagHistory, LagTrack, LagUnit } from '../domain/lag-history.ts';
import { lagsOf, type Observation, type Sample } from '../domain/observation.ts';
import { bucketed, bucketLength } from './lag-buckets.ts';
import { measuresOf } from './measures.ts';
import { risingSince } from './rising.ts';
import { apartAt } from './thin.ts';

/** One look at all lags of a link. */
interface Look {
  readonly at: number;
  readonly lags: readonly NamedLag[];
}

/** Between two looks of bots that work there is less than this, ms: the longest look and the longest distance that a config may ask for. */
const awayMs = 300_000;

/** How long after a look of some time the next one follows at the latest, ms: looks that are kept stand the closer the younger they are. */
const mostApart = (at: number, now: number): number => awayMs + 2 * apartAt(now - at);

/** What is known of a link's lags: by what bots remember (oldest first), and by a look that was taken now. Pure. */
export function lagHistoryOf(samples: readonly Sample[], seen: Observation, spanMs: number): LagHistory {
  const now: Look = { at: seen.observedAt, lags: lagsOf(seen) };
  // A sample that is not over by our clock is passed over: two clocks are never quite the same.
  const earlier = samples.flatMap(({ at, lags }): readonly Look[] =>
    lags === undefined || at < now.at - spanMs || at >= now.at ? [] : [{ at, lags }],
  );
  const looks = [...earlier, now];
  const from = looks[0]?.at ?? now.at;
  const bucketMs = bucketLength(from, now.at, looks.length);
  return {
    ...{ spanMs, from, to: now.at, looks: looks.length, bucketMs },
    tracks: now.lags.flatMap(({ name }) => (['time', 'count'] as const).flatMap((unit) => trackOf(looks, name, unit, bucketMs) ?? [])),
    gaps: [...unwatched(looks), ...now.lags.flatMap(({ name }) => unknowns(looks, name))],
  };
}

const named = ({ lags }: Look, name: string): NamedLag | undefined => lags.find((one) => one.name === name);

function trackOf(looks: readonly Look[], name: string, unit: LagUnit, bucketMs: number | null): LagTrack | null {
  const measured = looks.flatMap((look) => {
    const lag = named(look, name)?.lag;
    const found = lag === undefined ? undefined : measuresOf(lag).find((measure) => measure.unit === unit);
    return found === undefined ? [] : [{ at: look.at, ...found }];
  });
  const values = measured.map(({ at, value }): LagAt => ({ at, value }));
  const [last, worst] = [measured.at(-1), greatest(values)];
  if (last === undefined || worst === null) return null;
  const isNow = last.at === looks.at(-1)?.at;
  return {
    ...{ name, unit, counted: last.counted, atMost: last.atMost, looks: values.length, worst },
    now: isNow ? last.value : null,
    last: { at: last.at, value: last.value },
    typical: median(weighed(values, looks.at(-1)?.at ?? 0)),
    risingSince: isNow ? risingSince(values, unit) : null,
    points: bucketed(values, bucketMs),
  };
}

/** The newest of the greatest. */
const greatest = (values: readonly LagAt[]): LagAt | null =>
  values.reduce<LagAt | null>((most, one) => (most === null || one.value >= most.value ? one : most), null);

interface Weighed {
  readonly value: number;
  /** ms for which it stands. */
  readonly weight: number;
}

/** Each look stands for the time since the one before; of a gap no more counts than looks may stand apart. */
const weighed = (values: readonly LagAt[], now: number): readonly Weighed[] =>
  values.map(({ at, value }, index) => {
    const before = values[index - 1]?.at ?? at;
    return { value, weight: Math.max(1, Math.min(mostApart(before, now), at - before)) };
  });

function median(values: readonly Weighed[]): number {
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  for (const { value, weight } of sorted) {
    sum += weight;
    if (sum >= half) return value;
  }
  return sorted.at(-1)?.value ?? 0;
}

/** Times between two looks that are longer than looks and their thinning account for. */
function unwatched(looks: readonly Look[]): readonly LagGap[] {
  const now = looks.at(-1)?.at ?? 0;
  return looks.slice(1).flatMap(({ at }, index): readonly LagGap[] => {
    const before = looks[index]?.at ?? at;
    return at - before > mostApart(before, now) ? [{ name: '', from: before, to: at, why: null }] : [];
  });
}

/** Looks in a row that could not tell a lag, each up to the next that could. */
function unknowns(looks: readonly Look[], name: string): readonly LagGap[] {
  const gaps: LagGap[] = [];
  let isOpen = false;
  for (const look of looks) {
    const lag = named(look, name)?.lag ?? { kind: 'unknown', why: 'That look did not ask for it.' };
    const open = isOpen ? gaps.pop() : undefined;
    isOpen = lag.kind === 'unknown';
    if (lag.kind === 'unknown') gaps.push({ name, from: open?.from ?? look.at, to: look.at, why: lag.why });
    else if (open !== undefined) gaps.push({ ...open, to: look.at });
  }
  return gaps;
}
