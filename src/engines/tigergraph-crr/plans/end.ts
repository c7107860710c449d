import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { notNow, noUndo, type Outline, undoBy } from '../../frame/drafts.ts';
import { keptSide } from '../../frame/kept-side.ts';
import { checkSplitBrainAct, startCrrAct, startServicesAct, stopCrrAct, stopServicesAct, takeOutAct } from '../acts.ts';
import { type CrrLink, sides } from '../config.ts';
import type { CrrDetail } from '../detail.ts';
import { budgets, changeStep, longDraft, lookStep } from '../drafts.ts';
import { depthOf, takenOutPort } from '../names.ts';
import { hasCrr, type Party, partyOn, stagedRefusal, stateWords } from '../scene.ts';
import { followersOf, phaseOf, wasTakenOut, writableOf } from '../state.ts';

type Fence = Extract<Operation, { kind: 'fence' }>;

const nothingLost = (words: string) => ({ ms: 0, words });

/** The follower, of which the version has `gadmin crr`. */
function pausable(link: CrrLink, detail: CrrDetail): Party | Refusal {
  const [follower] = followersOf(detail);
  if (follower === undefined)
    return notNow(
      `No side is set to follow, so no pause of ${link.id} can be planned: ${stateWords(link, detail)}.`,
      `/repl setup ${link.id} sets one up.`,
    );
  const party = partyOn(link, detail, follower.side, 'pause');
  if (isRefusal(party) || hasCrr(party)) return party;
  return notNow(
    `${party.name} runs ${party.version.text}, which can't stop and start fetching (gadmin crr, 3.10 and newer), so there is no pause of ${link.id}.`,
    `/repl teardown ${link.id} ends the replication; /repl setup ${link.id} makes it anew.`,
  );
}

export function planPause(link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const to = pausable(link, detail);
  if (isRefusal(to)) return to;
  if (phaseOf(detail[to.side]) === 'halted')
    return notNow(`${to.name} fetches nothing already, so ${link.id} is paused.`, `/repl resume ${link.id} lets it go on.`);
  const from = detail[otherSide(to.side)];
  const hours = from.kind === 'read' ? from.retention.hours : null;
  return {
    summary: `Have ${to.name} fetch nothing for a while.`,
    steps: [changeStep(stopCrrAct(to.at), budgets.connector, undoBy(startCrrAct(to.at)))],
    predictedLoss: nothingLost('Nothing, as long as it is resumed in time.'),
    predictedDowntime: nothingLost('Applications are not affected.'),
    warnings: [
      `The primary keeps what is not fetched for ${hours ?? 'an unknown number of'} h, or until its Kafka is full; after that only a rebuild helps. A failover meanwhile loses everything since the pause.`,
    ],
  };
}

/** The copy stays, but its services are stopped: a cluster that is let go could be written to like any other. */
export function planTeardown(link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const [follower] = followersOf(detail);
  if (follower === undefined)
    return notNow(
      `No side is set to follow, so there is nothing to tear down on ${link.id}: ${stateWords(link, detail)}.`,
      'Nothing has to be done.',
    );
  const to = partyOn(link, detail, follower.side, 'teardown');
  if (isRefusal(to)) return to;
  const staged = stagedRefusal(to, 'teardown');
  if (staged !== null) return staged;
  const ends = noUndo(`Only a new set-up makes ${to.name} follow again.`);
  const there = link.settings[otherSide(to.side)].cluster;
  return {
    summary: `End the replication into ${to.name} for good and stop its services; ${there} goes on.`,
    steps: [
      ...(hasCrr(to) ? [changeStep(stopCrrAct(to.at), budgets.connector, undoBy(startCrrAct(to.at)))] : []),
      longDraft(stopServicesAct(to.at), budgets.services, undoBy(startServicesAct(to.at))),
      changeStep(takeOutAct(to.at), budgets.settings, ends, { pointOfNoReturn: true }),
    ],
    predictedLoss: nothingLost(`Nothing: ${there} has everything, and the copy on ${to.name} stays as it is.`),
    predictedDowntime: nothingLost(`Applications that write are not affected. Whoever reads from ${to.name} can't any more.`),
    warnings: [
      `From then on nothing protects ${there}.`,
      `The vendor restarts the cluster at this point; here its services stay stopped, since it would take writes beside ${there}. gadmin start on ${to.name} makes it a cluster of its own.`,
    ],
  };
}

/** The side that was given up, and by what it is told. */
interface Stale {
  readonly side: Side;
  /** What sets the other one apart; goes on after its name. */
  readonly winner: string;
  readonly warning: (loser: string, winner: string) => string;
}

/** Which of two sides that take writes was given up; null where nothing tells. */
function staleOf({ primary, standby }: Record<Side, Party>): Stale | null {
  const marked = sides.filter((side) => wasTakenOut({ primary, standby }[side].read));
  const [out] = marked;
  if (out !== undefined)
    return marked.length > 1
      ? null
      : {
          side: out,
          winner: 'which was not taken out of the replication',
          warning: (loser) =>
            `${loser} bears the mark of a teardown or of the begin of an upgrade (PrimaryKafkaPort ${takenOutPort}), so it is taken for the one that was given up.`,
        };
  const [a, b] = [primary.read.crr.prefix, standby.read.crr.prefix];
  if (a === null || b === null || depthOf(a) === depthOf(b)) return null;
  return {
    side: depthOf(a) < depthOf(b) ? 'primary' : 'standby',
    winner: 'which was promoted last',
    warning: (_, winner) =>
      `${winner} is taken for the one that serves because its topics have the longer prefix (${depthOf(a)} and ${depthOf(b)} promotions) and it bears no mark of a teardown or an upgrade. Somebody may have taken it out of the replication by hand.`,
  };
}

/** A person named the other one. */
const givenUpFor = (kept: Side): Stale => ({
  side: otherSide(kept),
  winner: 'which was named',
  warning: (loser, winner) =>
    `${winner} goes on because it was named; which one was promoted last is not judged, so what ${loser} took may be the newer.`,
});

/** When both sides take writes, the one that was taken out or promoted less often was given up, unless `keep` names it. */
export function planFence({ keep }: Fence, link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const named = keptSide(link.id, link.settings, keep);
  if (isRefusal(named)) return named;
  const primary = partyOn(link, detail, 'primary', 'fence');
  if (isRefusal(primary)) return primary;
  const standby = partyOn(link, detail, 'standby', 'fence');
  if (isRefusal(standby)) return standby;
  if (writableOf(primary.read) !== 'yes' || writableOf(standby.read) !== 'yes')
    return notNow(
      `Not both sides of ${link.id} take writes (${stateWords(link, detail)}), so there is nothing to fence.`,
      'Nothing has to be done; a failover and a switchover fence by themselves.',
    );
  const stale = named === null ? staleOf({ primary, standby }) : givenUpFor(named);
  if (stale === null)
    return notNow(
      `${primary.name} and ${standby.name} both take writes, and nothing tells which one was promoted last.`,
      `Decide which one is to go on, and name it: /repl fence ${link.id} --keep ${primary.name} stops ${standby.name}, --keep ${standby.name} stops ${primary.name}.`,
    );
  const [loser, winner] = stale.side === 'primary' ? [primary, standby] : [standby, primary];
  return {
    summary: `Stop the services of ${loser.name}; ${winner.name}, ${stale.winner}, goes on.`,
    steps: [
      longDraft(
        stopServicesAct(loser.at),
        budgets.fence,
        noUndo(`Started again, ${loser.name} would take writes beside ${winner.name}; gadmin start there does it by hand.`),
        { pointOfNoReturn: true },
      ),
      lookStep(checkSplitBrainAct(winner.at)),
    ],
    predictedLoss: { ms: null, words: `What ${loser.name} alone took stays there, and is lost when ${loser.name} is filled anew.` },
    predictedDowntime: nothingLost(`Applications that use ${loser.name} are cut off; those of ${winner.name} are not affected.`),
    warnings: [
      stale.warning(loser.name, winner.name),
      `If ${loser.name} is to go on instead, deny this and ask for /repl fence ${link.id} --keep ${loser.name}.`,
    ],
  };
}
