import type { StepKind } from '../../domain/plan.ts';
import type { StepExecutor } from '../engine.ts';
import { hostSteps } from '../hosts/steps.ts';
import { kinds } from './acts.ts';
import type { CcdrLink } from './config.ts';
import type { Readers } from './observe.ts';
import { executorOf } from './place.ts';
import { awaitDrained, checkOneWriter, markEnd, setReadOnly, setReadWrite } from './steps/access.ts';
import { dropAlias, setAlias } from './steps/alias.ts';
import { awaitOnline, create, dropReplica, reloadTls, verifyReads } from './steps/create.ts';
import { drop, savePrivileges, stop } from './steps/end.ts';
import { awaitEqual, awaitTopology, awaitWriter, promote, proveCatchUp, takeStock } from './steps/promotion.ts';
import { compareCounts } from './steps/verify.ts';

/** The executors of this engine. What people do has none. */
export function stepsOf({ connect, shell }: Readers): Readonly<Record<StepKind, StepExecutor<CcdrLink>>> {
  return {
    ...hostSteps<CcdrLink>(shell, ({ settings }, side) => ({ cluster: settings[side].cluster, nodes: settings[side].hosts?.nodes ?? [] })),
    [kinds.proveCatchUp]: executorOf(connect, proveCatchUp),
    [kinds.takeStock]: executorOf(connect, takeStock),
    [kinds.setReadOnly]: executorOf(connect, setReadOnly),
    [kinds.setReadWrite]: executorOf(connect, setReadWrite),
    [kinds.awaitDrained]: executorOf(connect, awaitDrained),
    [kinds.markEnd]: executorOf(connect, markEnd),
    [kinds.awaitEqual]: executorOf(connect, awaitEqual),
    [kinds.promote]: executorOf(connect, promote),
    [kinds.awaitWriter]: executorOf(connect, awaitWriter),
    [kinds.awaitTopology]: executorOf(connect, awaitTopology),
    [kinds.create]: executorOf(connect, create),
    [kinds.dropReplica]: executorOf(connect, dropReplica),
    [kinds.awaitOnline]: executorOf(connect, awaitOnline),
    [kinds.verifyReads]: executorOf(connect, verifyReads),
    [kinds.setAlias]: executorOf(connect, setAlias),
    [kinds.dropAlias]: executorOf(connect, dropAlias),
    [kinds.savePrivileges]: executorOf(connect, savePrivileges),
    [kinds.stop]: executorOf(connect, stop),
    [kinds.drop]: executorOf(connect, drop),
    [kinds.reloadTls]: executorOf(connect, reloadTls),
    [kinds.checkOneWriter]: executorOf(connect, checkOneWriter),
    [kinds.compareCounts]: executorOf(connect, compareCounts()),
  };
}
