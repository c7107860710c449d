import { SqlError } from '../sql-error.ts';
import { type Send, sendAnswer } from './answers.ts';
import type { BackendSession, Prepared } from './backend.ts';
import { readyForQuery } from './backend-messages.ts';
import { createExtendedQueries } from './extended-queries.ts';
import { type Packet, readFields } from './frontend-messages.ts';

/** Runs the query messages of one session; an error it throws belongs to the client. */
export interface QueryRunner {
  run(packet: Packet): Promise<void>;
}

async function runSimple<P extends Prepared>(session: BackendSession<P>, send: Send, sql: string): Promise<void> {
  for (const prepared of session.prepare(sql)) {
    if (prepared.parameters > 0) throw new SqlError('42P02', 'no value provided for placeholder: $1');
    sendAnswer(send, await session.run(prepared, []), true);
  }
  send(readyForQuery(session.transactionStatus()));
}

export function createQueryRunner<P extends Prepared>(session: BackendSession<P>, send: Send): QueryRunner {
  const kinds: Readonly<Record<string, (body: Buffer) => void | Promise<void>>> = {
    ...createExtendedQueries(session, send),
    Q: (body) => runSimple(session, send, readFields(body).text()),
    H: () => undefined,
    S: () => send(readyForQuery(session.transactionStatus())),
  };
  return {
    run: async ({ type, body }) => {
      const act = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
      if (act === undefined) throw new SqlError('08P01', `unrecognized message type ${JSON.stringify(type)}`, { severity: 'FATAL' });
      await act(body);
    },
  };
}
