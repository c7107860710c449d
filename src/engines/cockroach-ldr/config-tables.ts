import { z } from 'zod';
import type { Side } from '../../domain/observation.ts';
import { type TableName, tableNameOf } from './table-name.ts';

/** One table as it is called on each side. */
export type TablePair = Readonly<Record<Side, TableName>>;

/** A part of a name, whatever it holds. */
const name = z
  .string()
  .min(1, 'must not be empty')
  .max(255, 'must have at most 255 characters')
  .refine((text) => !text.includes('\u0000'), 'must not hold a NUL character')
  .refine((text) => !/\p{Surrogate}/u.test(text), 'must be text: it holds half of a character');

const tableInParts = z.strictObject({ database: name, schema: name.default('public'), table: name });
/** A full name as SQL would write it: of a table, or of a function. */
export const fullName = z
  .string()
  .max(1_000)
  .refine((text) => !text.includes('\u0000'), 'must not hold a NUL character')
  .transform((text, context) => {
    const read = tableNameOf(text);
    if (read !== null) return read;
    context.issues.push({
      code: 'custom',
      input: text,
      message:
        'must be a full name such as movr.public.rides; parts with capitals, dots or other signs go into double quotes, such as movr.public."Rides"',
    });
    return z.NEVER;
  });
export const tableName = z.union([tableInParts, fullName]);
