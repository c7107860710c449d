import { deedOf } from '../../domain/operation.ts';
import type { Reply } from '../../domain/reply.ts';
import { unreachable } from '../../domain/unreachable.ts';
import { context, type Message, type Mode, message, section } from './message.ts';
import { code, join, md, person } from './mrkdwn.ts';
import { renderChecks, renderFindings } from './reply-checks.ts';
import { renderHelp } from './reply-help.ts';
import { renderInspected } from './reply-inspected.ts';
import { renderLag } from './reply-lag.ts';
import { renderDescribed, renderLinks, renderStatus } from './reply-links.ts';
import { plannedPages, renderPlanned } from './reply-planned.ts';
import { renderJudged, renderPolicy, renderWhoami } from './reply-policy.ts';
import { renderRunReply, renderRuns } from './reply-runs.ts';
import { sentenceOf } from './run.ts';
import { titleOf } from './words.ts';

export interface ReplyContext {
  /** ms since the epoch; only to say how old an observation is. */
  readonly now: number;
  readonly mode?: Mode;
}

/** What a person is answered. Pure; every answer says what happened, to which link, and what can be done now. */
export function renderReply(reply: Reply, { now, mode = 'native' }: ReplyContext): Message {
  switch (reply.kind) {
    case 'refusal':
      return message(md`Refused: ${reply.sentence} ${reply.next}`, [
        section(join([md`🚫 *Refused:* ${reply.sentence}`, md`*What you can do:* ${reply.next}`])),
        context(md`${code(reply.code)} · nothing was changed`),
      ]);
    case 'help':
      return renderHelp(reply);
    case 'links':
      return renderLinks(reply);
    case 'status':
      return renderStatus(reply, now, mode);
    case 'described':
      return renderDescribed(reply, now, mode);
    case 'lagged':
      return renderLag(reply, mode);
    case 'inspected':
      return renderInspected(reply, mode);
    case 'checked':
      return renderChecks(reply);
    case 'planned':
      return renderPlanned(reply, mode);
    case 'runs':
      return renderRuns(reply);
    case 'run':
      return renderRunReply(reply, mode);
    case 'policy':
      return renderPolicy(reply);
    case 'judged':
      return renderJudged(reply);
    case 'whoami':
      return renderWhoami(reply);
    case 'doctor':
      return renderFindings(reply);
    case 'proposed':
      return proposed(reply);
    case 'accepted':
      return accepted(reply);
    default:
      return unreachable(reply);
  }
}

/** Further messages of an answer that is too long for one; none for most. Pure. */
export const pagesOf = (reply: Reply): readonly Message[] => (reply.kind === 'planned' ? plannedPages(reply) : []);

function proposed({ run }: Extract<Reply, { kind: 'proposed' }>): Message {
  const title = titleOf(deedOf(run.plan.operation), run.plan.link);
  const text = md`*${title}* is proposed as run ${code(run.id)}: ${sentenceOf(run)} Its thread opens in this conversation.`;
  return message(text, [section(text)]);
}

function accepted({ run, sentence, by }: Extract<Reply, { kind: 'accepted' }>): Message {
  const title = titleOf(deedOf(run.plan.operation), run.plan.link);
  return message(md`${sentence} ${title} (${run.id}): ${sentenceOf(run)}`, [
    section(md`${sentence}`),
    context(md`${title} · run ${code(run.id)} · by ${person(by)} · ${sentenceOf(run)}`),
  ]);
}
