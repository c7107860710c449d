import { otherSide } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { type Draft, notNow, type Outline, undoBy } from '../../frame/drafts.ts';
import { startCrrAct, stopCrrAct, verifyServingAct } from '../acts.ts';
import { restoreAct } from '../acts-backup.ts';
import type { CrrLink } from '../config.ts';
import type { BackupRow, CrrDetail } from '../detail.ts';
import { budgets, changeStep, longDraft, lookStep } from '../drafts.ts';
import { hasCrr, metadataFolder, type Party, pairRefusal, partyOn, stateWords, storeRefusal, toolOf } from '../scene.ts';
import { carrySteps, replaced, wholeSteps } from '../seed.ts';
import { isFollower, phaseOf, wasLinked, writableOf } from '../state.ts';
import { spell } from '../words.ts';
import { sideNamed } from './backup.ts';
import { type Parties, type Wanted, wantedBy } from './restore-what.ts';

type Restore = Extract<Operation, { kind: 'restore' }>;

/** `now`: when the sides were looked at, ms since the epoch. */
export function planRestore(operation: Restore, link: CrrLink, detail: CrrDetail, now: number): Outline | Refusal {
  const { on, from } = operation;
  if (on === null)
    return refuse(
      'bad-input',
      `Which cluster of ${link.id} is to be restored is not said.`,
      `Say --on ${link.settings.primary.cluster} or --on ${link.settings.standby.cluster}.`,
    );
  const side = sideNamed(link, on);
  if (typeof side !== 'string') return side;
  const target = partyOn(link, detail, side, 'restore');
  if (isRefusal(target)) return target;
  const refusal = targetRefusal(link, detail, target);
  if (refusal !== null) return refusal;
  const source = from === 'own' ? target : partyOn(link, detail, otherSide(side), 'restore');
  if (isRefusal(source)) return source;
  const unfit =
    from === 'own'
      ? storeRefusal(link, target, `so no restore of ${link.id} can be planned`)
      : pairRefusal(link, detail, source, target, 'restore');
  if (unfit !== null) return unfit;
  const what = wantedBy(operation, link, { source, target }, now);
  return isRefusal(what) ? what : outlineOf(link, detail, { source, target }, what, now);
}

function targetRefusal(link: CrrLink, detail: CrrDetail, { side, name }: Party): Refusal | null {
  const phase = phaseOf(detail[side]);
  if (isFollower(phase))
    return notNow(
      `${name} follows ${link.settings[otherSide(side)].cluster}, so a restore would make it useless as a standby.`,
      `/repl rebuild ${link.id} fills it anew from the primary.`,
    );
  const other = otherSide(side);
  const there = link.settings[other].cluster;
  if (writableOf(detail[other]) === 'yes' && wasLinked(link.settings, detail))
    return notNow(
      `${there} takes the writes of ${link.id}, and a restored ${name} would take writes beside it.`,
      `/repl setup ${link.id} or /repl rebuild ${link.id} fills ${name} as a standby. To go back to a backup, restore ${there}.`,
    );
  if (phase === 'serving' || phase === 'stopped') return null;
  return notNow(
    `No restore of ${name} can be planned: ${stateWords(link, detail)}.`,
    `/repl describe ${link.id} shows what was read; ask again when ${name} serves or is stopped.`,
  );
}

function outlineOf(link: CrrLink, detail: CrrDetail, { source, target }: Parties, wanted: Wanted, now: number): Outline | Refusal {
  const isOwn = source === target;
  const carried = isOwn ? wanted.chain.flatMap(({ tag }) => wholeSteps(link, target, tag)) : carryAll(link, source, target, wanted.chain);
  if (isRefusal(carried)) return carried;
  const restore = restoreAct(target.at, {
    backup: wanted.chain.at(-1)?.tag ?? null,
    empty: false,
    dr: false,
    tool: toolOf(target),
    metaPath: isOwn ? null : metadataFolder(link, target),
    moment: wanted.moment,
    stateAt: isOwn ? wanted.at : null,
    guard: 'own',
  });
  const follower = followerOf(link, detail, target);
  const state = wanted.moment === null ? wanted.words : `its state at ${wanted.words}`;
  return {
    summary: `Replace everything in ${target.name} with ${state}${isOwn ? '' : ` of ${source.name}`}; ${target.name} is offline meanwhile.`,
    steps: [
      ...wanted.before,
      ...carried,
      ...holdSteps(follower),
      longDraft(restore, budgets.restore, replaced(target.name), { pointOfNoReturn: true }),
      lookStep(verifyServingAct(target.at), budgets.services),
    ],
    predictedLoss: lossOf({ source, target }, wanted, now),
    predictedDowntime: {
      ms: null,
      words: `${target.name} is offline for the whole restore: minutes for small graphs, hours for large ones. It can't be cancelled.`,
    },
    warnings: [
      ...(follower === null ? [] : followerWarnings(link, follower, target.name)),
      `Take a backup of ${target.name} as it is now first, if that is worth anything: /repl backup ${link.id} --on ${target.name}.`,
      ...(wanted.before.length === 0 ? [] : [`No backup covers ${wanted.words} yet, so an incremental one is taken first.`]),
      ...bucketWarnings(link, target, wanted),
      ...besideWarnings(link, detail, target),
      ...(wanted.moment === null
        ? []
        : [
            `Queries and users become those of the backup that covers ${wanted.moment}, not of that moment; and no incremental backup can be taken after this until a full one.`,
          ]),
      ...(isOwn
        ? []
        : [`Users and passwords of ${target.name} become those of ${source.name}; change what the bot and the applications log in with.`]),
    ],
  };
}

/** Two clusters that take writes are one too many, unless they are meant to go apart. */
function besideWarnings({ settings, id }: CrrLink, detail: CrrDetail, { side, name }: Party): readonly string[] {
  const other = otherSide(side);
  if (phaseOf(detail[other]) !== 'serving') return [];
  const there = settings[other].cluster;
  return [
    `${name} takes writes of its own afterwards, and ${there} does too: keep applications away from the one that is not meant. /repl setup ${id} makes ${settings.standby.cluster} follow.`,
  ];
}

/** A bucket that both clusters use lists the backups of both to each. */
function bucketWarnings({ settings }: CrrLink, { side, name }: Party, { words, moment }: Wanted): readonly string[] {
  const [own, other] = [settings[side].backup, settings[otherSide(side)].backup];
  if (own.kind !== 's3' || other.kind !== 's3' || own.bucket !== other.bucket || moment !== null) return [];
  return [
    `${name} and ${settings[otherSide(side)].cluster} keep their backups in one bucket, and the list does not tell whose ${words} is: make sure of it.`,
  ];
}

/** Every backup of a chain has to be there, the full one first. */
function carryAll(link: CrrLink, source: Party, target: Party, chain: readonly BackupRow[]): readonly Draft[] | Refusal {
  const all: Draft[] = [];
  for (const { tag } of chain) {
    const steps = carrySteps(link, source, target, tag);
    if (isRefusal(steps)) return steps;
    all.push(...steps);
  }
  return all;
}

function lossOf({ source, target }: Parties, { words, at, moment }: Wanted, now: number): Estimate {
  const since = at === null ? '' : `${spell(Math.max(0, now - at))} ago`;
  const taken = at === null ? '' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC, `;
  const ago = at === null ? '' : moment === null ? ` (${taken}${since})` : ` (${since})`;
  return source === target
    ? { ms: at === null ? null : Math.max(0, now - at), words: `Everything that ${target.name} took after ${words}${ago} is lost.` }
    : { ms: null, words: `Everything that ${target.name} holds now is replaced by what ${source.name} had in ${words}${ago}.` };
}

/** The standby of the cluster that is restored. */
function followerOf(link: CrrLink, detail: CrrDetail, target: Party): { readonly name: string; readonly party: Party | null } | null {
  const side = otherSide(target.side);
  if (!isFollower(phaseOf(detail[side]))) return null;
  const party = partyOn(link, detail, side, 'restore');
  return { name: link.settings[side].cluster, party: isRefusal(party) ? null : party };
}

type Held = ReturnType<typeof followerOf>;

/** Its standby keeps what it has, the state before the restore, as long as it fetches nothing more. */
const holdSteps = (held: Held): readonly Draft[] =>
  held?.party == null || !hasCrr(held.party)
    ? []
    : [changeStep(stopCrrAct(held.party.at), budgets.connector, undoBy(startCrrAct(held.party.at)))];

const followerWarnings = ({ id }: CrrLink, { name }: NonNullable<Held>, restored: string): readonly string[] => [
  `${name} follows ${restored} and becomes outdated for good: nothing protects the link until /repl rebuild ${id} has filled it anew.`,
];
