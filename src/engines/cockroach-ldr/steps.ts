import type { StepKind } from '../../domain/plan.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import type { StepExecutor } from '../engine.ts';
import { kinds } from './acts.ts';
import type { LdrLink } from './config.ts';
import { executorOf } from './place.ts';
import { alterConnection, checkConnection, createConnection, dropConnection, setRangefeeds } from './steps/access.ts';
import { bounce } from './steps/bounce.ts';
import { type Comparisons, compareTables } from './steps/compare.ts';
import { type CountReads, compareRows } from './steps/compare-rows.ts';
import type { CopyReads } from './steps/copied.ts';
import { awaitPast, markTime, takeStock } from './steps/cut.ts';
import { emptyTables } from './steps/empty.ts';
import { endReplicated, endStream } from './steps/end.ts';
import { cancel, pause, resume } from './steps/jobs.ts';
import type { LastLooks } from './steps/last-look.ts';
import { checkQueue, countQueue } from './steps/queue.ts';
import { checkRows, countRows, type StockReads } from './steps/rows.ts';
import { awaitScan, proveAdvance } from './steps/scan.ts';
import { checkAbsent, checkFit, checkSchema } from './steps/schema.ts';
import { proveSource } from './steps/source.ts';
import { createReplicated, createStream } from './steps/start.ts';
import { clearCopy, dropCopy, type Takings } from './steps/take-back.ts';
import { createUser, dropUser, grant, proveLogin, revoke } from './steps/users.ts';
import { checkWrites, type Looks } from './steps/writes.ts';

/** The executors of this engine. What people do has none. */
export function stepsOf(connect: SqlConnect): Readonly<Record<StepKind, StepExecutor<LdrLink>>> {
  const comparisons: Comparisons = new Map();
  const looks: Looks = new Map();
  const counts: CountReads = new Map();
  const copies: CopyReads = new Map();
  const takings: Takings = new Map();
  const lastLooks: LastLooks = new Map();
  // Apart, so that what was read before people's part is never taken for what is there after it.
  const [before, after]: readonly [StockReads, StockReads] = [new Map(), new Map()];
  return {
    [kinds.setRangefeeds]: executorOf(connect, setRangefeeds),
    [kinds.proveLogin]: executorOf(connect, proveLogin),
    [kinds.createUser]: executorOf(connect, createUser),
    [kinds.dropUser]: executorOf(connect, dropUser),
    [kinds.grant]: executorOf(connect, grant),
    [kinds.revoke]: executorOf(connect, revoke),
    [kinds.createConnection]: executorOf(connect, createConnection),
    [kinds.alterConnection]: executorOf(connect, alterConnection),
    [kinds.dropConnection]: executorOf(connect, dropConnection),
    [kinds.checkConnection]: executorOf(connect, checkConnection),
    [kinds.checkFit]: executorOf(connect, checkFit),
    [kinds.checkSchema]: executorOf(connect, checkSchema),
    [kinds.checkAbsent]: executorOf(connect, checkAbsent),
    [kinds.createStream]: executorOf(connect, createStream),
    [kinds.createReplicated]: executorOf(connect, createReplicated),
    [kinds.endStream]: executorOf(connect, endStream),
    [kinds.endReplicated]: executorOf(connect, endReplicated),
    [kinds.clearCopy]: executorOf(connect, clearCopy(takings)),
    [kinds.dropCopy]: executorOf(connect, dropCopy(takings)),
    [kinds.proveSource]: executorOf(connect, proveSource),
    [kinds.awaitScan]: executorOf(connect, awaitScan(copies)),
    [kinds.proveAdvance]: executorOf(connect, proveAdvance),
    [kinds.pause]: executorOf(connect, pause),
    [kinds.resume]: executorOf(connect, resume),
    [kinds.bounce]: executorOf(connect, bounce),
    [kinds.cancel]: executorOf(connect, cancel),
    [kinds.checkWrites]: executorOf(connect, checkWrites(looks)),
    [kinds.compareRows]: executorOf(connect, compareRows(counts)),
    [kinds.countRows]: executorOf(connect, countRows(before)),
    [kinds.checkRows]: executorOf(connect, checkRows(after)),
    [kinds.emptyTables]: executorOf(connect, emptyTables(lastLooks)),
    [kinds.countQueue]: executorOf(connect, countQueue),
    [kinds.checkQueue]: executorOf(connect, checkQueue),
    [kinds.takeStock]: executorOf(connect, takeStock),
    [kinds.markTime]: executorOf(connect, markTime),
    [kinds.awaitPast]: executorOf(connect, awaitPast),
    [kinds.compareTables]: executorOf(connect, compareTables(comparisons)),
  };
}
