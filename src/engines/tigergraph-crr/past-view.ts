import type { Side } from '../../domain/observation.ts';
import type { CrrDetail, PastView, ReadSide } from './detail.ts';
import type { Past, Seen } from './history.ts';
import { followersOf } from './state.ts';
import { lackedRecords } from './topic-ends.ts';
import { count, spell } from './words.ts';

/** Numbers that are older than this say nothing of the present, ms. */
const currentMs = 150_000;

/** What can be said now. Pure. */
export function pastOf(past: Past, detail: Pick<CrrDetail, Side>, now: number): PastView {
  const [follower] = followersOf(detail);
  const seen = past.points.at(-1) ?? null;
  const lastSeen = lastSeenOf(past);
  if (follower === undefined || seen === null) {
    return {
      changes: null,
      records: null,
      behindMs: null,
      stillMs: null,
      words: 'Nothing is known to follow.',
      lastSeen,
      outdated: [],
      doubts: [],
    };
  }
  const changes = seen.source === null || seen.follower === null ? null : seen.source - seen.follower;
  const { native } = follower.read;
  const told = native.kind === 'read' ? native.records : null;
  const isCurrent = past.last !== null && now - past.last.at < currentMs;
  const records = told ?? (isCurrent ? lackedRecords(past.last, past.base) : null);
  return {
    changes,
    records,
    behindMs: behind(past, seen, now, follower.read, records),
    stillMs: past.stillSince === null ? null : now - past.stillSince,
    words: wordsOf(changes, records),
    lastSeen,
    outdated: [...past.outdated],
    doubts: [...past.doubts],
  };
}

/** The times of both layers; null while one of them is not known. */
function behind({ points }: Past, seen: Seen, now: number, { native }: ReadSide, records: number | null): number | null {
  if (native.kind === 'read' && native.seconds !== null) return native.seconds * 1_000;
  if (seen.source === null || seen.follower === null || records !== 0) return null;
  const reached = seen.follower;
  if (reached >= seen.source) return 0;
  const since = points.findLast(({ source }) => source !== null && source <= reached);
  return since === undefined ? null : now - since.at;
}

function wordsOf(changes: number | null, records: number | null): string {
  const metadata =
    changes === null
      ? 'how many changes of metadata it lacks is not known'
      : changes <= 0
        ? 'it has every change of metadata'
        : `it lacks ${count(changes, 'change')} of metadata`;
  const data =
    records === null
      ? 'how much graph data it lacks is not known: both sides have not been seen at rest yet'
      : records === 0
        ? 'it has every record of graph data'
        : `it lacks ${count(records, 'record')} of graph data`;
  const both = `${metadata}, and ${data}.`;
  return `${both.charAt(0).toUpperCase()}${both.slice(1)}`;
}

function lastSeenOf({ points }: Past): PastView['lastSeen'] {
  const last = points.findLast(({ source, follower }) => source !== null && follower !== null);
  if (last === undefined || last.source === null || last.follower === null) return null;
  const lacked = last.source - last.follower;
  return {
    at: last.at,
    words: lacked <= 0 ? 'had every change of metadata' : `lacked ${count(lacked, 'change')} of metadata`,
  };
}

/** How long Kafka keeps what is not fetched; a follower that stands still for longer has lost something for good. */
export const outlasted = (stillMs: number | null, hours: number | null): string | null =>
  stillMs !== null && hours !== null && stillMs > hours * 3_600_000
    ? `It has stood still for ${spell(stillMs)}, longer than the ${hours} h for which Kafka keeps what it has not fetched.`
    : null;
