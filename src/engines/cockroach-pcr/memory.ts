import { z } from 'zod';

/** A time as whole microseconds since the epoch, in digits. */
const micros = z.string().regex(/^\d{1,20}$/);

/** What a side said of itself when it last could be asked. */
const said = z.strictObject({
  /** By its own clock. */
  at: micros,
  /** When it was last promoted; null when never, or when that was not told. */
  activated: micros.nullable(),
  writable: z.enum(['yes', 'no', 'unknown']),
  /** It was not heard at the look that left this, which hands on what an earlier one was told. */
  unheard: z.literal(true).optional(),
});

/** The same of both sides. */
export const saidOfBoth = z.strictObject({ primary: said.nullable(), standby: said.nullable() });

const placed = z.strictObject({ side: z.enum(['primary', 'standby']), at: micros });

/** What earlier looks and runs tell of which side was put to use. */
export const signsOfUse = z.strictObject({
  /** Where a run of the bot last had applications sent. */
  sent: placed.nullable(),
  /** Who was last seen to serve while the other one was not heard, before the look at hand. */
  alone: placed.nullable(),
  /** When each side was last seen to serve, by its own clock. */
  served: z.strictObject({ primary: micros.nullable(), standby: micros.nullable() }),
  /** The runs could not be read. */
  untold: z.literal(true).optional(),
});

export type Said = z.infer<typeof said>;
export type SaidOfBoth = z.infer<typeof saidOfBoth>;
export type SignsOfUse = z.infer<typeof signsOfUse>;
