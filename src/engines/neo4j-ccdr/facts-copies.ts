import type { Fact, Side } from '../../domain/observation.ts';
import type { CopyView, DatabaseView } from './detail.ts';
import { nameOf, transactions } from './words.ts';

/** One fact for each copy of a side's database: what it is, what it does and how far it is. `newest`: what there is to have; null when not told. */
export function copyFacts(side: Side, cluster: string, view: DatabaseView | null, newest: bigint | null): readonly Fact[] {
  return (view?.copies ?? []).map((copy) => ({
    name: `${side}.copy.${copy.server}`,
    label: `Copy of ${cluster} on ${nameOf(copy)}`,
    value: copyWords(copy, newest),
    binding: false,
  }));
}

function copyWords(copy: CopyView, newest: bigint | null): string {
  const { type, role, writer, access } = copy;
  return [
    `${type} ${role === 'unknown' ? 'copy of unknown role' : role}${writer ? ', the writer' : ''}`,
    access,
    statusWords(copy),
    farWords(copy, newest),
  ]
    .filter((words) => words !== '')
    .join('; ');
}

/** A status is told with what was asked for where the two differ, and with the server's own words. */
function statusWords({ currentStatus, requestedStatus, message }: CopyView): string {
  const asked = currentStatus === requestedStatus || requestedStatus === '' ? '' : ` (asked for: ${requestedStatus})`;
  return `${currentStatus}${asked}${message === '' ? '' : `: ${message.slice(0, 200)}`}`;
}

function farWords({ lastTxn }: CopyView, newest: bigint | null): string {
  if (lastTxn === null) return 'tells no transaction';
  const behind = newest === null ? null : newest - BigInt(lastTxn);
  if (behind === null) return `transaction ${lastTxn}`;
  return `transaction ${lastTxn}, ${behind > 0n ? `${transactions(behind)} behind` : 'has everything'}`;
}
