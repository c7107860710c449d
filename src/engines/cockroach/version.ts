/** A release of CockroachDB, as the cluster itself names it. */
export interface Release {
  readonly year: number;
  readonly number: number;
  /** e.g. `v26.2.2`. */
  readonly text: string;
}

/** Reads `CockroachDB CCL v26.2.2 (…)`; null when the text names no release. */
export function releaseOf(text: string): Release | null {
  const parts = /\bv(\d{2})\.(\d{1,2})(?:\.\d+)?(?:-[a-z0-9.]+)?/.exec(text);
  return parts === null ? null : { year: Number(parts[1]), number: Number(parts[2]), text: parts[0] };
}

/** Whether a release is at least `year.number`. */
export const isAtLeast = (release: Release, year: number, number: number): boolean =>
  release.year > year || (release.year === year && release.number >= number);

/** Whether a release is at least `year.number.patch`. */
export function isAtLeastPatch(release: Release, year: number, number: number, patch: number): boolean {
  if (release.year !== year || release.number !== number) return isAtLeast(release, year, number);
  const own = /^v\d+\.\d+\.(\d+)/.exec(release.text)?.[1];
  return Number(own ?? 0) >= patch;
}
