import type { Standing } from '../../domain/person.ts';
import type { Reply } from '../../domain/reply.ts';
import type { RuleTrace } from '../../domain/verdict.ts';
import { cut } from './foreign.ts';
import { header, section } from './message.ts';
import { code, join, listed, type Mrkdwn, md, none, person, quoted, when } from './mrkdwn.ts';
import type { Answer } from './pages.ts';
import { verdictWords } from './reply-planned.ts';
import { count, titleOf } from './words.ts';
import { whole } from './wrapping.ts';

/** `/repl policy show`. */
export function renderPolicy({ version, by, at, why, rules }: Extract<Reply, { kind: 'policy' }>): Answer {
  const lines = rules.flatMap(({ name, sentence }, index) => whole(md`${index + 1}. *${cut(name, 120)}:* `, sentence));
  return {
    text: md`Policy version ${version} has ${count(rules.length, 'rule')}. The first rule that matches decides; without one, the answer is no.`,
    title: `Policy, version ${version}`,
    head: [header(`Policy, version ${version}`)],
    body: [
      { kind: 'lines', lines },
      { kind: 'lines', lines: [md`*Otherwise: refused.* The first rule that matches decides.`] },
    ],
    foot: md`Written by ${person(by)} ${when(at)}: ${quoted(why, 200)}`,
  };
}

/** `/repl policy test`: the verdict and how every rule came to it. */
export function renderJudged(reply: Extract<Reply, { kind: 'judged' }>): Answer {
  const { verdict, operation, link, person: who, at } = reply;
  const title = titleOf(operation, link);
  const groups = who.groups.length === 0 ? md`in no group` : md`in ${listed(who.groups.map(code), 'and')}`;
  return {
    text: md`${title} by ${who.name}: ${verdict.sentence}`,
    title: `Policy test: ${title}`,
    head: [
      header(`Policy test: ${title}`),
      section(md`*For* ${person(who.id)} (${standingWords[who.standing]}, ${groups}), ${when(at)}:`),
      section(verdictWords(verdict)),
    ],
    body: [{ kind: 'lines', lines: verdict.trace.flatMap(traceLines) }],
    foot: md`Policy version ${verdict.policyVersion} · nothing was started`,
  };
}

const traceLines = ({ rule, decided, why }: RuleTrace): readonly Mrkdwn[] =>
  whole(md`${decided ? '👉' : '▫️'} *${cut(rule, 120)}* ${decided ? 'decided' : 'did not decide'}: `, why);

export const standingWords: Readonly<Record<Standing, string>> = {
  member: 'member',
  guest: 'guest: counts nowhere',
  stranger: 'from another organisation: counts nowhere',
  bot: 'bot: counts nowhere',
  deactivated: 'deactivated: counts nowhere',
  unknown: 'could not be looked up: counts nowhere',
};

/** `/repl whoami`. */
export function renderWhoami({ person: who, may }: Extract<Reply, { kind: 'whoami' }>): Answer {
  const groups = who.groups.length === 0 ? md`You are in no group.` : md`Your groups: ${listed(who.groups.map(code), 'and')}.`;
  const lines = may.flatMap(({ operation, link, sentence }) => whole(md`• *${titleOf(operation, link)}:* `, sentence));
  return {
    text: md`You are ${who.name} (${standingWords[who.standing]}). ${groups}`,
    title: 'What you may ask for',
    head: [
      section(
        join([
          md`You are ${person(who.id)} (${standingWords[who.standing]}). ${groups}`,
          who.groupsProblem === null ? null : md`⚠️ *Warning:* ${who.groupsProblem}`,
        ]),
      ),
      section(lines.length === 0 ? md`*You may start nothing.* Every change is refused for you.` : md`*What you may ask for*`),
    ],
    body: [{ kind: 'lines', lines }],
    foot: none,
  };
}
