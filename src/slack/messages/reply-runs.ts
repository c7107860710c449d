import { deedOf } from '../../domain/operation.ts';
import type { Reply } from '../../domain/reply.ts';
import type { JournalRecord } from '../../domain/run.ts';
import { jsonBlocks } from './json.ts';
import { header, type Mode, message, section } from './message.ts';
import { atTime, code, type Mrkdwn, md, none, person, when } from './mrkdwn.ts';
import { type Answer, alone, type Pages, paged } from './pages.ts';
import { runLine } from './reply-links.ts';
import { renderRun, sentenceOf } from './run.ts';
import { lineOf } from './thread.ts';
import { count, titleOf } from './words.ts';

/** `/repl runs`. */
export function renderRuns({ runs }: Extract<Reply, { kind: 'runs' }>): Answer {
  if (runs.length === 0) {
    const text = md`There are no runs to show. \`/repl runs --all\` shows those that are over.`;
    return { text, title: 'Runs', head: [section(text)], body: [], foot: none };
  }
  return {
    text: md`${count(runs.length, 'run')}: ${runs
      .slice(0, 10)
      .map(({ id, deed, link, state }) => `${id} ${titleOf(deed, link)} ${state}`)
      .join('; ')}.`,
    title: `Runs (${runs.length})`,
    head: [header(`Runs (${runs.length})`)],
    body: [{ kind: 'lines', lines: runs.map(runLine) }],
    foot: md`\`/repl run ID\` shows one with its timeline.`,
  };
}

/** `/repl run ID`: the run as its thread shows it, without buttons, and its timeline from the journal. */
export function renderRunReply(reply: Extract<Reply, { kind: 'run' }>, mode: Mode): Pages {
  const { run, records } = reply;
  if (reply.json) return alone(jsonBlocks({ run, records }, md`Run ${run.id} as JSON.`));
  const title = titleOf(deedOf(run.plan.operation), run.plan.link);
  const text = md`${title} (${run.id}): ${sentenceOf(run)}`;
  const head = (one: Mode) => renderRun(run, { link: null, mode: one }).blocks.filter((block) => block.type !== 'actions');
  const lines = timeline(records);
  if (lines.length === 0) return alone(message(text, head(mode)));
  const chain = records.at(-1)?.chain ?? '';
  const answer: Answer = {
    text,
    title: `Run ${run.id}`,
    head,
    body: [{ kind: 'lines', lines: [md`*Timeline*`, ...lines] }],
    foot: md`${count(records.length, 'entry', 'entries')}${chain === '' ? none : md` · chain ${code(chain.slice(0, 16))}`}`,
  };
  return paged(answer, mode);
}

const asked: Readonly<Record<string, (record: JournalRecord) => Mrkdwn | null>> = {
  proposed: ({ entry }) => (entry.kind === 'proposed' ? md`📝 Proposed by ${person(entry.origin.person)}.` : null),
  'approval-asked': ({ entry }) => (entry.kind === 'approval-asked' ? md`✋ Approval asked, until ${when(entry.expiresAt)}.` : null),
  voted: ({ entry }) =>
    entry.kind === 'voted'
      ? md`${entry.vote.choice === 'approve' ? '✅' : '❌'} ${person(entry.vote.person)} ${entry.vote.choice === 'approve' ? 'approved' : 'vetoed'} by ${entry.vote.means}.`
      : null,
};

/** Every entry that says something to people, with its time and its number in the journal: newest last. */
function timeline(records: readonly JournalRecord[]): readonly Mrkdwn[] {
  const first = records[0]?.entry;
  if (first?.kind !== 'proposed') return [];
  const story = { plan: first.plan, records };
  return records.flatMap((record) => {
    const words = asked[record.entry.kind]?.(record) ?? lineOf(record, story);
    return words === null ? [] : [md`${atTime(record.entry.at)} ${firstLine(words)} _(entry ${record.seq})_`];
  });
}

const firstLine = ({ mrkdwn }: Mrkdwn): Mrkdwn => ({ mrkdwn: mrkdwn.split('\n')[0] ?? '' });
