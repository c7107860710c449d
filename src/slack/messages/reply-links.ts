import type { Observation, SideView } from '../../domain/observation.ts';
import type { Reply } from '../../domain/reply.ts';
import type { RunSummary } from '../../domain/run.ts';
import { offerBlocks } from './alert.ts';
import { jsonBlocks } from './json.ts';
import { type Block, context, fields, header, type Message, type Mode, message, section, table } from './message.ts';
import { atTime, code, join, type Mrkdwn, md, person, when } from './mrkdwn.ts';
import { duration, engineWords, healthWords, lagWords, stateWords, titleOf, writableWords } from './words.ts';

/** `/repl links`. */
export function renderLinks({ links }: Extract<Reply, { kind: 'links' }>): Message {
  if (links.length === 0) return saidOnly(md`No replication link is configured. Add one to the configuration file and restart the bot.`);
  const shown = links.slice(0, 60).map(({ id, engine, environment, description }) => {
    const about = description === '' ? md`` : md`\n${description.slice(0, 160)}`;
    return md`${code(id)}  ${engineWords[engine]}, ${environment}${about}`;
  });
  const blocks = chunks(shown, 6).map((some) => section(join(some)));
  const more = links.length > shown.length ? md`${links.length - shown.length} more are not shown. ` : md``;
  return message(
    md`There are ${links.length} replication links: ${links
      .slice(0, 20)
      .map(({ id }) => id)
      .join(', ')}.`,
    [
      header(`Replication links (${links.length})`),
      ...blocks,
      context(md`${more}\`/repl status\` shows how they are; \`/repl describe LINK\` shows one in full.`),
    ],
  );
}

/** `/repl status`: the verdict in words first, then a table narrow enough for a phone. */
export function renderStatus(reply: Extract<Reply, { kind: 'status' }>, now: number, mode: Mode): Message {
  const { observations, live } = reply;
  if (reply.json) return jsonBlocks(observations, md`The state of ${observations.length} links as JSON.`);
  if (observations.length === 0) return saidOnly(md`There is nothing to show: no replication link could be observed.`);
  const sorted = [...observations].sort((a, b) => urgency[b.health] - urgency[a.health]);
  const verdict = summed(observations);
  const troubles = sorted.filter(({ health }) => health !== 'healthy').slice(0, 12);
  return message(
    md`${verdict} ${join(
      troubles.slice(0, 5).map((seen) => md`${seen.link}: ${seen.headline}`),
      ' ',
    )}`,
    [
      header(verdict),
      ...(mode === 'native' ? [statusTable(sorted)] : plainStatus(sorted)),
      troubles.length === 0 ? null : section(join(troubles.map(trouble))),
      ...sorted
        .filter(({ offers = [] }) => offers.length > 0)
        .slice(0, 3)
        .flatMap(({ link, offers = [] }) => offerBlocks(link, offers, false)),
      ...liveBlocks(live),
      context(md`${seenAt(sorted, now)} \`/repl describe LINK\` shows one link in full.`),
    ],
  );
}

const urgency: Readonly<Record<Observation['health'], number>> = {
  danger: 5,
  broken: 4,
  unknown: 3,
  degraded: 2,
  unset: 1,
  healthy: 0,
};

function summed(observations: readonly Observation[]): string {
  const bad = observations.filter(({ health }) => health !== 'healthy');
  const [first] = observations;
  if (observations.length === 1 && first !== undefined)
    return `${healthWords[first.health].mark} ${first.link} is ${healthWords[first.health].word}`;
  if (bad.length === 0) return `🟢 All ${observations.length} links are healthy`;
  const worst = [...bad].sort((a, b) => urgency[b.health] - urgency[a.health])[0];
  const mark = worst === undefined ? '' : `${healthWords[worst.health].mark} `;
  return `${mark}${bad.length} of ${observations.length} links need a look`;
}

const trouble = ({ link, health, headline }: Observation): Mrkdwn =>
  md`${healthWords[health].mark} *${link} is ${healthWords[health].word}.* ${headline.slice(0, 300)}`;

/** Three columns, since a phone shows no more without scrolling sideways. */
const statusTable = (observations: readonly Observation[]): Block =>
  table(
    ['Link', 'State', 'Lag'],
    observations.map((seen) => [seen.link, `${healthWords[seen.health].mark} ${healthWords[seen.health].word}`, lagCell(seen)]),
  );

const lagCell = ({ lag }: Observation): string => (lag.kind === 'unknown' ? 'unknown' : lagWords(lag));

const plainStatus = (observations: readonly Observation[]): readonly Block[] =>
  chunks(
    observations
      .slice(0, 100)
      .map((seen) => md`${healthWords[seen.health].mark} ${code(seen.link)} ${healthWords[seen.health].word}, lag ${lagCell(seen)}`),
    20,
  ).map((some) => section(join(some)));

/** When it was seen; said loudly when that is long ago. */
function seenAt(observations: readonly Observation[], now: number): Mrkdwn {
  const oldest = Math.min(...observations.map(({ observedAt }) => observedAt));
  const age = now - oldest;
  return age > 60_000 ? md`⚠️ *Old:* seen ${duration(age)} ago, ${when(oldest)}.` : md`Seen at ${atTime(oldest)}.`;
}

/** Runs that are not over, with who asked. */
export const liveBlocks = (live: readonly RunSummary[]): readonly Block[] =>
  live.length === 0 ? [] : [section(join([md`*Runs under way*`, ...live.slice(0, 10).map(runLine)]))];

export const runLine = ({ id, state, link, deed, requester, proposedAt }: RunSummary): Mrkdwn =>
  md`${stateWords[state].mark} ${code(id)} ${titleOf(deed, link)}: *${stateWords[state].word}*, asked by ${person(requester)} ${when(proposedAt)}`;

/** `/repl describe LINK`. */
export function renderDescribed(reply: Extract<Reply, { kind: 'described' }>, now: number, mode: Mode): Message {
  const { observation, link, live } = reply;
  const { mark, word } = healthWords[observation.health];
  return message(md`${link.id} is ${word}. ${observation.headline}`, [
    header(`${mark} ${link.id}: ${word}`),
    section(
      join([
        observation.health === 'danger' ? md`🚨 *${observation.headline}*` : md`${observation.headline}`,
        link.description === '' ? null : md`_${link.description.slice(0, 300)}_`,
      ]),
    ),
    ...offerBlocks(link.id, observation.offers ?? [], false),
    fields([side('Primary', observation.primary), side('Standby', observation.standby), md`*Lag*\n${lagWords(observation.lag)}`]),
    ...factBlocks(observation, mode),
    ...liveBlocks(live),
    context(
      md`${engineWords[link.engine]} · ${link.environment} · ${seenAt([observation], now)} \`/repl lag ${link.id}\` shows its lag over time, \`/repl runs ${link.id}\` its runs.`,
    ),
  ]);
}

function side(label: string, view: SideView): Mrkdwn {
  const reach = view.reachable ? writableWords[view.writable] : 'cannot be reached';
  const silent = view.role === label.toLowerCase() || view.role === 'unknown';
  const role = silent ? '' : `, says it is ${view.role === 'none' ? 'neither primary nor standby' : view.role}`;
  return join([
    md`*${label}: ${view.cluster.slice(0, 80)}*`,
    md`${reach}${role}${view.version === null ? '' : `, version ${view.version.slice(0, 60)}`}`,
    view.problem === null ? null : md`⚠️ ${view.problem.slice(0, 400)}`,
  ]);
}

/** Every fact, in the engine's order, which puts what moves first. */
function factBlocks({ facts }: Observation, mode: Mode): readonly Block[] {
  if (facts.length === 0) return [];
  const rows = facts.slice(0, 99).map(({ label, value }) => [label.slice(0, 80), value.slice(0, 200)]);
  if (mode === 'native') return [table(['What', 'Value'], rows)];
  return chunks(
    rows.map(([label = '', value = '']) => md`*${label}:* ${value}`),
    15,
  ).map((some) => section(join(some)));
}

const saidOnly = (text: Mrkdwn): Message => message(text, [section(text)]);

export const chunks = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, index * size + size));
