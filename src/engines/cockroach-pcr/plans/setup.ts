import type { Side } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { changeStep, type Draft, notNow, type Outline, undoBy } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { certificateSteps, certificateStepsBack } from '../certificates.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail } from '../detail.ts';
import { astrayRefusal, connectionSteps, copySteps, handSettingSteps, settingSteps, streamUserSteps, wayFrom } from '../making.ts';
import { followersOf, writableOf } from '../phase.ts';
import { promotedLast } from '../promoted.ts';
import { type Ground, groundRefusal, groundsOf, setupWarnings } from '../setup-ground.ts';
import { nextFor, withoutFollower } from '../without-follower.ts';
import { problemOf, spellTime } from '../words.ts';
import { raise } from './raise.ts';

/** Plans the replication that the config describes, from the primary into a standby that has nothing yet. Pure. */
export function planSetup(link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const promoted = promotedRefusal(link, detail);
  if (promoted !== null) return promoted;
  const raised = raise(link, detail);
  if (raised !== null && isRefusal(raised)) return raised;
  const ground = groundsOf(link, raised?.detail ?? detail);
  if (isRefusal(ground)) return ground;
  const refusal = groundRefusal(ground);
  if (refusal !== null) return refusal;
  const way = wayFrom(link, 'standby', ground.setup.source, ground.primary, ground.standby);
  if (isRefusal(way)) return way;
  const astray = astrayRefusal(link, 'standby', ground.standby, way.copy.trust);
  if (astray !== null) return astray;
  const { here, there } = way;
  return {
    summary: `Copy ${way.copy.source} of ${there} to ${here} in full, and let ${here} follow it.`,
    steps: [
      ...(raised?.starts ?? []),
      ...certificateSteps(link, 'standby', way.copy.trust, detail),
      ...certificateStepsBack(link, 'primary', way.copy.trust, detail),
      ...(raised?.inits ?? []),
      ...handSettingSteps(link, { primary: ground.primary, standby: ground.standby }),
      ...settingSteps(link, { primary: ground.primary.ground, standby: ground.standby.ground }),
      ...streamUserSteps(way),
      ...consoleSteps(ground),
      ...connectionSteps(way),
      ...copySteps(way, ground.setup),
    ],
    predictedLoss: { ms: 0, words: `Nothing is lost: ${there} goes on as it is, and ${here} has no data yet.` },
    predictedDowntime: { ms: 0, words: `Applications are not affected; they go on with ${there}.` },
    warnings: [...(raised?.warnings ?? []), ...setupWarnings(ground)],
  };
}

/** A standby that was promoted is the good copy, or may be: the primary must not be copied over it, and not be started beside it. */
function promotedRefusal(link: PcrLink, detail: PcrDetail): Refusal | null {
  const { id, settings } = link;
  const { primary, standby } = settings;
  const last = promotedLast(detail);
  const when = last?.side === 'standby' ? ` at ${spellTime(last.at)}` : '';
  const serves = writableOf(detail.primary);
  if (writableOf(detail.standby) === 'yes' && serves === 'yes') return withoutFollower('setup', link, detail);
  if (writableOf(detail.standby) === 'yes') {
    const alone = problemOf(primary.cluster, detail.primary);
    const next =
      alone === null
        ? nextFor('standby', link, detail)
        : `Once ${primary.cluster} answers, or a new cluster in its place (cockroach init --virtualized-empty), /repl failback ${id} or /repl rebuild ${id} makes it follow ${standby.cluster}.`;
    return notNow(
      `${standby.cluster} was promoted${when} and takes the writes, so ${primary.cluster} must not be copied over it, and must not be started.${alone === null ? '' : ` ${alone}`} No setup of ${id} is planned.`,
      next,
    );
  }
  const isLeft = last?.side === 'standby' && detail.primary.kind === 'read' && serves !== 'yes';
  return isLeft && followersOf(detail).length === 0 ? withoutFollower('setup', link, detail) : null;
}

const settingBudgetMs = 120_000;

/** Who may see the replication in the DB Console has to be an admin of the standby. */
function consoleSteps({ link, setup, standby }: Ground): readonly Draft[] {
  const { consoleUser } = setup;
  if (consoleUser === null) return [];
  const acts = actsFor(link.settings);
  const side: Side = 'standby';
  const isThere = standby.ground.users.includes(consoleUser.name);
  return [
    ...(isThere ? [] : [changeStep(acts.createUser(side, 'console'), settingBudgetMs, undoBy(acts.dropUser(side, 'console')))]),
    ...(standby.ground.admins.includes(consoleUser.name)
      ? []
      : [changeStep(acts.grantUser(side, 'console', 'admin'), settingBudgetMs, undoBy(acts.revokeUser(side, 'console', 'admin')))]),
  ];
}
