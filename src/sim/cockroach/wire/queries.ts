import { SqlError } from '../sql-error.ts';
import type { WireTable } from '../values/sql-types.ts';
import type { Answer, BackendSession, Prepared } from './backend.ts';
import {
  bindComplete,
  closeComplete,
  commandComplete,
  dataRows,
  emptyQuery,
  noData,
  parameterDescription,
  parseComplete,
  portalSuspended,
  readyForQuery,
  rowDescription,
} from './backend-messages.ts';
import { type Packet, readBind, readFields, readParse } from './frontend-messages.ts';

interface Portal<P> {
  readonly prepared: P;
  readonly values: readonly (string | null)[];
  /** Rows that a row limit has held back. */
  held: { readonly table: WireTable; readonly tag: string } | null;
}

/** Runs the query messages of one session; an error it throws belongs to the client. */
export interface QueryRunner {
  run(packet: Packet): Promise<void>;
}

const missing = (what: string, name: string): SqlError => new SqlError(what === 'portal' ? '34000' : '26000', `unknown ${what} "${name}"`);

export function createQueryRunner<P extends Prepared>(session: BackendSession<P>, send: (bytes: Buffer) => void): QueryRunner {
  const statements = new Map<string, P>();
  const portals = new Map<string, Portal<P>>();

  const sendAnswer = (answer: Answer, describe: boolean): void => {
    if (answer.table !== null) {
      if (describe) send(rowDescription(answer.table.columns));
      for (const row of dataRows(answer.table)) send(row);
    }
    send(answer.tag === null ? emptyQuery() : commandComplete(answer.tag));
  };

  const simple = async (body: Buffer): Promise<void> => {
    for (const prepared of session.prepare(readFields(body).text())) {
      if (prepared.parameters > 0) throw new SqlError('42P02', 'no value provided for placeholder: $1');
      sendAnswer(await session.run(prepared, []), true);
    }
    send(readyForQuery(session.transactionStatus()));
  };

  const parseStatement = (body: Buffer): void => {
    const { name, sql } = readParse(body);
    const prepared = session.prepare(sql);
    const [only] = prepared;
    if (only === undefined || prepared.length > 1) {
      throw new SqlError('42601', 'prepared statement had more than one statement: wrong number of statements');
    }
    if (name !== '' && statements.has(name)) throw new SqlError('42P05', `prepared statement "${name}" already exists`);
    statements.set(name, only);
    send(parseComplete());
  };

  const bind = (body: Buffer): void => {
    const { portal, statement, values } = readBind(body);
    const prepared = statements.get(statement);
    if (prepared === undefined) throw missing('prepared statement', statement);
    if (values.length !== prepared.parameters) {
      throw new SqlError('08P01', `expected ${prepared.parameters} arguments, got ${values.length}`);
    }
    portals.set(portal, { prepared, values, held: null });
    send(bindComplete());
  };

  const describe = (body: Buffer): void => {
    const kind = body.toString('latin1', 0, 1);
    const name = readFields(body.subarray(1)).text();
    const prepared = kind === 'S' ? statements.get(name) : portals.get(name)?.prepared;
    if (prepared === undefined) throw missing(kind === 'S' ? 'prepared statement' : 'portal', name);
    if (kind === 'S') send(parameterDescription(prepared.parameters));
    send(prepared.columns === null ? noData() : rowDescription(prepared.columns));
  };

  const execute = async (body: Buffer): Promise<void> => {
    const fields = readFields(body);
    const name = fields.text();
    const limit = fields.int32();
    const portal = portals.get(name);
    if (portal === undefined) throw missing('portal', name);
    const answer = portal.held ?? (await session.run(portal.prepared, portal.values));
    portal.held = null;
    if (limit > 0 && answer.table !== null && answer.tag !== null && answer.table.rows.length > limit) {
      const { columns, rows } = answer.table;
      portal.held = { table: { columns, rows: rows.slice(limit) }, tag: answer.tag };
      for (const row of dataRows({ columns, rows: rows.slice(0, limit) })) send(row);
      send(portalSuspended());
    } else sendAnswer(answer, false);
  };

  const closeOne = (body: Buffer): void => {
    const name = readFields(body.subarray(1)).text();
    if (body.toString('latin1', 0, 1) === 'S') statements.delete(name);
    else portals.delete(name);
    send(closeComplete());
  };

  const kinds: Readonly<Record<string, (body: Buffer) => void | Promise<void>>> = {
    Q: simple,
    P: parseStatement,
    B: bind,
    D: describe,
    E: execute,
    C: closeOne,
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
