import { otherSide } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { spellTime } from '../../cockroach/spell.ts';
import type { Micros } from '../../cockroach/times.ts';
import { notNow } from '../../frame/drafts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail, Redirect } from '../detail.ts';
import { planReturn } from './refill.ts';
import { sentWords } from './sent.ts';

/** The side that applications were sent to does not follow the other one again without a person's word. */
export function sentRefusal(link: LdrLink, detail: LdrDetail, sent: Redirect, upTo: Micros): Refusal {
  const { settings, id } = link;
  const [here, there] = [settings[sent.side].cluster, settings[otherSide(sent.side)].cluster];
  const back = isRefusal(planReturn(link, detail)) ? '' : `If applications use ${here}, /repl failback ${id} fills ${there} anew from it. `;
  return notNow(
    `${sentWords(link, sent)} If they use ${here} still, what they wrote there would be overwritten from ${there} or stay on ${here} alone, so nothing was started.`,
    `${back}If they were brought back to ${there} by hand, ask for /repl setup ${id} --from TIME (${spellTime(upTo)} at the latest): a person then confirms it.`,
  );
}
