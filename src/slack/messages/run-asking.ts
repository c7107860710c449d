import type { RunView, Vote } from '../../domain/run.ts';
import type { Requirement } from '../../domain/verdict.ts';
import { type Block, container, context, type Mode, section } from './message.ts';
import { code, join, listed, type Mrkdwn, md, none, person, quoted, when } from './mrkdwn.ts';
import { fitsMessage, warningSections } from './plan-pages.ts';
import { outline, planBlocks } from './plan-words.ts';
import { approvals, count, meansWords, shortHash } from './words.ts';

/** Who must approve, in one sentence. */
export function requirementWords({ quorum, from, requesterExcluded }: Requirement): Mrkdwn {
  const groups = listed(from.map(code), 'or');
  const who = quorum === 1 ? md`One person of ${groups} has to approve` : md`${quorum} different people of ${groups} have to approve`;
  return requesterExcluded ? md`${who}; the requester doesn't count.` : md`${who}; the requester may be one of them.`;
}

/** How to vote, in one sentence. */
function howTo(run: RunView, { means }: Requirement): Mrkdwn {
  const ways = [
    means.includes('button') ? md`with the buttons` : none,
    means.includes('reaction') ? md`by reacting ✅ or ❌` : none,
    means.includes('command') ? md`with \`/repl approve ${run.id}\`` : none,
  ].filter((way) => way !== none);
  return ways.length === 0
    ? none
    : md`Vote ${join([join(ways.slice(0, -1), ', '), ways.at(-1) ?? none], ways.length > 2 ? ', or ' : ' or ')}.`;
}

const voteLine = (vote: Vote): Mrkdwn => {
  const why = vote.reason === null ? none : md`: ${quoted(vote.reason, 120)}`;
  const groups = vote.groups.length === 0 ? none : md` for ${listed(vote.groups.slice(0, 3).map(code), 'and')}`;
  const said = vote.choice === 'approve' ? md`✅ ${person(vote.person)} approved` : md`❌ ${person(vote.person)} vetoed`;
  return md`${said}${groups} by ${meansWords[vote.means]}, ${when(vote.at)}${why}`;
};

/** The ballot: who must approve, who has, until when, and how. */
export function ballot(run: RunView): readonly Block[] {
  const { requirement } = run;
  if (requirement === null || run.state !== 'awaiting-approval') return [];
  const tally = md`*Approvals: ${approvals(run)} of ${requirement.quorum}.* ${requirementWords(requirement)}`;
  const votes = run.votes.length === 0 ? md`Nobody has voted yet.` : join(run.votes.slice(0, 12).map(voteLine));
  const end = run.expiresAt === null ? none : md`*Open until ${when(run.expiresAt)}*; then the run ends by itself.`;
  return [section(join([tally, votes, join([howTo(run, requirement), end], ' ')]))];
}

/** What will run, statement by statement; or its outline when that is too long for one message and stands in the thread. */
export function planPart(run: RunView, mode: Mode, collapsed: boolean): readonly Block[] {
  const full = planBlocks(run.plan);
  const fits = fitsMessage(full);
  const shown = fits ? full : outline(run.plan).slice(0, 4);
  const hash = shortHash(run.planHash);
  const title = `${run.startedAt !== null && run.approvedBy.length > 0 ? 'What was approved' : 'The plan'}: ${count(run.plan.steps.length, 'step')}, plan ${hash}`;
  const elsewhere = context(
    md`This plan is too long for one message. *Every statement is in this thread*; \`/repl run ${run.id}\` lists the steps.`,
  );
  if (mode === 'native') return [container(title, fits ? shown : [...shown, elsewhere], collapsed)];
  if (collapsed) return [context(md`${title}. \`/repl run ${run.id}\` shows it.`)];
  return [section(md`*${title}*`), ...shown, ...(fits ? [] : [elsewhere])];
}

export const warningPart = (run: RunView): readonly Block[] => warningSections(run.plan, 'Every one is in this thread.');
