import type { Link } from '../../domain/link.ts';
import type { Offer } from '../../domain/observation.ts';
import { operationNames } from '../../domain/operation.ts';
import type { Alert } from '../../watch/alerts.ts';
import { type Button, offerButton } from './actions.ts';
import { ended } from './foreign.ts';
import { actions, type Block, context, header, type Message, message, section } from './message.ts';
import { code, join, md, when } from './mrkdwn.ts';

/** What a channel is told when something is wrong with a link that nobody asked about, and when it is over. Pure. */
export function renderAlert(alert: Alert, { id, environment, description }: Link): Message {
  const about = md`${description === '' ? '' : `${description} · `}${environment} · ${code(`/repl describe ${id}`)} shows both sides`;
  const { title } = words(alert);
  const { cleared } = alert;
  if (cleared !== null) {
    return message(md`${id}: over since ${when(cleared.at)}: ${title}. ${cleared.sentence}`, [
      header(`✅ ${id}: over: ${title}`),
      section(join([md`*Now:* ${ended(cleared.sentence)}`, md`*Was:* ${ended(alert.sentence)}`])),
      context(md`From ${when(alert.since)} to ${when(cleared.at)} · ${about}`),
    ]);
  }
  return message(md`${id} (${environment}): ${title}. ${alert.sentence}`, [
    header(`${words(alert).mark} ${id}: ${title}`),
    section(md`${ended(alert.sentence)}`),
    ...offerBlocks(id, alert.offers, true),
    context(md`Since ${when(alert.since)} · ${about}`),
  ]);
}

function words({ kind, cluster }: Alert): { readonly mark: string; readonly title: string } {
  switch (kind) {
    case 'danger':
      return { mark: '🚨', title: 'data is at risk' };
    case 'unreachable':
      return { mark: '🔴', title: `${cluster ?? 'a side'} does not answer` };
    case 'returned':
      return { mark: '⚠️', title: `${cluster ?? 'a side'} is back` };
    case 'broken':
      return { mark: '🔴', title: 'replication does not work' };
  }
}

/** Slack shows five buttons in a row. */
const mostOffers = 5;

/** What would answer it, each with a button that asks for it. `inThread`: what is asked for is shown in the message's own thread. */
export function offerBlocks(link: Link['id'], offers: readonly Offer[], inThread: boolean): readonly Block[] {
  const shown = operationNames.flatMap((name) => offers.find(({ operation }) => operation === name) ?? []).slice(0, mostOffers);
  if (shown.length === 0) return [];
  const buttons = shown.map(({ operation, cluster }): Button => offerButton({ link, operation, inThread }, cluster));
  const lines = shown.map(
    ({ operation, why }) => md`*What answers it:* ${ended(why)} ${code(`/repl ${operation} ${link}`)} asks for it, and so does the button.`,
  );
  return [section(join(lines)), actions(buttons)];
}
