import type { Wait } from '../grammar/statement.ts';
import { type Copy, type Database, isUp, serverOf } from '../state/model.ts';
import type { Notice } from '../wire/backend.ts';
import { type Call, done, type Outcome } from './call.ts';

type Progress = 'caught-up' | 'failed' | 'catching-up' | 'not-available';

/** True when a copy has become what was asked for. */
function settled({ goal, status }: Copy): boolean {
  return goal === 'online' ? status === 'online' : goal === 'offline' ? status === 'offline' : false;
}

function progressOf(call: Call, copy: Copy): Progress {
  const server = serverOf(call.cluster, copy.serverId);
  if (!isUp(call.cluster, server)) return 'not-available';
  if (copy.status === 'dirty' || (copy.status === 'offline' && copy.message !== '')) return 'failed';
  return settled(copy) ? 'caught-up' : 'catching-up';
}

const notices: Readonly<Record<Progress, readonly [gqlStatus: string, name: string, text: string]>> = {
  'caught-up': ['03N85', 'ServerCaughtUp', 'has caught up'],
  failed: ['01N80', 'ServerFailed', 'failed to catch up'],
  'catching-up': ['01N81', 'ServerCatchingUp', 'is still catching up'],
  'not-available': ['01N82', 'ServerNotAvailable', 'is not available'],
};

const states: Readonly<Record<Progress, readonly [state: string, message: string, success: boolean]>> = {
  'caught-up': ['CaughtUp', 'caught up', true],
  failed: ['Failed', 'failed', false],
  'catching-up': ['Incomplete', 'still catching up', false],
  'not-available': ['NotAvailable', 'server is not available', false],
};

function noticeOf(call: Call, copy: Copy): Notice {
  const progress = progressOf(call, copy);
  const [gqlStatus, name, text] = notices[progress];
  return {
    gqlStatus,
    code: `Neo.ClientNotification.Cluster.${name}`,
    title: `Server ${text}.`,
    description: `Server '${serverOf(call.cluster, copy.serverId).name}' at address '${serverOf(call.cluster, copy.serverId).address}' ${text}.`,
    severity: progress === 'caught-up' ? 'INFORMATION' : 'WARNING',
    classification: 'TOPOLOGY',
  };
}

/** What a change of a database answers: at once, or when each of its servers has acted or can't. */
export function afterChange(call: Call, database: Database, wait: Wait, systemUpdates = 1): Outcome {
  if (wait === null) return done(systemUpdates);
  const copies = [...database.copies];
  const gone = (copy: Copy): boolean => copy.goal === 'gone' && !database.copies.includes(copy);
  const ready = (): boolean =>
    database.accessChange === null && copies.every((copy) => gone(copy) || progressOf(call, copy) !== 'catching-up');
  const shared = { type: 's' as const, wait: { ms: wait * 1000, ready }, systemUpdates };
  const waiting = (): readonly Copy[] => copies.filter((copy) => !gone(copy));
  if (call.cypher === '25') return { ...shared, columns: [], rows: () => [], notices: () => waiting().map((copy) => noticeOf(call, copy)) };
  const rows = () => waiting().map((copy) => [serverOf(call.cluster, copy.serverId).address, ...states[progressOf(call, copy)]] as const);
  return { ...shared, columns: ['address', 'state', 'message', 'success'], rows, notices: () => [] };
}
