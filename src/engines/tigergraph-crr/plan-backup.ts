import type { Side } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import { startCrrAct, stopCrrAct, verifyServingAct } from './acts.ts';
import { removeBackupAct, restoreAct } from './acts-backup.ts';
import { type CrrLink, otherSide, sides } from './config.ts';
import type { BackupRow, CrrDetail } from './detail.ts';
import { budgets, changeStep, type Draft, longDraft, lookStep, notNow, noUndo, type Outline, undoBy } from './drafts.ts';
import { isTag } from './names.ts';
import { hasCrr, needsMetadata, type Party, pairRefusal, partyOn, servingSide, stateWords, storeRefusal, toolOf } from './scene.ts';
import { carrySteps, replaced, takeSteps } from './seed.ts';
import { isFollower, phaseOf } from './state.ts';
import { few } from './words.ts';

type Backup = Extract<Operation, { kind: 'backup' }>;
type Restore = Extract<Operation, { kind: 'restore' }>;

/** The side that a cluster's name stands for; a refusal when it stands for none. */
function sideNamed({ settings, id }: CrrLink, on: string): Side | Refusal {
  const side = sides.find((one) => settings[one].cluster === on);
  return (
    side ??
    refuse('bad-input', `${id} has no cluster ${on}.`, `Its clusters are ${settings.primary.cluster} and ${settings.standby.cluster}.`)
  );
}

function listOf({ read, name }: Party, operation: string): readonly BackupRow[] | Refusal {
  const { backups } = read;
  return backups.kind === 'read' ? backups.rows : notNow(`${backups.why} So no ${operation} on ${name} can be planned.`, 'Ask again.');
}

const newest = (rows: readonly BackupRow[]): BackupRow | undefined => rows.toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))[0];
const isFull = ({ type }: BackupRow): boolean => type === null || type === 'FULL';

export function planBackup(operation: Backup, link: CrrLink, detail: CrrDetail): Outline | Refusal {
  const { action, on } = operation;
  const side = on === null ? servingSide(detail) : sideNamed(link, on);
  if (side === null)
    return notNow(
      `It is not clear which side takes the writes (${stateWords(link, detail)}), so no backup of ${link.id} can be planned.`,
      'Say which cluster: --on NAME.',
    );
  if (typeof side !== 'string') return side;
  const party = partyOn(link, detail, side, 'backup');
  if (isRefusal(party)) return party;
  const rows = listOf(party, 'backup');
  if (isRefusal(rows)) return rows;
  return action.kind === 'delete' ? planDelete(link, party, rows, action.backup) : planCreate(link, party, rows, action);
}

function planCreate(
  link: CrrLink,
  party: Party,
  rows: readonly BackupRow[],
  { mode, tag }: Extract<Backup['action'], { kind: 'create' }>,
): Outline | Refusal {
  const no = `so no backup of ${link.id} can be planned`;
  const store = storeRefusal(link, party, no);
  if (store !== null) return store;
  if (tag !== null && (!isTag(tag) || rows.some((row) => row.tag === tag || row.tag.startsWith(`${tag}-`))))
    return refuse('bad-input', `${party.name} has a backup named ${tag} already, ${no}.`, 'Give another --tag, or none.');
  if (mode === 'incremental' && !party.tools.create.includes('--incremental'))
    return notNow(
      `${party.name} runs ${party.version.text}, which takes full backups only, ${no}.`,
      `/repl backup ${link.id} takes a full one.`,
    );
  if (mode === 'incremental' && !rows.some(isFull))
    return notNow(`${party.name} has no full backup to build on, ${no}.`, `/repl backup ${link.id} takes a full one.`);
  if (toolOf(party) === 'gbar' && link.settings[party.side].superuser === null)
    return notNow(`gbar asks for the superuser of ${party.name}, and the config names none, ${no}.`, 'Name one in the config.');
  return {
    summary: `Take ${mode === 'full' ? 'a full' : 'an incremental'} backup of ${party.name}.`,
    steps: takeSteps(link, party, mode, tag),
    predictedLoss: { ms: 0, words: 'Nothing.' },
    predictedDowntime: { ms: 0, words: `Applications go on with ${party.name}; writes may pause for seconds.` },
    warnings: [
      ...(mode === 'full' ? [`A query that runs for long keeps a full backup from its end.`] : []),
      ...(party.version.text === '3.9.1'
        ? ['In 3.9.1 a backup sets the password of the superuser back to the default: change it afterwards.']
        : []),
    ],
  };
}

function planDelete(link: CrrLink, party: Party, rows: readonly BackupRow[], backup: string): Outline | Refusal {
  if (!rows.some((row) => row.tag === backup))
    return refuse(
      'bad-input',
      `${party.name} lists no backup ${backup}.`,
      rows.length === 0
        ? 'It lists none at all.'
        : `It lists ${few(
            rows.map(({ tag }) => tag),
            8,
          )}.`,
    );
  const built = rows.filter(({ base }) => base === backup).map(({ tag }) => tag);
  if (built.length > 0) return notNow(`${few(built)} builds on ${backup}, so it can't be deleted.`, `Delete ${few(built)} first.`);
  if (newest(rows.filter(isFull))?.tag === backup)
    return notNow(
      `${backup} is the newest full backup of ${party.name}, so it is not deleted.`,
      `Take a new one first: /repl backup ${link.id}.`,
    );
  const act = removeBackupAct(party.at, { backup, tool: toolOf(party) });
  return {
    summary: `Delete the backup ${backup} of ${party.name} for good.`,
    steps: [changeStep(act, budgets.settings, noUndo('A deleted backup does not come back.'), { pointOfNoReturn: true })],
    predictedLoss: { ms: null, words: `The state that ${backup} holds can't be restored any more. The cluster itself loses nothing.` },
    predictedDowntime: { ms: 0, words: 'Applications are not affected.' },
    warnings: [],
  };
}

export function planRestore(operation: Restore, link: CrrLink, detail: CrrDetail): Outline | Refusal {
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
  const phase = phaseOf(detail[side]);
  if (isFollower(phase))
    return notNow(
      `${target.name} follows, so a restore would make it useless as a standby.`,
      `/repl rebuild ${link.id} fills it anew from the primary.`,
    );
  if (phase !== 'serving' && phase !== 'stopped')
    return notNow(`${stateWords(link, detail)}, so no restore can be planned.`, `/repl describe ${link.id} shows what was read.`);
  const source = from === 'own' ? target : partyOn(link, detail, otherSide(side), 'restore');
  if (isRefusal(source)) return source;
  const refusal =
    from === 'own'
      ? storeRefusal(link, target, `so no restore of ${link.id} can be planned`)
      : pairRefusal(link, detail, source, target, 'restore');
  return refusal ?? outlineOf(operation, link, detail, { source, target });
}

function chosen({ backup }: Restore, link: CrrLink, { source, target }: Parties): string | Refusal {
  const rows = listOf(source, 'restore');
  if (isRefusal(rows)) return rows;
  const row = backup === 'latest' ? newest(rows) : rows.find(({ tag }) => tag === backup);
  if (row === undefined)
    return refuse(
      'bad-input',
      `${source.name} lists no backup ${backup === 'latest' ? 'at all' : backup}.`,
      `/repl backup ${link.id} takes one${
        rows.length === 0
          ? ''
          : `; it lists ${few(
              rows.map(({ tag }) => tag),
              8,
            )}`
      }.`,
    );
  if (row.version !== null && row.version !== target.version.text)
    return notNow(
      `${row.tag} was taken with ${row.version}, and ${target.name} runs ${target.version.text}: only a backup of the same version can be restored.`,
      'Choose a backup that was taken after the upgrade.',
    );
  return row.tag;
}

interface Parties {
  readonly source: Party;
  readonly target: Party;
}

function outlineOf(operation: Restore, link: CrrLink, detail: CrrDetail, parties: Parties): Outline | Refusal {
  const { source, target } = parties;
  const backup = chosen(operation, link, parties);
  if (typeof backup !== 'string') return backup;
  const carried: readonly Draft[] | Refusal = operation.from === 'own' ? [] : carrySteps(link, source, target, backup);
  if (isRefusal(carried)) return carried;
  const store = link.settings[target.side].backup;
  const restore = restoreAct(target.at, {
    backup,
    empty: false,
    dr: false,
    tool: toolOf(target),
    metaPath: operation.from === 'other' && needsMetadata(target) && store.kind === 'local' ? store.path : null,
    guard: 'own',
  });
  const follower = followerOf(link, detail, target);
  return {
    summary: `Replace everything in ${target.name} with ${backup}${operation.from === 'own' ? '' : ` of ${source.name}`}; ${target.name} is offline meanwhile.`,
    steps: [
      ...carried,
      ...holdSteps(follower),
      longDraft(restore, budgets.restore, replaced(target.name), { pointOfNoReturn: true }),
      lookStep(verifyServingAct(target.at), budgets.services),
    ],
    predictedLoss: { ms: null, words: `Everything that ${target.name} took after ${backup} was made is lost.` },
    predictedDowntime: {
      ms: null,
      words: `${target.name} is offline for the whole restore: minutes for small graphs, hours for large ones. It can't be cancelled.`,
    },
    warnings: [
      ...(follower === null ? [] : followerWarnings(link, follower)),
      `Take a backup of ${target.name} as it is now first, if that is worth anything: /repl backup ${link.id} --on ${target.name}.`,
      ...(operation.from === 'own'
        ? []
        : [`Users and passwords of ${target.name} become those of ${source.name}; change what the bot and the applications log in with.`]),
    ],
  };
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

const followerWarnings = ({ id }: CrrLink, { name }: NonNullable<Held>): readonly string[] => [
  `${name} follows this cluster and becomes outdated for good: nothing protects the link until /repl rebuild ${id} has filled it anew.`,
];
