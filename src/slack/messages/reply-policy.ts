import type { Standing } from '../../domain/person.ts';
import type { Reply } from '../../domain/reply.ts';
import type { RuleTrace } from '../../domain/verdict.ts';
import { context, header, type Message, message, section } from './message.ts';
import { code, join, listed, type Mrkdwn, md, person, quoted, when } from './mrkdwn.ts';
import { chunks } from './reply-links.ts';
import { verdictWords } from './reply-planned.ts';
import { titleOf } from './words.ts';

/** `/repl policy show`. */
export function renderPolicy({ version, by, at, why, rules }: Extract<Reply, { kind: 'policy' }>): Message {
  const lines = rules.slice(0, 60).map(({ name, sentence }, index) => md`${index + 1}. *${name.slice(0, 80)}:* ${sentence.slice(0, 300)}`);
  const left = rules.length - lines.length;
  return message(
    md`Policy version ${version} has ${rules.length} rules. The first rule that matches decides; without one, the answer is no.`,
    [
      header(`Policy, version ${version}`),
      ...chunks(lines, 5).map((some) => section(join(some))),
      section(md`*Otherwise: refused.* The first rule that matches decides.${left === 0 ? '' : ` ${left} more rules are not shown.`}`),
      context(md`Written by ${person(by)} ${when(at)}: ${quoted(why, 200)}`),
    ],
  );
}

/** `/repl policy test`: the verdict and how every rule came to it. */
export function renderJudged(reply: Extract<Reply, { kind: 'judged' }>): Message {
  const { verdict, operation, link, person: who, at } = reply;
  const title = titleOf(operation, link);
  const groups = who.groups.length === 0 ? md`in no group` : md`in ${listed(who.groups.map(code), 'and')}`;
  return message(md`${title} by ${who.name}: ${verdict.sentence}`, [
    header(`Policy test: ${title}`),
    section(md`*For* ${person(who.id)} (${standingWords[who.standing]}, ${groups}), ${when(at)}:`),
    section(verdictWords(verdict)),
    ...chunks(verdict.trace.slice(0, 60).map(traceLine), 6).map((some) => section(join(some))),
    context(md`Policy version ${verdict.policyVersion} · nothing was started`),
  ]);
}

const traceLine = ({ rule, decided, why }: RuleTrace): Mrkdwn =>
  md`${decided ? '👉' : '▫️'} *${rule.slice(0, 80)}* ${decided ? 'decided' : 'did not decide'}: ${why.slice(0, 350)}`;

export const standingWords: Readonly<Record<Standing, string>> = {
  member: 'member',
  guest: 'guest: counts nowhere',
  stranger: 'from another organisation: counts nowhere',
  bot: 'bot: counts nowhere',
  deactivated: 'deactivated: counts nowhere',
  unknown: 'could not be looked up: counts nowhere',
};

/** `/repl whoami`. */
export function renderWhoami({ person: who, may }: Extract<Reply, { kind: 'whoami' }>): Message {
  const groups = who.groups.length === 0 ? md`You are in no group.` : md`Your groups: ${listed(who.groups.map(code), 'and')}.`;
  const lines = may.slice(0, 60).map(({ operation, link, sentence }) => md`• *${titleOf(operation, link)}:* ${sentence.slice(0, 250)}`);
  const left = may.length - lines.length;
  return message(md`You are ${who.name} (${standingWords[who.standing]}). ${groups}`, [
    section(
      join([
        md`You are ${person(who.id)} (${standingWords[who.standing]}). ${groups}`,
        who.groupsProblem === null ? null : md`⚠️ *Warning:* ${who.groupsProblem}`,
      ]),
    ),
    section(lines.length === 0 ? md`*You may start nothing.* Every change is refused for you.` : md`*What you may ask for*`),
    ...chunks(lines, 8).map((some) => section(join(some))),
    left === 0 ? null : context(md`${left} more are not shown; \`/repl policy test\` judges any of them.`),
  ]);
}
