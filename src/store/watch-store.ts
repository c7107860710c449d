import { z } from 'zod';
import { asLinkId } from '../domain/ids.ts';
import { canonicalJson, type JsonObject } from '../domain/json.ts';
import { healths, type Sample } from '../domain/observation.ts';
import type { Glance, Turn, WatchStore } from '../watch/ports.ts';
import { bookOf } from './alert-book.ts';
import type { NewCallName } from './call-names.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { parsedJson } from './parsed-json.ts';
import { understood } from './redis-faults.ts';

export interface WatchStoreDeps {
  readonly redis: Connection;
  readonly newCallName: NewCallName;
}

const health = z.enum(healths);
// What was parsed from JSON text holds nothing else.
const json = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
const lagForm = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('duration'), ms: z.number() }),
  z.object({ kind: z.literal('transactions'), transactions: z.number(), atMostMs: z.number().exactOptional() }),
  z.object({ kind: z.literal('sequence'), sequences: z.number(), counted: z.string().exactOptional() }),
  z.object({ kind: z.literal('unknown'), why: z.string() }),
]);
const lagsForm = z.array(z.object({ name: z.string(), lag: lagForm }));
// A look whose lags can't be read still tells its trail.
const sampleForm = z.object({
  ...{ at: z.number(), health, headline: z.string(), trail: json.nullable() },
  lags: lagsForm.exactOptional().catch([]),
});
const glanceForm = z.object({
  at: z.number(),
  worker: z.string(),
  health,
  lagMs: z.number().nullable(),
  lagCount: z.number().nullable(),
});
const flag = z.union([z.literal(0), z.literal(1)]);
const names = z.array(z.string());
const text = z.string().nullable();
const whole = (ms: number): number => Math.max(0, Math.round(ms));

/** What another version of the bot left that this one can't read is passed over: the past is of use, never needed. */
function readSample(member: string): readonly Sample[] {
  const read = sampleForm.safeParse(parsedJson(member));
  return read.success ? [read.data] : [];
}

function readGlance(value: string | null): Glance | null {
  const read = glanceForm.safeParse(value === null ? null : parsedJson(value));
  return read.success ? read.data : null;
}

export function createWatchStore({ redis, newCallName }: WatchStoreDeps): WatchStore {
  const turns = [keys.watchDue, keys.watchTurns];
  const answered = async (answer: Promise<unknown>, script: string): Promise<boolean> =>
    understood(flag, await answer, `the answer of ${script}`) === 1;
  return {
    take: async (links, leaseMs, most) => {
      if (links.length === 0 || most < 1) return [];
      const token = newCallName();
      // A re-send would find nothing due; what the first one took comes again when its lease ends.
      const answer = await redis.script('watch-take', turns, [token, whole(leaseMs), most, ...links], { resend: false });
      return understood(names, answer, 'the answer of watch-take').map((link): Turn => ({ link: asLinkId(link), token }));
    },
    renew: ({ link, token }, leaseMs) => answered(redis.script('watch-renew', turns, [link, token, whole(leaseMs)]), 'watch-renew'),
    note: ({ link, token }, { sample, glance, drop, book }, nextInMs) => {
      const places = [...turns, keys.watch(link), keys.samples(link), keys.alertDue];
      const told = book === null ? '' : canonicalJson(book);
      const args = [link, token, whole(nextInMs), canonicalJson(glance), sample.at, canonicalJson(sample), told, ...drop];
      return answered(redis.script('watch-note', places, args), 'watch-note');
    },
    leave: async ({ link, token }, nextInMs) => {
      await redis.script('watch-leave', turns, [link, token, whole(nextInMs)]);
    },
    history: async (link) => {
      const answer = await redis.read((client) => client.zrange(keys.samples(link), 0, -1));
      return understood(names, answer, `the samples of link ${link}`, 'not-applied').flatMap(readSample);
    },
    glances: async (links) => {
      const answers = await Promise.all(links.map((link) => redis.read((client) => client.hget(keys.watch(link), 'glance'))));
      return answers.map((answer) => readGlance(understood(text, answer, 'the newest look at a link', 'not-applied')));
    },
    book: async (link) => {
      const answer = await redis.read((client) => client.hget(keys.watch(link), 'book'));
      return bookOf(link, understood(text, answer, `the alerts of link ${link}`, 'not-applied'));
    },
  };
}
