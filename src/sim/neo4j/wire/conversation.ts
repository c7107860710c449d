import { GraphError, invalidRequest } from '../graph-error.ts';
import type { Answer, Backend, BackendSession } from './backend.ts';
import { extrasOf, mapField, record, requests, sizeOf, success, summary, textField, textsOf } from './messages.ts';
import type { Structure } from './packstream.ts';

/** Where a connection stands; what it may say next follows from it. */
type State = 'negotiated' | 'authentication' | 'ready' | 'streaming' | 'tx-ready' | 'tx-streaming' | 'failed';

/** One result that is being read. */
interface Stream {
  readonly answer: Answer;
  at: number;
}

/** The server's half of what is said on one connection after the handshake. */
export interface Conversation {
  /** Answers one request. A refusal is thrown; what follows is ignored until a RESET. */
  answer(message: Structure): Promise<void>;
  fail(): void;
  hasFailed(): boolean;
  reset(): void;
}

type Act = (message: Structure) => Promise<void>;

const allowed: Readonly<Record<Exclude<State, 'failed'>, readonly number[]>> = {
  negotiated: [requests.hello],
  authentication: [requests.logon],
  ready: [requests.run, requests.begin, requests.route, requests.logoff, requests.telemetry],
  streaming: [requests.pull, requests.discard],
  'tx-ready': [requests.run, requests.commit, requests.rollback],
  'tx-streaming': [requests.pull, requests.discard, requests.run],
};

export function createConversation(backend: Backend, session: BackendSession, send: (bytes: Buffer) => void): Conversation {
  let state: State = 'negotiated';
  const streams = new Map<bigint, Stream>();
  let lastId = -1n;
  const inTransaction = (): boolean => state === 'tx-ready' || state === 'tx-streaming';

  const streamOf = (message: Structure): readonly [bigint, Stream] => {
    const asked = mapField(message, 0)['qid'];
    const id = typeof asked === 'bigint' && asked >= 0n ? asked : lastId;
    const stream = streams.get(id);
    if (stream === undefined) throw invalidRequest(`there is no result ${id}`);
    return [id, stream];
  };

  const deliver = (message: Structure, each: (row: Answer['rows'][number]) => void): void => {
    const [id, stream] = streamOf(message);
    const { rows } = stream.answer;
    const end = Math.min(rows.length, stream.at + sizeOf(message));
    for (const row of rows.slice(stream.at, end)) each(row);
    stream.at = end;
    if (end < rows.length) {
      send(success({ has_more: true }));
      return;
    }
    streams.delete(id);
    send(summary(stream.answer, inTransaction()));
    if (streams.size === 0) state = inTransaction() ? 'tx-ready' : 'ready';
  };

  const run: Act = async (message) => {
    const within = inTransaction();
    const [statement, parameters] = [textField(message, 0), mapField(message, 1)];
    const answer = await session.run(statement, parameters, within ? null : extrasOf(mapField(message, 2)));
    lastId += 1n;
    streams.set(lastId, { answer, at: 0 });
    state = within ? 'tx-streaming' : 'streaming';
    send(success({ fields: answer.columns, t_first: 1n, db: answer.database, ...(within ? { qid: lastId } : {}) }));
  };

  const logOn: Act = async (message) => {
    const auth = mapField(message, 0);
    const text = (key: string): string => {
      const value = auth[key];
      return typeof value === 'string' ? value : '';
    };
    await session.logOn(text('scheme'), text('principal'), text('credentials'));
    state = 'ready';
    send(success({}));
  };

  const acts: Readonly<Record<number, Act>> = {
    [requests.hello]: async (message) => {
      mapField(message, 0);
      state = 'authentication';
      send(success({ server: backend.agent, connection_id: session.id, hints: {} }));
    },
    [requests.logon]: logOn,
    [requests.logoff]: async () => {
      session.logOff();
      state = 'authentication';
      send(success({}));
    },
    [requests.telemetry]: async () => send(success({})),
    [requests.route]: async (message) => {
      const database = mapField(message, 2)['db'];
      const table = await session.route(typeof database === 'string' ? database : null, textsOf(message.fields[1]));
      send(success({ rt: table }));
    },
    [requests.run]: run,
    [requests.begin]: async (message) => {
      await session.begin(extrasOf(mapField(message, 0)));
      state = 'tx-ready';
      send(success({}));
    },
    [requests.pull]: async (message) => deliver(message, (row) => send(record(row))),
    [requests.discard]: async (message) => deliver(message, () => undefined),
    [requests.commit]: async () => {
      const bookmark = await session.commit();
      state = 'ready';
      send(success({ bookmark }));
    },
    [requests.rollback]: async () => {
      session.rollback();
      state = 'ready';
      send(success({}));
    },
  };

  return {
    answer: async (message) => {
      const act = acts[message.signature];
      if (act === undefined || state === 'failed' || !allowed[state].includes(message.signature)) {
        throw new GraphError(
          'Neo.ClientError.Request.Invalid',
          '08N06',
          `Message 0x${message.signature.toString(16)} cannot be handled by a session in the ${state} state.`,
          true,
        );
      }
      await act(message);
    },
    fail: () => {
      state = 'failed';
      streams.clear();
    },
    hasFailed: () => state === 'failed',
    reset: () => {
      streams.clear();
      session.rollback();
      state = 'ready';
      send(success({}));
    },
  };
}
