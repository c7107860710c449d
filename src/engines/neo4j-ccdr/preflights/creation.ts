import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation, Topology } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { CcdrCluster, CcdrSettings } from '../config.ts';
import type { CcdrDetail, DatabaseView, ReadSide, ServerView } from '../detail.ts';
import { copiesOf, isFollowing, isOnline, phaseOf } from '../state.ts';
import { few, phaseWords } from '../words.ts';

/** What a replica needs that is to be made on one side from the other. Pure. */
export function creationChecks(operation: Operation, settings: CcdrSettings, detail: CcdrDetail, target: Side): readonly Check[] {
  const source = otherSide(target);
  const [from, to] = [detail[source], detail[target]];
  return [
    ...(from.kind === 'read' ? sourceChecks(settings[source], from, to.kind === 'read' ? to.surface : 'none') : []),
    ...(to.kind === 'read' ? [nameCheck(operation, settings, target, to), roomCheck(settings[target], to)] : []),
    ...(settings[target].follow.kind === 'backups' ? [pullCheck(settings[target], to.kind === 'read' ? to.surface : 'none')] : []),
  ];
}

function sourceChecks(settings: CcdrCluster, read: ReadSide, surface: ReadSide['surface']): readonly Check[] {
  const { cluster, database } = settings;
  const view = read.database;
  const name = `${cluster}: source`;
  const phase = phaseOf(view);
  if (view === null || (phase !== 'serving' && phase !== 'read-only')) {
    return [
      failed(
        name,
        `On ${cluster}, of ${database}: ${phaseWords[phase]}.`,
        `A replica needs a source that is online with exactly one writer; make ${database} so.`,
      ),
    ];
  }
  const down = copiesOf(view).filter((copy) => !isOnline(copy));
  const online =
    down.length === 0
      ? passed(name, `${view.name} on ${cluster} is online on all ${view.copies.length} servers that hold it.`)
      : warned(name, `${down.length} copies of ${view.name} on ${cluster} are not online.`, 'Bring them back first if you can.');
  return surface === 'preview' ? [online, storeCheck(cluster, view)] : [online];
}

/** The preview copies stores in the block format only. */
function storeCheck(cluster: string, view: DatabaseView): Check {
  const name = `${cluster}: store format`;
  const stores = [...new Set(copiesOf(view).flatMap(({ store }) => store ?? []))].sort();
  const seen = `${view.name} on ${cluster} is stored as ${stores.length === 0 ? 'an untold format' : few(stores)}.`;
  if (stores.length === 0) return warned(name, seen, 'Before 2026.08 only the block format can be replicated; check it by hand.');
  return stores.every((store) => store.startsWith('block-'))
    ? passed(name, seen)
    : failed(name, seen, 'Before 2026.08 only the block format can be replicated; migrate the store, or upgrade both sides.');
}

function nameCheck({ kind, link }: Operation, { oldDatabase, ...settings }: CcdrSettings, target: Side, read: ReadSide): Check {
  const { cluster, database } = settings[target];
  const name = `${cluster}: name`;
  const alias = read.aliases.find((entry) => entry.name === database);
  if (alias !== undefined) {
    return failed(
      name,
      `${database} is the name of an alias on ${cluster}, which leads to ${alias.database}.`,
      "Drop or rename the alias; a database can't have its name.",
    );
  }
  if (!read.names.some((entry) => entry.name === database)) return passed(name, `${database} is free on ${cluster}.`);
  if (isFollowing(phaseOf(read.database))) return passed(name, `${database} on ${cluster} is a replica already.`);
  if (kind === 'setup') {
    return failed(
      name,
      `${cluster} has a database ${database} already.`,
      `/repl rebuild ${link} replaces it by a replica; or drop or rename it.`,
    );
  }
  const what = {
    dump: 'the plan dumps and drops it',
    destroy: 'the plan drops it without a dump',
    keep: 'the plan keeps it and gives the replica its other name',
  }[oldDatabase];
  return warned(
    name,
    `${cluster} has a database ${database} already: ${what}.`,
    'Make sure that nothing in it is still needed, or that there is a backup.',
  );
}

/** Servers that can take a copy of the database. */
const isUsable = (database: string, { state, health, allowed, denied }: ServerView): boolean =>
  state === 'Enabled' &&
  health === 'Available' &&
  (allowed.length === 0 || allowed.some((pattern) => fits(pattern, database))) &&
  !denied.some((pattern) => fits(pattern, database));

/** Lists of allowed and denied names may hold `*`. */
const fits = (pattern: string, name: string): boolean =>
  new RegExp(
    `^${pattern
      .toLowerCase()
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')}$`,
  ).test(name);

/** Why a cluster has no room for a topology; null when it has. Goes on after `since `. Pure. */
export function roomObstacle(servers: readonly ServerView[], database: string, { primaries, secondaries }: Topology): string | null {
  const usable = servers.filter((server) => isUsable(database, server));
  const free = (...modes: readonly string[]) => usable.filter(({ modeConstraint }) => modes.includes(modeConstraint)).length;
  if (primaries > free('PRIMARY', 'NONE'))
    return `${primaries} primaries need as many servers that may hold them, and there are ${free('PRIMARY', 'NONE')}`;
  if (secondaries > free('SECONDARY', 'NONE')) {
    return `${secondaries} secondaries need as many servers that may hold them, and there are ${free('SECONDARY', 'NONE')}`;
  }
  const wanted = primaries + secondaries;
  return wanted > usable.length ? `${wanted} copies need as many servers, and ${usable.length} are fit` : null;
}

function roomCheck({ cluster, database, topology }: CcdrCluster, { servers }: ReadSide): Check {
  const name = `${cluster}: room`;
  const obstacle = roomObstacle(servers, database, topology);
  return obstacle === null
    ? passed(name, `${cluster} has servers for ${topology.primaries} primaries and ${topology.secondaries} secondaries.`)
    : failed(
        name,
        `${cluster} has no room for ${database}, since ${obstacle}.`,
        'Enable more servers there, or ask for fewer copies in the config.',
      );
}

function pullCheck({ cluster, follow }: CcdrCluster, surface: ReadSide['surface']): Check {
  const name = `${cluster}: backups to pull`;
  const from = follow.kind === 'backups' ? follow.pullUri : '';
  return surface === 'ga'
    ? warned(
        name,
        `A replica on ${cluster} pulls backups from ${from}.`,
        'Make sure that a full backup and an unbroken chain of differential ones are there.',
      )
    : failed(name, `${cluster} can't pull backups from ${from} before 2026.08.`, 'Upgrade it, or set follow to network.');
}
