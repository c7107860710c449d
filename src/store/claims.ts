import { z } from 'zod';
import type { NewCallName } from './call-names.ts';
import type { Connection } from './connection.ts';
import { understood } from './redis-faults.ts';

/** Where a queue of things to show is kept. */
export interface ClaimPlaces {
  /** Sorted set: id by the ms from which on it may be taken. */
  readonly due: string;
  /** Hash: id → token of who has it. */
  readonly claims: string;
  /** Hash of one thing; its `seq` says how many changes there are to show. */
  readonly of: (id: string) => string;
}

export interface Claims {
  claim(owner: string, leaseMs: number): Promise<{ readonly id: string; readonly token: string } | null>;
  renew(id: string, token: string, leaseMs: number): Promise<boolean>;
  finish(id: string, token: string, seq: number): Promise<void>;
  postpone(id: string, token: string, inMs: number): Promise<void>;
}

const flag = z.union([z.literal(0), z.literal(1)]);

/** Hands out things that have something to show, each to one bot at a time. */
export function createClaims(
  { redis, newCallName }: { readonly redis: Connection; readonly newCallName: NewCallName },
  { due, claims, of }: ClaimPlaces,
): Claims {
  const places = [due, claims];
  return {
    claim: async (owner, leaseMs) => {
      const token = `${owner}@${newCallName()}`;
      // A re-send would take a second thing; the first would wait for its claim to end.
      const answer = await redis.script('report-claim', places, [token, Math.round(leaseMs)], { resend: false });
      const id = understood(z.string(), answer, 'the answer of report-claim');
      return id === '' ? null : { id, token };
    },
    renew: async (id, token, leaseMs) => {
      const answer = await redis.script('report-renew', places, [id, token, Math.round(leaseMs)]);
      return understood(flag, answer, 'the answer of report-renew') === 1;
    },
    finish: async (id, token, seq) => {
      await redis.script('report-finish', [...places, of(id)], [id, token, seq]);
    },
    postpone: async (id, token, inMs) => {
      await redis.script('report-postpone', places, [id, token, Math.max(0, Math.round(inMs))]);
    },
  };
}
