import type { Side } from '../../domain/observation.ts';
import type { Asked } from '../../domain/plan.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import { rightsStatements } from '../cockroach/held.ts';
import { jobsStatement, logicalJob } from '../cockroach/jobs.ts';
import { logInStatement } from '../cockroach/log-in.ts';
import { nowStatement } from '../cockroach/now.ts';
import { landedStatement } from '../cockroach/session.ts';
import type { LdrSettings } from './config.ts';
import { connectionStatement, connectionsStatement } from './connection-leads.ts';
import { streamsStatement } from './reads/jobs.ts';
import { laterQuery, queueCountQuery, queuesQuery, sincePlaceholder } from './reads/queues.ts';
import { columnsQuery, digestItems } from './reads/row-digest.ts';
import { rowCountQuery, rowStockQuery, rowsSinceQuery } from './reads/row-stock.ts';
import { anyRowQuery, anyRowThenQuery } from './reads/tables.ts';
import { lastLookMs, newestWriteQuery, politely } from './reads/writes.ts';
import { fingerprintQuery, tablesOn, timePlaceholder } from './statements.ts';
import { constraintsQuery, indexesQuery } from './table-view.ts';
import { marksQuery } from './ttl-marks.ts';

/** Stands for the number of a table, which no plan knows. */
const anyTable = '<table id>';

/** Stands for the time up to which a job has brought everything, in ns. */
const broughtTime = '<when its job had everything>';

/** Stand for the columns of a table, which are read right before. */
const anyKey = '<key>';
const eachColumn = '<each column>';

const queueOf = (database: string, schema: string, table: string): string =>
  `${quoteIdentifier(database)}.crdb_replication.${quoteIdentifier(`dlq_${anyTable}_${schema}_${table}`)}`;

/** What steps ask, and of whom: made of the same words as what is sent. */
export function asking(settings: LdrSettings) {
  const of = (side: Side, ...parts: readonly (readonly string[])[]): Asked => ({
    cluster: settings[side].cluster,
    statements: [landedStatement, ...parts.flat()],
  });
  const jobs = [streamsStatement, jobsStatement(logicalJob)];
  const queues = (side: Side): readonly string[] => [
    ...new Set(tablesOn(settings, side).map(({ database }) => queuesQuery(database))),
    ...tablesOn(settings, side).map(({ database, schema, table }) => queueCountQuery(queueOf(database, schema, table))),
  ];
  const growth = (side: Side): readonly string[] =>
    tablesOn(settings, side).map(({ database, schema, table }) => laterQuery(queueOf(database, schema, table), null, sincePlaceholder));
  return {
    /** Where the jobs into a side stand. */
    jobs: (side: Side): Asked => of(side, jobs),
    /** How far they have come. */
    progress: (side: Side): Asked => of(side, jobs, [nowStatement]),
    /** What waits in the dead letter queues. */
    queues: (side: Side): Asked => of(side, [nowStatement], queues(side)),
    /** What has come into them since they were counted. */
    growth: (side: Side): Asked => of(side, jobs, queues(side), growth(side)),
    /** Both. */
    stock: (side: Side): Asked => of(side, jobs, queues(side), [nowStatement]),
    /** Which tables hold rows. */
    held: (side: Side): Asked => of(side, tablesOn(settings, side).map(anyRowQuery)),
    /** Which held rows at a time. */
    past: (side: Side): Asked =>
      of(
        side,
        tablesOn(settings, side).map((table) => anyRowThenQuery(table, timePlaceholder)),
      ),
    clock: (side: Side): Asked => of(side, [nowStatement]),
    /** Where the connection of a side leads. */
    connection: (side: Side): Asked => of(side, [connectionsStatement, connectionStatement(settings, side)]),
    /** Which jobs keep history for others. */
    producers: (side: Side): Asked => of(side, [jobsStatement(logicalJob)]),
    /** What the bot may do, and so see. */
    rights: (side: Side): Asked => of(side, rightsStatements),
    login: (side: Side): Asked => of(side, [logInStatement]),
    writes: (side: Side): Asked => of(side, politely(lastLookMs), tablesOn(settings, side).map(newestWriteQuery)),
    counts: (side: Side, asOf = ''): Asked =>
      of(
        side,
        politely(lastLookMs),
        tablesOn(settings, side).map((table) => rowCountQuery(table, asOf)),
      ),
    /** What was written since the other side had everything, and came by no job. */
    since: (side: Side): Asked =>
      of(
        side,
        politely(lastLookMs),
        tablesOn(settings, side).map((table) => rowsSinceQuery(table, broughtTime)),
      ),
    /** `first`: nothing is known yet of what tells their rows apart. */
    rows: (side: Side, first: boolean): Asked =>
      of(
        side,
        politely(lastLookMs),
        tablesOn(settings, side).flatMap((table) => [
          columnsQuery(table),
          ...(first ? [indexesQuery(table), constraintsQuery(table)] : []),
          rowStockQuery(table, digestItems({ key: [anyKey], columns: [eachColumn], fresh: [] })),
        ]),
      ),
    /** Which tables delete rows by TTL, and keep that from those that follow. */
    marks: (side: Side): Asked => of(side, tablesOn(settings, side).map(marksQuery)),
    content: (side: Side): Asked => of(side, tablesOn(settings, side).map(fingerprintQuery)),
  };
}
