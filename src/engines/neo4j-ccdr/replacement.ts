import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, personAct, personStep } from '../frame/drafts.ts';
import { type Acts, kinds } from './acts.ts';
import type { CcdrLink } from './config.ts';
import { changeBudgetMs, dropBudgetMs, dumpBudgetMs, lookBudgetMs } from './creation.ts';
import type { DatabaseView, ReadSide } from './detail.ts';
import { identityOf } from './identity.ts';
import { renamed } from './preflights/privileges.ts';
import { follows, phaseOf } from './state.ts';
import { aliasStatement, dropStatement, type Remains } from './statements.ts';
import { few, phaseWords } from './words.ts';

/** A database that a new replica takes the place of; `old: null` when nothing has to give way. */
export interface Replacement {
  readonly side: Side;
  readonly cluster: string;
  readonly old: DatabaseView | null;
  /** False when the old one stays aside under its name. */
  readonly dropped: boolean;
  readonly remains: Remains;
  /** Name of the new replica. */
  readonly database: string;
}

/** What gives way on a side for a new replica, by the policy of the config; a refusal when no name would be free. */
export function replacementOn(operation: OperationName, { id, settings }: CcdrLink, side: Side, read: ReadSide): Replacement | Refusal {
  const { cluster, database, spareDatabase } = settings[side];
  const old = read.database;
  if (old !== null && ['strange', 'dropping'].includes(phaseOf(old))) {
    return notNow(
      `On ${cluster}, of ${old.name}: ${phaseWords[phaseOf(old)]}, so no ${operation} of ${id} can be planned.`,
      'Wait until that is over, or mend it by hand, then ask again.',
    );
  }
  // A replica holds nothing of its own, so it is never kept.
  const kept = old !== null && !follows(old) && settings.oldDatabase === 'keep';
  const remains = old !== null && !follows(old) && settings.oldDatabase === 'dump' ? 'dump' : 'destroy';
  const base = { side, cluster, old, dropped: old !== null && !kept, remains } as const;
  const isFree = (name: string) => isNameFree(read, name) || (base.dropped && name === old?.name);
  const name = [database, spareDatabase].find((one) => one !== null && isFree(one));
  return name === null || name === undefined
    ? noName(operation, id, cluster, read, [database, spareDatabase])
    : { ...base, database: name };
}

const isNameFree = ({ names, aliases }: ReadSide, name: string): boolean => ![...names, ...aliases].some((entry) => entry.name === name);

function noName(operation: OperationName, id: string, cluster: string, { spare }: ReadSide, wanted: readonly (string | null)[]): Refusal {
  const names = wanted.filter((name) => name !== null).join(' and ');
  return notNow(
    `${cluster} has no free name for a new replica (${names} ${wanted.length > 1 ? 'are' : 'is'} taken), so no ${operation} of ${id} is possible.`,
    spare === null
      ? 'Name another database in the config, or drop or rename what has the name.'
      : `Drop the database that was kept aside, if it is not needed any more: ${dropStatement(spare.name, 'dump')} on ${cluster}.`,
  );
}

/** Saves what vanishes with a database and drops it, or stops it and leaves it aside. */
export function givingWay(acts: Acts, { side, cluster, old, dropped, remains }: Replacement): readonly Draft[] {
  if (old === null) return [];
  const on = { database: old.name, of: identityOf(old) };
  const behind = noUndo(`${cluster} has been replaced as the side that serves by then.`);
  const stop =
    phaseOf(old) === 'stopped' || follows(old) ? [] : [changeStep(acts.stop(side, on), changeBudgetMs, behind, { pointOfNoReturn: true })];
  if (!dropped) return stop;
  const gone = noUndo(
    remains === 'dump' ? 'A dropped database comes back from its dump only, by neo4j-admin.' : 'What is dropped without a dump is gone.',
  );
  return [
    lookStep(acts.savePrivileges(side, on), lookBudgetMs),
    ...stop,
    changeStep(acts.drop(side, on, { remains, otherServes: true }), remains === 'dump' ? dumpBudgetMs : dropBudgetMs, gone, {
      pointOfNoReturn: true,
    }),
  ];
}

/** What people should know before a database gives way. */
export function replacementWarnings({ cluster, old, dropped, remains, database }: Replacement, alias: string | null): readonly string[] {
  if (old === null) return [];
  if (!dropped) {
    return [
      `${old.name} on ${cluster} is stopped and kept aside; the new replica is called ${database}, and has no privileges of its own until people give them.`,
    ];
  }
  const others = otherAliases(old, alias);
  return [
    follows(old)
      ? `The replica ${old.name} on ${cluster} is dropped; nothing that ${cluster} alone has is lost, since a replica has nothing of its own.`
      : `${old.name} on ${cluster} is dropped${remains === 'dump' ? ' after a dump' : ' without a dump'}: what it alone holds is ${remains === 'dump' ? 'in that dump only' : 'lost'}.`,
    `Privileges on ${old.name} of ${cluster} vanish with it, and a new database of that name does not get them back: they are recorded before, and a step offers them again.`,
    ...(others.length === 0
      ? []
      : [`The aliases ${few(others)} of ${old.name} on ${cluster} are dropped with it; a step offers them again.`]),
    ...(old.isDefault || old.isHome
      ? [`${old.name} is the default database of ${cluster}: until the new one is there, sessions that name none fail.`]
      : []),
  ];
}

/** Privileges and aliases of other names are people's to give: what a drop took is in the record of the run, what is kept aside keeps its own. */
export function privilegeSteps(replacement: Replacement, alias: string | null, grants: readonly string[] | null): readonly Draft[] {
  const { cluster, old, dropped, database } = replacement;
  if (old === null) return [];
  const commands = (grants ?? []).map((command) => renamed(command, old.name, database));
  const aliases = dropped ? otherAliases(old, alias).map((name) => aliasStatement(name, database, 'create')) : [];
  if (grants !== null && commands.length + aliases.length === 0) return [];
  const title = dropped
    ? `Give back the privileges on ${database} of ${cluster} that went with the old database`
    : `Give ${database} of ${cluster} the privileges that ${old.name} has`;
  return [personStep(personAct(kinds.givePrivileges, title, [...commands, ...aliases, whereTold(replacement, old.name)]))];
}

function whereTold({ cluster, dropped, database }: Replacement, old: string): string {
  if (!dropped) return `SHOW PRIVILEGES AS COMMANDS on ${cluster} tells what ${old} has.`;
  const other = old === database ? '' : ` They name ${old}; write ${database} instead.`;
  return `The step that recorded the privileges of ${old} holds the commands as they were right before the drop.${other}`;
}

const otherAliases = ({ aliases }: DatabaseView, alias: string | null): readonly string[] => aliases.filter((name) => name !== alias);
