import type { Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { type Refusal, refuse } from '../../../domain/refusal.ts';
import { quoteLiteral } from '../../../transports/sql-quoting.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, personStep } from '../../frame/drafts.ts';
import { applicationByHand, binariesByHand } from '../acts/by-hand.ts';
import { actsFor } from '../acts.ts';
import type { ReadSide } from '../detail.ts';
import { restartedFeeds } from '../feeds.ts';
import { canOpenReader } from '../options.ts';
import { promotionUnderWay, type Scene } from '../scene.ts';
import { compareMajors, isUnfinished, majorOf, majorOfActive, nextMajor, unseenVersion } from '../versions.ts';
import { phaseWords, problemOf } from '../words.ts';

type Upgrade = Extract<Operation, { kind: 'upgrade' }>;

/** People restart the last node while the bot looks, ms. */
const binariesBudgetMs = 60 * 60_000;
/** The migrations of an upgrade rewrite what the database keeps of itself, ms. */
const finalizeBudgetMs = 6 * 3_600_000;
const readerBudgetMs = 10 * 60_000;

/**
 * Plans an upgrade in the order that keeps the replication alive: the standby before the primary, the control plane before the
 * application. Where it goes is what the newest binaries say. Pure.
 */
export function planUpgrade({ phase }: Upgrade, scene: Scene): Outline | Refusal {
  const { link, follower, here, there, sourceRead } = scene;
  if (phase !== undefined) return inOneRun(link.id, phase);
  if (sourceRead.kind !== 'read') {
    return notNow(
      `${problemOf(there, sourceRead)} An upgrade of ${link.id} needs both sides.`,
      `Make ${there} reachable, then ask again; /repl status ${link.id} shows both sides.`,
    );
  }
  const pending = promotionUnderWay('upgrade', scene);
  if (pending !== null) return pending;
  if (follower.phase !== 'following') {
    return notNow(
      `Replication into ${here} does not work (${phaseWords[follower.phase]}), so no upgrade of ${link.id} can be planned.`,
      `Wait until it follows, or make it follow; /repl status ${link.id} shows it.`,
    );
  }
  const target = [majorOf(follower.read.release), majorOf(sourceRead.release)].reduce((a, b) => (compareMajors(a, b) >= 0 ? a : b));
  const overdue = overdueVersion(scene, sourceRead);
  const far = farRefusal(scene, sourceRead, target) ?? farApplication(scene, sourceRead, overdue ?? target);
  if (far !== null) return far;
  const first = overdue === null ? [] : applicationSteps(scene, sourceRead, overdue);
  const steps = [...sideSteps(scene, follower.side, follower.read, target), ...sideSteps(scene, scene.source, sourceRead, target)];
  const application = overdue === target ? [] : applicationSteps(scene, sourceRead, target);
  if (first.length + steps.length === 0 && (application.length === 0 || sourceRead.appVersion == null))
    return nothingToDo(scene, sourceRead, target);
  return {
    summary: `Take ${here}, then ${there}, to v${target}, with replication going on.`,
    steps: [...first, ...steps, ...application, ...readerSteps(scene, target)],
    predictedLoss: { ms: 0, words: 'Nothing is lost: both sides stay up, and replication goes on.' },
    predictedDowntime: { ms: 0, words: 'Writes go on; each node is away for as long as its restart takes.' },
    warnings: [...overdueWarnings(scene, sourceRead, overdue), ...warningsOf(scene, sourceRead, target)],
  };
}

/** Binaries start only on what the release before left, or the one before that where an innovation release lies between. */
function farRefusal({ link, here, there, follower }: Scene, sourceRead: ReadSide, target: string): Refusal | null {
  const sides = [
    { cluster: here, read: follower.read },
    { cluster: there, read: sourceRead },
  ];
  for (const { cluster, read } of sides) {
    const active = majorOfActive(read.activeVersion);
    if (active === null || compareMajors(target, nextMajor(active)) <= 0) continue;
    return notNow(
      `${cluster} has the active version ${read.activeVersion}, and one upgrade leads from there to v${nextMajor(active)} at most, so ${link.id} can't be taken to v${target} at once.`,
      `Go one upgrade at a time: put v${nextMajor(active)} on the nodes of ${cluster} and finalize it there, until it is one upgrade from v${target}; then ask again.`,
    );
  }
  return null;
}

const nameOf = ({ link }: Scene, { elsewhere }: ReadSide): string => elsewhere ?? link.settings.virtualCluster;

/**
 * What the application's virtual cluster is to be finalized at before anything else, so that newer binaries start it. Null while it keeps
 * up with its control plane, and while the standby does not: its copy must not be newer than that.
 */
function overdueVersion({ follower }: Scene, { appVersion, activeVersion }: ReadSide): string | null {
  const own = majorOfActive(appVersion ?? '');
  const [system, standby] = [majorOfActive(activeVersion), majorOfActive(follower.read.activeVersion)];
  if (own === null || system === null || standby === null) return null;
  return compareMajors(own, system) < 0 && compareMajors(standby, system) >= 0 ? system : null;
}

/** New binaries do not start a virtual cluster that is more than one upgrade behind them, so it counts like a side. */
function farApplication(scene: Scene, sourceRead: ReadSide, to: string): Refusal | null {
  const { link, there } = scene;
  const own = majorOfActive(sourceRead.appVersion ?? '');
  if (own === null || compareMajors(to, nextMajor(own)) <= 0) return null;
  const name = nameOf(scene, sourceRead);
  return notNow(
    `${name} on ${there} has the active version ${sourceRead.appVersion}, and one upgrade leads from there to v${nextMajor(own)} at most, so ${link.id} can't be taken to v${to} at once: binaries that are further ahead would not start it.`,
    `As a user of ${name} on ${there}, finalize it one upgrade at a time (SET CLUSTER SETTING version), until it has the version of the system virtual cluster there (${sourceRead.activeVersion}); then ask again.`,
  );
}

const overdueWarnings = (scene: Scene, sourceRead: ReadSide, overdue: string | null): readonly string[] =>
  overdue === null
    ? []
    : [
        `${nameOf(scene, sourceRead)} on ${scene.there} still has the active version ${sourceRead.appVersion}, so it is finalized at ${overdue} before anything else: binaries that are more than one upgrade ahead of it would not start it.`,
      ];

/** Replication goes on all the while, so that there is nothing to be ended before and made anew after. */
const inOneRun = (id: string, phase: string): Refusal =>
  refuse(
    'bad-input',
    `The upgrade of ${id} is one run, which waits for people to replace binaries where it has to; it has no ${phase}.`,
    `Ask for /repl upgrade ${id}.`,
  );

function nothingToDo({ link, here, there }: Scene, { appVersion }: ReadSide, target: string): Refusal {
  const { virtualCluster } = link.settings;
  const isUnseen = appVersion == null;
  const unseen = isUnseen ? ` The active version of ${virtualCluster} on ${there} could not be read.` : '';
  const byHand = `As a user of ${virtualCluster} on ${there}, see that SHOW CLUSTER SETTING version says ${target}; if it does not, run SET CLUSTER SETTING version = ${quoteLiteral(target)} there. `;
  return notNow(
    `Both sides of ${link.id} run v${target} and are finalized, so there is nothing to upgrade.${unseen}`,
    `${isUnseen ? byHand : ''}To go to a newer release, put its binaries on the nodes of ${here}, one after the other, and ask again: the plan does the rest in the right order.`,
  );
}

/** Binaries first, by people; then the version is made final. */
function sideSteps({ link }: Scene, side: Side, read: ReadSide, target: string): readonly Draft[] {
  const acts = actsFor(link.settings);
  const { cluster } = link.settings[side];
  const isOld = compareMajors(majorOf(read.release), target) < 0;
  const binaries = isOld
    ? [personStep(binariesByHand(link.settings, side, `v${target}`)), lookStep(acts.verifyRelease(side, target), binariesBudgetMs)]
    : [];
  return isFinal(read.activeVersion, target) ? binaries : [...binaries, finalStep(acts.finalize(side, target), cluster)];
}

const isFinal = (active: string, target: string): boolean => {
  const major = majorOfActive(active);
  return !isUnfinished(active) && major !== null && compareMajors(major, target) >= 0;
};

const finalStep = (act: Parameters<typeof changeStep>[0], where: string): Draft =>
  changeStep(act, finalizeBudgetMs, noUndo(`What is finalized on ${where} can't go back to an older release.`), { pointOfNoReturn: true });

/** The copy of the virtual cluster follows by replication. An older cluster has none of its own. */
function applicationSteps(scene: Scene, read: ReadSide, target: string): readonly Draft[] {
  const { link, source, there } = scene;
  if (read.flat === true || isFinal(read.appVersion ?? '', target)) return [];
  // A bot that could not ask could not finalize either, and would find that out when all else is final.
  const virtualCluster = nameOf(scene, read);
  if (read.appVersion === null || read.elsewhere !== undefined)
    return [personStep(applicationByHand({ ...link.settings, virtualCluster }, source, target))];
  return [finalStep(actsFor(link.settings).finalizeApplication(source, target), `${link.settings.virtualCluster} on ${there}`)];
}

/** A reader is made for one release only, so it is made anew. By then the side runs `target`, whatever it runs now. */
function readerSteps({ link, follower }: Scene, target: string): readonly Draft[] {
  const { side, read } = follower;
  if (read.reader == null) return [];
  const acts = actsFor(link.settings);
  const why = noUndo('The reader has to be made anew after an upgrade.');
  const change = (act: Parameters<typeof changeStep>[0]): Draft => changeStep(act, readerBudgetMs, why, { pointOfNoReturn: true });
  return [
    change(acts.stopReader(side, read.reader.id ?? null)),
    change(acts.dropReader(side, read.reader.id ?? null)),
    ...(canOpenReader(read) || compareMajors(target, '24.3') > 0
      ? [change(acts.openReader(side)), lookStep(acts.awaitReader(side), readerBudgetMs), lookStep(acts.verifyReader(side), readerBudgetMs)]
      : []),
  ];
}

function warningsOf({ link, here, there, follower, source }: Scene, sourceRead: ReadSide, target: string): readonly string[] {
  const wrongOrder =
    compareMajors(majorOf(sourceRead.release), majorOf(follower.read.release)) > 0
      ? [
          `${there} runs ${sourceRead.release.text}, newer than ${follower.read.release.text} on ${here}: ${here} has to be upgraded before anything else is done.`,
        ]
      : [];
  return [
    ...wrongOrder,
    `Until both sides are finalized, a failover to ${here} works, but ${there} could then come back only by a full copy (/repl rebuild ${link.id}): a failback needs the side that follows to be as new as the other one.`,
    `What is made final can't go back to the older release; run v${target} long enough on ${here} before you approve.`,
    'If cluster.preserve_downgrade_option is set on a side, reset it before its version is finalized.',
    ...(follower.read.reader == null ? [] : [`The reader on ${here} is closed and made anew at the end.`]),
    ...unseenVersion(there, link.settings.virtualCluster, sourceRead),
    ...restartedFeeds(link, source, sourceRead),
  ];
}
