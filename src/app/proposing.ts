import { createHash } from 'node:crypto';
import type { Caller } from '../app.ts';
import { asRunId, type RunId } from '../domain/ids.ts';
import type { ChangeIntent } from '../domain/intent.ts';
import { hashOf } from '../domain/json.ts';
import { passesHaltedRuns } from '../domain/operation.ts';
import type { Person } from '../domain/person.ts';
import { hashPlan } from '../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import { type Entry, isFinal, type JournalRecord, type RunSummary, type RunView } from '../domain/run.ts';
import type { Verdict } from '../domain/verdict.ts';
import { fold } from '../runs/fold.ts';
import { standsStill } from '../runs/progress.ts';
import { type AppDeps, linkAndEngineFor, patientIo, summaryOf } from './deps.ts';

/**
 * Judges a wish for a change, plans it, and puts it into the journal. The run's id comes from the delivery, so that a command
 * that is worked off twice (redelivered, or its worker died) proposes once. Whoever asks for the same at the same moment comes to
 * the run of whoever was first.
 */
export async function propose(deps: AppDeps, intent: ChangeIntent, person: Person, caller: Caller): Promise<Reply> {
  const { operation } = intent;
  const own = runIdOf(caller.delivery);
  const before = await deps.journal.read(own);
  if (before.length > 0) {
    deps.nudge(own);
    return proposedTo(fold(before), person, caller);
  }
  const found = linkAndEngineFor(deps, operation.link, operation.kind);
  if (isRefusal(found)) return found;
  const verdict = await deps.policy.judge({ operation: operation.kind, link: found.link, person, at: deps.clock.now() });
  const objection = objectionTo(intent, verdict) ?? (await heldBy(deps, intent));
  if (objection !== null) return objection;
  const id = runIdOf(await makerOf(deps, intent, caller.delivery));
  const same = id === own ? null : runOf(await deps.journal.read(id));
  if (same !== null) return onItsWay(summaryOf(same));
  const plan = found.engine.plan(
    operation,
    found.link,
    await found.engine.observe(found.link, { ...patientIo(deps, found.engine, found.link.id), planning: operation.kind }),
  );
  if (isRefusal(plan)) return plan;
  const entry: Entry = {
    kind: 'proposed',
    at: deps.clock.now(),
    run: id,
    plan,
    planHash: hashPlan(plan),
    origin: { person: person.id, channel: caller.channel, thread: caller.thread, via: caller.via },
    reason: intent.reason,
    wait: intent.wait,
    breakGlass: intent.breakGlass,
    verdict,
  };
  // Another bot may have begun it meanwhile, for the same delivery or for another that asks for the same.
  const isAnothers = (await deps.journal.create(id, operation.link, entry)) === 'differs';
  if (!isAnothers) {
    deps.log.info(
      { event: 'run.proposed', run: id, link: operation.link, operation: operation.kind, person: person.id },
      'A run was proposed.',
    );
  }
  deps.nudge(id);
  const run = fold(await deps.journal.read(id));
  if (run.plan.link !== operation.link) throw new TypeError(`run ${id} began on ${run.plan.link}, not on ${operation.link}`);
  return isAnothers && id !== own ? onItsWay(summaryOf(run)) : proposedTo(run, person, caller);
}

/** Its message is shown where it was asked for; who asked elsewhere has to be told of it. */
const proposedTo = (run: RunView, { id }: Person, { channel, thread }: Caller): Reply =>
  run.origin.person === id && run.origin.channel === channel && run.origin.thread === thread
    ? { kind: 'proposed', run }
    : onItsWay(summaryOf(run));

/** Two people who see the same trouble ask for the same within this time, ms. Who asks later may want another look at the databases. */
const momentMs = 60_000;

/** Of those who ask for exactly the same at the same moment, the delivery that makes the run. One whose run was never made counts. */
async function makerOf(deps: AppDeps, { operation, wait, breakGlass }: ChangeIntent, own: string): Promise<string> {
  const what = `asked:${hashOf({ operation: { ...operation }, wait, breakGlass: breakGlass !== null })}`;
  const first = await deps.makerOf(operation.link, what, own, null);
  if (first === own) return own;
  const run = runOf(await deps.journal.read(runIdOf(first)));
  const counts = run === null || (hasNotBegun(run) && deps.clock.now() - run.proposedAt < momentMs);
  return counts ? first : deps.makerOf(operation.link, what, own, first);
}

const hasNotBegun = ({ state }: RunView): boolean => state === 'proposed' || state === 'awaiting-approval' || state === 'queued';

export const onItsWay = ({ id, requester, state }: Pick<RunSummary, 'id' | 'requester' | 'state'>): Refusal =>
  refuse(
    'link-held',
    `Run ${id}, asked by <@${requester}>, is on its way to do just that and is ${state.replaceAll('-', ' ')}.`,
    `\`/repl run ${id}\` shows it and where it is to be approved.`,
  );

function objectionTo(intent: ChangeIntent, verdict: Verdict): Refusal | null {
  if (intent.breakGlass !== null && !verdict.breakGlass) {
    const sentence = `You may not go without approval for ${intent.operation.kind} on ${intent.operation.link}: ${verdict.sentence}`;
    return refuse('not-permitted', sentence, 'Ask without --break-glass, or ask somebody who may break the glass.');
  }
  if (intent.breakGlass !== null || verdict.kind !== 'refused') return null;
  return refuse(verdict.code, verdict.sentence, verdict.next);
}

async function heldBy(deps: AppDeps, { operation: { kind, link }, wait }: ChangeIntent): Promise<Refusal | null> {
  if (wait) return null;
  const line = await Promise.all((await deps.journal.line(link)).map(async (id) => ({ id, run: runOf(await deps.journal.read(id)) })));
  // A run that has just ended stands in the line until its worker has given the link back.
  const [first, ...waiting] = line.filter(({ run }) => run === null || !isFinal(run.state));
  if (first === undefined) return null;
  const { id: holder, run } = first;
  const still = run !== null && standsStill(run);
  if (still && passesHaltedRuns(kind)) return null;
  const what =
    run === null ? `run ${holder}` : `run ${holder} (${run.plan.operation.kind}, asked by <@${run.origin.person}>, ${run.state})`;
  const place = waiting.length === 0 ? '' : ` and ${waiting.length} more wait in line`;
  return refuse(
    'link-held',
    `Link ${link} is held by ${what}${place}.`,
    still
      ? `It stands still until somebody presses ${run.state === 'halted' ? 'Retry, Skip or Cancel' : 'Confirm or Cancel'} in its thread (ask for \`run ${holder}\`). Only a fence may go ahead of it.`
      : `Wait for it, or add --wait to take place ${waiting.length + 1} in its line.`,
  );
}

const runOf = (records: readonly JournalRecord[]): RunView | null => (records.length === 0 ? null : fold(records));

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** `r-` and 50 bits of the delivery's hash in Crockford base 32. */
export function runIdOf(delivery: string): RunId {
  const bytes = createHash('sha256').update(delivery).digest();
  const characters = Array.from({ length: 10 }, (_, index) => alphabet[(bytes[index] ?? 0) % 32]);
  return asRunId(`r-${characters.join('')}`);
}
