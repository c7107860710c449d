import type { Estimate, Undo } from '../../domain/plan.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { type Draft, notNow, noUndo, personStep, undoBy } from '../frame/drafts.ts';
import { addressOf } from '../hosts/acts.ts';
import {
  awaitFollowingAct,
  awaitInStepAct,
  configureAct,
  initKafkaAct,
  installQueriesAct,
  keys,
  restartAct,
  type Setting,
} from './acts.ts';
import {
  type CopyGuard,
  checkBackupAct,
  compareFilesAct,
  exportMetadataAct,
  placeMetadataAct,
  restoreAct,
  takeBackupAct,
} from './acts-backup.ts';
import type { CrrLink } from './config.ts';
import { copySteps, pairsOf } from './copy-steps.ts';
import { budgets, changeStep, copyByHandAct, installByHandAct, longDraft, lookStep, passwordByHandAct } from './drafts.ts';
import { tlsProblem, wayTo } from './kafka.ts';
import { prefixBehind } from './names.ts';
import { isAtLeast } from './parse/version.ts';
import { metadataFolder, type Party, restoresAsDr, toolOf } from './scene.ts';
import { brokersOf } from './state.ts';

/** A tag that no backup of the cluster begins with: the first free number. */
function freeTag(prefix: string, { read }: Party): string {
  const taken = read.backups.kind === 'read' ? read.backups.rows.map(({ tag }) => tag) : [];
  const numbers = taken.map((tag) => Number(new RegExp(`^${prefix}(\\d{1,9})(?:-|$)`).exec(tag)?.[1] ?? 0));
  return `${prefix}${Math.max(0, ...numbers) + 1}`;
}

/** Up to 3.9 nothing can be written while a backup is taken. */
export const backupPause = ({ name, version }: Party): Estimate =>
  isAtLeast(version, [3, 10])
    ? { ms: 0, words: `Applications go on with ${name}; its writes may pause for seconds while the backup is taken.` }
    : {
        ms: null,
        words: `Applications go on with ${name}, but up to 3.9 its writes are held up while the backup is taken: minutes for a small graph, longer for a large one.`,
      };

/** A known issue of that release. */
const resetsPassword = ({ version }: Pick<Party, 'version'>): boolean => version.text === '3.9.1';

export const backupWarnings = ({ name, version }: Party, mode: 'full' | 'incremental' = 'full'): readonly string[] => [
  ...(mode === 'full' && isAtLeast(version, [3, 10]) ? [`A query that runs for long on ${name} keeps a full backup from its end.`] : []),
  ...(resetsPassword({ version })
    ? [
        `In 3.9.1 a backup sets the password of the superuser of ${name} back to the default, and from then until somebody sets it again anybody can log in there.`,
      ]
    : []),
];

const keepsBackup = (name: string) => noUndo(`The backup stays on ${name}; /repl backup deletes it when it is not wanted.`);

/** The full name of the backup that `takeSteps` takes, where the version lets the bot choose it; null where the cluster makes it up. */
export const nameToBe = (link: CrrLink, from: Party): string | null =>
  from.tools.create.includes('--custom-tag') ? freeTag(link.settings.tagPrefix, from) : null;

/** A cluster may have been told to wait longer than usual; the bot waits until that is over, and for what follows it. */
const backupBudget = ({ read: { backupSetup } }: Party): number =>
  Math.max(budgets.backup, (backupSetup.timeoutSec ?? 0) * 1_000 + budgets.services);

export function takeSteps(link: CrrLink, from: Party, mode: 'full' | 'incremental' = 'full', tag: string | null = null): readonly Draft[] {
  const exact = from.tools.create.includes('--custom-tag');
  const act = takeBackupAct(from.at, { tag: tag ?? freeTag(link.settings.tagPrefix, from), mode, exact, tool: toolOf(from) });
  const again = resetsPassword(from)
    ? [personStep(passwordByHandAct(from.name, link.settings[from.side].superuser?.name ?? 'tigergraph'))]
    : [];
  return [longDraft(act, backupBudget(from), keepsBackup(from.name)), ...again];
}

/** Brings a backup to where the other cluster can restore it; null names the one that this run takes. A refusal when that can't be done. */
export function carrySteps(link: CrrLink, from: Party, to: Party, backup: string | null): readonly Draft[] | Refusal {
  const { settings } = link;
  const [source, target] = [settings[from.side].backup, settings[to.side].backup];
  const [folder, into] = [metadataFolder(link, from), metadataFolder(link, to)];
  const meta =
    folder === null || into === null
      ? []
      : [changeStep(exportMetadataAct(from.at, { backup, path: folder }), budgets.settings, noUndo('The file stays; it does nothing.'))];
  if (source.kind === 's3' || target.kind === 's3') {
    if (folder === null || into === null) return meta;
    const { node } = from.at;
    const place = placeMetadataAct(to.at, { backup, path: into, from: { node: node.name, address: addressOf(node), path: folder } });
    return [...meta, changeStep(place, budgets.settings, noUndo('The file stays; it does nothing.'))];
  }
  const check = [
    lookStep(compareFilesAct(to.at, { backup, path: target.path, source: source.path, pairs: pairsOf(link, from, to) }), budgets.restore),
    ...wholeSteps(link, to, backup),
  ];
  if (settings.transfer === 'by-hand') {
    const words = `From every node of ${from.name}, copy ${source.path}/${backup ?? '<backup>'}/ into ${target.path}/${backup ?? '<backup>'}/ on every node of ${to.name}.${backup === null ? ' <backup> is the name that the backup got, as the step before has told.' : ''}`;
    return [...meta, personStep(copyByHandAct(from.name, to.name, [words])), ...check];
  }
  const copies = copySteps(link, from, to, backup, [source.path, target.path]);
  return isRefusal(copies) ? copies : [...meta, ...copies, ...check];
}

/** A backup in a folder is looked at before it is restored. What gbar makes, and what is in a bucket, the bot can't look into. */
export const wholeSteps = ({ settings }: CrrLink, to: Party, backup: string | null): readonly Draft[] => {
  const store = settings[to.side].backup;
  return store.kind === 's3' || toolOf(to) === 'gbar'
    ? []
    : [lookStep(checkBackupAct(to.at, { backup, path: store.path }), budgets.services)];
};

/** Where the standby finds the Kafka of the primary, with the prefix that one more change of roles asks for. */
export function pointing(link: CrrLink, from: Party, to: Party): readonly Setting[] | Refusal {
  const cluster = link.settings[from.side];
  const apart = tlsProblem({ cluster, read: from.read }, { cluster: link.settings[to.side], read: to.read });
  if (apart !== null) return notNow(apart.why, apart.next);
  const brokers = brokersOf(cluster, from.read);
  const { prefix } = from.read.crr;
  if (brokers === null || prefix === null)
    return notNow(`The Kafka addresses or the topic prefix of ${from.name} could not be read, so nothing can follow it.`, 'Ask again.');
  return [
    { key: keys.brokers, value: brokers.join(',') },
    { key: keys.port, value: String(wayTo(cluster, from.read).port) },
    { key: keys.prefix, value: prefixBehind(prefix) },
  ];
}

const noEffect = (name: string) => noUndo(`These settings do nothing on ${name} while it follows nobody; the next set-up replaces them.`);

/** The settings as they were, where all of them were read. */
function putBack(party: Party, purpose: 'point' | 'enable'): Undo {
  const { brokers, port, prefix } = party.read.crr;
  if (brokers === null || port === null || prefix === null) return noEffect(party.name);
  const values = [
    ...(purpose === 'enable' ? [{ key: keys.enabled, value: 'false' }] : []),
    { key: keys.brokers, value: brokers.join(',') },
    { key: keys.port, value: String(port) },
    { key: keys.prefix, value: prefix },
  ];
  return undoBy(configureAct(party.at, values, 'put-back'));
}

const pointDraft = (party: Party, values: readonly Setting[], purpose: 'point' | 'enable'): Draft =>
  changeStep(configureAct(party.at, values, purpose), budgets.settings, putBack(party, purpose));

export const replaced = (name: string) =>
  noUndo(`What ${name} had before is replaced; the product keeps it aside on each node until somebody deletes it.`);

/** Whether a side has these settings already, whatever the order of its brokers. */
function isPointed({ read: { crr } }: Party, settings: readonly Setting[]): boolean {
  const has: Readonly<Record<string, string | null>> = {
    [keys.brokers]: crr.brokers === null ? null : crr.brokers.toSorted().join(','),
    [keys.port]: crr.port === null ? null : String(crr.port),
    [keys.prefix]: crr.prefix,
  };
  return settings.every(({ key, value }) => has[key] === (key === keys.brokers ? value.split(',').toSorted().join(',') : value));
}

/** Puts the backup on the standby and has it follow. `follows`: it is set to follow already and stays so (up to 3.9, a rebuild). */
export function followSteps(
  link: CrrLink,
  from: Party,
  to: Party,
  how: { readonly backup: string | null; readonly empty: boolean; readonly follows: boolean; readonly guard: CopyGuard },
): readonly Draft[] | Refusal {
  const settings = pointing(link, from, to);
  if (isRefusal(settings)) return settings;
  const restored = (dr: boolean) =>
    longDraft(
      restoreAct(to.at, {
        backup: how.backup,
        empty: how.empty,
        dr,
        tool: toolOf(to),
        metaPath: metadataFolder(link, to),
        moment: null,
        stateAt: null,
        guard: how.guard,
      }),
      budgets.restore,
      how.empty ? noUndo(`${to.name} follows from then on; /repl teardown ${link.id} ends it.`) : replaced(to.name),
      { pointOfNoReturn: true },
    );
  if (restoresAsDr(to)) {
    // With TLS the vendor has the topics made before; whether that drops what is in Kafka is not documented.
    const topics = longDraft(initKafkaAct(to.at, how.guard), budgets.services, replaced(to.name), { pointOfNoReturn: true });
    const isTls = wayTo(link.settings[from.side], from.read).tls;
    return [pointDraft(to, settings, 'point'), ...(isTls ? [topics] : []), restored(true)];
  }
  const restore = how.empty ? [] : [restored(false)];
  // With a wrong prefix the connector runs and nothing is replayed, so settings that lead elsewhere are put right as in a set-up.
  if (how.follows && isPointed(to, settings)) return restore;
  return [...restore, ...enableSteps(link, to, settings, how.empty)];
}

/** Up to 3.9: settings, topics and a restart make a standby. `untouched`: nothing before this has replaced what it holds. */
export function enableSteps({ id }: CrrLink, to: Party, settings: readonly Setting[], untouched: boolean): readonly Draft[] {
  const topics = noUndo(`The topics stay in the Kafka of ${to.name}; they do nothing while it follows nobody.`);
  const follows = noUndo(`${to.name} follows from then on; /repl teardown ${id} ends it.`);
  return [
    pointDraft(to, [{ key: keys.enabled, value: 'true' }, ...settings], 'enable'),
    longDraft(initKafkaAct(to.at, 'set'), budgets.services, topics),
    longDraft(restartAct(to.at, 'all', 'so that it follows'), budgets.services, follows, { pointOfNoReturn: untouched }),
  ];
}

/** After a standby was filled: it fetches, and the primary starts the flow of metadata. */
export function flowSteps(link: CrrLink, from: Party, to: Party): readonly Draft[] {
  const install =
    link.settings[from.side].superuser === null
      ? personStep(installByHandAct(from.name))
      : longDraft(installQueriesAct(from.at), budgets.install, noUndo('The queries are the same as before, only installed anew.'));
  const { primary, standby } = link.settings;
  // The numbers are told to superusers only.
  const proof = primary.superuser === null || standby.superuser === null ? [] : [lookStep(awaitInStepAct(to.at), budgets.services)];
  return [lookStep(awaitFollowingAct(to.at), budgets.services), install, ...proof];
}
