import { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import { otherSide } from './flow.ts';
import { done, impossible, type LdrStep, look } from './place.ts';
import { readSchema } from './read-schema.ts';
import { tablesAt } from './words.ts';

/** Right before the start: the tables fit each other, and the side that follows is empty. */
export const checkSchema: LdrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.checkSchema(side),
  probe: async (place) => {
    const { connect, settings, side, here, io, link } = place;
    const [own, other] = await Promise.all([look(place), look(place, otherSide(side))]);
    const sides = side === 'primary' ? { primary: own, standby: other } : { primary: other, standby: own };
    const schema = await readSchema(connect, settings, sides, io);
    if (schema.kind !== 'read') {
      const why = schema.kind === 'unread' ? schema.why : 'The tables were not read.';
      throw new Fault('answer-not-understood', why, { effect: 'not-applied', facts: { cluster: here } });
    }
    const both = settings.direction === 'bidirectional';
    const found = both ? [...schema.findings.primary, ...schema.findings.standby] : schema.findings[side];
    const blocking = found.filter(({ severity }) => severity === 'blocks');
    const [first] = blocking;
    if (first !== undefined) {
      return impossible(`${first.sentence} ${first.next} /repl preflight ${link.id} setup lists all that is found.`, {
        findings: [...new Set(blocking.map(({ rule }) => rule))],
      });
    }
    const filled = schema.pairs.flatMap(({ rows }, pair) => (rows[side] === 'empty' ? [] : [pair]));
    return filled.length === 0
      ? done({ tables: schema.pairs.length, blocking: 0 })
      : impossible(`${tablesAt(settings, side, filled)} on ${here} should be empty now and hold rows: somebody writes there.`);
  },
};
