import type { MessageKey, RunView } from '../../domain/run.ts';
import { context, type Message, message } from './message.ts';
import { code, type Mrkdwn, md } from './mrkdwn.ts';
import { planBlocks, richSize } from './plan-words.ts';
import type { RichText } from './rich.ts';
import { shortHash } from './words.ts';

/** Most characters of statements in one message: Slack refuses messages that are too long as a whole. */
const pageSize = 8_000;

export interface PlanPage {
  readonly key: MessageKey;
  readonly message: Message;
}

/** True when the run's own message has room for every statement. */
export const fitsMessage = (blocks: readonly RichText[]): boolean =>
  blocks.length <= 6 && blocks.reduce((sum, block) => sum + richSize(block), 0) <= pageSize;

/** The plan in full as messages for the thread; none when the run's own message shows it. Never changes once the run is proposed. */
export function planPages({ id, plan, planHash }: Pick<RunView, 'id' | 'plan' | 'planHash'>): readonly PlanPage[] {
  return pagesInFull({ plan, planHash }, md`of ${code(id)} `, md` · run ${code(id)}`).map((page, index) => ({
    key: `plan:${index + 1}`,
    message: page,
  }));
}

/** The plan in full, page after page; none when one message has room for it. `of` goes on after `The plan `. */
export function pagesInFull({ plan, planHash }: Pick<RunView, 'plan' | 'planHash'>, of: Mrkdwn, at: Mrkdwn): readonly Message[] {
  const blocks = planBlocks(plan);
  if (fitsMessage(blocks)) return [];
  const pages = paged(blocks);
  const hash = code(shortHash(planHash));
  return pages.map((page, index) => {
    const part = `part ${index + 1} of ${pages.length}`;
    return message(md`The plan ${of}in full, ${part}.`, [context(md`The plan in full, ${part} · plan ${hash}${at}`), ...page]);
  });
}

function paged(blocks: readonly RichText[]): readonly (readonly RichText[])[] {
  const pages: RichText[][] = [];
  let size = 0;
  for (const block of blocks) {
    const page = pages.at(-1);
    if (page === undefined || size + richSize(block) > pageSize) {
      pages.push([block]);
      size = richSize(block);
    } else {
      page.push(block);
      size += richSize(block);
    }
  }
  return pages;
}
