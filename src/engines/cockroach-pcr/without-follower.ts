import { otherSide, type Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import { notNow } from '../frame/drafts.ts';
import { aloneNext } from './alone.ts';
import type { PcrLink } from './config.ts';
import type { PcrDetail } from './detail.ts';
import { newerBeside } from './newer.ts';
import { phaseOf, writableOf } from './phase.ts';
import { planFailback } from './plans/failback.ts';
import { promotedLast } from './promoted.ts';
import { phaseWords, problemOf, spellTime } from './words.ts';

/** Why an operation that needs a following side is refused when none follows. Pure. */
export function withoutFollower(operation: OperationName, link: PcrLink, detail: PcrDetail): Refusal {
  const { primary, standby } = link.settings;
  const sides = (['primary', 'standby'] as const).map((side) => ({ side, cluster: link.settings[side].cluster, read: detail[side] }));
  const serving = sides.filter(({ read }) => writableOf(read) === 'yes');
  const deaf = sides.filter(({ read }) => read.kind !== 'read');
  const no = `so no ${operation} of ${link.id} can be planned`;
  if (serving.length === 2) {
    return notNow(
      `${primary.cluster} and ${standby.cluster} both take writes (split brain), ${no}.`,
      `/repl fence ${link.id} stops the side that was given up, or with --keep CLUSTER the one that is not named.`,
    );
  }
  if (deaf.length > 0) {
    const problems = deaf.map(({ cluster, read }) => problemOf(cluster, read)).join(' ');
    const known = sides.filter(({ read }) => read.kind === 'read').map(({ cluster, read }) => ` On ${cluster}, ${stateWords(read)}.`);
    return notNow(
      `No side is known to follow, ${no}.${known.join('')} ${problems}`,
      lonely(link, detail) ?? 'Make the side that should follow reachable, then ask again.',
    );
  }
  const only = serving[0];
  if (only !== undefined && operation === 'failover' && only.side === 'standby') {
    return notNow(
      `${standby.cluster} has been promoted already and takes the writes, ${no}.`,
      `Redirect applications to ${standby.cluster} if that was not done. ${nextFor(only.side, link, detail)}`,
    );
  }
  const states = sides.map(({ cluster, read }) => `on ${cluster}, ${stateWords(read)}`).join('; ');
  return notNow(`No side follows (${states}), ${no}.`, nextFor(only?.side ?? null, link, detail));
}

const stateWords = (read: PcrDetail['primary']): string => {
  const vc = read.kind === 'read' ? read.vc : null;
  const phase = phaseOf(vc);
  if (writableOf(read) === 'yes') return 'it takes the writes';
  if (phase !== 'ready') return phaseWords[phase];
  return 'it is ready but its service is stopped';
};

/** What is left where the one side is not heard and the other one does not serve. Null where that isn't so, or nothing can be said of it. */
function lonely(link: PcrLink, detail: PcrDetail): string | null {
  const up = (['primary', 'standby'] as const).find((side) => detail[side].kind === 'read');
  if (up === undefined || detail[otherSide(up)].kind === 'read') return null;
  const read = detail[up];
  const [here, there] = [link.settings[up].cluster, link.settings[otherSide(up)].cluster];
  const phase = phaseOf(read.kind === 'read' ? read.vc : null);
  if (phase === 'absent' || phase === 'incomplete' || phase === 'dropping')
    return `${here} has nothing that could serve: make ${there} reachable, or restore a backup if it is lost.`;
  return aloneNext(link, detail);
}

/** What makes the other side follow the one that serves: the cheapest way that the databases still allow. */
export function nextFor(serving: Side | null, link: PcrLink, detail: PcrDetail): string {
  const { id, settings } = link;
  if (serving === null) {
    const last = promotedLast(detail);
    const newest = last === null ? '' : ` (${settings[last.side].cluster} was promoted last, at ${spellTime(last.at)})`;
    return `Find out which side has the newest data${newest} and start its service by hand, on its system interface: ALTER VIRTUAL CLUSTER ${quoteIdentifier(settings.virtualCluster)} START SERVICE SHARED.`;
  }
  const other = detail[otherSide(serving)];
  const isAbsent = other.kind === 'read' && other.vc === null;
  if (isAbsent && serving === 'primary' && settings.setup !== null) {
    return `Nothing is set up on ${settings.standby.cluster}: /repl setup ${id} makes it follow ${settings.primary.cluster}.`;
  }
  const newer = newerBeside(serving, link, detail);
  if (newer !== null)
    return `${newer.fact} Find out which side has to be kept. ${keepWords(link, detail, settings[serving].cluster)} ${newer.instead}`;
  const failback = planFailback(link, detail);
  return isRefusal(failback) ? failback.next : `/repl failback ${id} makes the other side follow ${settings[serving].cluster} again.`;
}

function keepWords(link: PcrLink, detail: PcrDetail, here: string): string {
  const operation = isRefusal(planFailback(link, detail)) ? 'rebuild' : 'failback';
  return `/repl ${operation} ${link.id} keeps what ${here} has and makes the other side follow it.`;
}
