import { z } from 'zod';
import type { NativeView, SequenceView } from '../detail.ts';
import type { Block } from './blocks.ts';
import { linesOf, plain, sortLines } from './text.ts';

const unread = <T extends string>(why: T) => ({ kind: 'unread', why }) as const;

const replication = z.object({
  lastSeqId: z.int().min(0),
  numChangesToBeReplicated: z.int().min(0).optional(),
  error: z.union([z.boolean(), z.string()]).optional(),
});

/** Reads the replication endpoint's answer, with the status code of HTTP on a line of its own at the end. Pure; never throws. */
export function parseSequence(raw: string): SequenceView | { readonly kind: 'locked'; readonly why: string } {
  const lines = plain(raw).trimEnd().split('\n');
  const status = /^\d{3}$/.exec(lines.at(-1) ?? '')?.[0];
  if (status === '401' || status === '403') return { kind: 'locked', why: 'GSQL does not let the superuser of the config in.' };
  if (status !== '200') return unread(`The replication endpoint answered with status ${status ?? 'unknown'}.`);
  const parsed = replication.safeParse(asJson(lines.slice(0, -1).join('\n')));
  if (!parsed.success) return unread('The replication endpoint gave an answer that is not understood.');
  const { error, lastSeqId, numChangesToBeReplicated } = parsed.data;
  if (error === true || (typeof error === 'string' && error !== 'false')) return unread('The replication endpoint answered with an error.');
  return { kind: 'read', last: lastSeqId, waiting: numChangesToBeReplicated ?? null };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is not read.
    return null;
  }
}

const replicated = /^(Metadata|deltaQ.*|GSE_journal_.*)$/;

/** The name without the prefix of a topic that is replicated; null for every other topic. */
export function baseTopic(topic: string, prefix: string): string | null {
  const base = prefix === '' ? topic : topic.startsWith(`${prefix}.`) ? topic.slice(prefix.length + 1) : '';
  return replicated.test(base) ? base : null;
}

/** How far one partition of a replicated topic has come. */
export interface PartitionEnd {
  /** Without the prefix. */
  readonly topic: string;
  /** As the cluster calls it. */
  readonly name: string;
  readonly partition: number;
  readonly end: number;
}

/** Reads `topic:partition:offset` lines: every partition of every replicated topic. Null when one of them has no number. Pure; never throws. */
export function parsePartitions(raw: string, prefix: string): readonly PartitionEnd[] | null {
  const found: PartitionEnd[] = [];
  for (const line of linesOf(raw)) {
    const [, name, partition, offset] = /^([A-Za-z0-9._-]{1,249}):(\d{1,9}):(\d{0,15})$/.exec(line) ?? [];
    const topic = name === undefined ? null : baseTopic(name, prefix);
    if (name === undefined || topic === null) continue;
    if (offset === undefined || offset === '') return null;
    found.push({ topic, name, partition: Number(partition), end: Number(offset) });
  }
  return found.length === 0 ? null : found;
}

/** The end of every replicated topic, all its partitions together, by name. */
export function endsOfTopics(partitions: readonly PartitionEnd[]): { topic: string; end: number }[] {
  const ends = new Map<string, number>();
  for (const { topic, end } of partitions) ends.set(topic, (ends.get(topic) ?? 0) + end);
  return [...ends].map(([topic, end]) => ({ topic, end })).sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

/** Reads what `sha256sum` says of one record; null when it was given none. Pure; never throws. */
export function parseNewest(raw: string): string | null {
  const [, sum] = /^([0-9a-f]{64}) [ *]-$/m.exec(plain(raw)) ?? [];
  return sum === undefined || sum === sumOfNothing ? null : sum;
}

/** SHA-256 of no bytes at all. */
const sumOfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Names of the replicated topics in a list of all, as the cluster calls them. */
export const topicsIn = (raw: string, prefix: string): readonly string[] =>
  linesOf(raw).filter((line) => /^[A-Za-z0-9._-]{1,249}$/.test(line) && baseTopic(line, prefix) !== null);

const worst = (values: readonly (number | null)[]): number | null => {
  const told = values.filter((value) => value !== null);
  return told.length === 0 ? null : Math.max(...told);
};

/** Reads `gadmin crr status --json`, whose envelope the vendor does not describe: every object with a lag in it is a topic. Pure; never throws. */
export function parseNative({ exitCode, text }: Block): NativeView {
  const told = sortLines(text).rest.join('\n');
  const from = told.search(/[[{]/);
  const topics = exitCode === 0 && from >= 0 ? topicsOf(asJson(told.slice(from))) : [];
  if (topics.length === 0) return unread('gadmin crr status gave nothing that is understood.');
  const over = (...names: readonly string[]) => worst(topics.flatMap((topic) => names.map((name) => topic.get(name) ?? null)));
  return {
    kind: 'read',
    topics: topics.length,
    records: over('replicationlagrecords', 'replaylagrecords'),
    seconds: over('replicationlagseconds', 'replaylagseconds'),
    stalledSeconds: over('replicationstalledseconds', 'replaystalledseconds'),
  };
}

type Numbers = ReadonlyMap<string, number>;

const isLag = (name: string): boolean => /^(replication|replay)lag(records|seconds)$/.test(name);

function topicsOf(value: unknown, depth = 0): readonly Numbers[] {
  if (value === null || typeof value !== 'object' || depth > 8) return [];
  const entries = Object.entries(value);
  const numbers = entries.flatMap(([name, entry]): readonly (readonly [string, number])[] =>
    typeof entry === 'number' && entry >= 0 ? [[name.toLowerCase().replace(/[_-]/g, ''), entry]] : [],
  );
  const own = numbers.some(([name]) => isLag(name)) ? [new Map(numbers)] : [];
  return [...own, ...entries.flatMap(([, entry]) => topicsOf(entry, depth + 1))];
}
