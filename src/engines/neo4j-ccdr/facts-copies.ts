import type { Fact, Side } from '../../domain/observation.ts';
import type { CopyView, DatabaseView } from './detail.ts';
import { nameOf, transactions } from './words.ts';

/** What the copies of a side are measured by. */
export interface Goal {
  /** Newest transaction that there is to have; null when it is not told. */
  readonly newest: bigint | null;
  /** It is that of the side itself, not of one that it follows. */
  readonly isOwn: boolean;
}

/** One fact for each copy of a side's database: what it is, what it does and how far it is. */
export function copyFacts(side: Side, cluster: string, view: DatabaseView | null, goal: Goal): readonly Fact[] {
  return (view?.copies ?? []).map((copy) => ({
    name: `${side}.copy.${copy.server}`,
    label: `Copy of ${cluster} on ${nameOf(copy)}`,
    value: copyWords(copy, goal),
    binding: false,
  }));
}

function copyWords(copy: CopyView, goal: Goal): string {
  const { type, role, writer, access } = copy;
  return [
    `${type} ${role === 'unknown' ? 'copy of unknown role' : role}${writer ? ', the writer' : ''}`,
    access,
    statusWords(copy),
    farWords(copy, goal),
  ]
    .filter((words) => words !== '')
    .join('; ');
}

/** A status is told with what was asked for where the two differ, and with the server's own words. */
function statusWords({ currentStatus, requestedStatus, message }: CopyView): string {
  const asked = currentStatus === requestedStatus || requestedStatus === '' ? '' : ` (asked for: ${requestedStatus})`;
  return `${currentStatus}${asked}${message === '' ? '' : `: ${message.slice(0, 200)}`}`;
}

function farWords({ lastTxn }: CopyView, { newest, isOwn }: Goal): string {
  if (lastTxn === null) return 'tells no transaction';
  const behind = newest === null ? null : newest - BigInt(lastTxn);
  if (behind === null) return `transaction ${lastTxn}`;
  if (behind > 0n) return `transaction ${lastTxn}, ${transactions(behind)} behind${isOwn ? ' the newest copy' : ''}`;
  return `transaction ${lastTxn}${isOwn ? '' : ', has everything'}`;
}
