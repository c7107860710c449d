import { otherSide } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { type Draft, notNow, noUndo, type Outline, undoBy } from '../../frame/drafts.ts';
import { awaitFollowingAct, startCrrAct, stopCrrAct } from '../acts.ts';
import { proveReachAct, type Remedy, restartConnectorAct } from '../acts-connector.ts';
import type { CrrLink } from '../config.ts';
import type { CrrDetail } from '../detail.ts';
import { budgets, changeStep, longDraft, lookStep } from '../drafts.ts';
import { hasCrr, type Party, partyOn, stateWords } from '../scene.ts';
import { type Follower, followersOf, statesOf, wrongPrefix } from '../state.ts';

/** Has a standby fetch again whose connector was paused, is gone or fails. The plan says which of them was found. */
export function planResume(link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const { id } = link;
  const [follower] = followersOf(detail);
  if (follower === undefined)
    return notNow(
      `No side is set to follow, so no resume of ${id} can be planned: ${stateWords(link, detail)}.`,
      `/repl setup ${id} sets one up.`,
    );
  const to = partyOn(link, detail, follower.side, 'resume');
  if (isRefusal(to)) return to;
  const prefix = wrongPrefix(detail, follower);
  if (prefix !== null)
    return notNow(
      `${to.name} has the topic prefix '${prefix.has}' and needs '${prefix.needs}', so it would replay nothing after a resume of ${id}.`,
      `/repl rebuild ${id} sets the prefix right and fills ${to.name} anew.`,
    );
  if (follower.phase === 'blind')
    return notNow(
      `Whether the connector of ${to.name} runs is not known, so no resume of ${id} can be planned.`,
      `Ask again; /repl describe ${id} shows what was read.`,
    );
  if (follower.phase === 'following')
    return notNow(
      `The replication into ${to.name} is not paused and its connector runs, so there is nothing to resume on ${id}.`,
      `/repl status ${id} shows how it goes.`,
    );
  const remedy = remedyOf(follower, to);
  return {
    summary: `Have ${to.name} fetch again: ${foundWords(follower)}.`,
    steps: [...(remedy === null ? startSteps(to) : mendSteps(to, remedy)), lookStep(awaitFollowingAct(to.at), budgets.services)],
    predictedLoss: { ms: 0, words: 'Nothing.' },
    predictedDowntime: { ms: 0, words: 'Applications are not affected.' },
    warnings: [...keptWarnings(link, detail, to), ...(remedy === 'kafkaconn' ? [goneWarning(link, to)] : [])],
  };
}

const tasksOf = ({ read: { connector } }: Follower) => (connector.kind === 'read' ? connector.tasks : []);

/** What the plan rests on; goes on after a colon. */
function foundWords(follower: Follower): string {
  const tasks = tasksOf(follower);
  if (follower.phase === 'failing') return `its connector fails (${statesOf(tasks)})`;
  return tasks.length === 0 ? 'it has no connector' : `its connector is ${statesOf(tasks)}`;
}

/** Null: it was only stopped, and the version has a command that starts it. */
function remedyOf(follower: Follower, to: Party): Remedy | null {
  const isFailing = follower.phase === 'failing';
  if (hasCrr(to)) return isFailing ? 'crr' : null;
  if (isFailing) return 'restart';
  return tasksOf(follower).length === 0 ? 'kafkaconn' : 'resume';
}

const startSteps = (to: Party): readonly Draft[] => [changeStep(startCrrAct(to.at), budgets.connector, undoBy(stopCrrAct(to.at)))];

/** A connector that was restarted goes on where it was; that it failed before is nothing to go back to. */
const mendSteps = (to: Party, remedy: Remedy): readonly Draft[] => [
  lookStep(proveReachAct(to.at)),
  longDraft(
    restartConnectorAct(to.at, remedy),
    budgets.connector,
    noUndo(`The connector of ${to.name} goes on where it was; there is nothing to go back to.`),
    { pointOfNoReturn: true },
  ),
];

function keptWarnings(link: CrrLink, detail: CrrDetail, to: Party): readonly string[] {
  const from = detail[otherSide(to.side)];
  const there = link.settings[otherSide(to.side)].cluster;
  const [outdated] = detail.past.outdated;
  const rebuild = `/repl rebuild ${link.id} fills ${to.name} anew`;
  if (outdated !== undefined) return [`${to.name} is outdated, so it will not catch up although it fetches: ${outdated} ${rebuild}.`];
  const hours = from.kind === 'read' ? from.retention.hours : null;
  return [
    `What ${to.name} has missed has to be in the Kafka of ${there} still, which keeps it for ${hours ?? 'an unknown number of'} h; if ${to.name} does not catch up, ${rebuild}.`,
  ];
}

const goneWarning = ({ id }: CrrLink, { name }: Party): string =>
  `If somebody has set ${name} to follow and never restarted it, this is not enough, and ${name} may still take writes: /repl rebuild ${id} then.`;
