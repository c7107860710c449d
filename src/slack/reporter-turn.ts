import type { Clock } from '../domain/clock.ts';
import type { LinkId, RunId } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { Entry, JournalRecord, MessageKey, RunView } from '../domain/run.ts';
import type { incidentNotices } from '../incidents/notices.ts';
import type { Journal } from '../runs/ports.ts';
import type { Message, Mode } from './messages/message.ts';
import type { Outbox } from './outbox.ts';
import type { Pace } from './outbox-pace.ts';
import { hashOfMessage, mayDiffer, type RunMemory } from './reporter-memory.ts';
import type { ReporterSettings } from './reporter-settings.ts';
import { type Fold, isOver, offersReactions, tellings, type Wanted, wanted } from './reporter-wanted.ts';

export interface TurnDeps {
  readonly journal: Journal;
  readonly fold: Fold;
  readonly links: (id: LinkId) => Link | null;
  readonly incidents: typeof incidentNotices;
  readonly outbox: Outbox;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly log: Log;
  readonly worker: string;
  readonly settings: ReporterSettings;
  /** How messages are rendered by this process; `bare` is text without blocks, the last resort. */
  readonly rendering: { mode: Mode | 'bare' };
}

export type Task =
  | { readonly kind: 'post' | 'look'; readonly item: Wanted }
  | { readonly kind: 'edit'; readonly item: Wanted; readonly hash: string }
  | { readonly kind: 'link' | 'offer' };

export interface Ready {
  readonly task: Task;
  /** Time until it may be done, ms. */
  readonly inMs: number;
}

/** One run in the hands of this reporter: its journal as read so far, and what is left to show. */
export interface Turn {
  readonly run: RunId;
  readonly deps: TurnDeps;
  readonly memory: RunMemory;
  records(): readonly JournalRecord[];
  view(): RunView;
  /** Reads what was written since. */
  refresh(): Promise<void>;
  /** Writes an entry; false when somebody wrote in between, and then the journal is read again. */
  append(entry: Entry): Promise<boolean>;
  /** What is to be done, in order; empty when Slack shows the journal. */
  tasks(): readonly Ready[];
}

const taskMethods = {
  post: 'chat.postMessage',
  look: 'conversations.history',
  edit: 'chat.update',
  link: 'chat.getPermalink',
  offer: 'reactions.add',
} as const;

/** Reads the run's journal and holds it for one claim. */
export async function openTurn(run: RunId, deps: TurnDeps, memory: RunMemory): Promise<Turn> {
  let records = await deps.journal.read(run);
  const refresh = async (): Promise<void> => {
    records = [...records, ...(await deps.journal.read(run, records.length))];
  };
  return {
    run,
    deps,
    memory,
    records: () => records,
    view: () => deps.fold(records),
    refresh,
    append: async (entry) => {
      const { kind } = await deps.journal.append({ run, fence: null, expectedSeq: records.length, entry, dueInMs: null });
      await refresh();
      return kind === 'appended' || kind === 'already-there';
    },
    tasks: () => tasksOf(deps, memory, records),
  };
}

function tasksOf(deps: TurnDeps, memory: RunMemory, records: readonly JournalRecord[]): readonly Ready[] {
  const view = deps.fold(records);
  const messages = render(deps, memory, records).flatMap((item): readonly Ready[] => {
    const task = taskFor(item, deps, memory, records);
    return task === null ? [] : [{ task, inMs: waitFor(task, item, deps, memory, view) }];
  });
  const paused = (kind: Task['kind']): number => Math.max(0, (memory.notBefore.get(kind) ?? 0) - deps.clock.monotonic());
  const furniture = furnitureOf(view, memory, deps).map((task) => ({
    task,
    inMs: Math.max(paused(task.kind), deps.pace.waitMs(taskMethods[task.kind], null)),
  }));
  return [...messages.slice(0, 1), ...furniture, ...messages.slice(1)];
}

/** What belongs to messages besides their words: the address that incident channels link to, and the reactions to vote with. */
function furnitureOf(view: RunView, memory: RunMemory, { links }: TurnDeps): readonly Task[] {
  const ts = view.posted['run']?.ts ?? null;
  const told = (links(view.plan.link)?.incidentChannels.length ?? 0) > 0 && (view.startedAt !== null || view.glassBroken !== null);
  return [
    ...(ts !== null && told && !memory.permalinks.has(ts) ? [{ kind: 'link' } as const] : []),
    ...(offersReactions(view) && !memory.offered ? [{ kind: 'offer' } as const] : []),
  ];
}

function render(deps: TurnDeps, memory: RunMemory, records: readonly JournalRecord[]): readonly Wanted[] {
  const view = deps.fold(records);
  const { mode } = deps.rendering;
  const all = wanted(records, {
    fold: deps.fold,
    link: deps.links(view.plan.link),
    incidents: deps.incidents,
    mode: mode === 'bare' ? 'plain' : mode,
    permalink: memory.permalinks.get(view.posted['run']?.ts ?? '') ?? null,
  });
  return mode === 'bare' ? all.map((item) => ({ ...item, message: { text: item.message.text, blocks: [] } })) : all;
}

function taskFor(item: Wanted, deps: TurnDeps, memory: RunMemory, records: readonly JournalRecord[]): Task | null {
  const { key, posted } = item;
  if (posted === null) return { kind: 'post', item };
  if (posted.failed !== null) return key === 'run' ? { kind: 'post', item } : null;
  if (posted.ts === null) {
    const asked = tellings(records, key).at(-1);
    return { kind: asked !== undefined && memory.absent.has(asked.seq) ? 'post' : 'look', item };
  }
  if (memory.surrendered.has(key)) return null;
  if (memory.gone.has(key)) return { kind: 'post', item };
  const hash = hashOfMessage(item.message);
  return differs(item, hash, deps, memory, records) ? { kind: 'edit', item, hash } : null;
}

function differs({ key }: Wanted, want: string, deps: TurnDeps, memory: RunMemory, records: readonly JournalRecord[]): boolean {
  const shown = memory.shown.get(key);
  if (shown !== undefined && shown.hash !== want) return true;
  // Another reporter has touched the message after us, perhaps out of turn.
  const touched = tellings(records, key).findLast(({ entry }) => entry.kind === 'posted');
  if (shown !== undefined && touched !== undefined && touched.seq > shown.seq) return true;
  const asked = tellings(records, key).findLast(({ entry }) => entry.kind === 'posting');
  const since = shown?.seq ?? (asked === undefined ? 0 : asked.seq - 1);
  if (mayDiffer(want, since, records.length, (length) => hashesAt(deps, memory, records.slice(0, length)).get(key) ?? null)) return true;
  memory.shown.set(key, { hash: want, seq: records.length });
  return false;
}

/** Hashes of all messages as they were wanted at an earlier length of the journal; the past does not change, so it is kept. */
function hashesAt(deps: TurnDeps, memory: RunMemory, records: readonly JournalRecord[]): ReadonlyMap<MessageKey, string> {
  const address = [...memory.permalinks.values()].join(' ');
  const state = `${records.length} ${deps.rendering.mode} ${address}`;
  const known = memory.past.get(state);
  if (known !== undefined) return known;
  const hashes = new Map(render(deps, memory, records).map(({ key, message }) => [key, hashOfMessage(message)] as const));
  if (memory.past.size >= mostPast) memory.past.clear();
  memory.past.set(state, hashes);
  return hashes;
}

const mostPast = 100;

function waitFor(task: Task, { key, channel }: Wanted, { clock, pace, settings }: TurnDeps, memory: RunMemory, view: RunView): number {
  const now = clock.monotonic();
  const pause = (memory.notBefore.get(key) ?? 0) - now;
  // A proposal is followed by its approval request at once; one message that asks is better than one that is edited to ask.
  const settling = task.kind === 'post' && key === 'run' && view.state === 'proposed' ? memory.firstSeenAt + settings.settleMs - now : 0;
  return Math.max(0, pause, settling, pace.waitMs(taskMethods[task.kind], task.kind === 'post' ? channel : null));
}

/** What is given to Slack of a message: blocks are left out when Slack takes none. */
export const wordsOf = ({ text, blocks }: Message): { readonly text: string; readonly blocks?: Message['blocks'] } =>
  blocks.length === 0 ? { text } : { text, blocks };

export const over = (turn: Turn): boolean => isOver(turn.view());
