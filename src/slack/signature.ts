import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../domain/secret.ts';

/** How far a request's time may be from ours, either way, s. */
export const windowSeconds = 300;

export interface SignedRequest {
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** Exactly the bytes that came. */
  readonly body: Buffer;
}

/** Why a request is not taken as Slack's; null when its signature holds and its time is within the window. */
export function whyUnsigned(request: SignedRequest, secret: Secret, nowMs: number): string | null {
  const { timestamp = '', signature = '', body } = request;
  // Digits only: anything else would be signed in one spelling and compared in another.
  if (!/^\d{1,12}$/.test(timestamp)) return 'no time';
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > windowSeconds) return 'a time outside the window';
  const expected = Buffer.from(`v0=${createHmac('sha256', secret.reveal()).update(`v0:${timestamp}:`).update(body).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected) ? null : 'a wrong signature';
}
