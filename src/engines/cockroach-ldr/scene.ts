import { otherSide, type Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Estimate } from '../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import { problemOf } from '../cockroach/deaf.ts';
import { notNow } from '../frame/drafts.ts';
import type { LdrLink } from './config.ts';
import type { JobView, LdrDetail, ReadSide } from './detail.ts';
import { expiresInMs, type Flow, flowInto, isUnfed, lastOver, readOf, replicatedOf } from './flow.ts';
import { waitingOn } from './waiting.ts';
import { phaseWords, reasonOf, tablesAt, unfedWords, upper, wayOf } from './words.ts';

export const sides = ['primary', 'standby'] as const satisfies readonly Side[];

export const noLoss = (words: string): Estimate => ({ ms: 0, words });
export const noDowntime: Estimate = { ms: 0, words: 'Applications are not affected.' };

/** What both sides said; a refusal that names those that said nothing. */
export function bothRead(operation: OperationName, link: LdrLink, detail: LdrDetail): Readonly<Record<Side, ReadSide>> | Refusal {
  const primary = readOf(detail, 'primary');
  const standby = readOf(detail, 'standby');
  if (primary !== null && standby !== null) return { primary, standby };
  const problems = sides.flatMap((side) => problemOf(link.settings[side].cluster, detail[side]) ?? []);
  return notNow(
    `${problems.join(' ')} The ${operation} of ${link.id} needs both sides.`,
    `Make both sides reachable for the bot, then ask again.${lostWords(link, primary, standby)}`,
  );
}

/** Where one side answers and followed the other, a failover is what is left. A full sentence after a space; else empty. */
function lostWords({ settings, id }: LdrLink, primary: ReadSide | null, standby: ReadSide | null): string {
  const read = primary ?? standby;
  if (read === null || read.history === 'kept' || read.history === 'lost') return '';
  if (!read.jobs.some(({ source, replicated }) => source !== 'other' && replicated !== null)) return '';
  const side: Side = primary === null ? 'standby' : 'primary';
  return ` If ${settings[otherSide(side)].cluster} is lost, /repl failover ${id} sends applications to ${settings[side].cluster} with what has arrived there.`;
}

/** The flow into a side that does all that the link asks for; a refusal when it does not. */
export function soundFlow(operation: OperationName, link: LdrLink, detail: LdrDetail, into: Side): Flow | Refusal {
  const { settings, id } = link;
  const here = settings[into].cluster;
  const deaf = problemOf(here, detail[into]);
  const so = `so no ${operation} of ${id} can be planned`;
  if (deaf !== null)
    return notNow(`${deaf} It would have to say how far it is, ${so}.`, `Make ${here} reachable for the bot, then ask again.`);
  const flow = flowInto(settings, detail, into);
  if (flow === null) {
    return notNow(
      `No job replicates ${wayOf(settings, into)}, ${so}.`,
      flowInto(settings, detail, otherSide(into)) === null
        ? `/repl describe ${id} shows what there is; /repl setup ${id} starts replication.`
        : mendWords(link, detail, into),
    );
  }
  if (flow.missing.length > 0) {
    return notNow(
      `No job replicates ${tablesAt(settings, into, flow.missing)} to ${here}, ${so}.`,
      `Mend the config, or end the jobs with /repl teardown ${id} and set the link up anew.`,
    );
  }
  return foreignRefusal(operation, link, into, flow.jobs) ?? unfedRefusal(operation, link, detail, flow) ?? flow;
}

/** A flow that comes from elsewhere tells nothing of this link, whatever its connection is called. */
function unfedRefusal(operation: OperationName, { settings, id }: LdrLink, detail: LdrDetail, flow: Flow): Refusal | null {
  if (!isUnfed(detail, flow)) return null;
  const here = settings[flow.into].cluster;
  return notNow(
    `${upper(unfedWords(settings, flow))} So no ${operation} of ${id} can be planned.`,
    `See where the connection leads (SHOW CREATE EXTERNAL CONNECTION on ${here}). If it leads elsewhere, end the job with /repl teardown ${id}, mend the connection, and fill ${here} anew.`,
  );
}

/** A job that follows something else tells nothing of this link; a connection that only has another name can be told to the bot. */
export function foreignRefusal(
  operation: OperationName,
  { settings, id }: LdrLink,
  into: Side,
  jobs: readonly Pick<JobView, 'id' | 'source' | 'connection'>[],
): Refusal | null {
  const foreign = jobs.find(({ source }) => source === 'other');
  if (foreign === undefined) return null;
  const key = into === 'standby' ? 'toStandby' : 'toPrimary';
  return notNow(
    `Job ${foreign.id} on ${settings[into].cluster} replicates from ${foreign.connection ?? 'another connection'}, not from the connection of ${id}, so no ${operation} of ${id} can be planned.`,
    `If that connection leads to ${settings[otherSide(into)].cluster}, name it in the config (settings.streams.${key}.externalConnection) and ask again. If not, find out who started the job; end it only if nobody needs it.`,
  );
}

/** A flow that moves; a refusal when it stands still or has no full copy yet. */
export function movingFlow(operation: OperationName, link: LdrLink, detail: LdrDetail, into: Side): Flow | Refusal {
  const flow = soundFlow(operation, link, detail, into);
  if (isRefusal(flow) || (flow.phase === 'following' && replicatedOf(flow) !== null)) return flow;
  const { settings, id } = link;
  const why = flow.jobs.map(reasonOf).find((text) => text !== '');
  return notNow(
    `${wayOf(settings, into)}: ${phaseWords[flow.phase]}${why === undefined ? '' : ` (${why})`}, so no ${operation} of ${id} can be planned.`,
    flow.phase === 'paused' || flow.phase === 'gave-up'
      ? `Ask for a resume of ${id} first.`
      : `Wait until it follows; /repl status ${id} shows it.`,
  );
}

/** What a dead letter queue holds by now, for a warning. */
export function queueWarnings({ settings, id }: LdrLink, detail: LdrDetail, side: Side): readonly string[] {
  const read = readOf(detail, side);
  if (read === null) return [];
  const { cluster } = settings[side];
  const { rows, words, unread: isUnread } = waitingOn(read);
  const unread = isUnread ? [`The dead letter queue of ${cluster} can't be read, so what could not be applied there is not known.`] : [];
  if (rows === 0) return unread;
  return [
    ...unread,
    `${upper(words)} from ${settings[otherSide(side)].cluster} could not be applied on ${cluster} and stand in its dead letter queue: /repl dlq ${id} shows them. They are not lost, but in no table there.`,
  ];
}

/** What logical replication does not give, said where somebody moves to the copy. */
export const limitsOf = ({ settings }: LdrLink): readonly string[] => [
  'Rows arrive one by one, not as whole transactions: a transaction may be there in part.',
  ...(settings.direction === 'bidirectional'
    ? [
        'Where both sides write the same row, the later write wins and the other one is gone without notice; unique constraints may send rows to the dead letter queue.',
      ]
    : []),
  'Users, privileges, sequences, cluster settings, row-level TTL settings and changefeeds are not replicated: see that the other side has what applications need.',
];

/** What a comparison can't tell of a side that follows without the other one's deletes by TTL. Full sentences. */
export function ttlCompareWarnings({ settings }: LdrLink, into: Side): readonly string[] {
  if (!settings.options.discardTtlDeletes) return [];
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  return [
    `Deletes by row-level TTL are discarded: tables of ${there} that set ttl_disable_changefeed_replication may hold fewer rows than on ${here}, and are then told as not comparable instead of different.`,
  ];
}

export const pauseLimit = ({ settings }: LdrLink, into: Side): string =>
  `${settings[otherSide(into)].cluster} keeps the history that ${settings[into].cluster} needs for 24 h: a pause that lasts longer ends the job for good, and it has to be started anew with a full copy.`;

/** Whether a flow that stands still can't go on any more: the source says so, or, where it can't be asked, the usual time is over. */
export function isExpired(detail: LdrDetail, flow: Flow): boolean {
  const source = readOf(detail, otherSide(flow.into));
  if (source?.history === 'kept' || source?.history === 'lost') return source.history === 'lost';
  const left = expiresInMs(flow);
  return left !== null && left <= 0;
}

/** Nothing lets a flow go on whose history is gone. */
export function expired(operation: OperationName, link: LdrLink, detail: LdrDetail, flow: Flow): Refusal {
  return refuse(
    'not-possible-now',
    `${wayOf(link.settings, flow.into)} has stood still for too long: the history that ${link.settings[flow.into].cluster} needs is gone, so no ${operation} is possible.`,
    afterExpiry(link, detail, flow.into),
  );
}

/** What works where a flow can't go on any more. Full sentences. */
export function afterExpiry(link: LdrLink, detail: LdrDetail, into: Side): string {
  const { settings, id } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  if (readOf(detail, otherSide(into)) === null) {
    return `If ${there} is lost, /repl failover ${id} sends applications to ${here} with what has arrived there. When ${there} is back, /repl rebuild ${id} fills ${here} anew.`;
  }
  const other = flowInto(settings, detail, otherSide(into));
  if (settings.direction === 'bidirectional' && other?.phase !== 'following') {
    const [primary, standby] = [settings.primary.cluster, settings.standby.cluster];
    return `/repl teardown ${id} ends what is left. Then /repl failback ${id} fills ${primary} anew if applications use ${standby}, and /repl rebuild ${id} fills ${standby} anew if they use ${primary}.`;
  }
  return `/repl rebuild ${id} ends what is left and fills ${here} anew from ${there}.`;
}

/** A flow whose history is gone keeps nothing else from going on, while that one's history is still there. */
export function expiredWarning(link: LdrLink, detail: LdrDetail, into: Side): string {
  const { settings, id } = link;
  const next =
    readOf(detail, otherSide(into)) === null
      ? afterExpiry(link, detail, into)
      : `Once the other direction follows, /repl rebuild ${id} fills ${settings[into].cluster} anew from ${settings[otherSide(into)].cluster}.`;
  return `${wayOf(settings, into)} has stood still for too long and stays as it is: its history is gone. ${next}`;
}

/** What lets one direction of a link that goes both ways live again while the other one follows. A full sentence. */
export function mendWords({ settings, id }: LdrLink, detail: LdrDetail, into: Side): string {
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const flow = flowInto(settings, detail, into);
  const anew = `/repl rebuild ${id} fills ${here} anew from ${there}`;
  if (flow === null) {
    return lastOver(detail, into)?.replicated == null
      ? `${anew}.`
      : `/repl setup ${id} --from last lets it go on without a copy while ${there} keeps the history since then; after that ${anew}.`;
  }
  if (flow.missing.length > 0) return `Mend the config, or end all with /repl teardown ${id} and set the link up anew.`;
  if (flow.phase !== 'paused' && flow.phase !== 'gave-up') return `/repl status ${id} shows when it follows.`;
  return isExpired(detail, flow) ? `${anew}.` : `/repl resume ${id} lets it go on.`;
}
