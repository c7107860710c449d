import type { ChannelId, MessageTs } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import { type Entry, isFinal, type JournalRecord, type MessageKey, type PostedMessage, type RunView } from '../domain/run.ts';
import type { incidentNotices } from '../incidents/notices.ts';
import { renderIncident } from './messages/incident.ts';
import type { Message, Mode } from './messages/message.ts';
import { planPages } from './messages/plan-pages.ts';
import { renderRun } from './messages/run.ts';
import { threadLines } from './messages/thread.ts';

export type Fold = (records: readonly JournalRecord[]) => RunView;

export interface WantedDeps {
  readonly fold: Fold;
  readonly link: Link | null;
  readonly incidents: typeof incidentNotices;
  readonly mode: Mode;
  /** Address of the run's own message; null while it is not known. */
  readonly permalink: string | null;
}

/** A message as it should stand in Slack now. */
export interface Wanted {
  readonly key: MessageKey;
  /** Where it goes; null sends it to the requester's direct message. */
  readonly channel: ChannelId | null;
  readonly thread: MessageTs | null;
  readonly broadcast: boolean;
  readonly message: Message;
  /** What the journal knows of it; null when nothing was tried yet. */
  readonly posted: PostedMessage | null;
}

/** Every message that a journal asks for, in the order in which they are to be posted. Pure. */
export function wanted(records: readonly JournalRecord[], deps: WantedDeps): readonly Wanted[] {
  const view = deps.fold(records);
  const home = homeOf(view, records);
  if (home === 'nowhere') return incidents(view, deps);
  const run: Wanted = {
    key: 'run',
    ...home,
    broadcast: false,
    message: renderRun(view, { link: deps.link, mode: deps.mode }),
    posted: view.posted['run'] ?? null,
  };
  return [run, ...incidents(view, deps), ...threadMessages(view, records)];
}

/** Where the run's own message belongs: where it was asked, else with the requester, else nowhere. */
function homeOf(view: RunView, records: readonly JournalRecord[]): Pick<Wanted, 'channel' | 'thread'> | 'nowhere' {
  const failures = records.filter(({ entry }) => entry.kind === 'post-failed' && entry.key === 'run').length;
  if (failures === 0) return { channel: view.origin.channel, thread: view.origin.thread };
  return failures === 1 ? { channel: null, thread: null } : 'nowhere';
}

/** Lines and plan pages go into the thread, which exists once the run's message does. */
function threadMessages(view: RunView, records: readonly JournalRecord[]): readonly Wanted[] {
  const own = view.posted['run'];
  if (own === undefined || own.ts === null) return [];
  const thread = own.channel === view.origin.channel ? (view.origin.thread ?? own.ts) : own.ts;
  const at = (key: MessageKey) => ({ key, channel: own.channel, thread, posted: view.posted[key] ?? null });
  return [
    ...planPages(view).map(({ key, message }) => ({ ...at(key), broadcast: false, message })),
    ...threadLines(records).map(({ key, broadcast, text, blocks }) => ({ ...at(key), broadcast, message: { text, blocks } })),
  ];
}

function incidents(view: RunView, { link, incidents: noticesOf, permalink }: WantedDeps): readonly Wanted[] {
  if (link === null) return [];
  return noticesOf(view, link).map(({ key, channel, notice }) => ({
    key,
    channel,
    thread: null,
    broadcast: false,
    message: renderIncident(notice, { permalink }),
    posted: view.posted[key] ?? null,
  }));
}

type Telling = Extract<Entry, { kind: 'posting' | 'posted' | 'post-failed' }>;

/** What the journal says of one message, oldest first. */
export const tellings = (
  records: readonly JournalRecord[],
  key: MessageKey,
): readonly { readonly seq: number; readonly entry: Telling }[] =>
  records.flatMap(({ seq, entry }) =>
    (entry.kind === 'posting' || entry.kind === 'posted' || entry.kind === 'post-failed') && entry.key === key ? [{ seq, entry }] : [],
  );

/** True when people can vote by reaction on the run's message now. */
export const offersReactions = (view: RunView): boolean =>
  view.state === 'awaiting-approval' && view.requirement?.means.includes('reaction') === true && view.posted['run']?.ts != null;

export const isOver = (view: RunView): boolean => isFinal(view.state);
