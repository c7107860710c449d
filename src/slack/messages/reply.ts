import { deedOf } from '../../domain/operation.ts';
import type { Reply } from '../../domain/reply.ts';
import { unreachable } from '../../domain/unreachable.ts';
import { lineSections } from './lines.ts';
import { context, type Message, type Mode, message, section } from './message.ts';
import { code, md, person, withCode } from './mrkdwn.ts';
import { type Answer, alone, type Pages, paged } from './pages.ts';
import { renderChecks, renderFindings } from './reply-checks.ts';
import { renderHelp } from './reply-help.ts';
import { renderInspected } from './reply-inspected.ts';
import { renderLag } from './reply-lag.ts';
import { renderDescribed, renderLinks, renderStatus } from './reply-links.ts';
import { renderPlanned } from './reply-planned.ts';
import { renderJudged, renderPolicy, renderWhoami } from './reply-policy.ts';
import { renderRunReply, renderRuns } from './reply-runs.ts';
import { sentenceOf } from './run.ts';
import { titleOf } from './words.ts';
import { whole } from './wrapping.ts';

export interface ReplyContext {
  /** ms since the epoch; only to say how old an observation is. */
  readonly now: number;
  readonly mode?: Mode;
}

/** What a person is answered, in as many messages as it takes. Pure; it says what happened, to which link, and what can be done now. */
export function renderAnswer(reply: Reply, { now, mode = 'native' }: ReplyContext): Pages {
  const answer = answerOf(reply, now, mode);
  if ('messages' in answer) return answer;
  return 'head' in answer ? paged(answer, mode) : alone(answer);
}

/** The first message of it. */
export const renderReply = (reply: Reply, given: ReplyContext): Message => renderAnswer(reply, given).messages[0];

function answerOf(reply: Reply, now: number, mode: Mode): Answer | Pages | Message {
  switch (reply.kind) {
    case 'refusal':
      return refused(reply);
    case 'help':
      return renderHelp(reply);
    case 'links':
      return renderLinks(reply);
    case 'status':
      return renderStatus(reply, now);
    case 'described':
      return renderDescribed(reply, now);
    case 'lagged':
      return renderLag(reply);
    case 'inspected':
      return renderInspected(reply);
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

function refused({ code: word, sentence, next, all = [] }: Extract<Reply, { kind: 'refusal' }>): Answer {
  return {
    text: md`Refused: ${sentence} ${next}`,
    title: 'Refused',
    head: lineSections([...whole(md`🚫 *Refused:* `, sentence), ...whole(md`*What you can do:* `, next)].map(withCode)),
    body: [
      {
        kind: 'lines',
        lines: all.length === 0 ? [] : [md`*All that stands in the way (${all.length})*`, ...all.flatMap((one) => whole(md`• `, one))],
      },
    ],
    foot: md`${code(word)} · nothing was changed`,
  };
}

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
