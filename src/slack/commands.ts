import type { Caller } from '../app.ts';
import { refuse } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import type { Address } from './answers.ts';
import { jsonOf, sendFile } from './json-replies.ts';
import { reachOf } from './outsiders.ts';
import { plainWords, type Said } from './response-url.ts';
import type { Mark, Route, RouteDeps } from './routes.ts';

/** After this a person is told that the bot is still at it, ms. */
const patienceMs = 3000;

/** Says so when an answer takes long, since an acknowledged command shows nothing. */
async function withPatience<T>(work: Promise<T>, { clock }: RouteDeps, sayWait: () => Promise<void>): Promise<T> {
  const done = new AbortController();
  const waiting = clock.sleep(patienceMs, done.signal).then(async () => {
    if (!done.signal.aborted) await sayWait();
  });
  try {
    return await work;
  } finally {
    done.abort();
    await waiting;
  }
}

/** A channel that Slack hides from the bot is treated as shared; whoever is refused for it should know why. */
const hiddenChannel = {
  type: 'context',
  elements: [
    {
      type: 'mrkdwn',
      text: 'Slack does not tell me whether this channel is shared with another organisation, so I treat it as if it were. Invite me if I am not in it, or ask in a direct message.',
    },
  ],
};

function rendered(reply: Reply, reach: string, { render }: RouteDeps): Said {
  const said = render(reply);
  return reach === 'unknown' && reply.kind === 'refusal' ? { ...said, blocks: [...said.blocks, hiddenChannel] } : said;
}

/** The run's own message is posted by the reporter; this is said only if it cannot be. */
async function whyUnseen(reply: Extract<Reply, { kind: 'proposed' }>, { channels }: RouteDeps): Promise<string | null> {
  const { id, origin } = reply.run;
  const { joined, archived } = await channels.look(origin.channel);
  if (joined && !archived) return null;
  const why = archived ? 'this channel is archived' : 'I am not a member of this channel';
  return `Run ${id} is proposed, but I cannot show it here: ${why}. Invite me with \`/invite\`, and follow it with \`/repl run ${id}\` until then.`;
}

async function answer(reply: Reply, said: Said, address: Address, inThread: boolean, deps: RouteDeps): Promise<void> {
  const { answers } = deps;
  if (reply.kind === 'proposed') {
    const unseen = await whyUnseen(reply, deps);
    return unseen === null ? undefined : answers.privately(address, plainWords(unseen));
  }
  const { channel, thread } = address;
  const target = inThread && channel !== null && thread !== null ? { ...address, channel, thread } : null;
  const file = jsonOf(reply) ?? said.file ?? null;
  if (file !== null && (await sendFile(file, address, target, deps))) return undefined;
  return target === null ? answers.privately(address, said) : answers.inThread(target, said);
}

/** A slash command. */
export const commanded: Route<'command'> = async (heard, deps, mark) => {
  const { user, channel, text, responseUrl } = heard;
  const address: Address = { user, channel, thread: null, responseUrl };
  const say = (sentence: string) => deps.answers.privately(address, plainWords(sentence));
  const foreign = whyForeign(heard.team, heard.orgWide, deps);
  if (foreign !== null) return say(foreign);
  const reach = await reachOf(channel, null, deps);
  const caller: Caller = { person: user, channel, thread: null, via: 'slash', delivery: mark.key, external: reach !== 'internal' };
  const reply = await withPatience(deps.app.ask(text, caller), deps, () => say('Still at it: asking both sides of a link takes a moment.'));
  return answer(reply, rendered(reply, reach, deps), address, false, deps);
};

/** Commands can only be typed in a workspace that has the app; another team id means another installation. */
function whyForeign(team: string | null, orgWide: boolean, { teams }: RouteDeps): string | null {
  if (orgWide)
    return 'Nothing happened: I am installed for a whole organisation, and I work for single workspaces only. Ask an admin to install me in this workspace.';
  if (team !== null && teams().includes(team)) return null;
  return 'Nothing happened: this workspace is not one that I work for. Whoever runs the bot can add it to the config.';
}

/** What was said to the bot, without its name in front. */
export function wordsFor(text: string, botUser: string | null): string {
  if (botUser === null) return text.trim();
  const mention = new RegExp(`<@${botUser}(?:\\|[^>]*)?>`);
  const found = mention.exec(text);
  if (found === null) return text.trim();
  // In "hey @bot status" the command is what follows.
  return text
    .slice(found.index + found[0].length)
    .replace(/^[\s:,]+/, '')
    .trim();
}

const tooOutside = refuse(
  'not-permitted',
  'This workspace is not one that I work for, so nothing happened.',
  'Ask in a channel of a workspace that I am installed in.',
);

/** A mention or a direct message. */
export const said: Route<'said'> = async (heard, deps, mark: Mark) => {
  const { user, channel, via } = heard;
  const thread = heard.thread ?? heard.ts;
  const address = { user, channel, thread, responseUrl: null };
  // Two bots that answer each other would never stop.
  if (user === deps.botUser() || (await deps.people.person(user)).standing === 'bot') return;
  const reach = await reachOf(channel, heard.shared, deps);
  if (heard.team !== null && !deps.teams().includes(heard.team) && reach === 'internal') {
    return deps.answers.privately(address, deps.render(tooOutside));
  }
  const caller: Caller = { person: user, channel, thread: heard.thread, via, delivery: mark.key, external: reach !== 'internal' };
  const reply = await deps.app.ask(wordsFor(heard.text, deps.botUser()) || 'help', caller);
  return answer(reply, rendered(reply, reach, deps), address, true, deps);
};
