import type { SimSide } from './contract.ts';
import { SqlError } from './sql-error.ts';
import type { Us } from './state/model.ts';
import type { ClientLine } from './wire/backend.ts';

/** Why a running statement was stopped. */
export type StopReason = 'cancelled' | 'session-cancelled' | 'timeout' | 'gone' | 'closed';

export interface ActiveStatement {
  readonly text: string;
  readonly sinceUs: Us;
  readonly abort: AbortController;
  stopped: StopReason | null;
  /** It goes on when the client has gone: the server doesn't notice. */
  lingers: boolean;
}

/** One client connection that has logged in. */
export interface Session {
  /** 32 hex digits, as SHOW SESSIONS prints it. */
  readonly id: string;
  readonly pid: number;
  readonly secret: number;
  readonly side: SimSide;
  readonly vcId: number;
  readonly vcName: string;
  readonly user: string;
  readonly sinceUs: Us;
  readonly line: ClientLine;
  readonly variables: Map<string, string>;
  transaction: 'I' | 'T' | 'E';
  readOnly: boolean;
  active: ActiveStatement | null;
  lastStatement: string;
  /** Its connection is gone, but a statement of it may linger. */
  gone: boolean;
  cancelled: boolean;
}

export const tagOf = (session: Session): string => session.variables.get('application_name') ?? '';

/** The live sessions of both sides. */
export interface Sessions {
  open(of: Pick<Session, 'side' | 'vcId' | 'vcName' | 'user' | 'sinceUs' | 'line' | 'variables'>): Session;
  /** Sessions of one virtual cluster, oldest first. */
  on(side: SimSide, vcId: number): readonly Session[];
  all(): readonly Session[];
  remove(session: Session): void;
  /** CancelRequest: the pid and secret must match. */
  byKey(side: SimSide, pid: number, secret: number): Session | null;
}

/** Stops the running statement of a session, if there is one. */
export function stopStatement(session: Session, reason: StopReason): void {
  const { active } = session;
  if (active === null || active.stopped !== null) return;
  active.stopped = reason;
  active.abort.abort();
}

/** CANCEL SESSION: its statement ends now and takes no effect any more, and its client is sent away. */
export function cancelSession(sessions: Sessions, session: Session): void {
  session.cancelled = true;
  sessions.remove(session);
  if (session.active === null) session.line.dismiss('57P01', 'terminating connection due to administrator command');
  else stopStatement(session, 'session-cancelled');
}

export const unknownSession = (id: string): SqlError => new SqlError('XXUUU', `session ID ${id} not found`);

/** Ids come from counters: they differ within a world and are the same in every run of a test. */
export function createSessions(): Sessions {
  const live = new Set<Session>();
  let count = 0;
  return {
    open: (of) => {
      count += 1;
      const session: Session = {
        ...of,
        id: `17${count.toString(16).padStart(14, '0')}0000000000000001`,
        pid: 100_000 + count,
        secret: (count * 7919 + 104_729) % 2_147_483_647,
        transaction: 'I',
        readOnly: false,
        active: null,
        lastStatement: '',
        gone: false,
        cancelled: false,
      };
      live.add(session);
      return session;
    },
    on: (side, vcId) => [...live].filter((session) => session.side === side && session.vcId === vcId),
    all: () => [...live],
    remove: (session) => void live.delete(session),
    byKey: (side, pid, secret) =>
      [...live].find((session) => session.side === side && session.pid === pid && session.secret === secret) ?? null,
  };
}
