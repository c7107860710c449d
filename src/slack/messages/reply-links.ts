import type { Observation, SideView } from '../../domain/observation.ts';
import type { Reply } from '../../domain/reply.ts';
import type { RunSummary } from '../../domain/run.ts';
import { offerBlocks } from './alert.ts';
import { cut, ended } from './foreign.ts';
import { jsonBlocks } from './json.ts';
import { fields, header, type Message, section } from './message.ts';
import { atTime, code, join, type Mrkdwn, md, none, person, when } from './mrkdwn.ts';
import type { Answer, Part } from './pages.ts';
import { count, duration, engineWords, healthWords, lagWords, stateWords, titleOf, writableWords } from './words.ts';
import { whole } from './wrapping.ts';

/** `/repl links`. */
export function renderLinks({ links }: Extract<Reply, { kind: 'links' }>): Answer {
  if (links.length === 0) return saidOnly(md`No replication link is configured. Add one to the configuration file and restart the bot.`);
  const lines = links.map(({ id, engine, environment, description }) => {
    const about = description === '' ? none : md`\n${cut(description, 300)}`;
    return md`${code(id)}  ${engineWords[engine]}, ${cut(environment, 80)}${about}`;
  });
  const names = links.slice(0, 20).map(({ id }) => id);
  return {
    text: md`There ${links.length === 1 ? 'is' : 'are'} ${count(links.length, 'replication link')}: ${names.join(', ')}${names.length < links.length ? ' and more' : ''}.`,
    title: `Replication links (${links.length})`,
    head: [header(`Replication links (${links.length})`)],
    body: [{ kind: 'lines', lines }],
    foot: md`\`/repl status\` shows how they are; \`/repl describe LINK\` shows one in full.`,
  };
}

/** `/repl status`: the verdict in words first, then a table narrow enough for a phone. */
export function renderStatus(reply: Extract<Reply, { kind: 'status' }>, now: number): Answer | Message {
  const { observations, live } = reply;
  if (reply.json) return jsonBlocks(observations, md`The state of ${observations.length} links as JSON.`);
  if (observations.length === 0) return saidOnly(md`There is nothing to show: no replication link could be observed.`);
  const sorted = [...observations].sort((a, b) => urgency[b.health] - urgency[a.health]);
  const verdict = summed(observations);
  const troubles = sorted.filter(({ health }) => health !== 'healthy');
  const offering = sorted.filter(({ offers = [] }) => offers.length > 0).slice(0, 3);
  return {
    text: md`${verdict}. ${join(
      troubles.slice(0, 5).map((seen) => md`${seen.link}: ${ended(seen.headline)}`),
      ' ',
    )}`,
    title: 'Status of the links',
    head: [header(verdict)],
    body: [
      statusRows(sorted),
      { kind: 'lines', lines: troubles.flatMap(trouble) },
      { kind: 'blocks', blocks: offering.flatMap(({ link, offers = [] }) => offerBlocks(link, offers, false)) },
      liveLines(live),
    ],
    foot: md`${seenAt(sorted, now)} \`/repl describe LINK\` shows one link in full.`,
  };
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

const trouble = ({ link, health, headline }: Observation): readonly Mrkdwn[] =>
  whole(md`${healthWords[health].mark} *${cut(link, 100)} is ${healthWords[health].word}.* `, headline);

/** Two columns, since a phone shows no more without scrolling sideways, and the lag must not be what it hides. */
const statusRows = (observations: readonly Observation[]): Part => ({
  kind: 'rows',
  columns: ['Link', 'State and lag'],
  rows: observations.map((seen) => [seen.link, `${healthWords[seen.health].mark} ${healthWords[seen.health].word}, ${lagCell(seen)}`]),
});

/** Why it is not known is said by `describe`. */
const lagCell = ({ lag }: Observation): string => (lag.kind === 'unknown' ? 'lag unknown' : `${lagWords(lag)} behind`);

/** When it was seen; said loudly when that is long ago. */
function seenAt(observations: readonly Observation[], now: number): Mrkdwn {
  const oldest = Math.min(...observations.map(({ observedAt }) => observedAt));
  const age = now - oldest;
  return age > 60_000 ? md`⚠️ *Old:* seen ${duration(age)} ago, ${when(oldest)}.` : md`Seen at ${atTime(oldest)}.`;
}

/** Runs that are not over, with who asked. */
const liveLines = (live: readonly RunSummary[]): Part => ({
  kind: 'lines',
  lines: live.length === 0 ? [] : [md`*Runs under way*`, ...live.map(runLine)],
});

export const runLine = ({ id, state, link, deed, requester, proposedAt }: RunSummary): Mrkdwn =>
  md`${stateWords[state].mark} ${code(id)} ${titleOf(deed, link)}: *${stateWords[state].word}*, asked by ${person(requester)} ${when(proposedAt)}`;

/** `/repl describe LINK`. */
export function renderDescribed(reply: Extract<Reply, { kind: 'described' }>, now: number): Answer {
  const { observation, link, live } = reply;
  const { mark, word } = healthWords[observation.health];
  return {
    text: md`${link.id} is ${word}. ${observation.headline}`,
    title: `Description of ${link.id}`,
    head: [
      header(`${mark} ${link.id}: ${word}`),
      section(
        join([
          observation.health === 'danger' ? md`🚨 *${observation.headline}*` : md`${observation.headline}`,
          link.description === '' ? null : md`_${cut(link.description, 300)}_`,
        ]),
      ),
      ...offerBlocks(link.id, observation.offers ?? [], false),
      fields([side('Primary', observation.primary), side('Standby', observation.standby), md`*Lag*\n${lagOf(observation)}`]),
    ],
    body: [factRows(observation), liveLines(live)],
    foot: md`${engineWords[link.engine]} · ${cut(link.environment, 80)} · ${seenAt([observation], now)} \`/repl lag ${link.id}\` shows its lag over time, \`/repl runs ${link.id}\` its runs.`,
  };
}

/** Why it is not known, unless the headline says it already. */
const lagOf = ({ lag, headline }: Observation): string =>
  lag.kind === 'unknown' && headline.includes(lag.why) ? 'unknown' : lagWords(lag);

function side(label: string, view: SideView): Mrkdwn {
  const reach = view.reachable ? writableWords[view.writable] : 'cannot be reached';
  const silent = view.role === label.toLowerCase() || view.role === 'unknown';
  const role = silent ? '' : `, says it is ${view.role === 'none' ? 'neither primary nor standby' : view.role}`;
  return join([
    md`*${label}: ${cut(view.cluster, 80)}*`,
    md`${reach}${role}${view.version === null ? '' : `, version ${cut(view.version, 60)}`}`,
    view.problem === null ? null : md`⚠️ ${cut(view.problem, 500)}`,
  ]);
}

/** Every fact, in the engine's order, which puts what moves first. */
const factRows = ({ facts }: Observation): Part => ({
  kind: 'rows',
  columns: ['What', 'Value'],
  rows: facts.map(({ label, value }) => [label, value]),
});

const saidOnly = (text: Mrkdwn): Answer => ({ text, title: '', head: [section(text)], body: [], foot: none });
