import type { Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { notNow, noUndo, type Outline } from '../../frame/drafts.ts';
import { removeBackupAct } from '../acts-backup.ts';
import { builtOn, newestFull } from '../chains.ts';
import { type CrrLink, sides } from '../config.ts';
import type { BackupRow, CrrDetail } from '../detail.ts';
import { budgets, changeStep } from '../drafts.ts';
import { isTag } from '../names.ts';
import { type Party, partyOn, servingSide, stateWords, storeRefusal, toolOf } from '../scene.ts';
import { backupPause, backupWarnings, takeSteps } from '../seed.ts';
import { few } from '../words.ts';

type Backup = Extract<Operation, { kind: 'backup' }>;

/** The side that a cluster's name stands for; a refusal when it stands for none. */
export function sideNamed({ settings, id }: CrrLink, on: string): Side | Refusal {
  const side = sides.find((one) => settings[one].cluster === on);
  return (
    side ??
    refuse('bad-input', `${id} has no cluster ${on}.`, `Its clusters are ${settings.primary.cluster} and ${settings.standby.cluster}.`)
  );
}

export function listOf({ read, name }: Party, operation: string): readonly BackupRow[] | Refusal {
  const { backups } = read;
  return backups.kind === 'read' ? backups.rows : notNow(`${backups.why} So no ${operation} on ${name} can be planned.`, 'Ask again.');
}

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
  if (mode === 'incremental' && newestFull(rows) === undefined)
    return notNow(`${party.name} has no full backup to build on, ${no}.`, `/repl backup ${link.id} takes a full one.`);
  if (toolOf(party) === 'gbar' && link.settings[party.side].superuser === null)
    return notNow(`gbar asks for the superuser of ${party.name}, and the config names none, ${no}.`, 'Name one in the config.');
  return {
    summary: `Take ${mode === 'full' ? 'a full' : 'an incremental'} backup of ${party.name}.`,
    steps: takeSteps(link, party, mode, tag),
    predictedLoss: { ms: 0, words: 'Nothing.' },
    predictedDowntime: backupPause(party),
    warnings: backupWarnings(party, mode),
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
  const built = builtOn(rows, backup);
  if (built.length > 0) return notNow(`${few(built)} builds on ${backup}, so it can't be deleted.`, `Delete ${few(built)} first.`);
  if (newestFull(rows)?.tag === backup)
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
