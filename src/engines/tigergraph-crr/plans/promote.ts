import { otherSide } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { type Draft, notNow, noUndo, type Outline, personStep, redirectAct, undoBy } from '../../frame/drafts.ts';
import {
  awaitEqualAct,
  checkSplitBrainAct,
  configureAct,
  keys,
  proveKeepsUpAct,
  restartAct,
  startCrrAct,
  startServicesAct,
  stopCrrAct,
  stopServicesAct,
  verifyServingAct,
} from '../acts.ts';
import { type CrrLink, sides } from '../config.ts';
import type { CrrDetail } from '../detail.ts';
import { budgets, changeStep, longDraft, lookStep } from '../drafts.ts';
import { hasCrr, type Party, partyOn, silentNodes, stagedRefusal, stateWords } from '../scene.ts';
import { ailing, followersOf, isHalfPromoted, isLeaveStaged, phaseOf } from '../state.ts';
import { few, lastSeenWords, spell } from '../words.ts';
import { fenceSteps, fenceWarnings, halfwayRefusal } from './fencing.ts';

type Switchover = Extract<Operation, { kind: 'switchover' }>;
type Failover = Extract<Operation, { kind: 'failover' }>;

const afterPromotion = noUndo('After the promotion there is no way back but a failback, which fills the other side anew.');

/** The follower, ready to be promoted, or for a failover the side of which a promotion did not come to its end; a refusal when there is none. */
function heir(link: CrrLink, detail: CrrDetail, operation: 'failover' | 'switchover'): Party | Refusal {
  const followers = followersOf(detail).map(({ side }) => side);
  const half = followers.length > 0 ? [] : sides.filter((side) => isHalfPromoted(detail[side]));
  const [side, another] = operation === 'failover' ? [...followers, ...half] : followers;
  if (side === undefined) {
    const next =
      half.length > 0
        ? `A promotion of ${few(half.map((one) => link.settings[one].cluster))} was begun: /repl failover ${link.id} completes it.`
        : `/repl describe ${link.id} shows both sides; /repl failback ${link.id} makes a side follow the one that serves.`;
    return notNow(`No side is set to follow, so no ${operation} of ${link.id} can be planned: ${stateWords(link, detail)}.`, next);
  }
  if (another !== undefined)
    return notNow(
      followers.length > 0
        ? `Both clusters are set to follow, so no ${operation} of ${link.id} can be planned.`
        : `Both clusters are set to follow nobody and may not have been restarted since, so no ${operation} of ${link.id} can be planned.`,
      followers.length > 0
        ? 'Find out which one has the newer data, and disable the replication there by hand.'
        : 'Find out which one has the newer data, and restart it by hand (gadmin restart -y).',
    );
  const party = partyOn(link, detail, side, operation);
  if (isRefusal(party) || (operation === 'failover' && isLeaveStaged(party.read))) return party;
  return stagedRefusal(party, operation) ?? party;
}

/** The documented order: stop fetching where the version can, leave the replication, restart all but the infrastructure. */
function promoteSteps(to: Party): readonly Draft[] {
  const stop = hasCrr(to) ? [changeStep(stopCrrAct(to.at), budgets.connector, undoBy(startCrrAct(to.at)))] : [];
  const leave = configureAct(to.at, [{ key: keys.enabled, value: 'false' }], 'disable');
  return [
    ...stop,
    changeStep(leave, budgets.settings, afterPromotion, { pointOfNoReturn: true }),
    longDraft(restartAct(to.at, 'services', 'so that it takes writes'), budgets.services, afterPromotion),
  ];
}

function servingSteps(link: CrrLink, to: Party): readonly Draft[] {
  return [lookStep(verifyServingAct(to.at), budgets.services), personStep(redirectAct(link, to.name)), lookStep(checkSplitBrainAct(to.at))];
}

/** What no promotion brings along. */
const leftOut = (to: Party): readonly string[] => [
  `Layouts of GraphStudio, change data capture and backup schedules are not replicated: look after them on ${to.name}${to.version.major < 4 ? ', and create its loading jobs anew' : ''}.`,
];

export function planFailover({ to: target, topology, link: id }: Failover, link: CrrLink, detail: CrrDetail): Outline | Refusal {
  if (target.kind === 'time' || topology !== undefined)
    return refuse(
      'bad-input',
      `TigerGraph promotes a standby as it is now, so ${id} can't be failed over to a time or with another topology.`,
      `Ask for /repl failover ${id} without them; for an older state restore a backup.`,
    );
  const to = heir(link, detail, 'failover');
  if (isRefusal(to)) return to;
  const refusal = halfwayRefusal(link, detail, to);
  if (refusal !== null) return refusal;
  const side = otherSide(to.side);
  const there = link.settings[side].cluster;
  return {
    summary: isHalfPromoted(to.read)
      ? `Complete the promotion of ${to.name} that was begun and let it take over from ${there}.`
      : `Promote ${to.name} as it is now and let it take over from ${there}.`,
    steps: [...fenceSteps(link, detail, to), ...promoteSteps(to), ...servingSteps(link, to)],
    predictedLoss: lossOf(detail, to, there),
    predictedDowntime: downtimeOf(to),
    warnings: [...halfWarnings(to), ...silentWarnings(to), ...fenceWarnings(link, detail, to), ...leftOut(to)],
  };
}

const halfWarnings = ({ name, read }: Party): readonly string[] =>
  isHalfPromoted(read)
    ? [
        `${name} is set to follow nobody already${read.takenOn === 'unknown' ? '; whether its services were restarted since is not known, so it may take writes, and the restart would interrupt them' : ' and only has to be restarted'}. What is done already is left as it is.`,
      ]
    : [];

/** Settings are applied on every node of a cluster or on none. */
const silentWarnings = (to: Party): readonly string[] => {
  const silent = silentNodes(to);
  return silent.length === 0
    ? []
    : [`${few(silent)} of ${to.name} does not answer, and ${to.name} can't be promoted before all of its nodes are up: bring it up first.`];
};

function lossOf({ past }: CrrDetail, to: Party, there: string): Estimate {
  const words = `What ${to.name} has not fetched from ${there} is lost. ${past.words}`;
  const { lastSeen } = past;
  if (past.behindMs !== null || lastSeen === null) return { ms: past.behindMs, words };
  return { ms: null, words: `${words} ${lastSeenWords(to.name, lastSeen)}` };
}

const downtimeOf = (to: Party): Estimate => ({
  ms: null,
  words: `A restart of ${to.name} takes some minutes; how long its graph then warms up depends on its size and can't be predicted.`,
});

/** From the stop's end until the promoted side can serve, without the warm-up of its graph: settings, an apply and a restart, ms. */
const promotionMs = 4 * 60_000;
/** Services need a minute to stop, and another one shows that the standby has everything; then the promotion follows, ms. */
const leastWriteStopMs = promotionMs + 2 * 60_000;
/** When nobody says another, ms. */
const usualWriteStopMs = 10 * 60_000;

export function planSwitchover(
  { maxWriteStopMs = usualWriteStopMs, link: id }: Switchover,
  link: CrrLink,
  detail: CrrDetail,
): Outline | Refusal {
  const to = heir(link, detail, 'switchover');
  if (isRefusal(to)) return to;
  const from = partyOn(link, detail, otherSide(to.side), 'switchover');
  if (isRefusal(from)) return { ...from, next: `${from.next} If it is lost, /repl failover ${id} promotes ${to.name}.` };
  const refusal = notReady(link, detail, from, to) ?? stagedRefusal(from, 'switchover');
  if (refusal !== null) return refusal;
  if (maxWriteStopMs < leastWriteStopMs)
    return refuse(
      'bad-input',
      `A write stop of at most ${spell(maxWriteStopMs)} can't be kept for ${id}: stopping ${from.name} and restarting ${to.name} alone take about ${spell(leastWriteStopMs)}.`,
      `Ask for /repl switchover ${id} --max-stop ${leastWriteStopMs / 60_000}m or longer; ${usualWriteStopMs / 60_000}m is usual.`,
    );
  const stopMs = maxWriteStopMs - promotionMs;
  const share = Math.floor(stopMs / 2);
  return {
    summary: `Stop the services of ${from.name}, wait until ${to.name} has everything, promote ${to.name} and let it take over.`,
    steps: [
      lookStep(proveKeepsUpAct(to.at)),
      longDraft(stopServicesAct(from.at), share, undoBy(startServicesAct(from.at)), { onLate: 'undo' }),
      lookStep(awaitEqualAct(to.at), share, 'undo'),
      ...promoteSteps(to),
      ...servingSteps(link, to),
    ],
    predictedLoss: {
      ms: 0,
      words: `Nothing: ${to.name} is promoted only once it has all records that ${from.name} took, as far as its Kafka tells.`,
    },
    predictedDowntime: {
      ms: leastWriteStopMs,
      words: `About ${spell(leastWriteStopMs)}: ${from.name} stops, ${to.name} catches up, then leaves the replication and restarts; how long its graph warms up after that depends on its size and can't be predicted. Then people redirect the traffic.`,
    },
    warnings: [
      `If ${to.name} does not have everything ${spell(stopMs)} after the stop has begun, ${from.name} is started again by itself, which takes some minutes more; the rest of the ${spell(maxWriteStopMs)} is kept for the restart of ${to.name}, which can't be taken back.`,
      `TigerGraph has no switchover and no positions that compare exactly: that nothing is missing is judged by how many records every topic has before and after the stop, and by the newest record of each.`,
      `The Kafka of ${from.name} goes on, so that ${to.name} can fetch the rest; nobody can read ${from.name} meanwhile.`,
      `After this nothing protects ${to.name} until /repl failback ${id} fills ${from.name} anew.`,
      ...leftOut(to),
    ],
  };
}

function notReady(link: CrrLink, detail: CrrDetail, from: Party, to: Party): Refusal | null {
  const { past } = detail;
  if (phaseOf(detail[from.side]) !== 'serving' || phaseOf(detail[to.side]) !== 'following')
    return notNow(
      `No switchover of ${link.id} can be planned: ${stateWords(link, detail)}.`,
      `${from.name} has to take writes and ${to.name} to follow. If ${from.name} is lost, ask for a failover.`,
    );
  const silent = [...silentNodes(from), ...silentNodes(to)];
  if (silent.length > 0)
    return notNow(
      `${few(silent)} does not answer, so no switchover of ${link.id} can be planned: services are stopped, and settings applied, on every node or on none.`,
      'Bring it up, then ask again.',
    );
  const unwell = ailing(to.read.services);
  if (unwell.length > 0 || to.read.services.kind === 'unread')
    return notNow(
      `${to.read.services.kind === 'unread' ? `The services of ${to.name} could not be read` : `${to.name} waits for ${few(unwell)}`}, so no switchover of ${link.id} can be planned: it might lack records, and could not serve.`,
      'Bring its services up (gadmin start), then ask again.',
    );
  if (past.stillMs !== null)
    return notNow(
      `${to.name} lacks something and has not moved for ${spell(past.stillMs)}, so no switchover of ${link.id} can be planned. ${past.words}`,
      `/repl describe ${link.id} shows what stands in its way.`,
    );
  const [reason] = past.outdated;
  if (reason !== undefined)
    return notNow(
      `${to.name} is outdated, so no switchover of ${link.id} can be planned: ${reason}`,
      `/repl rebuild ${link.id} fills it anew.`,
    );
  const unread = [from.read.positions, to.read.positions, from.read.sequence].find(({ kind }) => kind === 'unread');
  if (unread?.kind === 'unread')
    return notNow(
      `How far both sides have come can't be read, so no switchover of ${link.id} can be planned: that ${to.name} has everything could not be proven.`,
      `${unread.why} /repl preflight switchover ${link.id} says what else is missing.`,
    );
  return null;
}
