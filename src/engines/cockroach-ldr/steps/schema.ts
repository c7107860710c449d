import { z } from 'zod';
import { Fault } from '../../../domain/faults.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible } from '../../frame/probes.ts';
import type { SchemaLook } from '../detail.ts';
import { type LdrStep, look, type Place } from '../place.ts';
import { readSchema } from '../reads/schema.ts';
import { emptied } from '../unfit.ts';
import { tablesAt } from '../words.ts';

type Read = Extract<SchemaLook, { kind: 'read' }>;

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

/** Right before rows are deleted: the tables fit each other, whatever they hold. */
export const checkFit: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.checkFit(side),
  probe: async (place) => {
    const schema = await schemaNow(place);
    return obstacle(place, schema, emptied) ?? done({ tables: schema.pairs.length, blocking: 0 });
  },
};

/** Right before the start: the tables fit each other, and the side that follows is empty. */
export const checkSchema: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.checkSchema(side),
  probe: async (place) => {
    const schema = await schemaNow(place);
    const unfit = obstacle(place, schema, []);
    if (unfit !== null) return unfit;
    const { settings, side, here } = place;
    const filled = schema.pairs.flatMap(({ rows }, pair) => (rows[side] === 'empty' ? [] : [pair]));
    return filled.length === 0
      ? done({ tables: schema.pairs.length, blocking: 0 })
      : impossible(`${tablesAt(settings, side, filled)} on ${here} should be empty now and hold rows: somebody writes there.`);
  },
};

/** Right before a start that makes the tables: what is taken back by dropping them must not have been there. */
export const checkAbsent: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.checkAbsent(side),
  probe: async (place) => {
    const { tables } = await look(place);
    const there = tables.flatMap((state, pair) => (state === 'there' ? [pair] : []));
    if (there.length === 0) return done({ tables: 'absent' });
    return impossible(
      `${tablesAt(place.settings, place.side, there)} on ${place.here} was made since this was planned, so nothing was started. Ask for the setup anew.`,
    );
  },
};
