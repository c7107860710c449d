import type { Sample } from '../domain/observation.ts';
import { measuresOf } from './measures.ts';

const minute = 60_000;
const hour = 60 * minute;

/** From which age on samples stand how far apart, ms. What is older than the last age goes. */
const grades = [
  { olderThan: 15 * minute, apart: minute },
  { olderThan: 2 * hour, apart: 10 * minute },
  { olderThan: 26 * hour, apart: hour },
] as const;
const oldest = 7 * 24 * hour;
/** However often a link is looked at, no more of the last minutes is kept than this. */
const mostFresh = 400;

/** How far apart looks of some age may stand because they were thinned, ms. */
export const apartAt = (ageMs: number): number => grades.findLast(({ olderThan }) => ageMs >= olderThan)?.apart ?? 0;

/**
 * Times of the samples that go: of each stretch of time the last one stays that has a trail, since what was last known of a side
 * decides what is lost with it; the one with the greatest lag, since a peak is what people look for; and one that could not tell a
 * lag. The last sample with a trail stays however old it is. `samples` are oldest first. Pure.
 */
export function thin(samples: readonly Sample[], now: number): readonly number[] {
  const kept = new Set<number>(worthiest(samples, now));
  const fresh = samples.filter(({ at }) => stretchOf(at, now) === 'fresh');
  for (const { at } of fresh.slice(Math.max(0, fresh.length - mostFresh))) kept.add(at);
  const last = samples.findLast(({ trail }) => trail !== null);
  if (last !== undefined) kept.add(last.at);
  return samples.map(({ at }) => at).filter((at) => !kept.has(at));
}

/** Times of the samples that are the best of their stretch in something; the younger of two alike. */
function worthiest(samples: readonly Sample[], now: number): readonly number[] {
  const best = new Map<string, { readonly at: number; readonly value: number }>();
  for (const sample of samples) {
    const stretch = stretchOf(sample.at, now);
    if (stretch === 'fresh' || stretch === 'over') continue;
    for (const [merit, value] of meritsOf(sample)) {
      const key = `${stretch} ${merit}`;
      if (value >= (best.get(key)?.value ?? value)) best.set(key, { at: sample.at, value });
    }
  }
  return [...best.values()].map(({ at }) => at);
}

/** A stretch counts by its end, so that it is never thinned out while samples may still fall into it. */
function stretchOf(at: number, now: number): string {
  if (now - at > oldest) return 'over';
  const grade = grades.findLast(({ olderThan, apart }) => now - (Math.floor(at / apart) + 1) * apart >= olderThan);
  return grade === undefined ? 'fresh' : `${grade.apart} ${Math.floor(at / grade.apart)}`;
}

/** For what a sample may stay, and how much of it it has. */
const meritsOf = ({ trail, lags = [] }: Sample): readonly (readonly [merit: string, value: number])[] => [
  ['last', trail === null ? 0 : 1],
  ...lags.flatMap(({ name, lag }): readonly (readonly [string, number])[] => {
    const measures = measuresOf(lag);
    return measures.length === 0 ? [[`${name} unknown`, 1]] : measures.map(({ unit, value }) => [`${name} ${unit}`, value]);
  }),
];
