import { otherSide } from '../../../domain/observation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { type Draft, notNow, type Outline, personStep } from '../../frame/drafts.ts';
import { checkSplitBrainAct } from '../acts.ts';
import type { CrrLink } from '../config.ts';
import type { CrrDetail } from '../detail.ts';
import { keepAwayAct, lookStep } from '../drafts.ts';
import { depthOf } from '../names.ts';
import { isAtLeast } from '../parse/version.ts';
import { superuserCheck } from '../preflights/pair.ts';
import { type Party, pairRefusal, partyOn, replicaWarning, restoresAsDr, servingSide, stagedRefusal, stateWords } from '../scene.ts';
import { backupPause, backupWarnings, carrySteps, flowSteps, followSteps, nameToBe, takeSteps } from '../seed.ts';
import { followersOf, isHalfPromoted, phaseOf, wasTakenOut, writableOf } from '../state.ts';
import { phaseWords } from '../words.ts';

interface Seed {
  readonly operation: 'setup' | 'rebuild' | 'failback';
  readonly summary: string;
  readonly follows: boolean;
  readonly empty: boolean;
  readonly loss: Estimate;
  readonly warnings: readonly string[];
}

/** Fills one side from the other and has it follow. */
function planSeed(link: CrrLink, detail: CrrDetail, from: Party, to: Party, seed: Seed): Outline | Refusal {
  const refusal =
    pairRefusal(link, detail, from, to, seed.operation) ?? superuserRefusal(link, seed.operation) ?? stagedRefusal(to, seed.operation);
  if (refusal !== null) return refusal;
  const carried: readonly Draft[] | Refusal = seed.empty ? [] : carrySteps(link, from, to, nameToBe(link, from));
  if (isRefusal(carried)) return carried;
  const guard = ({ setup: 'other-serves', rebuild: 'follower', failback: 'idle' } as const)[seed.operation];
  const follow = followSteps(link, from, to, { backup: nameToBe(link, from), empty: seed.empty, follows: seed.follows, guard });
  if (isRefusal(follow)) return follow;
  return {
    summary: seed.summary,
    steps: [
      ...(seed.empty ? [] : takeSteps(link, from)),
      ...carried,
      ...(seed.operation === 'failback' && !restoresAsDr(to) ? [personStep(keepAwayAct(to.name, 'it follows'))] : []),
      ...follow,
      ...flowSteps(link, from, to),
      lookStep(checkSplitBrainAct(from.at)),
    ],
    predictedLoss: seed.loss,
    predictedDowntime: downtimeOf(from, to, seed),
    warnings: [
      ...seed.warnings,
      ...replicaWarning(from, to),
      ...commonWarnings(from, to, seed),
      ...(seed.empty ? [] : backupWarnings(from)),
    ],
  };
}

/** Where the config names none, people prove what the bot can't. */
export function superuserRefusal({ settings, id }: CrrLink, operation: string): Refusal | null {
  if (settings.primary.superuser === null || settings.standby.superuser === null) return null;
  const check = superuserCheck(settings);
  return check.outcome === 'failed'
    ? notNow(`${check.seen} So no ${operation} of ${id} can be planned.`, check.next ?? 'Ask again.')
    : null;
}

function downtimeOf(from: Party, to: Party, { empty }: Seed): Estimate {
  if (empty) return { ms: 0, words: `Applications go on with ${from.name}. ${to.name} is offline while it restarts.` };
  const { ms, words } = backupPause(from);
  return { ms, words: `${words} ${to.name} is offline while it is restored, which can take hours.` };
}

function commonWarnings(from: Party, to: Party, { empty, follows }: Seed): readonly string[] {
  const { hours, gigabytes } = from.read.retention;
  return [
    ...(empty
      ? []
      : [
          `Backup, copy and restore must be over before the Kafka of ${from.name} drops what is written meanwhile: ${hours ?? '?'} h or ${gigabytes ?? '?'} GB, whichever comes first.`,
        ]),
    ...(restoresAsDr(to) || follows ? [] : [`${to.name} can be written to until it follows; keep applications away from it.`]),
    ...(isOld(to)
      ? [
          `Up to this patch of ${to.version.text} old metadata can block a new standby: if it does not follow, have its Metadata records deleted as the vendor's set-up page says.`,
        ]
      : []),
    ...(empty
      ? [
          `Nothing may be written to ${from.name} until ${to.name} follows.`,
          `Both clusters must have the same superuser with the same password, since no users are copied.`,
        ]
      : [`Users and passwords of ${to.name} become those of ${from.name}.`]),
  ];
}

/** Patches before 3.5.2, 3.6.3, 3.7.1 and 3.9.0 in their lines. */
function isOld({ version }: Party): boolean {
  const first = { 5: 2, 6: 3, 7: 1 }[version.minor];
  if (version.major !== 3) return false;
  return first === undefined ? !isAtLeast(version, [3, 9, 0]) : version.patch < first;
}

const isEmpty = ({ read }: Party): boolean => read.sequence.kind === 'read' && read.sequence.last === 0;

export function planSetup(link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const from = partyOn(link, detail, 'primary', 'setup');
  if (isRefusal(from)) return from;
  const to = partyOn(link, detail, 'standby', 'setup');
  if (isRefusal(to)) return to;
  const [follower] = followersOf(detail);
  if (follower !== undefined)
    return notNow(
      `${link.settings[follower.side].cluster} is set to follow already, so there is nothing to set up for ${link.id}.`,
      `/repl rebuild ${link.id} gives it a new full copy.`,
    );
  if (phaseOf(detail.primary) !== 'serving')
    return notNow(`No set-up of ${link.id} can be planned: ${stateWords(link, detail)}.`, `${from.name} has to take writes first.`);
  if (isHalfPromoted(to.read))
    return notNow(
      `${to.name} ${phaseWords[phaseOf(to.read)]}, so it may be about to serve, and no set-up of ${link.id} can be planned.`,
      `/repl failover ${link.id} completes its promotion. If ${to.name} is to be given up, stop it (gadmin stop -y), then ask again.`,
    );
  const promoted = depthOf(to.read.crr.prefix ?? '') > depthOf(from.read.crr.prefix ?? '');
  if (promoted && phaseOf(detail.standby) !== 'stopped' && !wasTakenOut(detail.standby))
    return notNow(
      `${to.name} has followed ${from.name} before and takes writes, so it may hold what ${from.name} lacks; a set-up would destroy that.`,
      `If it was promoted, /repl fence ${link.id} and /repl failback ${link.id} make ${from.name} follow it. If ${to.name} is to be given up, stop it (gadmin stop -y), then ask again.`,
    );
  const empty = isEmpty(from) && isEmpty(to);
  return planSeed(link, detail, from, to, {
    operation: 'setup',
    summary: empty
      ? `Have ${to.name} follow ${from.name}; both are empty, so nothing is copied.`
      : `Take a backup of ${from.name}, restore it on ${to.name}, and have ${to.name} follow ${from.name}.`,
    follows: false,
    empty,
    loss: empty
      ? { ms: 0, words: 'Nothing: both clusters are empty.' }
      : { ms: null, words: `Everything that ${to.name} holds now is replaced. ${from.name} loses nothing.` },
    warnings: [],
  });
}

export function planRebuild(link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const followers = followersOf(detail);
  const [follower] = followers;
  if (follower === undefined || followers.length > 1)
    return notNow(
      `No rebuild of ${link.id} can be planned: ${stateWords(link, detail)}.`,
      `/repl setup ${link.id} or /repl failback ${link.id} make a side follow.`,
    );
  const to = partyOn(link, detail, follower.side, 'rebuild');
  if (isRefusal(to)) return to;
  const from = partyOn(link, detail, otherSide(follower.side), 'rebuild');
  if (isRefusal(from)) return from;
  if (phaseOf(detail[from.side]) !== 'serving')
    return notNow(
      `No rebuild of ${link.id} can be planned: ${stateWords(link, detail)}.`,
      `${from.name} has to take writes first. If it is lost, ask for a failover.`,
    );
  return planSeed(link, detail, from, to, {
    operation: 'rebuild',
    summary: `Take a new backup of ${from.name} and fill ${to.name} anew with it.`,
    follows: true,
    empty: false,
    loss: { ms: 0, words: `Nothing of ${from.name}. ${to.name} can't be promoted until the rebuild is over.` },
    warnings: [`Until the restore on ${to.name} has ended, nothing protects ${from.name}.`],
  });
}

export function planFailback(link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const { settings, id } = link;
  const [follower] = followersOf(detail);
  if (follower !== undefined)
    return notNow(
      `${settings[follower.side].cluster} is set to follow, so there is nothing to fail back on ${id}.`,
      `Once it has everything, /repl switchover ${id} swaps the roles.`,
    );
  const serving = servingSide(detail);
  if (serving === null)
    return notNow(
      `No failback of ${id} can be planned: ${stateWords(link, detail)}.`,
      `Exactly one side has to take writes; /repl fence ${id} stops the one that was given up.`,
    );
  const from = partyOn(link, detail, serving, 'failback');
  if (isRefusal(from)) return from;
  const to = partyOn(link, detail, otherSide(serving), 'failback');
  if (isRefusal(to)) return to;
  if (isHalfPromoted(to.read) && writableOf(to.read) !== 'no')
    return notNow(
      `${to.name} ${phaseWords[phaseOf(to.read)]}, so it may hold what ${from.name} lacks; a failback of ${id} would destroy that.`,
      `If its promotion is to be completed, ask for /repl failover ${id}. If ${to.name} is to be given up, stop it (gadmin stop -y), then ask again.`,
    );
  return planSeed(link, detail, from, to, {
    operation: 'failback',
    summary: `Take a backup of ${from.name}, restore it on ${to.name}, and have ${to.name} follow ${from.name}.`,
    follows: false,
    empty: false,
    loss: { ms: null, words: `Everything that ${to.name} alone took is discarded for good; how much that is can't be told.` },
    warnings: [`The roles stay as they are: once ${to.name} follows, /repl switchover ${id} makes it the primary again.`],
  });
}
