import type { Asked, Plan, Step } from '../../domain/plan.ts';
import { cut, visible } from './foreign.ts';
import { packed } from './packing.ts';
import { bold, italic, paragraph, preformatted, type RichElement, type RichText, rich, say, sizeOf } from './rich.ts';
import { duration } from './words.ts';

/** Most characters in one rich text block. */
const blockSize = 2_800;
const pieceSize = 2_400;

/** Every step with its exact statements, packed into blocks. Nothing is left out, however long it is. */
export function planBlocks(plan: Pick<Plan, 'steps'>): readonly RichText[] {
  const shown: Shown = new Map();
  return inBlocks(plan.steps.flatMap((step, index) => [...lineOfNoReturn(step, index), ...stepElements(step, index, shown)]));
}

/** Where the same questions stand above: by their text, the number of the step and whom it asks. */
type Shown = Map<string, { readonly number: number; readonly cluster: string }>;

/** One line a step, without statements: for a plan that is shown in full elsewhere. */
export function outline(plan: Pick<Plan, 'steps'>): readonly RichText[] {
  const shown = plan.steps.slice(0, 60);
  const lines = shown.flatMap((step, index) => [
    ...lineOfNoReturn(step, index),
    paragraph(say(`${cut(`${index + 1}. ${flat(step.title)}`, 90)}${place(step, 40)}\n`)),
  ]);
  const rest = plan.steps.length - shown.length;
  return inBlocks(rest === 0 ? lines : [...lines, paragraph(say(`… and ${rest} more steps.`))]);
}

/** `on sql-east (primary)`, or that a person does it. */
export const place = (step: Pick<Step, 'by' | 'cluster' | 'side'>, max = 200): string => {
  if (step.cluster === null) return step.by === 'person' ? ' · done by a person' : '';
  const side = step.side === null ? '' : ` (${step.side})`;
  return ` · on ${cut(flat(step.cluster), max)}${side}${step.by === 'person' ? ', done by a person' : ''}`;
};

function stepElements(step: Step, index: number, shown: Shown): readonly RichElement[] {
  return [
    paragraph(bold(`${index === 0 ? '' : '\n'}${index + 1}. ${cut(flat(step.title), pieceSize)}`), say(place(step))),
    ...pieces(step.statements.join('\n')).map(preformatted),
    ...(step.asks ?? []).flatMap((asked) => questions(asked, index + 1, shown)),
    paragraph(italic(promise(step))),
  ];
}

/** The same questions are read once: waits ask them again and again, and of both sides. */
function questions({ cluster, statements, only }: Asked, number: number, shown: Shown): readonly RichElement[] {
  const when = only === undefined ? '' : `, only where ${flat(only)}`;
  const text = statements.join('\n');
  const whom = cut(flat(cluster), 200);
  const before = shown.get(text);
  if (before === undefined) {
    shown.set(text, { number, cluster: whom });
    return [paragraph(say(`Asks ${whom}${when}:`)), ...pieces(text).map(preformatted)];
  }
  const there = before.cluster === whom ? 'it' : before.cluster;
  return [paragraph(say(`Asks ${whom} what ${before.number === number ? 'this step' : `step ${before.number}`} asks ${there}${when}.`))];
}

function promise(step: Step): string {
  const late = step.onLate === 'undo' ? 'what was done is taken back' : 'the run stops and asks';
  const limit = step.by === 'person' ? 'Waits until somebody confirms it.' : `At most ${duration(step.budgetMs)}, else ${late}.`;
  const undo = step.undo.kind === 'act' ? `Undo: ${flat(step.undo.act.title)}.` : noUndo(step, step.undo.why);
  return `${limit} ${cut(undo, 600)}`;
}

/** A step that sends nothing has nothing to undo, and is not made to look as if it had. */
const noUndo = ({ statements }: Step, why: string): string =>
  `${statements.length === 0 ? '' : 'No undo: '}${flat(why).replace(/\.?$/u, '.')}`;

/** Drawn between the steps, so that it cannot be missed and is read where it counts. */
function lineOfNoReturn(step: Step, index: number): readonly RichElement[] {
  if (!step.pointOfNoReturn) return [];
  const meaning =
    index === 0
      ? 'Once step 1 begins, this cannot be taken back.'
      : `Once step ${index + 1} begins, nothing above this line can be taken back.`;
  return [paragraph(bold('\n⛔ POINT OF NO RETURN ━━━'), say(`\n${meaning}\n`))];
}

const flat = (text: string): string => visible(text).replace(/\s+/gu, ' ').trim();

/** Cuts a long statement at line ends where there are any, so that the parts together are the whole. */
function pieces(text: string): readonly string[] {
  const parts: string[] = [];
  let rest = visible(text);
  while (rest.length > pieceSize) {
    const lineEnd = rest.lastIndexOf('\n', pieceSize);
    const end = lineEnd > pieceSize / 2 ? lineEnd : wholeCharacters(rest, pieceSize);
    parts.push(rest.slice(0, end));
    rest = rest.slice(lineEnd === end ? end + 1 : end);
  }
  return rest === '' ? parts : [...parts, rest];
}

const wholeCharacters = (text: string, end: number): number => {
  const unit = text.charCodeAt(end - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? end - 1 : end;
};

const inBlocks = (elements: readonly RichElement[]): readonly RichText[] =>
  packed(elements, { room: blockSize, sizeOf }).map((group) => rich(...group));

export const richSize = (block: RichText): number => block.elements.reduce((sum, element) => sum + sizeOf(element), 0);
