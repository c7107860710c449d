import type { StepKind } from '../../domain/plan.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import type { StepExecutor } from '../engine.ts';
import { hostSteps } from '../hosts/steps.ts';
import { hostKindsHere } from './acts/hosts.ts';
import { readerKinds } from './acts/reader.ts';
import { setupKinds } from './acts/setup.ts';
import { tuningKinds } from './acts/tuning.ts';
import { upgradeKinds } from './acts/upgrade.ts';
import { kinds } from './acts.ts';
import type { PcrLink } from './config.ts';
import { executorOf } from './place.ts';
import { proveConnection } from './steps/connection.ts';
import { awaitFollowing, startReplication } from './steps/failback.ts';
import { checkCertificates, createOperator, initCluster, seeControlPlane } from './steps/hosts.ts';
import { awaitCut, checkSplitBrain, pause, proveCatchUp, resume } from './steps/link.ts';
import { awaitPromotion, completeReplication } from './steps/promotion.ts';
import { awaitReader, closeReader, dropReader, openReader, startReader, stopReader, verifyReader } from './steps/reader.ts';
import { setDefaultTarget, startService, stopService, verifyService } from './steps/service.ts';
import { awaitScan, createConnection, createCopy, dropConnection, dropNewCopy, dropOldCopy, proveMoving } from './steps/setup.ts';
import { configure, createUser, dropUser, grantUser, proveLogin, revokeUser, seeSetting } from './steps/setup-users.ts';
import { takeStock } from './steps/stock.ts';
import { dropCopy } from './steps/teardown.ts';
import { awaitTime, bounce, replaceConnection, setExpiration, setRetention } from './steps/tuning.ts';
import { finalize, finalizeApplication, verifyRelease } from './steps/upgrade.ts';
import { type Comparisons, compareCopies, takeTime } from './steps/verify.ts';

/** The executors of this engine. A redirect is a person's step and has none. */
export function stepsOf(connect: SqlConnect, shell: ShellConnect): Readonly<Record<StepKind, StepExecutor<PcrLink>>> {
  const comparisons: Comparisons = new Map();
  return {
    [kinds.proveCatchUp]: executorOf(connect, proveCatchUp),
    [kinds.setDefaultTarget]: executorOf(connect, setDefaultTarget),
    [kinds.stopService]: executorOf(connect, stopService),
    [kinds.awaitCut]: executorOf(connect, awaitCut),
    [kinds.takeStock]: executorOf(connect, takeStock),
    [kinds.completeReplication]: executorOf(connect, completeReplication),
    [kinds.awaitPromotion]: executorOf(connect, awaitPromotion),
    [kinds.startService]: executorOf(connect, startService),
    [kinds.verifyService]: executorOf(connect, verifyService),
    [kinds.checkSplitBrain]: executorOf(connect, checkSplitBrain),
    [kinds.pause]: executorOf(connect, pause),
    [kinds.resume]: executorOf(connect, resume),
    [kinds.startReplication]: executorOf(connect, startReplication),
    [kinds.dropCopy]: executorOf(connect, dropCopy),
    [kinds.takeTime]: executorOf(connect, takeTime),
    [kinds.compareCopies]: executorOf(connect, compareCopies(comparisons)),
    [kinds.awaitFollowing]: executorOf(connect, awaitFollowing),
    [setupKinds.configure]: executorOf(connect, configure),
    [setupKinds.seeSetting]: executorOf(connect, seeSetting),
    [setupKinds.createUser]: executorOf(connect, createUser),
    [setupKinds.dropUser]: executorOf(connect, dropUser),
    [setupKinds.grantUser]: executorOf(connect, grantUser),
    [setupKinds.revokeUser]: executorOf(connect, revokeUser),
    [setupKinds.createConnection]: executorOf(connect, createConnection),
    [setupKinds.dropConnection]: executorOf(connect, dropConnection),
    [setupKinds.createCopy]: executorOf(connect, createCopy),
    [setupKinds.dropNewCopy]: executorOf(connect, dropNewCopy),
    [setupKinds.dropOldCopy]: executorOf(connect, dropOldCopy),
    [setupKinds.awaitScan]: executorOf(connect, awaitScan),
    [setupKinds.proveConnection]: executorOf(connect, proveConnection),
    [setupKinds.proveMoving]: executorOf(connect, proveMoving),
    [upgradeKinds.verifyRelease]: executorOf(connect, verifyRelease),
    [upgradeKinds.finalize]: executorOf(connect, finalize),
    [upgradeKinds.finalizeApplication]: executorOf(connect, finalizeApplication),
    [readerKinds.openReader]: executorOf(connect, openReader),
    [readerKinds.awaitReader]: executorOf(connect, awaitReader),
    [readerKinds.verifyReader]: executorOf(connect, verifyReader),
    [readerKinds.stopReader]: executorOf(connect, stopReader),
    [readerKinds.startReader]: executorOf(connect, startReader),
    [readerKinds.closeReader]: executorOf(connect, closeReader),
    [readerKinds.dropReader]: executorOf(connect, dropReader),
    [tuningKinds.setRetention]: executorOf(connect, setRetention),
    [tuningKinds.setExpiration]: executorOf(connect, setExpiration),
    [tuningKinds.proveLogin]: executorOf(connect, proveLogin),
    [tuningKinds.replaceConnection]: executorOf(connect, replaceConnection),
    [tuningKinds.bounce]: executorOf(connect, bounce),
    [tuningKinds.awaitTime]: executorOf(connect, awaitTime),
    [hostKindsHere.initCluster]: executorOf(connect, initCluster(shell)),
    [hostKindsHere.createOperator]: executorOf(connect, createOperator(shell)),
    [hostKindsHere.seeControlPlane]: executorOf(connect, seeControlPlane),
    [hostKindsHere.checkCertificates]: executorOf(connect, checkCertificates(shell)),
    ...hostSteps<PcrLink>(shell, ({ settings }, side) => ({
      cluster: settings[side].cluster,
      nodes: settings.setup?.hosts?.[side]?.nodes ?? [],
    })),
  };
}
