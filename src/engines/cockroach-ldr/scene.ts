import { otherSide, type Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Estimate } from '../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import { problemOf } from '../cockroach/deaf.ts';
import { spell, spellTime } from '../cockroach/spell.ts';
import { notNow } from '../frame/drafts.ts';
import type { LdrLink } from './config.ts';
import type { LdrDetail, ReadSide } from './detail.ts';
import { expiresInMs, type Flow, flowInto, lagMsOf, readOf, replicatedOf } from './flow.ts';
import { waitingOn } from './waiting.ts';
import { phaseWords, reasonOf, tablesAt, upper, wayOf } from './words.ts';

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
    'Make both sides reachable for the bot, then ask again.',
  );
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
      `/repl describe ${id} shows what there is; /repl setup ${id} starts replication.`,
    );
  }
  if (flow.missing.length > 0) {
    return notNow(
      `No job replicates ${tablesAt(settings, into, flow.missing)} to ${here}, ${so}.`,
      `Mend the config, or end the jobs with /repl teardown ${id} and set the link up anew.`,
    );
  }
  const foreign = flow.jobs.find(({ source }) => source === 'other');
  if (foreign === undefined) return flow;
  return notNow(
    `Job ${foreign.id} on ${here} replicates from ${foreign.connection ?? 'another connection'}, not from the connection of ${id}, ${so}.`,
    'Find out who started it, and end it or mend the config.',
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

/** `sql-west has everything up to … and is 4 s behind.` */
export function standing({ settings }: LdrLink, flow: Flow): string {
  const lagMs = lagMsOf(flow);
  return lagMs === null
    ? `${settings[flow.into].cluster} has no full copy yet.`
    : `${settings[flow.into].cluster} has everything up to ${spellTime(replicatedOf(flow))}, ${spell(lagMs)} ago.`;
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

export const pauseLimit = ({ settings }: LdrLink, into: Side): string =>
  `${settings[otherSide(into)].cluster} keeps the history that ${settings[into].cluster} needs for 24 h: a pause that lasts longer ends the job for good, and it has to be started anew with a full copy.`;

/** Whether a flow that stands still can't go on any more: the source says so, or, where it can't be asked, the usual time is over. */
export function isExpired(detail: LdrDetail, flow: Flow): boolean {
  const source = readOf(detail, otherSide(flow.into));
  if (source?.history === 'kept' || source?.history === 'lost') return source.history === 'lost';
  const left = expiresInMs(flow);
  return left !== null && left <= 0;
}

export const expired = (operation: OperationName, link: LdrLink, flow: Flow): Refusal =>
  refuse(
    'not-possible-now',
    `${wayOf(link.settings, flow.into)} has stood still for too long: the history that ${link.settings[flow.into].cluster} needs is gone, so no ${operation} is possible.`,
    `/repl rebuild ${link.id} ends what is left and starts anew with a full copy.`,
  );
