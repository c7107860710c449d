import { z } from 'zod';
import type { ClaimedDelivery } from '../slack/inbox-port.ts';
import { understood } from './redis-faults.ts';

/** Attempts after which a delivery is set aside. */
export const mostAttempts = 5;

/** A stream entry as `inbox-record.lua` writes it. */
export const fieldsShape = z.tuple([
  z.literal('key'),
  z.string(),
  z.literal('body'),
  z.string(),
  z.literal('receivedAt'),
  z.string().regex(/^\d+(\.\d+)?$/),
]);

export interface TakenDelivery {
  /** Of the stream entry. */
  readonly id: string;
  readonly attempt: number;
  readonly fields: z.infer<typeof fieldsShape>;
}

const bodyShape = z.record(z.string(), z.unknown());

/** Throws Fault `answer-not-understood` when the body is not a JSON object. */
export function takenDelivery({ id, attempt, fields }: TakenDelivery): ClaimedDelivery {
  const [, key, , text, , receivedAt] = fields;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const body = understood(bodyShape, json, `the body of delivery ${id}`, 'not-applied');
  return { id, key, body, receivedAt: Number(receivedAt), attempt };
}
