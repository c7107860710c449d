import { deedOf } from '../../domain/operation.ts';
import type { Reply } from '../../domain/reply.ts';
import type { JournalRecord } from '../../domain/run.ts';
import { jsonBlocks } from './json.ts';
import { type Block, context, header, type Message, type Mode, message, section } from './message.ts';
import { atTime, code, join, type Mrkdwn, md, none, person, when } from './mrkdwn.ts';
import { chunks, runLine } from './reply-links.ts';
import { renderRun, sentenceOf } from './run.ts';
import { lineOf } from './thread.ts';
import { titleOf } from './words.ts';

/** `/repl runs`. */
export function renderRuns({ runs }: Extract<Reply, { kind: 'runs' }>): Message {
  if (runs.length === 0) {
    const text = md`There are no runs to show. \`/repl runs --all\` shows those that are over.`;
    return message(text, [section(text)]);
  }
  const lines = runs.slice(0, 40).map(runLine);
  const left = runs.length - lines.length;
  return message(
    md`${runs.length} runs: ${runs
      .slice(0, 10)
      .map(({ id, deed, link, state }) => `${id} ${titleOf(deed, link)} ${state}`)
      .join('; ')}.`,
    [
      header(`Runs (${runs.length})`),
      ...chunks(lines, 8).map((some) => section(join(some))),
      context(md`${left === 0 ? '' : `${left} more are not shown. `}\`/repl run ID\` shows one with its timeline.`),
    ],
  );
}

/** `/repl run ID`: the run as its thread shows it, without buttons, and its timeline from the journal. */
export function renderRunReply(reply: Extract<Reply, { kind: 'run' }>, mode: Mode): Message {
  const { run, records } = reply;
  if (reply.json) return jsonBlocks({ run, records }, md`Run ${run.id} as JSON.`);
  const shown = renderRun(run, { link: null, mode });
  const title = titleOf(deedOf(run.plan.operation), run.plan.link);
  return message(md`${title} (${run.id}): ${sentenceOf(run)}`, [
    ...shown.blocks.filter((block) => block.type !== 'actions').slice(0, 30),
    ...timeline(records),
  ]);
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
function timeline(records: readonly JournalRecord[]): readonly Block[] {
  const first = records[0]?.entry;
  if (first?.kind !== 'proposed') return [];
  const story = { plan: first.plan, records };
  const lines = records.flatMap((record) => {
    const words = asked[record.entry.kind]?.(record) ?? lineOf(record, story);
    return words === null ? [] : [md`${atTime(record.entry.at)} ${firstLine(words)} _(entry ${record.seq})_`];
  });
  const shown = lines.slice(-40);
  const left = lines.length - shown.length;
  const chain = records.at(-1)?.chain ?? '';
  return [
    section(join([md`*Timeline*`, left === 0 ? null : md`${left} older lines are not shown.`])),
    ...chunks(shown, 6).map((some) => section(join(some))),
    context(md`${records.length} entries${chain === '' ? none : md` · chain ${code(chain.slice(0, 16))}`}`),
  ];
}

const firstLine = ({ mrkdwn }: Mrkdwn): Mrkdwn => ({ mrkdwn: mrkdwn.split('\n')[0] ?? '' });
