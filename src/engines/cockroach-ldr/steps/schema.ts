import { z } from 'zod';
import { Fault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible } from '../../frame/probes.ts';
import type { Rows, SchemaLook } from '../detail.ts';
import { type LdrStep, look, type Place } from '../place.ts';
import { readSchema } from '../reads/schema.ts';
import { emptied } from '../unfit.ts';
import { tablesAt } from '../words.ts';
import { absentWords, notBare } from './bare.ts';
import { orAsk } from './unheard.ts';

type Read = Extract<SchemaLook, { kind: 'read' }>;

const unheard = (left: string): string => `${left} Press Retry when both clusters answer, or Cancel.`;

/** The tables of both sides as they are now. Throws a Fault. */
async function schemaNow(place: Place): Promise<Read> {
  const { connect, settings, side, here, io } = place;
  const [own, other] = await Promise.all([look(place), look(place, otherSide(side))]);
  const sides = side === 'primary' ? { primary: own, standby: other } : { primary: other, standby: own };
  const schema = await readSchema(connect, settings, sides, io);
  if (schema.kind === 'read') return schema;
  const why = schema.kind === 'unread' ? schema.why : 'The tables were not read.';
  throw new Fault('answer-not-understood', why, { effect: 'not-applied', facts: { cluster: here } });
}

/** What stands in the way of a start, apart from some rules; null when nothing does. */
function obstacle({ settings, side, link }: Place, schema: Read, without: readonly string[]): Probe | null {
  const both = settings.direction === 'bidirectional';
  const found = both ? [...schema.findings.primary, ...schema.findings.standby] : schema.findings[side];
  const blocking = found.filter(({ severity, rule }) => severity === 'blocks' && !without.includes(rule));
  const [first] = blocking;
  if (first === undefined) return null;
  return impossible(`${first.sentence} ${first.next} /repl preflight setup ${link.id} lists all that is found.`, {
    findings: [...new Set(blocking.map(({ rule }) => rule))],
  });
}

const rowsOf = ({ side }: Place, { pairs }: Read): readonly Rows[] => pairs.map(({ rows }) => rows[side]);

/** Right before rows are deleted: the tables fit each other, whatever they hold. */
export const checkFit: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.checkFit(side),
  probe: (place) =>
    orAsk(
      place,
      async () => {
        const schema = await schemaNow(place);
        const unfit = obstacle(place, schema, emptied);
        if (unfit !== null) return unfit;
        // What starts afterwards fills tables that are there: it makes none.
        const why = absentWords(place, rowsOf(place, schema), 'No row was deleted.');
        return why === null ? done({ tables: schema.pairs.length, blocking: 0 }) : impossible(why);
      },
      unheard('No row was deleted.'),
    ),
};

/** Right before the start: the tables fit each other, and the side that follows is empty. */
export const checkSchema: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.checkSchema(side),
  probe: (place) => orAsk(place, () => fitAndEmpty(place), unheard('Nothing was started.')),
};

async function fitAndEmpty(place: Place): Promise<Probe> {
  const schema = await schemaNow(place);
  const unfit = obstacle(place, schema, []);
  if (unfit !== null) return unfit;
  const why = notBare(place, rowsOf(place, schema));
  return why === null ? done({ tables: schema.pairs.length, blocking: 0 }) : impossible(why);
}

/** Right before a start that makes the tables: what is taken back by dropping them must not have been there. */
export const checkAbsent: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.checkAbsent(side),
  probe: (place) => orAsk(place, () => absent(place), unheard('Nothing was started.')),
};

async function absent(place: Place): Promise<Probe> {
  const { tables } = await look(place);
  const there = tables.flatMap((state, pair) => (state === 'there' ? [pair] : []));
  if (there.length === 0) return done({ tables: 'absent' });
  return impossible(
    `${tablesAt(place.settings, place.side, there)} on ${place.here} was made since this was planned, so nothing was started. Ask for the setup anew.`,
  );
}
