import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { notNow, noUndo, type Outline, personStep, undoBy } from '../../frame/drafts.ts';
import {
  awaitFollowingAct,
  kinds,
  startCrrAct,
  startServicesAct,
  stopCrrAct,
  stopServicesAct,
  takeOutAct,
  verifyVersionAct,
} from '../acts.ts';
import { type CrrLink, sides } from '../config.ts';
import type { CrrDetail } from '../detail.ts';
import { budgets, changeStep, keepAwayAct, longDraft, lookStep } from '../drafts.ts';
import { takenOutPort } from '../names.ts';
import { isAtLeast } from '../parse/version.ts';
import { hasCrr, type Party, pairRefusal, partyOn, restoresAsDr, stagedRefusal, stateWords } from '../scene.ts';
import { backupPause, backupWarnings, carrySteps, enableSteps, flowSteps, followSteps, nameToBe, pointing, takeSteps } from '../seed.ts';
import { followersOf, phaseOf, wasTakenOut, writableOf } from '../state.ts';
import { superuserRefusal } from './seed.ts';

type Upgrade = Extract<Operation, { kind: 'upgrade' }>;

/** From 4.2 on a standby is filled anew after an upgrade, whatever has changed. */
const fillsAnew = ({ version }: Party): boolean => isAtLeast(version, [4, 2]);

export function planUpgrade({ phase }: Upgrade, link: CrrLink, detail: CrrDetail): Outline | Refusal {
  if (phase === undefined)
    return refuse(
      'bad-input',
      `An upgrade of ${link.id} has two halves, since people upgrade both clusters in between.`,
      `/repl upgrade ${link.id} begin ends the replication in the documented way; /repl upgrade ${link.id} finish takes it up again.`,
    );
  return phase === 'begin' ? planBegin(link, detail) : planFinish(link, detail);
}

function planBegin(link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const [follower] = followersOf(detail);
  if (follower === undefined)
    return notNow(
      `No side is set to follow, so there is no replication of ${link.id} to prepare for an upgrade: ${stateWords(link, detail)}.`,
      `Upgrade both clusters, then /repl setup ${link.id}.`,
    );
  const to = partyOn(link, detail, follower.side, 'upgrade');
  if (isRefusal(to)) return to;
  const from = partyOn(link, detail, otherSide(follower.side), 'upgrade');
  if (isRefusal(from)) return from;
  const refusal = stagedRefusal(to, 'upgrade') ?? stagedRefusal(from, 'upgrade');
  if (refusal !== null) return refusal;
  const leaves = !hasCrr(to) || fillsAnew(to);
  const again = noUndo(`/repl upgrade ${link.id} finish makes it follow again.`);
  return {
    summary: `Take a backup of ${from.name} and stop the replication into ${to.name}, so that people can upgrade both.`,
    steps: [
      ...takeSteps(link, from),
      ...(hasCrr(to) ? [changeStep(stopCrrAct(to.at), budgets.connector, undoBy(startCrrAct(to.at)))] : []),
      ...(leaves
        ? [
            personStep(keepAwayAct(to.name, `/repl upgrade ${link.id} finish has made it follow again`)),
            longDraft(stopServicesAct(to.at), budgets.services, undoBy(startServicesAct(to.at))),
            changeStep(takeOutAct(to.at), budgets.settings, again, { pointOfNoReturn: true }),
          ]
        : []),
    ],
    predictedLoss: { ms: 0, words: `Nothing, as long as ${from.name} survives: nothing protects it until the upgrade is finished.` },
    predictedDowntime: {
      ...backupPause(from),
      words: `${backupPause(from).words} The upgrade itself stops each cluster while people run it.`,
    },
    warnings: [
      ...(leaves
        ? [
            `The vendor restarts ${to.name} at this point; here its services stay stopped, since it would take writes beside ${from.name}. Its upgrade starts them, and from then on nothing but the first step of people keeps applications away from ${to.name}: stop them again (gadmin stop -y) once it is upgraded.`,
          ]
        : []),
      `Then upgrade both clusters to the same version (./install.sh -U as the TigerGraph user of each), without requests and loading${leaves ? `, stop the services of ${to.name}` : ''}, and ask for /repl upgrade ${link.id} finish.`,
      `An upgrade can't be taken back.`,
      ...backupWarnings(from),
    ],
  };
}

function planFinish(link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const [follower] = followersOf(detail);
  if (follower !== undefined && phaseOf(detail[follower.side]) === 'following')
    return notNow(
      `${link.settings[follower.side].cluster} follows, so there is no upgrade of ${link.id} to finish.`,
      `/repl upgrade ${link.id} begin prepares one.`,
    );
  const side = follower?.side ?? leftSide(detail);
  const to = partyOn(link, detail, side, 'upgrade');
  if (isRefusal(to)) return to;
  const from = partyOn(link, detail, otherSide(side), 'upgrade');
  if (isRefusal(from)) return from;
  if (phaseOf(detail[from.side]) !== 'serving')
    return notNow(`The upgrade of ${link.id} can't be finished: ${stateWords(link, detail)}.`, `${from.name} has to take writes first.`);
  const refusal =
    (follower === undefined ? mayHaveServed(link, from, to) : null) ??
    pairRefusal(link, detail, from, to, 'upgrade') ??
    superuserRefusal(link, 'finish of the upgrade') ??
    stagedRefusal(to, 'upgrade');
  if (refusal !== null) return refusal;
  const resume = resumeSteps(link, from, to, follower !== undefined);
  if (isRefusal(resume)) return resume;
  return {
    summary: `Have ${to.name} follow ${from.name} again, now that both run ${to.version.text}.`,
    steps: [lookStep(verifyVersionAct(to.at, to.version.text)), ...resume],
    ...(follower === undefined ? outlookOfRefill(from, to, resume) : outlookOfResume(link, from, to)),
  };
}

type Outlook = Pick<Outline, 'predictedLoss' | 'predictedDowntime' | 'warnings'>;

function outlookOfRefill(from: Party, to: Party, steps: Outline['steps']): Outlook {
  const takes = steps.some(({ kind }) => kind === kinds.takeBackup);
  return {
    predictedLoss: {
      ms: null,
      words: `What ${to.name} alone took since the upgrade was begun, which should be nothing. ${from.name} loses nothing.`,
    },
    predictedDowntime: takes ? backupPause(from) : goesOn(from),
    warnings: [
      wasTakenOut(to.read)
        ? `${to.name} bears the mark of having been taken out of the replication (PrimaryKafkaPort ${takenOutPort}), so it is the side that is filled anew. If applications were moved to it since, stop here: what it took would be gone.`
        : `If ${to.name} was promoted before it was stopped, stop here: this makes it follow ${from.name}, and what it took is gone.`,
      `Keep applications away from ${to.name} until it follows; then they may read from it again.`,
      ...(takes ? backupWarnings(from) : []),
    ],
  };
}

const outlookOfResume = (link: CrrLink, from: Party, to: Party): Outlook => ({
  predictedLoss: { ms: 0, words: `Nothing: ${to.name} has not left the replication.` },
  predictedDowntime: goesOn(from),
  warnings: [
    `What ${from.name} took since the upgrade was begun has to be in its Kafka still; if ${to.name} does not catch up, /repl rebuild ${link.id} fills it anew.`,
  ],
});

const goesOn = (from: Party) => ({ ms: 0, words: `Applications go on with ${from.name}.` });

/**
 * A finish destroys what a promoted side took. Its own changes of metadata are counted where it tells them. A side that bears the mark was
 * taken out, so that only its upgrade has started it; another one people stop first, as they do before a set-up.
 */
function mayHaveServed(link: CrrLink, from: Party, to: Party): Refusal | null {
  const ways = `If it was promoted, /repl fence ${link.id} and /repl failback ${link.id} make ${from.name} follow it.`;
  const own = to.read.sequence;
  const other = from.read.sequence;
  if (own.kind === 'read' && other.kind === 'read' && own.last > other.last)
    return notNow(
      `${to.name} has ${own.last} changes of metadata and ${from.name} only ${other.last}, so ${to.name} took some of its own; a finish of the upgrade of ${link.id} would destroy them.`,
      ways,
    );
  if (writableOf(to.read) === 'no' || wasTakenOut(to.read)) return null;
  return notNow(
    `${to.name} takes writes, or may, and bears no mark of an upgrade, so it may hold what ${from.name} lacks; a finish of the upgrade of ${link.id} would destroy that.`,
    `${ways} If nothing but its upgrade has started it, stop its services (gadmin stop -y), then ask again.`,
  );
}

/** The side that left the replication: the one that bears the mark of it, or by its prefix the one that followed last. */
function leftSide(detail: CrrDetail): Side {
  const marked = sides.filter((side) => wasTakenOut(detail[side]));
  const [only] = marked;
  if (only !== undefined && marked.length === 1) return only;
  // Where both are as deep, the config's own roles hold.
  return depth(detail, 'primary') > depth(detail, 'standby') ? 'primary' : 'standby';
}

const depth = (detail: CrrDetail, side: 'primary' | 'standby'): number => {
  const read = detail[side];
  return read.kind === 'read' ? (read.crr.prefix ?? '').length : 0;
};

/** The documented way of the version that runs now. */
function resumeSteps(link: CrrLink, from: Party, to: Party, isSet: boolean): Outline['steps'] | Refusal {
  if (isSet && hasCrr(to) && !fillsAnew(to)) {
    return [
      changeStep(startCrrAct(to.at), budgets.connector, undoBy(stopCrrAct(to.at))),
      lookStep(awaitFollowingAct(to.at), budgets.services),
    ];
  }
  if (!restoresAsDr(to)) {
    const settings = pointing(link, from, to);
    return isRefusal(settings) ? settings : [...enableSteps(link, to, settings, true), ...flowSteps(link, from, to)];
  }
  const carried = carrySteps(link, from, to, nameToBe(link, from));
  if (isRefusal(carried)) return carried;
  const follow = followSteps(link, from, to, {
    backup: nameToBe(link, from),
    empty: false,
    follows: isSet,
    // A side that its own upgrade has started is told by its mark, and takes writes as far as its settings go.
    guard: isSet ? 'follower' : writableOf(to.read) === 'no' ? 'idle' : 'other-serves',
  });
  return isRefusal(follow) ? follow : [...takeSteps(link, from), ...carried, ...follow, ...flowSteps(link, from, to)];
}
