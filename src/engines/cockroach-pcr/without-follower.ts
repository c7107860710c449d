import { otherSide, type Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import { notNow } from '../frame/drafts.ts';
import type { PcrLink } from './config.ts';
import { type PcrDetail, phaseOf, writableOf } from './detail.ts';
import { planFailback } from './plans/failback.ts';
import { phaseWords, problemOf } from './words.ts';

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
      `/repl fence ${link.id} stops the side that was given up.`,
    );
  }
  if (deaf.length > 0) {
    const problems = deaf.map(({ cluster, read }) => problemOf(cluster, read)).join(' ');
    const known = serving.map(({ cluster }) => ` ${cluster} takes the writes.`).join('');
    return notNow(`No side is known to follow, ${no}.${known} ${problems}`, 'Make the side that should follow reachable, then ask again.');
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
  if (phase !== 'ready') return phaseWords[phase];
  return vc?.service === 'none' ? 'it is ready but its service is stopped' : 'it takes the writes';
};

/** What makes the other side follow the one that serves: the cheapest way that the databases still allow. */
function nextFor(serving: Side | null, link: PcrLink, detail: PcrDetail): string {
  const { id, settings } = link;
  if (serving === null) {
    return `Find out which side has the newest data and start its service by hand: ALTER VIRTUAL CLUSTER ${quoteIdentifier(settings.virtualCluster)} START SERVICE SHARED.`;
  }
  const other = detail[otherSide(serving)];
  const isAbsent = other.kind === 'read' && other.vc === null;
  if (isAbsent && serving === 'primary' && settings.setup !== null) {
    return `Nothing is set up on ${settings.standby.cluster}: /repl setup ${id} makes it follow ${settings.primary.cluster}.`;
  }
  const failback = planFailback(link, detail);
  return isRefusal(failback) ? failback.next : `/repl failback ${id} makes the other side follow ${settings[serving].cluster} again.`;
}
