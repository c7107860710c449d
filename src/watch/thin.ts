import type { Sample } from '../domain/observation.ts';

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

/**
 * Times of the samples that go: of each stretch of time the last one stays that has a trail, since what was last known of a side
 * decides what is lost with it. The last sample with a trail stays however old it is. `samples` are oldest first. Pure.
 */
export function thin(samples: readonly Sample[], now: number): readonly number[] {
  const kept = new Set<number>();
  const stretches = new Map<string, Sample>();
  for (const sample of samples) {
    const stretch = stretchOf(sample.at, now);
    if (stretch === 'fresh') kept.add(sample.at);
    else if (stretch !== 'over') stretches.set(stretch, better(stretches.get(stretch), sample));
  }
  for (const { at } of stretches.values()) kept.add(at);
  const fresh = samples.filter(({ at }) => stretchOf(at, now) === 'fresh');
  for (const { at } of fresh.slice(0, Math.max(0, fresh.length - mostFresh))) kept.delete(at);
  const last = samples.findLast(({ trail }) => trail !== null);
  if (last !== undefined) kept.add(last.at);
  return samples.map(({ at }) => at).filter((at) => !kept.has(at));
}

/** A stretch counts by its end, so that it is never thinned out while samples may still fall into it. */
function stretchOf(at: number, now: number): string {
  if (now - at > oldest) return 'over';
  const grade = grades.findLast(({ olderThan, apart }) => now - (Math.floor(at / apart) + 1) * apart >= olderThan);
  return grade === undefined ? 'fresh' : `${grade.apart} ${Math.floor(at / grade.apart)}`;
}

const better = (before: Sample | undefined, sample: Sample): Sample =>
  before !== undefined && before.trail !== null && sample.trail === null ? before : sample;
