import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { notNow } from '../../frame/drafts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { flowInto, lastOver } from '../flow.ts';
import { foreignRefusal, isExpired } from '../scene.ts';
import { isClean, strayList } from '../weigh.ts';
import { phaseWords, wayOf } from '../words.ts';
import { doubtsOf, neverWords } from './doubts.ts';
import type { Emptying } from './empty.ts';
import { provenInto } from './proven.ts';

/** What to do where applications use the side that a rebuild would empty. A full sentence. */
export function backWords(link: LdrLink, detail: LdrDetail, into: Side): string {
  const { settings, id } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  return doubtsOf(link, detail, into).never.length === 0
    ? `If applications use ${here}, /repl failback ${id} fills ${there} anew from it.`
    : `If applications use ${here}, it still lacks what its first copy never brought: have people bring those rows from ${there} first.`;
}

/**
 * A side that may be the one in use is not emptied. A job that was cancelled may have been ended by a switchover or a failover to this
 * very side, and both ways either side may serve: then only rows tell, where they can be read.
 */
export function servingRefusal({ link, detail, into, weighing }: Emptying): Refusal | null {
  const { settings, id } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const both = settings.direction === 'bidirectional';
  const told = both ? weighing === null : flowInto(settings, detail, into) !== null || lastOver(detail, into)?.status === 'failed';
  if (told || weighing === null || isClean(weighing)) return null;
  const why = both
    ? `no job brings ${here}'s writes to ${there}`
    : `no job into ${here} failed; one that was ended by hand, by a switchover or by a failover may have left ${here} in use`;
  const strays = strayList(link, weighing);
  const rows = strays.length === 0 ? '' : ` ${here} has writes that ${there} is not known to have: ${strays.join('; ')}.`;
  return notNow(
    `Whether applications use ${here} or ${there} can't be told: ${why}.${rows} Nothing on ${here} is deleted.`,
    `${into === 'standby' ? `${backWords(link, detail, into)} ` : ''}If they use ${there}, empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${id}.`,
  );
}

/** A side that follows, or that can go on, is not emptied. */
export function soundRefusal({ settings, id }: LdrLink, detail: LdrDetail, into: Side): Refusal | null {
  const flow = flowInto(settings, detail, into);
  if (flow === null || flow.missing.length > 0) return null;
  const halted = flow.phase === 'paused' || flow.phase === 'gave-up';
  if (halted && isExpired(detail, flow)) return null;
  if (flow.phase === 'retrying' || flow.phase === 'strange') return null;
  return notNow(
    `${wayOf(settings, into)}: ${phaseWords[flow.phase]}, so there is no need to delete what ${settings[into].cluster} has and copy it anew.`,
    halted ? `/repl resume ${id} lets it go on.` : `If it must be done all the same, end the replication with /repl teardown ${id} first.`,
  );
}

/**
 * A side with rows is not emptied for one that never had everything itself: what it holds may be the only full copy. `rebuilds`: whether
 * that one can be filled anew instead.
 */
export function neverRefusal(link: LdrLink, detail: LdrDetail, into: Side, rebuilds: () => boolean): Refusal | null {
  const { settings, id } = link;
  const source = otherSide(into);
  const foreign = foreignRefusal(
    'failback',
    link,
    source,
    provenInto(link, detail, source).silent.map(({ job }) => job),
  );
  if (foreign !== null) return foreign;
  const { never } = doubtsOf(link, detail, source);
  if (never.length === 0) return null;
  const [here, there] = [settings[into].cluster, settings[source].cluster];
  const swap = 'swap primary and standby in the config, ';
  const anew = rebuilds()
    ? `/repl rebuild ${id} fills ${there} anew from ${here}.`
    : `If applications use ${here}, ${source === 'primary' ? swap : ''}empty the tables on ${there} by hand (TRUNCATE), then ask for /repl setup ${id}: it makes a full copy.`;
  return notNow(
    `${neverWords(link, source, never)}. So ${here} may hold the only full copy, and it is not emptied to be filled anew from ${there}.`,
    `${anew} If applications use ${there}, have people bring there what it lacks. Only when they have seen that ${there} has every row: ${into === 'primary' ? swap : ''}empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${id}.`,
  );
}
