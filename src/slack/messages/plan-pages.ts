import type { Plan } from '../../domain/plan.ts';
import type { MessageKey, RunView } from '../../domain/run.ts';
import { lineSections, lineSize } from './lines.ts';
import { type Block, context, type Message, message } from './message.ts';
import { code, type Mrkdwn, md } from './mrkdwn.ts';
import { packed, pageSize } from './packing.ts';
import { planBlocks, richSize } from './plan-words.ts';
import type { RichText } from './rich.ts';
import { count, shortHash } from './words.ts';
import { whole } from './wrapping.ts';

/** Most characters of the statements, and of the warnings, in a message that says much else. */
const planRoom = 5_000;
const warningRoom = 3_000;

export interface PlanPage {
  readonly key: MessageKey;
  readonly message: Message;
}

/** True when the run's own message has room for every statement. */
export const fitsMessage = (blocks: readonly RichText[]): boolean =>
  blocks.length <= 6 && blocks.reduce((sum, block) => sum + richSize(block), 0) <= planRoom;

/**
 * The warnings and the plan in full as messages for the thread; none where the run's own message shows them. Never changes once the run
 * is proposed.
 */
export function planPages({ id, plan, planHash }: Pick<RunView, 'id' | 'plan' | 'planHash'>): readonly PlanPage[] {
  const [of, at] = [md`of ${code(id)} `, md` · run ${code(id)}`];
  const keyed = (name: string) => (page: Message, index: number) => ({ key: `${name}:${index + 1}`, message: page });
  return [...warningPages(plan, of, at).map(keyed('warnings')), ...stepPages({ plan, planHash }, of, at).map(keyed('plan'))];
}

/** What one message has no room for: every warning, and every statement. `of` goes on after `The plan `. */
export const pagesInFull = (run: Pick<RunView, 'plan' | 'planHash'>, of: Mrkdwn, at: Mrkdwn): readonly Message[] => [
  ...warningPages(run.plan, of, at),
  ...stepPages(run, of, at),
];

/** The plan in full, page after page; none when one message has room for it. */
function stepPages({ plan, planHash }: Pick<RunView, 'plan' | 'planHash'>, of: Mrkdwn, at: Mrkdwn): readonly Message[] {
  const blocks = planBlocks(plan);
  if (fitsMessage(blocks)) return [];
  const pages = packed(blocks, { room: pageSize, sizeOf: richSize });
  const hash = code(shortHash(planHash));
  return pages.map((page, index) => {
    const part = `part ${index + 1} of ${pages.length}`;
    return message(md`The plan ${of}in full, ${part}.`, [context(md`The plan in full, ${part} · plan ${hash}${at}`), ...page]);
  });
}

const warningLines = ({ warnings }: Pick<Plan, 'warnings'>): readonly Mrkdwn[] =>
  warnings.flatMap((warning) => whole(md`⚠️ *Warning:* `, warning));

const lengthOf = (lines: readonly Mrkdwn[]): number => lines.reduce((sum, line) => sum + lineSize(line), 0);

/** Every warning of a plan: who approves has to know every one. The first ones, and where all are, when a message has no room for them. */
export function warningSections(plan: Pick<Plan, 'warnings'>, where: string): readonly Block[] {
  const lines = warningLines(plan);
  if (lengthOf(lines) <= warningRoom) return lineSections(lines);
  const shown: Mrkdwn[] = [];
  for (const line of lines) {
    if (lengthOf([...shown, line]) > warningRoom) break;
    shown.push(line);
  }
  return lineSections([...shown, md`⚠️ *There are more: ${count(plan.warnings.length, 'warning')} in all.* ${where}`]);
}

function warningPages(plan: Pick<Plan, 'warnings'>, of: Mrkdwn, at: Mrkdwn): readonly Message[] {
  const lines = warningLines(plan);
  if (lengthOf(lines) <= warningRoom) return [];
  const pages = packed(lines, { room: pageSize, sizeOf: lineSize });
  return pages.map((page, index) => {
    const part = `part ${index + 1} of ${pages.length}`;
    return message(md`The warnings ${of}in full, ${part}.`, [
      context(md`All ${count(plan.warnings.length, 'warning')}, ${part}${at}`),
      ...lineSections(page),
    ]);
  });
}
