import { otherSide, type Side } from '../../domain/observation.ts';
import type { CcdrSettings } from './config.ts';
import { copyTrouble } from './copy-trouble.ts';
import type { CcdrDetail, ReadSide, SideRead } from './detail.ts';
import { phaseOf, writableOf } from './state.ts';
import { few } from './words.ts';

/** What is wrong with a side that answers, the worst first: a full sentence; null when nothing is. Pure. */
export function sideProblem(side: Side, settings: CcdrSettings, detail: Pick<CcdrDetail, Side>, read: SideRead): string | null {
  if (read.kind !== 'read') return null;
  const { cluster, database } = settings[side];
  const other = otherSide(side);
  if (writableOf(read) === 'yes' && writableOf(detail[other]) === 'yes') {
    return `${cluster} takes writes while ${settings[other].cluster} does too.`;
  }
  if (read.edition !== 'enterprise') return `${cluster} runs the ${read.edition} edition, which has no replicas.`;
  if (read.database === null) return `${cluster} has no database ${database}, or ${read.user ?? 'the user'} may not see it.`;
  return sourceMismatch(side, settings, read) ?? copyTrouble(cluster, read.database)[0] ?? serverProblem(cluster, read);
}

/** A replica that tells what it follows, and does not follow the other side of the link. */
function sourceMismatch(side: Side, settings: CcdrSettings, { database }: ReadSide): string | null {
  const follows = database?.follows ?? null;
  if (database === null || follows === null || !['creating', 'following', 'fallen'].includes(phaseOf(database))) return null;
  const { cluster } = settings[side];
  const source = settings[otherSide(side)];
  const strange = follows.addresses.filter((address) => !source.replication.includes(address.toLowerCase()));
  if (strange.length > 0)
    return `${database.name} on ${cluster} follows ${few(strange)}, which is no address of ${source.cluster} in the config.`;
  const names = [source.database, source.spareDatabase];
  return follows.remote === null || names.includes(follows.remote.toLowerCase())
    ? null
    : `${database.name} on ${cluster} follows ${follows.remote}, which is not the database of ${source.cluster} in the config.`;
}

function serverProblem(cluster: string, { servers, by }: ReadSide): string | null {
  const ailing = servers.filter(({ health, state }) => health !== 'Available' || state !== 'Enabled');
  if (ailing.length > 0) {
    return `${ailing.length} of ${servers.length} servers of ${cluster} are not fit: ${few(ailing.map(({ name, state, health }) => `${name} (${state}, ${health})`))}.`;
  }
  return by === 'leader'
    ? null
    : `${cluster} has no leader for its system database that the bot can find, so it can be read but not changed.`;
}
