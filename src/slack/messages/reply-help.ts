import type { CommandHelp, Reply } from '../../domain/reply.ts';
import { type Block, context, header, type Message, message, section } from './message.ts';
import { code, join, type Mrkdwn, md } from './mrkdwn.ts';
import { paragraph, preformatted, rich, say } from './rich.ts';

const groups: readonly { readonly risk: CommandHelp['risk']; readonly title: string }[] = [
  { risk: 'read', title: 'Look (changes nothing)' },
  { risk: 'change', title: 'Change (can be taken back)' },
  { risk: 'danger', title: 'Danger (may lose data, or cannot be taken back)' },
  { risk: 'govern', title: 'Decide and govern' },
];

const riskWords: Readonly<Record<CommandHelp['risk'], string>> = {
  read: 'changes nothing',
  change: 'makes a change that can be taken back',
  danger: 'may lose data or cannot be taken back',
  govern: 'decides about runs and rules',
};

/** `/repl help`, for all commands or for one. */
export function renderHelp({ commands, topic }: Extract<Reply, { kind: 'help' }>): Message {
  return topic === null ? all(commands) : one(topic);
}

function all(commands: readonly CommandHelp[]): Message {
  const parts = groups.flatMap(({ risk, title }): Block[] => {
    const lines = commands.filter((command) => command.risk === risk).map(line);
    return chunked(lines).map((some, index) => section(join([index === 0 ? md`*${title}*` : null, ...some])));
  });
  return message(md`ReplOps knows ${commands.length} commands; /repl help NAME explains one.`, [
    header('What you can ask of /repl'),
    ...parts,
    context(md`\`/repl help NAME\` explains one command. Every change is shown as a plan before anything happens.`),
  ]);
}

const line = ({ name, summary }: CommandHelp): Mrkdwn => md`${code(name)}  ${summary.slice(0, 200)}`;

const chunked = (lines: readonly Mrkdwn[]): readonly (readonly Mrkdwn[])[] =>
  Array.from({ length: Math.min(10, Math.ceil(lines.length / 10)) }, (_, index) => lines.slice(index * 10, index * 10 + 10));

function one(topic: CommandHelp): Message {
  const args = topic.arguments.slice(0, 20).map(({ name, about }) => md`${code(name)}  ${about.slice(0, 200)}`);
  const examples = topic.examples.slice(0, 10).join('\n').slice(0, 2_000);
  return message(md`/repl ${topic.name}: ${topic.summary} Usage: ${topic.usage}`, [
    header(`/repl ${topic.name}`),
    section(join([md`${topic.summary}`, md`_This command ${riskWords[topic.risk]}._`])),
    rich(paragraph(say('Usage')), preformatted(topic.usage.slice(0, 500))),
    args.length === 0 ? null : section(join([md`*Arguments*`, ...args])),
    examples === '' ? null : rich(paragraph(say('Examples')), preformatted(examples)),
  ]);
}
