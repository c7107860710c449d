import { z } from 'zod';
import type { LinkId } from '../domain/ids.ts';
import { operationNames } from '../domain/operation.ts';
import { type AlertBook, alertKinds, emptyBook } from '../watch/alerts.ts';
import { parsedJson } from './parsed-json.ts';
import { understood } from './redis-faults.ts';

const place = { kind: z.enum(alertKinds), cluster: z.string().nullable(), since: z.number() };
const offer = z.object({ operation: z.enum(operationNames), cluster: z.string(), why: z.string() });
const bookForm = z.object({
  suspected: z.array(z.object(place)),
  alerts: z.array(
    z.object({
      ...place,
      id: z.string(),
      sentence: z.string(),
      offers: z.array(offer),
      raisedAt: z.number(),
      missedAt: z.number().nullable(),
      cleared: z.object({ at: z.number(), sentence: z.string() }).nullable(),
    }),
  ),
  away: z.string().nullable(),
});

/** Reads a book as it is kept. Unlike the past, one that can't be read is not passed over: everything in it would be told once more. */
export const bookOf = (link: LinkId, text: string | null): AlertBook =>
  text === null ? emptyBook : understood(bookForm, parsedJson(text), `the alerts of link ${link}`, 'not-applied');
