import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { type Draft, lookStep, notNow, type Outline, personAct, personStep } from '../../frame/drafts.ts';
import { actsFor, kinds } from '../acts.ts';
import type { CcdrLink } from '../config.ts';
import { aliasSteps, creatable, creationSteps, usualLag } from '../creation.ts';
import type { CcdrDetail } from '../detail.ts';
import { identityOf } from '../identity.ts';
import { missingPrivileges } from '../preflights/privileges.ts';
import { redirectAct, redirectWarnings } from '../redirect.ts';
import { versionObstacle } from '../release.ts';
import { givingWay, privilegeSteps, type Replacement, replacementOn, replacementWarnings } from '../replacement.ts';
import { isReplicaSide, type Pair, pairOf, pullsBackups } from '../scene.ts';
import { accessStatement, type Form } from '../statements.ts';
import { trustSteps } from '../trust.ts';
import { notCopied, notCopiedTo, previewWarnings, seedWarnings } from '../warnings.ts';
import { spell } from '../words.ts';
import { electionMs, moveSteps } from './switchover.ts';

/** Longest time from the stop of the writes until the run asks, ms. */
const maxWriteStopMs = 10 * 60_000;
const proofBudgetMs = 3_600_000;

/** What a failback is made of, in the order of the manual. */
interface Way {
  readonly pair: Pair;
  readonly form: Form;
  /** What gives way at home before the new replica; null when home follows already. */
  readonly home: Replacement | null;
  /** What gives way on the other side afterwards. */
  readonly away: Replacement;
  /** Database at home that is promoted. */
  readonly database: string;
}

/**
 * Brings the writes back to the side that the config calls primary: a replica there, a stop of the writes, the promotion, and at last
 * a new replica on the side that served in between, whose old database has to go. Pure.
 */
export function planFailback(link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  const way = wayOf(link, detail);
  if (isRefusal(way)) return way;
  const { pair, form, home, away } = way;
  const { here, there } = pair;
  return {
    summary: `Let ${here} follow ${there}, stop writes on ${there}, promote ${here}, and let ${there} follow ${here} anew.`,
    steps: [...homeSteps(way), ...backSteps(way), ...awaySteps(way)],
    predictedLoss: lossOf(way),
    predictedDowntime: {
      ms: 30_000 + electionMs,
      words: `From the stop of the writes: about ${spell(30_000)} to become level, then ${here} normally has a writer within ${spell(electionMs)}; then people redirect the traffic. Copying before and after stops nobody.`,
    },
    warnings: [
      ...(home === null ? [] : replacementWarnings(home, link.settings.alias)),
      ...replacementWarnings(away, link.settings.alias),
      ...(home?.old == null
        ? [`Until ${here} is promoted everything is taken back by itself when it takes too long.`]
        : [
            `If ${here} is not level within ${spell(maxWriteStopMs)} after the stop, the run asks. Until ${here} is promoted, ${accessStatement(pair.sourceView.name, 'READ WRITE')} on ${there} lets applications write again.`,
            `To be able to take the stop back by itself, rebuild ${link.id} first and ask for the failback then.`,
          ]),
      `From the drop on ${there} until its new replica is online nothing protects ${here}: have a fresh backup.`,
      ...(home === null ? notCopiedTo(here, missingPrivileges(link.settings, detail, pair.target)) : notCopied(here)),
      ...redirectWarnings(link),
      ...previewWarnings(form),
      ...(home === null ? [] : seedWarnings(form, link.settings.primary)),
      ...seedWarnings(form, link.settings.standby),
    ],
  };
}

function wayOf(link: CcdrLink, detail: CcdrDetail): Way | Refusal {
  const pair = pairOf('failback', link, detail);
  if (isRefusal(pair)) return pair;
  const { target, targetRead, sourceRead, here, there } = pair;
  if (target !== 'primary') {
    return notNow(
      `${there} takes the writes, as the config wants it, so no failback of ${link.id} is needed.`,
      `/repl status ${link.id} shows both sides.`,
    );
  }
  const form = creatable('failback', pair);
  if (isRefusal(form)) return form;
  const back = versionObstacle(targetRead.release, sourceRead.release);
  if (back !== null) {
    return notNow(
      `${there} could not follow ${here} after a failback, since ${back}.`,
      `Bring both to one version, or use /repl rebuild ${link.id} and then a switchover.`,
    );
  }
  const backups = pullsBackups('failback', link, target, isReplicaSide(targetRead) ? targetRead.database : null);
  if (backups !== null) return backups;
  const home = isReplicaSide(targetRead) ? null : replacementOn('failback', link, target, targetRead);
  const away = replacementOn('failback', link, 'standby', sourceRead);
  if (isRefusal(home)) return home;
  if (isRefusal(away)) return away;
  return { pair, form, home, away, database: home?.database ?? targetRead.database?.name ?? link.settings.primary.database };
}

/** Home follows the side that serves. */
function homeSteps({ pair, form, home, database }: Way): readonly Draft[] {
  const { link, detail, target, targetRead, sourceView } = pair;
  const acts = actsFor(link.settings);
  const remote = sourceView.name;
  if (home === null) return [lookStep(acts.proveCatchUp(target, { database, remote, within: usualLag }), proofBudgetMs)];
  const old = home.old?.name === database ? identityOf(home.old) : null;
  return [
    ...trustSteps(link, detail, acts),
    ...givingWay(acts, home),
    ...creationSteps(link, acts, { side: target, database, form, remote, old }),
    // While writes are not stopped yet: nobody waits then for whoever gives them.
    ...privilegeSteps(home, link.settings.alias, targetRead.grants),
  ];
}

/** The writes go home. A person says when. */
function backSteps({ pair, form, home, database }: Way): readonly Draft[] {
  const { link, target, targetRead, sourceView, here, there } = pair;
  const acts = actsFor(link.settings);
  const gate = personAct(kinds.agreeToStop, `Agree that writes on ${there} stop now`, [
    `${here} follows and is nearly level. Announce the stop and drain the applications if you can; writes on ${there} are refused as soon as this is confirmed.`,
  ]);
  const dropped = home?.dropped === true ? (home.old?.name ?? null) : null;
  return [
    personStep(gate),
    ...moveSteps({
      acts,
      from: { side: 'standby', database: sourceView.name, of: identityOf(sourceView) },
      to: { side: target, database, form },
      maxWriteStopMs,
    }),
    ...aliasSteps(link, acts, target, targetRead, database, dropped),
    personStep(redirectAct(link, here)),
  ];
}

/** The side that served in between follows anew. */
function awaySteps({ pair, form, away, database }: Way): readonly Draft[] {
  const { link, sourceRead } = pair;
  const acts = actsFor(link.settings);
  const { side, old } = away;
  const creation = { side, database: away.database, form, remote: database, old: old?.name === away.database ? identityOf(old) : null };
  return [
    ...givingWay(acts, away),
    ...creationSteps(link, acts, creation),
    ...aliasSteps(link, acts, side, sourceRead, away.database, away.dropped ? (old?.name ?? null) : null),
    ...privilegeSteps(away, link.settings.alias, sourceRead.grants),
  ];
}

const lossOf = ({ pair: { here, there }, home }: Way) =>
  home?.old == null
    ? { ms: 0, words: `Nothing: ${here} is promoted only after each of its copies has the last transaction of ${there}.` }
    : {
        ms: null,
        words: `Nothing of ${there}. What the old database on ${here} alone holds is given up as far as it is not kept; how much that is is not known.`,
      };
