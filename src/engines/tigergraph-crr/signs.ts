import type { ReadSide } from './detail.ts';
import type { CountsView, Trace } from './detail-signs.ts';
import { count } from './words.ts';

/** One look at the numbers of the metadata of both sides. */
export interface Point {
  /** ms since the epoch, by the bot's clock. */
  readonly at: number;
  /** Changes of metadata that the followed side counts. */
  readonly source: number | null;
  readonly follower: number | null;
}

/** What bots know of how the follower was filled. */
export interface Baseline {
  readonly points: readonly Point[];
  /** Since when bots have looked and the follower was surely not filled anew, ms since the epoch. */
  readonly watchedSince: number;
  /** When it was last seen to be filled; null: never. */
  readonly filledAt: number | null;
}

interface Pair {
  readonly source: { readonly name: string; readonly read: ReadSide | null };
  readonly follower: { readonly name: string; readonly read: ReadSide };
}

export interface Judged {
  /** It is outdated: full sentences. */
  readonly certain: readonly string[];
  /** It may be, and it can't be told. */
  readonly doubts: readonly string[];
}

const hourMs = 3_600_000;

/** Judges what was found on both sides. Pure. */
export function judgeSigns(pair: Pair, baseline: Baseline): Judged {
  const traces = tracesOf(pair, baseline);
  const gap = gapOf(pair);
  const cleared =
    pair.source.read === null ? null : clearedWords(pair.source.name, pair.source.read, pair.follower.name, pair.follower.read);
  return {
    certain: [...traces.certain, ...(gap?.isCertain === true ? [gap.words] : [])],
    doubts: [...traces.doubts, ...(gap?.isCertain === false ? [gap.words] : []), ...(cleared === null ? [] : [cleared])],
  };
}

/** State that the follower was filled with: what happened before is in it. Of the backups that there were, it got the newest or nobody knows. */
function seedOf({ source, follower }: Pair, { filledAt }: Baseline): { readonly stateAt: number; readonly filledAt: number } | null {
  const replacedAt = follower.read.signs.kind === 'read' ? follower.read.signs.replacedAt : null;
  const at = Math.max(filledAt ?? 0, replacedAt ?? 0);
  if (at === 0) return null;
  const backups = source.read?.backups.kind === 'read' ? source.read.backups.rows : [];
  const taken = backups.flatMap(({ createdAt }) => (createdAt !== null && createdAt <= at ? createdAt : []));
  // Both times are told in whole seconds.
  return { stateAt: (taken.length === 0 ? at : Math.max(...taken)) + 999, filledAt: at };
}

/** A change that the follower has replayed and that is newer than that moment: then nothing at that moment has ended its replication. */
function goesOnAfter(points: readonly Point[], at: number): boolean {
  const known = points.findLast((point) => point.at <= at && point.source !== null)?.source ?? null;
  // Without a number of that time, what it replays soon after may be older than that.
  const from = known === null ? at + hourMs : at;
  return points.some(({ follower }, index) => {
    const before = points[index - 1];
    if (before === undefined || before.follower === null || follower === null || before.at < from) return false;
    return follower > before.follower && (known === null || follower > known);
  });
}

function tracesOf(pair: Pair, baseline: Baseline): Judged {
  const { source, follower } = pair;
  if (source.read === null || source.read.signs.kind === 'unread') return { certain: [], doubts: [] };
  const { logs, restores } = source.read.signs;
  const found = [logs, restores].flatMap((view) => (view.kind === 'read' ? view.found : []));
  const seed = seedOf(pair, baseline);
  const certain: string[] = [];
  const doubts: string[] = [];
  for (const trace of found) {
    const latest = trace.at ?? trace.before;
    if (latest !== null && ((seed !== null && latest <= seed.stateAt) || goesOnAfter(baseline.points, latest))) continue;
    if (trace.at !== null && trace.at >= baseline.watchedSince)
      certain.push(`${trace.what} was run on ${source.name} at ${utc(trace.at)} (${trace.where}).`);
    else doubts.push(doubtOf(trace, source.name, follower.name, seed?.filledAt ?? null));
  }
  return { certain, doubts };
}

function doubtOf({ what, at, before, where }: Trace, source: string, follower: string, filledAt: number | null): string {
  const when = at === null ? (before === null ? 'at a time that is not told' : `at some time before ${utc(before)}`) : `at ${utc(at)}`;
  const why =
    filledAt === null
      ? `when ${follower} was filled is not known`
      : `whether ${follower}, which was filled at ${utc(filledAt)}, got a state from before it is not known`;
  return `${what} was run on ${source} ${when} (${where}), and ${why}. A standby with a state from before it is outdated.`;
}

/** A change that the follower needs next and that no Kafka has any more. Pure. */
function gapOf({ source, follower }: Pair): { readonly words: string; readonly isCertain: boolean } | null {
  const { sequence, signs } = follower.read;
  if (sequence.kind === 'unread') return null;
  const has = sequence.last;
  const own = signs.kind === 'read' && signs.kept.kind === 'read' ? signs.kept : null;
  if (own?.first != null && own.first > has + 1)
    return {
      words: `The Kafka of ${follower.name} begins with change ${own.first} of the metadata, and ${follower.name} has replayed only up to ${has}: the changes between are gone.`,
      isCertain: true,
    };
  const theirs = source.read?.signs.kind === 'read' && source.read.signs.kept.kind === 'read' ? source.read.signs.kept.first : null;
  const fetched = Math.max(has, own?.newest ?? has);
  if (theirs === null || theirs <= fetched + 1) return null;
  const known = own !== null && (own.first === null || own.newest !== null);
  return {
    words: `The Kafka of ${source.name} begins with change ${theirs} of the metadata, and ${follower.name} has ${known ? 'fetched' : 'replayed'} only up to ${known ? fetched : has}: ${known ? 'the changes between are gone' : `unless ${follower.name} has fetched the changes between, they are gone`}.`,
    isCertain: known,
  };
}

/** Below this share of what the follower has, the followed side has been emptied or a good part of it was deleted. */
const farBelow = 0.5;
/** Fewer than these say nothing: the numbers are approximate. */
const fewThings = 1_000;

const totalOf = (counts: CountsView): number | null => (counts.kind === 'read' ? counts.vertices + counts.edges : null);

/**
 * Deletions reach the follower late, so far fewer on the followed side is a doubt and no more: by the vendor's word the numbers are
 * approximate, and only GSQL counts for certain. Null when nothing is odd. Pure.
 */
export function clearedWords(
  source: string,
  from: Pick<ReadSide, 'counts'>,
  follower: string,
  to: Pick<ReadSide, 'counts'>,
): string | null {
  const [there, here] = [totalOf(from.counts), totalOf(to.counts)];
  if (there === null || here === null || here < fewThings || there >= here * farBelow) return null;
  return `${source} holds far less than ${follower} (${countsText(from.counts)} against ${countsText(to.counts)}): it may have been cleared.`;
}

export const countsText = (counts: CountsView): string =>
  counts.kind === 'unread' ? 'not known' : `${count(counts.vertices, 'vertex', 'vertices')} and ${count(counts.edges, 'edge')}`;

const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** What could not be looked at for such signs: full sentences. Pure. */
export function unseenOf(source: ReadSide | null, follower: ReadSide): readonly string[] {
  const signs = source?.signs;
  if (signs === undefined || signs.kind === 'unread') return [signs?.why ?? 'The side that is followed does not answer.'];
  const kept = follower.signs.kind === 'read' ? [follower.signs.kept] : [];
  const whys = [signs.logs, signs.restores, signs.kept, ...kept].flatMap((view) => (view.kind === 'unread' ? view.why : []));
  const left =
    signs.logs.kind === 'read' && signs.logs.left > 0 ? [`${count(signs.logs.left, 'older or packed log')} of GSQL were left out.`] : [];
  const uncounted = [source?.counts, follower.counts].flatMap((view) => (view?.kind === 'unread' ? view.why : []));
  return [...new Set([...whys, ...left, ...uncounted])];
}
