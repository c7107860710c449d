/** One partition of a replicated topic on one side. */
export interface PartitionView {
  /** Without the prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly end: number;
  /** What is left of the newest record: a checksum. Null where Kafka keeps no record any more, or gave none. */
  readonly newest: string | null;
}

/** Topics by what their newest records say. A topic is in one list only. */
export interface Comparison {
  /** The newest record of every partition is the same on both sides: nothing is missing. */
  readonly alike: readonly string[];
  /** The follower lacks records. */
  readonly apart: readonly string[];
  /** At least one side gave no record of at least one partition. */
  readonly untold: readonly string[];
}

const keyOf = ({ topic, partition }: PartitionView): string => `${topic}/${partition}`;

/**
 * A mirrored topic has the records of its source in their order, byte for byte, but counts them from elsewhere: so positions alone can't
 * tell whether it has all of them, and the newest record can. Pure.
 */
export function compareNewest(source: readonly PartitionView[], follower: readonly PartitionView[]): Comparison {
  const mirrored = new Map(follower.map((view) => [keyOf(view), view]));
  const verdicts = new Map<string, 'alike' | 'apart' | 'untold'>();
  for (const view of source) {
    const before = verdicts.get(view.topic) ?? 'alike';
    verdicts.set(view.topic, worse(before, verdictOf(view, mirrored.get(keyOf(view)))));
  }
  const those = (verdict: string): readonly string[] => [...verdicts].filter(([, one]) => one === verdict).map(([topic]) => topic);
  return { alike: those('alike'), apart: those('apart'), untold: those('untold') };
}

type Verdict = 'alike' | 'apart' | 'untold';

const gravity = ['alike', 'untold', 'apart'] as const satisfies readonly Verdict[];

const worse = (a: Verdict, b: Verdict): Verdict => (gravity.indexOf(a) >= gravity.indexOf(b) ? a : b);

function verdictOf(source: PartitionView, mirrored: PartitionView | undefined): Verdict {
  if (source.end === 0) return 'alike';
  if (source.newest === null || mirrored === undefined || mirrored.newest === null) return 'untold';
  return source.newest === mirrored.newest ? 'alike' : 'apart';
}
