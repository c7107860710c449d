import { deedOf } from '../../domain/operation.ts';
import type { Plan, Step } from '../../domain/plan.ts';
import type { Entry, JournalRecord, MessageKey } from '../../domain/run.ts';
import { evidenceWords } from './evidence.ts';
import { ended } from './foreign.ts';
import { context, type Message, message, section } from './message.ts';
import { atTime, channel, code, join, listed, type Mrkdwn, md, none, person, quoted, when } from './mrkdwn.ts';
import { differenceLine } from './run-ending.ts';
import { afterTakeover } from './takeover.ts';
import { duration, titleOf } from './words.ts';

export interface ThreadLine extends Message {
  readonly key: MessageKey;
  /** Shown in the channel too: what nobody may miss. */
  readonly broadcast: boolean;
}

interface Story {
  readonly plan: Plan;
  readonly records: readonly JournalRecord[];
}

/**
 * The thread of a run: one line for each journal entry that a person must notice, by its number, so that the thread is the
 * journal, without doubles and without gaps. Pure. A line about a takeover grows once it is known what was found.
 */
export function threadLines(records: readonly JournalRecord[]): readonly ThreadLine[] {
  const first = records[0]?.entry;
  if (first?.kind !== 'proposed') return [];
  const story: Story = { plan: first.plan, records };
  return records.flatMap((record) => {
    const text = lineOf(record, story);
    if (text === null) return [];
    const broadcast = loud.includes(record.entry.kind) || record.entry.kind === 'intent';
    const source = context(md`entry ${record.seq} · ${atTime(record.entry.at)}`);
    return [{ key: `line:${record.seq}`, broadcast, ...message(text, [section(text), source]) }];
  });
}

const loud: readonly Entry['kind'][] = ['glass-broken', 'halted', 'succeeded', 'failed', 'undone'];

/** What one entry says to people; null when nobody has to notice it. */
export function lineOf(record: JournalRecord, story: Story): Mrkdwn | null {
  const { entry } = record;
  switch (entry.kind) {
    case 'taken-over':
      return join(
        [
          md`🔁 Worker ${code(entry.from)} stopped answering. Worker ${code(entry.worker)} goes on with the run (fence ${entry.fence}).`,
          afterTakeover(record, story),
        ],
        ' ',
      );
    case 'intent':
      return callLine(entry, story);
    case 'done':
      return doneLine(entry, story);
    case 'confirmed':
      return md`🙋 ${person(entry.by)} confirmed ${stepName(entry.step, story)} by ${entry.means}.`;
    case 'halted':
      return haltLine(entry, story);
    case 'retried':
      return md`🔄 ${person(entry.by)} asked to try again. The databases are looked at first; nothing is done twice.`;
    case 'skipped':
      return md`⏭️ ${person(entry.by)} skipped ${stepName(entry.step, story)}. Reason: ${quoted(entry.reason)}`;
    case 'cancel-asked':
      return md`✋ ${person(entry.by)} asked to cancel.`;
    case 'undo-begun':
      return md`↩️ *Taking back what was done.* ${entry.sentence}`;
    case 'noted':
      return md`📌 ${entry.sentence}`;
    case 'post-failed':
      return untold(entry);
    default:
      return askingLine(entry, story) ?? endingLine(entry, story);
  }
}

function askingLine(entry: Entry, { plan }: Story): Mrkdwn | null {
  switch (entry.kind) {
    case 'glass-broken':
      return md`🚨 *Break-glass:* ${person(entry.person)} starts the ${deedOf(plan.operation)} of ${plan.link} without approval. Reason: ${quoted(entry.reason)}`;
    case 'vote-withdrawn':
      return md`↩️ ${person(entry.person)} took the vote back.`;
    case 'approved':
      return entry.by.length === 0
        ? null
        : md`✅ *Approved* by ${listed(entry.by.map(person), 'and')}. It has to start by ${when(entry.startBy)}.`;
    case 'queued':
      return md`⏳ ${plan.link} is held by run ${code(entry.behind)}. This run waits in line, place ${entry.place}.`;
    case 'started':
      return md`▶️ *Started.* Seen right before: ${entry.observation.headline}`;
    default:
      return null;
  }
}

function endingLine(entry: Entry, { plan, records }: Story): Mrkdwn | null {
  const title = titleOf(deedOf(plan.operation), plan.link);
  const changed = records.some((record) => record.entry.kind === 'started') ? none : md` Nothing was changed.`;
  switch (entry.kind) {
    case 'denied':
      return md`🚫 *Denied* by ${person(entry.by)}${entry.reason === null ? md`, without a reason` : md`: ${quoted(entry.reason)}`}.${changed}`;
    case 'expired':
      return md`⌛ *Expired.* ${entry.sentence}${changed}`;
    case 'voided':
      return join([md`🚫 *The approval is void.* ${entry.sentence}${changed}`, ...entry.differences.slice(0, 10).map(differenceLine)]);
    case 'cancelled':
      return md`🚫 *Cancelled*${entry.by === null ? none : md` by ${person(entry.by)}`}. ${entry.sentence}`;
    case 'succeeded':
      return join([md`✅ *${title} succeeded.* ${entry.report.sentence}`, ...cost(entry.report, plan)]);
    case 'failed':
      return join([md`❌ *${title} failed.* ${entry.sentence}`, md`*Databases:* ${entry.databases}`, md`*What to do now:* ${entry.next}`]);
    case 'undone':
      return join([md`↩️ *${title} is taken back.* ${entry.sentence}`, ...entry.differences.slice(0, 10).map(differenceLine)]);
    default:
      return null;
  }
}

function cost(
  { lossMs, downtimeMs }: { readonly lossMs: number | null; readonly downtimeMs: number | null },
  plan: Plan,
): readonly Mrkdwn[] {
  const words = (ms: number | null): string => (ms === null ? 'not measured as a time' : ms === 0 ? 'none' : duration(ms));
  return [
    md`*Data lost:* ${words(lossMs)}. _Predicted:_ ${plan.predictedLoss.words}`,
    md`*Writes stopped:* ${words(downtimeMs)}. _Predicted:_ ${plan.predictedDowntime.words}`,
  ];
}

const stepOf = (id: string, { plan }: Story): Step | undefined => plan.steps.find((step) => step.id === id);

/** `step 4 (Promote sql-west)`. */
export function stepName(id: string, story: Pick<Story, 'plan'>): Mrkdwn {
  const index = story.plan.steps.findIndex((step) => step.id === id);
  const step = story.plan.steps[index];
  return step === undefined ? md`step ${id}` : md`step ${index + 1} (${step.title})`;
}

/** A step has weight when it sends something to a database or when it is taken back; waiting alone has none. */
function doneLine(entry: Extract<Entry, { kind: 'done' }>, story: Story): Mrkdwn | null {
  const step = stepOf(entry.step, story);
  if (step === undefined || (step.by === 'person' && !entry.undoing)) return null;
  if (!entry.undoing && step.statements.length === 0) return null;
  const proof = evidenceWords(entry.evidence, 400);
  const said = entry.undoing ? md`↩️ Taken back: ${stepName(entry.step, story)}.` : md`✔️ Done: ${stepName(entry.step, story)}.`;
  const crossed = step.pointOfNoReturn && !entry.undoing ? md`*The point of no return is passed.*` : null;
  return join([said, crossed, proof === '' ? null : md`_Proof:_ ${proof}`], ' ');
}

/** The run waits for somebody, so somebody has to hear of it: the requester by name. */
function callLine(entry: Extract<Entry, { kind: 'intent' }>, story: Story): Mrkdwn | null {
  const first = story.records[0]?.entry;
  if (first?.kind !== 'proposed' || entry.undoing || stepOf(entry.step, story)?.by !== 'person') return null;
  return md`✋ ${person(first.origin.person)}, the run waits for a person: ${stepName(entry.step, story)}. Do it, then confirm it with the button on the run’s message.`;
}

function haltLine({ step, halt }: Extract<Entry, { kind: 'halted' }>, story: Story): Mrkdwn {
  const at = step === null ? none : md` at ${stepName(step, story)}`;
  return join([
    md`🛑 *Stopped${at}: a person is needed.*`,
    md`*What happened:* ${ended(halt.sentence)}`,
    md`*Databases:* ${ended(halt.databases)}`,
    md`*What to do now:* ${ended(halt.next)}`,
  ]);
}

/** A message that could not be posted is news for those who rely on it. */
function untold({ key, channel: where, why }: Extract<Entry, { kind: 'post-failed' }>): Mrkdwn | null {
  if (key.startsWith('incident:')) {
    return md`📌 The incident channel ${channel(where)} could not be told (${why}). The run goes on; invite the bot there, or tell them yourself.`;
  }
  return key === 'run' ? md`📌 This run could not be shown in ${channel(where)} (${why}), so it is shown here.` : null;
}
