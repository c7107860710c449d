import type { Lag } from '../../domain/lag.ts';
import type { EngineId } from '../../domain/link.ts';
import type { Health, Tristate } from '../../domain/observation.ts';
import type { RunState, RunView } from '../../domain/run.ts';
import { spanWords } from '../../domain/span.ts';
import { unreachable } from '../../domain/unreachable.ts';
import type { Means } from '../../domain/verdict.ts';
import { awaited, current } from './present.ts';

export const duration = spanWords;

/** `1 step`, `2 steps`. */
export const count = (many: number, one: string, more = `${one}s`): string => `${many} ${many === 1 ? one : more}`;

export function lagWords(lag: Lag): string {
  switch (lag.kind) {
    case 'duration':
      return duration(lag.ms);
    case 'transactions':
      return `${count(lag.transactions, 'transaction')}${lag.atMostMs === undefined || lag.transactions === 0 ? '' : `, at most ${duration(lag.atMostMs)}`}`;
    case 'sequence':
      return count(lag.sequences, lag.counted ?? 'sequence number');
    case 'unknown':
      return `unknown: ${lag.why}`;
    default:
      return unreachable(lag);
  }
}

export const healthWords: Readonly<Record<Health, { readonly mark: string; readonly word: string }>> = {
  healthy: { mark: '🟢', word: 'healthy' },
  degraded: { mark: '🟡', word: 'degraded' },
  broken: { mark: '🔴', word: 'broken' },
  danger: { mark: '🚨', word: 'DANGER' },
  unknown: { mark: '⚪', word: 'unknown' },
  unset: { mark: '⚪', word: 'not set up' },
};

export const stateWords: Readonly<Record<RunState, { readonly mark: string; readonly word: string }>> = {
  proposed: { mark: '📝', word: 'proposed' },
  'awaiting-approval': { mark: '✋', word: 'approval needed' },
  queued: { mark: '⏳', word: 'approved, about to start' },
  running: { mark: '▶️', word: 'running' },
  halted: { mark: '🛑', word: 'stopped, a person is needed' },
  succeeded: { mark: '✅', word: 'succeeded' },
  failed: { mark: '❌', word: 'failed' },
  undone: { mark: '↩️', word: 'taken back' },
  cancelled: { mark: '🚫', word: 'cancelled' },
  denied: { mark: '🚫', word: 'denied' },
  expired: { mark: '⌛', word: 'expired' },
};

/** The state of a run in words, finer than its name: where it waits, and in which direction it goes. */
export function stateOf(run: RunView): { readonly mark: string; readonly word: string } {
  if (run.queue !== null) return { mark: '⏳', word: run.state === 'queued' ? 'approved, waiting in line' : 'waiting in line to go on' };
  const waiting = awaited(run);
  if (waiting !== null) return { mark: '✋', word: `a person has to do step ${waiting.number} of ${run.plan.steps.length}` };
  const step = run.state === 'running' && run.direction === 'forward' ? current(run) : null;
  if (step !== null) return { mark: '▶️', word: `running, step ${step.number} of ${run.plan.steps.length}` };
  if (run.state === 'running' && run.direction === 'undo') return { mark: '↩️', word: 'taking back' };
  if (run.state === 'halted' && run.direction === 'undo') return { mark: '🛑', word: 'stopped while taking back, a person is needed' };
  if (run.state === 'awaiting-approval' && run.requirement !== null) {
    return { mark: '✋', word: `approval needed (${approvals(run)} of ${run.requirement.quorum})` };
  }
  return stateWords[run.state];
}

export const approvals = (run: RunView): number => run.votes.filter((vote) => vote.choice === 'approve').length;

/** `Failover of prod-sql`. */
export const titleOf = (operation: string, link: string): string => `${operation.charAt(0).toUpperCase()}${operation.slice(1)} of ${link}`;

export const engineWords: Readonly<Record<EngineId, string>> = {
  'cockroach-pcr': 'CockroachDB physical replication',
  'cockroach-ldr': 'CockroachDB logical replication',
  'neo4j-ccdr': 'Neo4j cross-cluster replication',
  'tigergraph-crr': 'TigerGraph cross-region replication',
};

export const meansWords: Readonly<Record<Means, string>> = { reaction: 'reaction', button: 'button', command: 'command' };

export const writableWords: Readonly<Record<Tristate, string>> = {
  yes: 'accepts writes',
  no: 'takes no writes',
  unknown: 'not known whether it accepts writes',
};

/** The start of a hash, as people compare it. */
export const shortHash = (hash: string): string => hash.slice(0, 8);
