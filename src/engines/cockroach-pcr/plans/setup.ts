import type { Side } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { changeStep, type Draft, type Outline, undoBy } from '../../frame/drafts.ts';
import { actsFor } from '../acts.ts';
import { certificateSteps, certificateStepsBack } from '../certificates.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail } from '../detail.ts';
import { copySteps, settingSteps, streamUserSteps, wayFrom } from '../making.ts';
import { type Ground, groundRefusal, groundsOf, setupWarnings } from '../setup-ground.ts';
import { raise } from './raise.ts';

/** Plans the replication that the config describes, from the primary into a standby that has nothing yet. Pure. */
export function planSetup(link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const raised = raise(link, detail);
  if (raised !== null && isRefusal(raised)) return raised;
  const ground = groundsOf(link, raised?.detail ?? detail);
  if (isRefusal(ground)) return ground;
  const refusal = groundRefusal(ground);
  if (refusal !== null) return refusal;
  const way = wayFrom(link, 'standby', ground.setup.source, ground.primary, ground.standby);
  if (isRefusal(way)) return way;
  const { here, there } = way;
  return {
    summary: `Copy ${way.copy.source} of ${there} to ${here} in full, and let ${here} follow it.`,
    steps: [
      ...(raised?.starts ?? []),
      ...certificateSteps(link, 'standby', way.copy.trust, detail),
      ...certificateStepsBack(link, 'primary', way.copy.trust, detail),
      ...(raised?.inits ?? []),
      ...settingSteps(link, { primary: ground.primary.ground, standby: ground.standby.ground }),
      ...streamUserSteps(way),
      ...consoleSteps(ground),
      ...copySteps(way, ground.setup),
    ],
    predictedLoss: { ms: 0, words: `Nothing is lost: ${there} goes on as it is, and ${here} has no data yet.` },
    predictedDowntime: { ms: 0, words: `Applications are not affected; they go on with ${there}.` },
    warnings: [...(raised?.warnings ?? []), ...setupWarnings(ground)],
  };
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
