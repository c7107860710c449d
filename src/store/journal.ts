import { z } from 'zod';
import { Fault } from '../domain/faults.ts';
import { asRunId, type RunId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Entry } from '../domain/run.ts';
import type { Appended, AppendRequest, ClaimAnswer, Journal } from '../runs/ports.ts';
import type { NewCallName } from './call-names.ts';
import { journalAnswer, verified } from './chain.ts';
import type { Connection } from './connection.ts';
import { keys, messageField } from './keys.ts';
import { createLinkLines } from './link-lines.ts';
import { understood } from './redis-faults.ts';

export interface JournalDeps {
  readonly redis: Connection;
  readonly newCallName: NewCallName;
}

const fenceText = z.string().regex(/^\d+$/);
const claimAnswer = z.union([
  z.tuple([z.literal('claimed'), fenceText, fenceText, z.string(), z.string()]),
  z.tuple([z.literal('held'), z.string()]),
  z.tuple([z.literal('no-such-run')]),
]);
const appendAnswer = z.tuple([z.enum(['appended', 'already-there', 'fenced', 'behind']), z.number().int()]);
const runIds = z.array(z.string());
const flag = z.union([z.literal(0), z.literal(1)]);

/** Keeps runs in Redis. */
export function createJournal({ redis, newCallName }: JournalDeps): Journal {
  return {
    create: async (run, link, entry) => {
      const lists = [keys.due, keys.reportDue, keys.recent(null), keys.recent(link)];
      const answer = await redis.script('journal-create', [keys.run(run), keys.journal(run), ...lists], [run, link, canonicalJson(entry)]);
      return understood(z.enum(['created', 'already-there', 'differs']), answer, 'the answer of journal-create');
    },
    claim: async (run, worker, leaseMs) => {
      const answer = await redis.script(
        'journal-claim',
        [keys.run(run), keys.leases, keys.nudges],
        [run, worker, wholeMs(leaseMs), newCallName()],
      );
      return claimOf(answer);
    },
    renew: async (run, fence, leaseMs) => {
      const answer = await redis.script('journal-renew', [keys.run(run), keys.leases], [run, fence, wholeMs(leaseMs)]);
      return understood(flag, answer, 'the answer of journal-renew') === 1;
    },
    release: async (run, fence) => {
      await redis.script('journal-release', [keys.run(run), keys.leases], [run, fence]);
    },
    append: async (request) => appendedOf(await append(redis, request)),
    read: async (run, afterSeq = 0) => {
      const answer = await redis.script('journal-read', [keys.run(run), keys.journal(run)], [`${Math.max(afterSeq, 1)}-0`]);
      return verified(run, understood(journalAnswer, answer, `the journal of run ${run}`, 'not-applied'), afterSeq);
    },
    due: async (limit) => runsOf(await redis.script('journal-due', [keys.due, keys.leases], [limit])),
    schedule: async (run, fence, dueInMs) => {
      const places = [keys.run(run), keys.due, keys.leases, keys.nudges];
      const answer = await redis.script('journal-schedule', places, [run, fence, dueInMs === null ? '' : wholeMs(dueInMs)]);
      if (understood(z.enum(['scheduled', 'nudged', 'fenced']), answer, 'the answer of journal-schedule') === 'fenced')
        throw leaseLost(run);
    },
    recent: async (link, limit) =>
      limit < 1 ? [] : runsOf(await redis.read((client) => client.zrevrange(keys.recent(link), 0, limit - 1))),
    ...createLinkLines(redis),
    runOfMessage: async (channel, ts) => {
      const answer = await redis.read((client) => client.hget(keys.messages, messageField(channel, ts)));
      const run = understood(z.string().nullable(), answer, 'the run of a message', 'not-applied');
      return run === null ? null : asRunId(run);
    },
  };
}

const runsOf = (answer: unknown): readonly RunId[] => understood(runIds, answer, 'a list of runs', 'not-applied').map(asRunId);

/** Redis' ZADD would take a fraction, but `HSET lease` and people at `redis-cli` are better off without. */
const wholeMs = (ms: number): number => Math.max(0, Math.round(ms));

const leaseLost = (run: RunId): Fault =>
  new Fault('lease-lost', `Another worker has taken run ${run} over.`, { effect: 'not-applied', facts: { run } });

function claimOf(answer: unknown): ClaimAnswer {
  const claim = understood(claimAnswer, answer, 'the answer of journal-claim');
  if (claim[0] === 'held') return { kind: 'held', worker: claim[1] };
  if (claim[0] === 'no-such-run') return { kind: 'no-such-run' };
  const [, fence, seq, from, storeIdentity] = claim;
  return { kind: 'claimed', fence: Number(fence), seq: Number(seq), from: from === '' ? null : from, storeIdentity };
}

const indexField = (entry: Entry): string => (entry.kind === 'posted' ? messageField(entry.channel, entry.ts) : '');

function append(redis: Connection, { run, fence, expectedSeq, entry, dueInMs }: AppendRequest): Promise<unknown> {
  if (!Number.isSafeInteger(expectedSeq) || expectedSeq < 1)
    throw new TypeError(`an append needs the seq that it follows, got ${expectedSeq}`);
  const places = [keys.run(run), keys.journal(run), keys.due, keys.leases, keys.reportDue, keys.nudges, keys.messages];
  const due = dueInMs === null ? '' : wholeMs(dueInMs);
  return redis.script('journal-append', places, [run, fence ?? '', expectedSeq, canonicalJson(entry), due, indexField(entry)]);
}

function appendedOf(answer: unknown): Appended {
  const [kind, seq] = understood(appendAnswer, answer, 'the answer of journal-append');
  return kind === 'fenced' ? { kind } : { kind, seq };
}
