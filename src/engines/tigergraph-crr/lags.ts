import type { Lag, NamedLag } from '../../domain/lag.ts';
import { otherSide } from '../../domain/observation.ts';
import type { CrrDetail } from './detail.ts';
import { type Follower, followersOf } from './state.ts';

const nobody = 'No side is known to follow.';
const deafSource = 'The side that is followed does not answer.';

/** Why numbers of both sides say nothing of a lag; null when they do. */
function blindness(detail: CrrDetail, follower: Follower | undefined): string | null {
  if (follower === undefined) return nobody;
  if (detail.past.outdated.length > 0) return 'The follower is outdated, so numbers of both sides do not compare.';
  return null;
}

function toldTime({ past }: CrrDetail, { read: { native } }: Follower): Lag | null {
  return past.outdated.length === 0 && native.kind === 'read' && native.seconds !== null
    ? { kind: 'duration', ms: native.seconds * 1_000 }
    : null;
}

/** A time where the product tells one; else changes and records together, when both are known. */
export function lagOf(detail: CrrDetail): Lag {
  const { past } = detail;
  const [follower] = followersOf(detail);
  const why = blindness(detail, follower);
  if (follower === undefined || why !== null) return { kind: 'unknown', why: why ?? nobody };
  const told = toldTime(detail, follower);
  if (told !== null) return told;
  if (detail[otherSide(follower.side)].kind !== 'read') return { kind: 'unknown', why: deafSource };
  return past.changes === null || past.records === null
    ? { kind: 'unknown', why: past.words }
    : { kind: 'sequence', sequences: Math.max(0, past.changes) + past.records };
}

/** The two layers lag each by itself: metadata by its sequence, graph data by its records. Where the product tells a time, that too. */
export function lagsOf(detail: CrrDetail): readonly NamedLag[] {
  const { past } = detail;
  const [follower] = followersOf(detail);
  const why =
    blindness(detail, follower) ?? (follower !== undefined && detail[otherSide(follower.side)].kind !== 'read' ? deafSource : null);
  const layer = (value: number | null, counted: string, unread: string): Lag => {
    if (why !== null) return { kind: 'unknown', why };
    return value === null ? { kind: 'unknown', why: unread } : { kind: 'sequence', sequences: Math.max(0, value), counted };
  };
  const told = follower === undefined ? null : toldTime(detail, follower);
  return [
    { name: 'Metadata', lag: layer(past.changes, 'metadata change', 'A side does not tell how many changes it has.') },
    {
      name: 'Graph data',
      lag: layer(past.records, 'graph record', 'Both sides have not been seen at rest yet, so their offsets say nothing.'),
    },
    ...(told === null ? [] : [{ name: 'Time', lag: told }]),
  ];
}
