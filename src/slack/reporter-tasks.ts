import { asChannelId, type ChannelId, type MessageTs } from '../domain/ids.ts';
import type { Entry, MessageKey } from '../domain/run.ts';
import type { Place } from './outbox.ts';
import type { SendFailure } from './outbox-failure.ts';
import { hashOfMessage } from './reporter-memory.ts';
import { type Task, type Turn, wordsOf } from './reporter-turn.ts';
import { tellings, type Wanted } from './reporter-wanted.ts';

/** A person's own deletion is answered by posting once more, not for ever. */
const mostPosts = 2;

/** Does one thing of a turn. `mine()` is false once the claim may run out before a call ends: then nothing may be sent. */
export async function carryOut(task: Task, turn: Turn, mine: () => boolean): Promise<void> {
  switch (task.kind) {
    case 'post':
      return post(task.item, turn, mine);
    case 'look':
      return look(task.item, turn);
    case 'edit':
      return edit(task.item, task.hash, turn, mine);
    case 'link':
      return findAddress(turn);
    case 'offer':
      return offer(turn);
  }
}

const now = ({ deps }: Turn): number => deps.clock.now();
const last = (turn: Turn, key: MessageKey) => tellings(turn.records(), key).at(-1);

/** POSTING in the journal, then the call, then POSTED: a reporter that dies in between leaves a trace that its successor follows. */
async function post(item: Wanted, turn: Turn, mine: () => boolean): Promise<void> {
  const { memory, deps } = turn;
  const { key } = item;
  const open = last(turn, key);
  let channel = open?.entry.channel;
  if (open?.entry.kind !== 'posting' || channel === undefined) {
    channel = await target(item, turn);
    if (!(await turn.append({ kind: 'posting', at: now(turn), key, channel }))) return;
  }
  const asked = last(turn, key);
  if (asked?.entry.kind !== 'posting' || !mine()) return;
  const hash = hashOfMessage(item.message);
  const seq = turn.records().length;
  const sent = await deps.outbox.post({
    run: turn.run,
    key,
    channel,
    thread: item.thread,
    broadcast: item.broadcast,
    ...wordsOf(item.message),
  });
  if (sent.kind === 'sent') {
    memory.gone.delete(key);
    memory.shown.set(key, { hash, seq });
    await posted(item, sent, turn);
  } else if (sent.kind === 'again' && sent.applied === 'unknown') {
    const settled = deps.clock.monotonic() + deps.settings.lookMs;
    memory.doubtUntil.set(key, settled + deps.settings.lookMs);
    memory.notBefore.set(key, settled);
    note(turn, key, sent);
  } else {
    memory.absent.add(asked.seq);
    await notPosted(item, channel, sent, turn);
  }
}

/** The channel of a message; the requester's direct message when the run cannot be shown where it was asked. */
const target = async ({ channel, key }: Wanted, turn: Turn): Promise<ChannelId> => {
  if (channel !== null) return channel;
  const person = turn.view().origin.person;
  return key === 'run' ? turn.deps.outbox.direct(person) : asChannelId(person);
};

async function posted({ key }: Wanted, { channel, ts }: Place, turn: Turn): Promise<void> {
  const { memory, deps } = turn;
  memory.failures.delete(key);
  memory.doubtUntil.delete(key);
  memory.notBefore.set(key, deps.clock.monotonic() + deps.settings.editMs);
  while (!(await turn.append({ kind: 'posted', at: now(turn), key, channel, ts }))) {
    const other = last(turn, key)?.entry;
    if (other?.kind !== 'posted') continue;
    if (other.ts !== ts) {
      // Another reporter has posted it too: the journal names theirs, so ours goes.
      memory.shown.delete(key);
      await deps.outbox.remove({ channel, ts });
    }
    return;
  }
  const shown = memory.shown.get(key);
  if (shown !== undefined) memory.shown.set(key, { ...shown, seq: turn.records().length });
}

async function notPosted(item: Wanted, channel: ChannelId, failure: SendFailure, turn: Turn): Promise<void> {
  note(turn, item.key, failure);
  switch (failure.kind) {
    case 'again':
      return pause(item.key, failure.inMs, turn);
    case 'unrenderable':
      return simplify(item.key, channel, failure.error, turn);
    case 'unreachable':
      return untold(item.key, channel, failure.why, turn);
    case 'gone':
      return withoutThread(item.key, channel, failure.error, turn);
    case 'refused':
      return untold(item.key, channel, `Slack refused it: ${failure.error}`, turn);
  }
}

/** Somebody deleted the message that the thread hangs on: it is posted again, and the line follows it. */
async function withoutThread(key: MessageKey, channel: ChannelId, error: string, turn: Turn): Promise<void> {
  if (key !== 'run' && !turn.memory.surrendered.has('run')) again('run', turn);
  if (key === 'run' || turn.memory.surrendered.has('run')) await untold(key, channel, `Slack refused it: ${error}`, turn);
}

/** Written once, so that the thread can tell it and nobody waits for a message that never comes. */
async function untold(key: MessageKey, channel: ChannelId, why: string, turn: Turn): Promise<void> {
  const entry: Entry = { kind: 'post-failed', at: now(turn), key, channel, why };
  // Workers may be writing all the while; losing this race costs a read.
  for (let tries = 0; tries < 100; tries += 1) if (await turn.append(entry)) return;
}

/** Slack did not take the blocks: from now on this process says it more simply, at last with text alone. */
async function simplify(key: MessageKey, channel: ChannelId, error: string, turn: Turn): Promise<void> {
  const { rendering } = turn.deps;
  if (rendering.mode === 'bare') return untold(key, channel, `Slack refused it: ${error}`, turn);
  rendering.mode = rendering.mode === 'native' ? 'plain' : 'bare';
}

/** Whether a message that may or may not be there is there. */
async function look(item: Wanted, turn: Turn): Promise<void> {
  const { memory, deps } = turn;
  const { key, thread } = item;
  const asked = last(turn, key);
  if (asked === undefined) return;
  const doubtUntil = memory.doubtUntil.get(key) ?? deps.clock.monotonic() + deps.settings.quietMs;
  memory.doubtUntil.set(key, doubtUntil);
  const except = tellings(turn.records(), key).flatMap(({ entry }): MessageTs[] => (entry.kind === 'posted' ? [entry.ts] : []));
  const { channel } = asked.entry;
  const found = await deps.outbox.find({ run: turn.run, key, channel, thread, since: asked.entry.at, except });
  if (found.kind === 'found') {
    memory.gone.delete(key);
    await posted(item, found, turn);
    return;
  }
  if (found.kind === 'again') {
    note(turn, key, found);
    // Without the right to look, silence would be worse than a double.
    if (!found.alert) return pause(key, found.inMs, turn);
  }
  if (deps.clock.monotonic() >= doubtUntil) memory.absent.add(asked.seq);
  else memory.notBefore.set(key, Math.min(doubtUntil, deps.clock.monotonic() + deps.settings.lookMs));
}

async function edit(item: Wanted, hash: string, turn: Turn, mine: () => boolean): Promise<void> {
  const { memory, deps } = turn;
  const { key, posted: at } = item;
  if (at === null || at.ts === null || !mine()) return;
  const seq = turn.records().length;
  const sent = await deps.outbox.edit({ channel: at.channel, ts: at.ts, ...wordsOf(item.message) });
  // The process may have been frozen in the call: a newer state, sent by who took over meanwhile, may now be overwritten by ours.
  if (!mine()) return confess(key, { channel: at.channel, ts: at.ts }, turn);
  memory.notBefore.set(key, deps.clock.monotonic() + deps.settings.editMs);
  if (sent.kind === 'sent') {
    memory.failures.delete(key);
    memory.shown.set(key, { hash, seq });
    return;
  }
  note(turn, key, sent);
  switch (sent.kind) {
    case 'again':
      return pause(key, sent.inMs, turn);
    case 'unrenderable':
      if (deps.rendering.mode === 'bare') memory.surrendered.add(key);
      return simplify(key, at.channel, sent.error, turn);
    case 'gone':
      return again(key, turn);
    case 'unreachable':
      if (key === 'run' || key.startsWith('incident:')) await untold(key, at.channel, sent.why, turn);
      else memory.surrendered.add(key);
      return;
    case 'refused':
      memory.surrendered.add(key);
  }
}

/** Says in the journal that the message was touched out of turn, so that whoever shows the run now sends its state again. */
async function confess(key: MessageKey, { channel, ts }: Place, turn: Turn): Promise<void> {
  turn.memory.shown.delete(key);
  while (!(await turn.append({ kind: 'posted', at: now(turn), key, channel, ts })));
}

/** A message that somebody deleted is posted once more; after that they meant it. */
function again(key: MessageKey, turn: Turn): void {
  const places = tellings(turn.records(), key).flatMap(({ entry }) => (entry.kind === 'posted' ? [entry.ts] : []));
  (new Set(places).size < mostPosts ? turn.memory.gone : turn.memory.surrendered).add(key);
}

/** Leaves a message alone for as long as Slack says, or longer each time. */
function pause(key: MessageKey, inMs: number | null, { memory, deps }: Turn): void {
  const failures = (memory.failures.get(key) ?? 0) + 1;
  memory.failures.set(key, failures);
  const own = Math.min(deps.settings.longestRetryMs, deps.settings.retryMs * 2 ** Math.min(10, failures - 1));
  memory.notBefore.set(key, deps.clock.monotonic() + (inMs ?? own));
}

async function findAddress(turn: Turn): Promise<void> {
  const own = turn.view().posted['run'];
  if (own === undefined || own.ts === null) return;
  const address = await turn.deps.outbox.permalink({ channel: own.channel, ts: own.ts });
  const tries = turn.memory.failures.get('link') ?? 0;
  // Without the address the channel is named instead, which is worth a few tries and no more.
  if (address !== null || tries >= 2) turn.memory.permalinks.set(own.ts, address);
  else pause('link', null, turn);
}

async function offer(turn: Turn): Promise<void> {
  const own = turn.view().posted['run'];
  turn.memory.offered = true;
  if (own === undefined || own.ts === null) return;
  await turn.deps.outbox.offerReactions({ channel: own.channel, ts: own.ts }, ['white_check_mark', 'x']);
}

function note({ deps, run }: Turn, key: MessageKey, failure: SendFailure): void {
  const fields = { event: 'slack.report.failed', run, key, kind: failure.kind, error: failure.error };
  if (failure.kind === 'again' && failure.alert) deps.log.error(fields, 'Slack refuses the bot; an operator has to mend it.');
  else deps.log.warn(fields, 'A message could not be sent as wanted.');
}
