import type { CopyView, DatabaseView } from './detail.ts';
import { copiesOf, isOnline } from './state.ts';
import { few, nameOf } from './words.ts';

/** What each state of a copy means for people; states that pass by themselves are waited for. */
const meanings: Readonly<Record<string, string>> = {
  dirty: 'its store is broken, so the copy has to be made anew',
  quarantined: 'it is quarantined until dbms.unquarantineDatabase is called',
  offline: 'it did not start',
  unknown: 'its server is not heard from',
  'store copying': 'its store is being copied',
  starting: 'it is starting',
  initial: 'it is being made',
  stopping: 'it is stopping',
  mixed: 'its server does not know',
};

/** A copy that does not come up by itself. */
export const hasFailed = ({ currentStatus, message }: CopyView): boolean =>
  ['dirty', 'quarantined'].includes(currentStatus) || (currentStatus === 'offline' && message !== '');

/** What is odd about the copies of one database: full sentences, the worst first. Pure. */
export function copyTrouble(cluster: string, view: DatabaseView): readonly string[] {
  const copies = copiesOf(view);
  const states = [...new Set(copies.filter((copy) => !isOnline(copy)).map(({ currentStatus }) => currentStatus))].sort(byGravity);
  return [
    ...states.map((status) => statusSentence(cluster, view.name, status, copies)),
    ...mixedSentence(cluster, view.name, 'type', copies),
    ...mixedSentence(cluster, view.name, 'access', copies),
    ...mixedSentence(cluster, view.name, 'requestedStatus', copies),
    ...topologySentence(cluster, view),
  ];
}

const gravity = Object.keys(meanings);
const rank = (status: string): number => (gravity.includes(status) ? gravity.indexOf(status) : -1);
const byGravity = (a: string, b: string): number => rank(a) - rank(b) || (a < b ? -1 : 1);

function statusSentence(cluster: string, name: string, status: string, copies: readonly CopyView[]): string {
  const those = copies.filter(({ currentStatus }) => currentStatus === status);
  const said = those.find(({ message }) => message !== '')?.message;
  const meaning = meanings[status] ?? 'which is a state that is not known here';
  const places = few(those.map(nameOf));
  return `On ${cluster}, ${those.length} of ${copies.length} copies of ${name} (${places}) ${those.length === 1 ? 'is' : 'are'} ${status}: ${meaning}${said === undefined ? '.' : ` (${said.slice(0, 200)}).`}`;
}

function mixedSentence(
  cluster: string,
  name: string,
  key: 'type' | 'access' | 'requestedStatus',
  copies: readonly CopyView[],
): readonly string[] {
  const values = [...new Set(copies.map((copy) => copy[key]))].sort();
  return values.length < 2 ? [] : [`On ${cluster}, the copies of ${name} don't agree on ${labels[key]}: ${values.join(', ')}.`];
}

const labels = { type: 'what they are', access: 'who may write', requestedStatus: 'whether they should be online' } as const;

function topologySentence(cluster: string, { name, requested, current }: DatabaseView): readonly string[] {
  if (requested === null || current === null) return [];
  if (requested.primaries === current.primaries && requested.secondaries === current.secondaries) return [];
  return [
    `On ${cluster}, ${name} has ${current.primaries} primaries and ${current.secondaries} secondaries, where ${requested.primaries} and ${requested.secondaries} were asked for.`,
  ];
}
