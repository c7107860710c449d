import type { Side } from '../../domain/observation.ts';
import type { Asked } from '../../domain/plan.ts';
import { greetingStatement } from '../../transports/bolt.ts';
import { cypherInteger, quoteCypherString } from '../../transports/cypher-quoting.ts';
import type { CcdrSettings } from './config.ts';
import { countStatement, countsOfAll, countsOfLabel, countsOfType } from './counts.ts';
import { questions, writeCheckMs } from './questions.ts';

/** Stands for a label or a type, which no plan knows. */
const anyName = '<name>';

/** A statement with what is bound to it, as a remark of Cypher's own. */
const bound = (statement: string, values: string): string => `${statement} // ${values}`;

const named = (statement: string, ...names: readonly string[]): string =>
  bound(statement, `$name: ${names.map(quoteCypherString).join(' or ')}`);

const counting = (): readonly string[] => [
  questions.labels,
  questions.types,
  countStatement(countsOfAll),
  bound(countStatement([countsOfLabel(anyName)]), 'of every label, many in one statement'),
  bound(countStatement([countsOfType(anyName)]), 'of every type, many in one statement'),
];

/** What steps ask, and of whom. */
export function asking(settings: CcdrSettings) {
  const of = (side: Side, ...statements: readonly string[]): Asked => ({
    cluster: settings[side].cluster,
    statements: [greetingStatement, ...statements],
  });
  const database = (name: string): string => named(questions.database, name);
  return {
    /** Every copy of one database. */
    database: (side: Side, name: string): Asked => of(side, database(name)),
    /** Every copy, and who may still write to it. */
    open: (side: Side, name: string): Asked =>
      of(side, database(name), bound(questions.transactions, 'only where one was open at the stop, on the servers that took writes')),
    /** Every copy, and whether a write is taken. */
    writer: (side: Side, name: string): Asked =>
      of(
        side,
        database(name),
        bound(
          questions.writeCheck,
          `$names: [${quoteCypherString(name)}], $ms: ${cypherInteger(writeCheckMs)}; only where it has several primaries, on one of their servers`,
        ),
      ),
    /** What clients are told, and what they get. */
    reads: (side: Side, name: string): Asked =>
      of(side, named(questions.routing, name), bound(questions.one, `on ${quoteCypherString(name)}`)),
    privileges: (side: Side, name: string): Asked => of(side, database(name), questions.privileges),
    /** Every copy, and what the database holds. */
    counts: (side: Side, name: string): Asked => of(side, database(name), ...counting()),
    /** Every copy of a side's database, by each of its names. */
    glance: (side: Side): Asked => {
      const { database: usual, spareDatabase } = settings[side];
      return of(side, ...(spareDatabase === null ? [usual] : [usual, spareDatabase]).map(database));
    },
  };
}
