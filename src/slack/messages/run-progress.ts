import type { RunView } from '../../domain/run.ts';
import { type Standing, standings } from '../../domain/standing.ts';
import { evidenceWords } from './evidence.ts';
import { cut, oneLine } from './foreign.ts';
import { type Block, type Mode, planBlock, section, type TaskCard } from './message.ts';
import { join, type Mrkdwn, md } from './mrkdwn.ts';
import { current } from './present.ts';
import { paragraph, type RichText, rich, richPerson, richTime, say } from './rich.ts';
import { count, duration } from './words.ts';

const longest = 250;

/** Where every step stands. */
export const progressBlocks = (run: RunView, mode: Mode): readonly Block[] =>
  mode === 'native' ? [planBlock(overall(run), cards(run))] : plainLines(run);

/** One line over the steps: which one, of how many, in which direction. */
export function overall(run: RunView): string {
  const total = run.plan.steps.length;
  const now = current(run);
  const step = now === null ? null : `step ${now.number} of ${total}: ${oneLine(now.step.title)}`;
  if (step !== null && run.state === 'halted') return `Stopped at ${step}`;
  if (step !== null && run.direction === 'undo') return `Taking back ${step}`;
  if (step !== null) return step.charAt(0).toUpperCase() + step.slice(1);
  const done = standings(run).filter(({ view }) => view.state === 'done' || view.state === 'skipped').length;
  if (run.state === 'undone') return 'What was done is taken back';
  return done === total
    ? `All ${count(total, 'step')} are done`.replace('All 1 step are', 'The one step is')
    : `${done} of ${count(total, 'step')} done`;
}

/** Slack takes 50 cards. In a longer plan, those furthest from the present step are summed up at both ends. */
function cards(run: RunView): readonly TaskCard[] {
  const all = standings(run);
  if (all.length <= 50) return all.map((standing) => card(run, standing));
  const at = (current(run)?.number ?? all.length) - 1;
  const from = Math.max(0, Math.min(at - 20, all.length - 48));
  const shown = all.slice(from, from + 48).map((standing) => card(run, standing));
  const before = from === 0 ? [] : [summed('before', all.slice(0, from))];
  const after = from + 48 >= all.length ? [] : [summed('after', all.slice(from + 48))];
  return [...before, ...shown, ...after];
}

function summed(id: string, some: readonly Standing[]): TaskCard {
  const done = some.filter(({ view }) => view.state === 'done' || view.state === 'skipped').length;
  const title = `Steps ${some[0]?.number ?? 0} to ${some.at(-1)?.number ?? 0}: ${done} of ${some.length} done`;
  return { task_id: id, title, status: done === some.length ? 'complete' : 'pending' };
}

const statuses = {
  todo: 'pending',
  underway: 'in_progress',
  done: 'complete',
  skipped: 'complete',
  undoing: 'in_progress',
  undone: 'pending',
} as const;

function card(run: RunView, standing: Standing): TaskCard {
  const { number, step, view } = standing;
  const details = detailsOf(run, standing);
  const output = outputOf(standing);
  return {
    task_id: `t${number}`,
    title: oneLine(cut(`${number}. ${prefix(run, standing)}${step.title}`, 200))
      .replaceAll('<', '‹')
      .replaceAll('>', '›'),
    status: isStopped(run, standing) ? 'error' : statuses[view.state],
    ...(details === null ? {} : { details }),
    ...(output === null ? {} : { output }),
  };
}

const isStopped = (run: RunView, { step }: Standing): boolean => run.halt !== null && run.halt.step === step.id;

/** The state in words wherever the card's mark could be taken for something else. */
function prefix(run: RunView, standing: Standing): string {
  if (isStopped(run, standing)) return 'Stopped here: ';
  switch (standing.view.state) {
    case 'skipped':
      return 'Skipped: ';
    case 'undoing':
      return 'Taking back: ';
    case 'undone':
      return 'Taken back: ';
    default:
      return '';
  }
}

function detailsOf(run: RunView, standing: Standing): RichText | null {
  const { step, view } = standing;
  if (isStopped(run, standing)) return null;
  if (view.state === 'underway' || view.state === 'undoing') return underway(standing);
  if (view.state === 'todo' && step.pointOfNoReturn)
    return line('Point of no return: nothing before this step can be taken back once it begins.');
  return null;
}

function underway({ step, view }: Standing): RichText {
  const percent = view.progress?.fraction == null ? '' : ` (${Math.round(Math.min(1, Math.max(0, view.progress.fraction)) * 100)}\u00a0%)`;
  const note = view.progress === null ? '' : ` ${cut(oneLine(view.progress.note), longest)}${percent}.`.replace('..', '.');
  if (step.by === 'person' && view.confirmedBy === null) return line('Waits for a person to do this and to confirm it with the button.');
  const began = view.beganAt === null ? [] : [say('Since '), richTime(view.beganAt)];
  const until = view.deadlineAt === null ? [] : [say(', has until '), richTime(view.deadlineAt)];
  return rich(paragraph(...began, ...until, say(`.${note}`)));
}

function outputOf({ view }: Standing): RichText | null {
  if (view.state === 'skipped') return line(cut(evidenceWords(view.evidence ?? {}, longest), longest) || 'Skipped.');
  if (view.state !== 'done' && view.state !== 'undone') return null;
  const took = view.beganAt === null || view.endedAt === null ? '' : ` in ${duration(view.endedAt - view.beganAt)}`;
  const by = view.confirmedBy === null ? [] : [say(' Confirmed by '), richPerson(view.confirmedBy), say('.')];
  const proof = view.confirmedBy === null ? evidenceWords(view.evidence ?? {}, longest) : '';
  return rich(paragraph(say(`${view.state === 'done' ? 'Done' : 'Taken back'}${took}.${proof === '' ? '' : ` ${proof}`}`), ...by));
}

const line = (text: string): RichText => rich(paragraph(say(text)));

/** The same without a plan block: one line a step, the state as a word. */
function plainLines(run: RunView): readonly Block[] {
  const all = standings(run);
  const now = current(run)?.number ?? all.length;
  const from = Math.max(0, Math.min(now - 20, all.length - 40));
  const lines = all.slice(from, from + 40).map((standing) => plainLine(run, standing));
  const left = all.length - lines.length;
  const blocks: Block[] = [section(md`*${cut(overall(run), 300)}*`)];
  for (let index = 0; index < lines.length; index += 8) blocks.push(section(join(lines.slice(index, index + 8))));
  return left === 0 ? blocks : [...blocks, section(md`${left} more steps are not shown; \`/repl run ${run.id}\` lists them.`)];
}

const plainStates = {
  todo: ['▫️', 'To do'],
  underway: ['▶️', 'Now'],
  done: ['✅', 'Done'],
  skipped: ['⏭️', 'Skipped'],
  undoing: ['↩️', 'Taking back'],
  undone: ['↩️', 'Taken back'],
} as const;

function plainLine(run: RunView, standing: Standing): Mrkdwn {
  const { number, step, view } = standing;
  const [mark, word] = isStopped(run, standing) ? (['🛑', 'Stopped here'] as const) : plainStates[view.state];
  const progress = view.progress === null ? '' : ` (${cut(oneLine(view.progress.note), 80)})`;
  const proof = view.state === 'done' && view.evidence !== null ? ` (${evidenceWords(view.evidence, 80)})` : '';
  const ponr = step.pointOfNoReturn && view.state === 'todo' ? ' — point of no return' : '';
  return md`${mark} *${word}:* ${number}. ${cut(step.title, 120)}${ponr}${progress}${proof === ' ()' ? '' : proof}`;
}
