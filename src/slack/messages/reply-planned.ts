import type { PlanHash } from '../../domain/ids.ts';
import { deedOf } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Reply } from '../../domain/reply.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { jsonBlocks } from './json.ts';
import { type Block, container, context, fields, header, type Mode, message, section } from './message.ts';
import { code, join, type Mrkdwn, md, typed } from './mrkdwn.ts';
import { alone, type Pages } from './pages.ts';
import { fitsMessage, pagesInFull, warningSections } from './plan-pages.ts';
import { outline, planBlocks } from './plan-words.ts';
import { requirementWords } from './run-asking.ts';
import { count, shortHash, titleOf } from './words.ts';

/** `/repl plan`: what would run and who would have to approve, without asking for anything. */
export function renderPlanned(reply: Extract<Reply, { kind: 'planned' }>, mode: Mode): Pages {
  const { plan, planHash, verdict } = reply;
  const title = titleOf(deedOf(plan.operation), plan.link);
  if (reply.json) return alone(jsonBlocks({ planHash, plan }, md`The plan of the ${deedOf(plan.operation)} of ${plan.link} as JSON.`));
  const first = message(md`Plan: ${title}. ${plan.summary} Nothing has been started.`, [
    header(`📝 Plan: ${title}`),
    section(md`${plan.summary}`),
    fields([md`*Data that would be lost*\n${plan.predictedLoss.words}`, md`*Writes would stop for*\n${plan.predictedDowntime.words}`]),
    ...warningSections(plan, 'Every one follows.'),
    ...stepPart(plan, planHash, mode),
    section(verdictWords(verdict)),
    context(md`Plan ${code(shortHash(planHash))} · nothing has been started · ${typed(reply.command)} asks for it`),
  ]);
  const of = md`of the ${deedOf(plan.operation)} of ${plan.link} `;
  return { file: null, messages: [first, ...pagesInFull({ plan, planHash }, of, md` · nothing has been started`)] };
}

function stepPart(plan: Plan, planHash: PlanHash, mode: Mode): readonly Block[] {
  const full = planBlocks(plan);
  const fits = fitsMessage(full);
  const title = `${count(plan.steps.length, 'step')}, plan ${shortHash(planHash)}`;
  const shown = fits ? full : outline(plan).slice(0, 4);
  const note = fits ? [] : [context(md`The statements are too long for one message: every one of them follows.`)];
  return mode === 'native' ? [container(title, [...shown, ...note], false)] : [section(md`*${title}*`), ...shown, ...note];
}

/** What policy says, for the person who asked. */
export function verdictWords(verdict: Verdict): Mrkdwn {
  switch (verdict.kind) {
    case 'refused':
      return join([md`🚫 *You may not start this.* ${verdict.sentence}`, md`*What you can do:* ${verdict.next}`]);
    case 'allowed':
      return md`✅ *You may start this without approval.* ${verdict.sentence}`;
    case 'needs-approval':
      return join([
        md`✋ *Approval is needed.* ${requirementWords(verdict.requirement)}`,
        md`${verdict.sentence}`,
        verdict.breakGlass ? md`In an emergency you may go without it: \`--break-glass "REASON"\`. That is announced and recorded.` : null,
      ]);
  }
}
