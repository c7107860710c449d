import type { SimSide } from './contract.ts';
import type { Ms } from './state/model.ts';
import type { ClientLine, Extras, Fields } from './wire/backend.ts';

/** Why a running statement was stopped. */
export type StopReason = 'terminated' | 'timeout' | 'gone' | 'reset' | 'closed';

export interface ActiveStatement {
  readonly text: string;
  readonly parameters: Fields;
  readonly abort: AbortController;
  stopped: StopReason | null;
  /** It goes on when the client has gone: the server doesn't notice. */
  lingers: boolean;
}

/** An open transaction; every statement has one. */
export interface Transaction {
  readonly id: string;
  readonly database: string;
  readonly sinceMs: Ms;
  readonly extras: Extras;
  terminated: boolean;
}

/** One client connection. */
export interface Session {
  readonly id: string;
  readonly side: SimSide;
  readonly serverId: string;
  readonly line: ClientLine;
  /** null before LOGON. */
  user: string | null;
  transaction: Transaction | null;
  active: ActiveStatement | null;
  /** Its connection is gone, but a statement of it may linger. */
  gone: boolean;
}

const tagShape = /^replops\/[^/]+\/\d+$/;

/** What a client calls its transaction: `tag` of the metadata, or whatever in it has the form of a run's tag. */
export function tagOf({ metadata }: Pick<Extras, 'metadata'>): string {
  const { tag } = metadata;
  if (typeof tag === 'string') return tag;
  return Object.values(metadata).find((value): value is string => typeof value === 'string' && tagShape.test(value)) ?? '';
}

export const fenceOf = (tag: string): number | null => {
  const fence = /^replops\/[^/]+\/(\d+)$/.exec(tag)?.[1];
  return fence === undefined ? null : Number(fence);
};

/** The live sessions of both sides. */
export interface Sessions {
  open(of: Pick<Session, 'side' | 'serverId' | 'line'>): Session;
  all(): readonly Session[];
  remove(session: Session): void;
  transactionId(database: string): string;
}

/** Stops the running statement of a session, if there is one. */
export function stopStatement(session: Session, reason: StopReason): void {
  const { active } = session;
  if (active === null || active.stopped !== null) return;
  active.stopped = reason;
  active.abort.abort();
}

/** Ids come from counters: they differ within a world and are the same in every run of a test. */
export function createSessions(): Sessions {
  const live = new Set<Session>();
  let connections = 0;
  let transactions = 0;
  return {
    open: (of) => {
      connections += 1;
      const session: Session = { ...of, id: `bolt-${connections}`, user: null, transaction: null, active: null, gone: false };
      live.add(session);
      return session;
    },
    all: () => [...live],
    remove: (session) => void live.delete(session),
    transactionId: (database) => {
      transactions += 1;
      return `${database}-transaction-${transactions}`;
    },
  };
}
