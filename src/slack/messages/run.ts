import type { Link } from '../../domain/link.ts';
import { deedOf } from '../../domain/operation.ts';
import { isFinal, type RunView } from '../../domain/run.ts';
import { passedReturn, toUndo } from '../../domain/standing.ts';
import { evidenceWords } from './evidence.ts';
import { cut, ended } from './foreign.ts';
import { actions, type Block, context, fields, header, type Message, type Mode, message, section } from './message.ts';
import { atTime, code, join, listed, type Mrkdwn, md, none, person, quoted, when } from './mrkdwn.ts';
import { awaited, current, firstReturn } from './present.ts';
import { paragraph, preformatted, rich, say } from './rich.ts';
import { ballot, planPart, warningPart } from './run-asking.ts';
import { buttonsOf } from './run-buttons.ts';
import { endingBlocks, endingWords } from './run-ending.ts';
import { progressBlocks } from './run-progress.ts';
import { approvals, shortHash, stateOf, titleOf } from './words.ts';

/** What a message needs of a link. */
export type LinkWords = Pick<Link, 'id' | 'engine' | 'environment' | 'description' | 'redirect'>;

export interface RunContext {
  /** Null when the configuration no longer has the link. */
  readonly link: LinkWords | null;
  readonly mode?: Mode;
}

/** The live message of a run: what it is, where it stands, what it does and what a person can do. Pure; equal runs give equal bytes. */
export function renderRun(run: RunView, { link, mode = 'native' }: RunContext): Message {
  const { mark, word } = stateOf(run);
  const title = titleOf(deedOf(run.plan.operation), run.plan.link);
  const part = partsOf(run, link);
  return message(md`${title} (${run.id}): ${sentenceOf(run)}`, [
    header(`${mark} ${title}: ${word}`),
    section(lead(run)),
    ...(run.startedAt === null ? beforeStart(run, part, mode) : sinceStart(run, part, mode)),
    footer(run, link),
  ]);
}

/** What has to be decided comes last, after everything that it is decided on. */
const beforeStart = (run: RunView, { buttons, words }: Parts, mode: Mode): readonly Block[] => [
  ...words,
  facts(run),
  ...warningPart(run),
  ...planPart(run, mode, isFinal(run.state)),
  ...ballot(run),
  ...buttons,
];

/** What a person has to do now comes first, with its buttons; then where every step stands. */
const sinceStart = (run: RunView, { buttons, words }: Parts, mode: Mode): readonly Block[] => [
  ...words,
  ...(words.length > 0 ? buttons : []),
  ...progressBlocks(run, mode),
  facts(run),
  ...(words.length > 0 ? [] : buttons),
  ...planPart(run, mode, true),
];

interface Parts {
  readonly buttons: readonly Block[];
  /** What happened, or what somebody has to do. */
  readonly words: readonly Block[];
}

function partsOf(run: RunView, link: LinkWords | null): Parts {
  const buttons = buttonsOf(run);
  return {
    buttons: buttons.length === 0 ? [] : [actions(buttons)],
    words: [...haltBlocks(run), ...personBlocks(run, link), ...endingBlocks(run)],
  };
}

/** The state of a run as the second half of a sentence; for notifications and search. */
export function sentenceOf(run: RunView): Mrkdwn {
  switch (run.state) {
    case 'proposed':
      return md`${person(run.origin.person)} has proposed it.`;
    case 'awaiting-approval':
      return md`approval is needed, ${approvals(run)} of ${run.requirement?.quorum ?? 1} so far. ${until(run)}`;
    case 'queued':
      return run.queue === null ? md`approved, it starts now.` : md`approved, it waits in line behind ${run.queue.behind}.`;
    case 'running':
      return underWay(run);
    case 'halted':
      return md`stopped, a person is needed. ${ended(run.halt?.sentence ?? '')} ${ended(run.halt?.next ?? '')}`;
    default:
      return join([endingWords(run)], ' ');
  }
}

function underWay(run: RunView): Mrkdwn {
  if (run.queue !== null) return md`it goes on when run ${run.queue.behind} gives the link back.`;
  const step = current(run);
  const doing = run.direction === 'undo' ? 'taking back what was done' : awaited(run) === null ? 'running' : 'a person is needed';
  return step === null ? md`${doing}.` : md`${doing}, step ${step.number} of ${run.plan.steps.length}: ${step.step.title}.`;
}

const until = (run: RunView): Mrkdwn => (run.expiresAt === null ? none : md`Until ${when(run.expiresAt)}.`);

function lead(run: RunView): Mrkdwn {
  const glass = run.glassBroken;
  const broken =
    glass === null ? null : md`🚨 *Break-glass:* ${person(glass.person)} goes without approval. Reason: ${quoted(glass.reason)}`;
  return join([md`${run.plan.summary}`, broken, position(run)]);
}

/** What can be taken back now, or since when nothing can. */
function position(run: RunView): Mrkdwn | null {
  if (run.state === 'queued') return waiting(run);
  if (run.state !== 'running' && run.state !== 'halted') return null;
  const takeover =
    run.takenOver === null
      ? none
      : md` Worker ${code(run.takenOver.worker)} took over from ${code(run.takenOver.from)} at ${atTime(run.takenOver.at)}.`;
  const asked = run.cancelAskedBy === null || run.direction === 'undo' ? none : md` ${person(run.cancelAskedBy)} has asked to cancel.`;
  const line = run.queue === null ? none : md` *In line:* it goes on when run ${code(run.queue.behind)} gives the link back.`;
  return md`${returnWords(run)}${line}${asked}${takeover}`;
}

function waiting(run: RunView): Mrkdwn {
  const line =
    run.queue === null
      ? md`It starts as soon as a worker takes it.`
      : md`*In line:* place ${run.queue.place}, behind ${code(run.queue.behind)}.`;
  return run.expiresAt === null ? line : md`${line} It has to start by ${when(run.expiresAt)}, else the approval is void.`;
}

function returnWords(run: RunView): Mrkdwn {
  const passed = passedReturn(run);
  if (passed !== null) return md`*Past the point of no return* (step ${passed.number}): nothing before it can be taken back.`;
  const ahead = firstReturn(run);
  const back = toUndo(run).length;
  const now = back === 0 ? md`Nothing has been changed so far.` : md`Everything done so far can be taken back.`;
  return ahead === null ? now : md`${now} The point of no return is step ${ahead.number}.`;
}

function facts(run: RunView): Block {
  const why = run.reason === null ? md`no reason given` : quoted(run.reason);
  const asked = md`*Asked by*\n${person(run.origin.person)}, ${when(run.proposedAt)}`;
  const approved = run.approvedBy.length === 0 ? null : md`*Approved by*\n${listed(run.approvedBy.map(person), 'and')}`;
  const started = run.startedAt === null ? null : md`*Started*\n${when(run.startedAt)}`;
  const ended = run.endedAt === null || run.startedAt === null ? null : md`*Ended*\n${when(run.endedAt)}`;
  const [loss, stop] =
    run.startedAt === null ? ['Data that will be lost', 'Writes will stop for'] : ['Predicted data loss', 'Predicted write stop'];
  const predicted = [md`*${loss}*\n${run.plan.predictedLoss.words}`, md`*${stop}*\n${run.plan.predictedDowntime.words}`];
  const shown = [...(run.report === null ? predicted : []), asked, md`*Why*\n${why}`, approved, started, ended];
  return fields(shown.filter((fact) => fact !== null));
}

function haltBlocks(run: RunView): readonly Block[] {
  const { halt } = run;
  if (halt === null) return [];
  const evidence = evidenceWords(halt.evidence, 1_500);
  return [
    section(
      join([
        md`*What happened:* ${ended(halt.sentence)}`,
        md`*Databases:* ${ended(halt.databases)}`,
        md`*What to do now:* ${ended(halt.next)}`,
      ]),
    ),
    ...(evidence === '' ? [] : [rich(paragraph(say('Evidence')), preformatted(evidence))]),
  ];
}

/** What somebody has to do now, in the team's own words. */
function personBlocks(run: RunView, link: LinkWords | null): readonly Block[] {
  const waitsFor = awaited(run);
  if (waitsFor === null) return [];
  const { number, step } = waitsFor;
  const own = step.statements.join('\n');
  const words = own === '' ? (link?.redirect.instructions ?? '') : own;
  return [
    section(md`✋ *Somebody has to do this now:* step ${number}, ${step.title}. Then press the button below.`),
    ...(words === '' ? [] : [rich(preformatted(cut(words, 2_400)))]),
  ];
}

function footer(run: RunView, link: LinkWords | null): Block {
  const environment = link === null ? none : md` · ${link.environment}`;
  const rule = run.verdict.rule === null ? none : md` · rule ${code(run.verdict.rule)}, policy version ${run.verdict.policyVersion}`;
  return context(md`Run ${code(run.id)} · plan ${code(shortHash(run.planHash))}${environment}${rule} · \`/repl run ${run.id}\``);
}
