import { z } from 'zod';
import { asLinkId, asMessageTs } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { AlertDesk, AlertPost } from '../watch/ports.ts';
import { bookOf } from './alert-book.ts';
import type { NewCallName } from './call-names.ts';
import { createClaims } from './claims.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { parsedJson } from './parsed-json.ts';
import { understood } from './redis-faults.ts';

const post: z.ZodType<AlertPost> = z.discriminatedUnion('state', [
  z.object({ state: z.literal('posting'), at: z.number() }),
  z.object({ state: z.literal('posted'), ts: z.string().transform(asMessageTs), hash: z.string() }),
  z.object({ state: z.literal('failed'), why: z.string() }),
]);
const texts = z.tuple([z.tuple([z.string().nullable(), z.string().nullable()]), z.record(z.string(), z.string())]);
const flag = z.union([z.literal(0), z.literal(1)]);

/**
 * How long it is remembered who was first, ms. That only has to outlast the time until the run is in the journal, where it is found from
 * then on: a delivery is not carried out when it is older than some minutes.
 */
const offeredForMs = 86_400_000;

/** Hands out links with alerts to tell, each to one bot at a time, and keeps what is known of their messages. */
export function createAlertDesk(deps: { readonly redis: Connection; readonly newCallName: NewCallName }): AlertDesk {
  const { redis } = deps;
  const claims = createClaims(deps, { due: keys.alertDue, claims: keys.alertClaims, of: (link) => keys.watch(asLinkId(link)) });
  return {
    claim: async (owner, leaseMs) => {
      const claim = await claims.claim(owner, leaseMs);
      return claim === null ? null : { link: asLinkId(claim.id), token: claim.token };
    },
    renew: ({ link, token }, leaseMs) => claims.renew(link, token, leaseMs),
    finish: ({ link, token }, seq) => claims.finish(link, token, seq),
    postpone: ({ link, token }, inMs) => claims.postpone(link, token, inMs),
    read: async (link) => {
      const what = `the alerts of link ${link}`;
      // One MULTI: what is known of messages belongs to this very book.
      const answer = await redis.read(async (client) => {
        const results = await client.multi().hmget(keys.watch(link), 'seq', 'book').hgetall(keys.alertPosts(link)).exec();
        return results?.map(([error, value]) => {
          if (error !== null) throw error;
          return value;
        });
      });
      const [[seq, book], posts] = understood(texts, answer, what, 'not-applied');
      const known = Object.entries(posts).map(([key, text]) => [key, understood(post, parsedJson(text), what, 'not-applied')] as const);
      return { seq: Number(seq ?? '0'), book: bookOf(link, book), posts: new Map(known) };
    },
    mark: async (link, key, seen, now) => {
      const args = [key, seen === null ? '' : canonicalJson(seen), canonicalJson(now)];
      return understood(flag, await redis.script('alert-mark', [keys.alertPosts(link)], args), 'the answer of alert-mark') === 1;
    },
    makerOf: async (link, what, delivery, over) => {
      const answer = await redis.script('offer-take', [keys.offer(`${link}:${what}`)], [delivery, over ?? '', offeredForMs]);
      return understood(z.string(), answer, 'the answer of offer-take');
    },
    forget: async (link, posts) => {
      if (posts.length > 0) await redis.command((client) => client.hdel(keys.alertPosts(link), ...posts), { reads: false, resend: true });
    },
  };
}
