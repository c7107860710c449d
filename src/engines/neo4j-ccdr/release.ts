import type { ReadSide, Surface } from './detail.ts';

export type Release = ReadSide['release'];

/** Reads `2026.07.1` or `5.26.0`; null when the text names no release. */
export function releaseOf(text: string): Release | null {
  const parts = /^(\d{1,4})\.(\d{1,2})(?:\.(\d{1,4}))?/.exec(text);
  return parts === null ? null : { year: Number(parts[1]), month: Number(parts[2]), patch: Number(parts[3] ?? 0), text };
}

/** Below 0 when `a` is older, above 0 when it is newer. */
export const compareReleases = (a: Release, b: Release): number => a.year - b.year || a.month - b.month || a.patch - b.patch;

/** Whether a release is at least `year.month`. */
export const isAtLeast = (release: Release, year: number, month: number): boolean =>
  release.year > year || (release.year === year && release.month >= month);

/** How replicas are made and promoted: a preview from 2026.03 on, commands from 2026.08 on. */
export function surfaceOf(release: Release): Surface {
  if (isAtLeast(release, 2026, 8)) return 'ga';
  return isAtLeast(release, 2026, 3) ? 'preview' : 'none';
}

/** Why a cluster of release `to` can't follow one of release `from`; null when it can. Goes on after `… because `. */
export function versionObstacle(from: Release, to: Release): string | null {
  if (surfaceOf(to) === 'none') return `replicas need 2026.03 or newer, and the side that follows runs ${to.text}`;
  if (surfaceOf(to) === 'preview') {
    return compareReleases(from, to) === 0
      ? null
      : `before 2026.08 both sides have to run the same version, and these run ${from.text} and ${to.text}`;
  }
  if (!isAtLeast(from, 2025, 1)) return `the side that is followed has to run 2025.01 or newer, and it runs ${from.text}`;
  return compareReleases(from, to) <= 0
    ? null
    : `the side that follows must not be older than the one that it follows, and these run ${to.text} and ${from.text}`;
}
