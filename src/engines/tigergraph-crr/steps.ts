import type { StepKind } from '../../domain/plan.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { StepExecutor } from '../engine.ts';
import { createEars } from '../hosts/ears.ts';
import { kinds } from './acts.ts';
import type { CrrLink } from './config.ts';
import { type LongStep, longStep } from './job.ts';
import { executorOf } from './place.ts';
import { copyBackup, exportMetadata, removeBackup, spreadBackup, takeBackup } from './steps/backup.ts';
import { awaitEqual, proveKeepsUp } from './steps/catch-up.ts';
import { checkBackup } from './steps/check-backup.ts';
import { compareFiles } from './steps/compare-files.ts';
import { proveReach, restartConnector } from './steps/connector.ts';
import { fitParts } from './steps/fit-parts.ts';
import { awaitFollowing, awaitInStep, checkSplitBrain, verifyServing, verifyVersion } from './steps/link.ts';
import { placeMetadata } from './steps/metadata.ts';
import { restore } from './steps/restore.ts';
import { initKafka, installQueries, restart, startServices, stopServices } from './steps/services.ts';
import { configure, startCrr, stopCrr } from './steps/settings.ts';

/** The executors of this engine. What people do has none. */
export function stepsOf(connect: ShellConnect): Readonly<Record<StepKind, StepExecutor<CrrLink>>> {
  const ears = createEars();
  const long = <P>(step: LongStep<P>): StepExecutor<CrrLink> => executorOf(connect, longStep(ears, step));
  return {
    [kinds.proveKeepsUp]: executorOf(connect, proveKeepsUp),
    [kinds.awaitEqual]: executorOf(connect, awaitEqual),
    [kinds.configure]: executorOf(connect, configure),
    [kinds.restart]: long(restart),
    [kinds.stopServices]: long(stopServices),
    [kinds.startServices]: long(startServices),
    [kinds.stopCrr]: executorOf(connect, stopCrr),
    [kinds.startCrr]: executorOf(connect, startCrr),
    [kinds.initKafka]: long(initKafka),
    [kinds.takeBackup]: long(takeBackup),
    [kinds.exportMetadata]: executorOf(connect, exportMetadata),
    [kinds.placeMetadata]: executorOf(connect, placeMetadata),
    [kinds.copyBackup]: long(copyBackup),
    [kinds.spreadBackup]: long(spreadBackup),
    [kinds.compareFiles]: executorOf(connect, compareFiles),
    [kinds.fitParts]: executorOf(connect, fitParts),
    [kinds.checkBackup]: executorOf(connect, checkBackup),
    [kinds.restore]: long(restore),
    [kinds.installQueries]: long(installQueries),
    [kinds.awaitFollowing]: executorOf(connect, awaitFollowing),
    [kinds.awaitInStep]: executorOf(connect, awaitInStep),
    [kinds.verifyServing]: executorOf(connect, verifyServing),
    [kinds.checkSplitBrain]: executorOf(connect, checkSplitBrain),
    [kinds.removeBackup]: executorOf(connect, removeBackup),
    [kinds.verifyVersion]: executorOf(connect, verifyVersion),
    [kinds.proveReach]: executorOf(connect, proveReach),
    [kinds.restartConnector]: long(restartConnector),
  };
}
