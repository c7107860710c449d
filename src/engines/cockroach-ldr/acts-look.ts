import type { JsonObject } from '../../domain/json.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Act, Asked } from '../../domain/plan.ts';
import { asking } from './asks.ts';
import type { LdrSettings } from './config.ts';
import { connectionOf } from './reach.ts';
import { asOfTime } from './reads/tables.ts';
import { shortlyAgo } from './reads/writes.ts';
import { timePlaceholder } from './statements.ts';
import type { PlannedQueue } from './waiting.ts';

type Kind =
  | 'proveLogin'
  | 'checkConnection'
  | 'checkFit'
  | 'checkSchema'
  | 'checkAbsent'
  | 'checkWrites'
  | 'compareRows'
  | 'countRows'
  | 'checkRows'
  | 'proveSource'
  | 'awaitScan'
  | 'proveAdvance'
  | 'countQueue'
  | 'checkQueue'
  | 'takeStock'
  | 'markTime'
  | 'awaitPast'
  | 'compareTables';

interface Awaited {
  readonly after: string;
  readonly cursor?: string | null;
  /** The statement that starts the job, where it is not a stream into tables that are there. */
  readonly by?: 'create' | 'back' | undefined;
}

interface QueueCount {
  /** Left out where no decision rests on it. */
  readonly planned?: PlannedQueue | undefined;
  readonly lenient?: boolean | undefined;
}

/** Makes an act of one link. */
export type MakeAct = (
  settings: LdrSettings,
  side: Side,
  kind: string,
  title: string,
  statements: readonly string[],
  params?: JsonObject,
) => Act;

/** Steps that only look: they send nothing but what they ask. */
export function lookActs(settings: LdrSettings, kinds: Readonly<Record<Kind, string>>, actOn: MakeAct) {
  const ask = asking(settings);
  const at = (side: Side) => settings[side].cluster;
  const look = (side: Side, kind: string, title: string, asks: readonly Asked[], params: JsonObject = {}): Act => ({
    ...actOn(settings, side, kind, title, [], params),
    ...(asks.length === 0 ? {} : { asks }),
  });
  /** What tells which rows of tables that people gave up came by no job. */
  const asksOfGiven = (side: Side): readonly Asked[] => {
    const only = `${at(otherSide(side))} has fewer rows of a table whose writes were given up`;
    return [ask.jobs(otherSide(side)), ask.queues(otherSide(side)), ask.since(side)].map((one) => ({ ...one, only }));
  };
  /** What tells whether a TTL makes the sides differ. */
  const asksOfTtl = (side: Side): readonly Asked[] =>
    settings.options.discardTtlDeletes ? [ask.jobs(side), ask.jobs(otherSide(side)), ask.marks(otherSide(side))] : [];
  return {
    // On the side that is read from.
    proveLogin: (side: Side, user: string) => {
      const title = `Log in to ${at(side)} as ${user}, with the password that the connection is to hold`;
      return look(side, kinds.proveLogin, title, [ask.login(side)], { user });
    },
    checkConnection: (side: Side) => {
      const title = `Check that the external connection ${connectionOf(settings, side)} on ${at(side)} leads where the config says`;
      return look(side, kinds.checkConnection, title, [ask.connection(side)]);
    },
    // What it asks of each table is a page long, and the same that a preflight of a setup asks.
    checkFit: (side: Side) =>
      look(side, kinds.checkFit, `Check that the tables of both sides fit, before any row of ${at(side)} is deleted`, []),
    checkSchema: (side: Side) =>
      look(side, kinds.checkSchema, `Check that the tables of ${at(side)} fit those of ${at(otherSide(side))}`, []),
    checkAbsent: (side: Side) => look(side, kinds.checkAbsent, `Check that ${at(side)} still has none of the link's tables`, []),
    checkWrites: (side: Side, known: readonly (string | null)[]) => {
      const title = `Check that applications wrote nothing more on ${at(side)}, before any row there is deleted`;
      return look(side, kinds.checkWrites, title, [ask.writes(side)], { known: [...known] });
    },
    // `live`: a job still brings what is written and deleted on the other side.
    compareRows: (side: Side, pairs: readonly number[], live = false) => {
      const title = `Check that ${at(otherSide(side))} has as many rows as ${at(side)}, before any there is deleted`;
      const late = { ...ask.jobs(side), only: `${at(otherSide(side))} has fewer, until its jobs are past the first count` };
      const counts = [ask.counts(side), ask.counts(otherSide(side), shortlyAgo)];
      const given = settings.tables.some((_, pair) => !pairs.includes(pair)) ? asksOfGiven(side) : [];
      const asks = [...(live ? [ask.clock(otherSide(side)), ...counts, late] : counts), ...asksOfTtl(side), ...given];
      return look(side, kinds.compareRows, title, asks, {
        pairs: [...pairs],
        ...(live ? { live } : {}),
      });
    },
    countRows: (side: Side) => {
      const title = `Count the rows on ${at(side)} and record the newest, before people change the tables`;
      return look(side, kinds.countRows, title, [ask.rows(side, true)]);
    },
    checkRows: (side: Side) => {
      const title = `Check that nothing was written on ${at(side)} while the tables were changed, before any row there is deleted`;
      return look(side, kinds.checkRows, title, [ask.rows(side, false)]);
    },
    // On the side that follows, of the side that it is to follow.
    proveSource: (side: Side) => {
      const source = otherSide(side);
      const title = `Prove that the job on ${at(side)} reads from ${at(source)}`;
      const only = `${at(source)} lists no such job`;
      const asks = [ask.producers(source), { ...ask.jobs(side), only }, { ...ask.rights(source), only }];
      return look(side, kinds.proveSource, title, asks);
    },
    awaitScan: (side: Side, { after, cursor = null, by }: Awaited) => {
      const title = `Wait until ${at(side)} ${cursor === null ? 'has its first full copy' : 'goes on'}`;
      const source = otherSide(side);
      const told = { only: `${at(side)} tells how the job was started` };
      const untold = { only: `${at(side)} does not (v24.3)` };
      const counts = [ask.counts(source, asOfTime(timePlaceholder)), ask.counts(side), ask.counts(source, shortlyAgo)];
      const rows =
        cursor !== null || by === 'back'
          ? []
          : [...[ask.past(source), ask.held(side)].map((one) => ({ ...one, ...told })), ...counts.map((one) => ({ ...one, ...untold }))];
      const marks = rows.length === 0 ? [] : [{ ...ask.marks(side), only: `${at(side)} does not (v24.3), and has fewer rows` }];
      const params = { after, cursor, ...(by === undefined ? {} : { by }) };
      return look(side, kinds.awaitScan, title, [ask.jobs(side), ...rows, ...marks], params);
    },
    // `bare`: tables that no job brings now, of which nothing can be proven.
    proveAdvance: (side: Side, withinMs: number, bare: readonly number[] = []) =>
      look(
        side,
        kinds.proveAdvance,
        `Prove that ${at(side)} keeps up`,
        [ask.progress(side)],
        bare.length === 0 ? { withinMs } : { withinMs, bare: [...bare] },
      ),
    // `lenient`: nothing is deleted or ended by what comes after it, so that a queue which can't be read is only told.
    countQueue: (side: Side, { planned, lenient }: QueueCount) =>
      look(side, kinds.countQueue, `Count what the dead letter queue of ${at(side)} holds`, [ask.queues(side)], {
        ...(planned === undefined ? {} : { planned: { ...planned } }),
        ...(lenient === true ? { lenient } : {}),
      }),
    checkQueue: (side: Side, lenient: boolean) => {
      const title = `Check that the dead letter queue of ${at(side)} has not grown`;
      return look(side, kinds.checkQueue, title, [ask.growth(side)], lenient ? { lenient } : {});
    },
    takeStock: (side: Side) => look(side, kinds.takeStock, `Record up to when ${at(side)} has everything`, [ask.stock(side)]),
    markTime: (side: Side) => look(side, kinds.markTime, `Read the clock of ${at(side)}`, [ask.clock(side)]),
    awaitPast: (side: Side) => {
      const title = `Wait until ${at(side)} has everything that ${at(otherSide(side))} took up to then`;
      return look(side, kinds.awaitPast, title, [ask.progress(side)]);
    },
    compareTables: (side: Side, from: 'now' | 'caught-up') => {
      const both = [side, otherSide(side)];
      const title = `Compare the tables of ${at(side)} with those of ${at(otherSide(side))} as of one time`;
      const isBoth = settings.direction === 'bidirectional';
      const only = 'the two differ then';
      const again = from === 'caught-up' && isBoth ? both.map((one) => ({ ...ask.progress(one), only })) : [];
      const asks = [
        ...(from === 'now' ? both.map(ask.progress) : again),
        ...both.map(ask.content),
        ...(settings.options.discardTtlDeletes ? [{ ...ask.marks(otherSide(side)), only }] : []),
        ...(from === 'caught-up' && (isBoth || settings.options.discardTtlDeletes) ? [{ ...ask.writes(otherSide(side)), only }] : []),
      ];
      return look(side, kinds.compareTables, title, asks, { from });
    },
  };
}
