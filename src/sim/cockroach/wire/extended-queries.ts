import { SqlError } from '../sql-error.ts';
import { type Send, sendAnswer } from './answers.ts';
import type { Answer, BackendSession, Prepared } from './backend.ts';
import {
  bindComplete,
  closeComplete,
  dataRows,
  noData,
  parameterDescription,
  parseComplete,
  portalSuspended,
  rowDescription,
} from './backend-messages.ts';
import { readBind, readFields, readParse } from './frontend-messages.ts';

interface Portal<P> {
  readonly prepared: P;
  readonly values: readonly (string | null)[];
  /** Rows that a row limit has held back. */
  held: Answer | null;
}

/** What one session has prepared and bound. */
interface Memory<P extends Prepared> {
  readonly session: BackendSession<P>;
  readonly send: Send;
  readonly statements: Map<string, P>;
  readonly portals: Map<string, Portal<P>>;
}

const noStatement = (name: string): SqlError => new SqlError('26000', `unknown prepared statement "${name}"`);
const noPortal = (name: string): SqlError => new SqlError('34000', `unknown portal "${name}"`);

function parseStatement<P extends Prepared>({ session, send, statements }: Memory<P>, body: Buffer): void {
  const { name, sql } = readParse(body);
  const prepared = session.prepare(sql);
  const [only] = prepared;
  if (only === undefined || prepared.length > 1) {
    throw new SqlError('42601', 'prepared statement had more than one statement: wrong number of statements');
  }
  if (name !== '' && statements.has(name)) throw new SqlError('42P05', `prepared statement "${name}" already exists`);
  statements.set(name, only);
  send(parseComplete());
}

function bind<P extends Prepared>({ send, statements, portals }: Memory<P>, body: Buffer): void {
  const { portal, statement, values } = readBind(body);
  const prepared = statements.get(statement);
  if (prepared === undefined) throw noStatement(statement);
  if (values.length !== prepared.parameters) {
    throw new SqlError('08P01', `expected ${prepared.parameters} arguments, got ${values.length}`);
  }
  portals.set(portal, { prepared, values, held: null });
  send(bindComplete());
}

function describe<P extends Prepared>({ send, statements, portals }: Memory<P>, body: Buffer): void {
  const ofStatement = body.toString('latin1', 0, 1) === 'S';
  const name = readFields(body.subarray(1)).text();
  const prepared = ofStatement ? statements.get(name) : portals.get(name)?.prepared;
  if (prepared === undefined) throw ofStatement ? noStatement(name) : noPortal(name);
  if (ofStatement) send(parameterDescription(prepared.parameters));
  send(prepared.columns === null ? noData() : rowDescription(prepared.columns));
}

async function execute<P extends Prepared>({ session, send, portals }: Memory<P>, body: Buffer): Promise<void> {
  const fields = readFields(body);
  const name = fields.text();
  const limit = fields.int32();
  const portal = portals.get(name);
  if (portal === undefined) throw noPortal(name);
  const answer = portal.held ?? (await session.run(portal.prepared, portal.values));
  portal.held = null;
  if (limit <= 0 || answer.table === null || answer.table.rows.length <= limit) return sendAnswer(send, answer, false);
  const { columns, rows } = answer.table;
  portal.held = { table: { columns, rows: rows.slice(limit) }, tag: answer.tag };
  for (const row of dataRows({ columns, rows: rows.slice(0, limit) })) send(row);
  send(portalSuspended());
}

function close<P extends Prepared>({ send, statements, portals }: Memory<P>, body: Buffer): void {
  const names = body.toString('latin1', 0, 1) === 'S' ? statements : portals;
  names.delete(readFields(body.subarray(1)).text());
  send(closeComplete());
}

/** The messages of the extended protocol, by their type byte. */
export function createExtendedQueries<P extends Prepared>(
  session: BackendSession<P>,
  send: Send,
): Readonly<Record<'P' | 'B' | 'D' | 'E' | 'C', (body: Buffer) => void | Promise<void>>> {
  const memory: Memory<P> = { session, send, statements: new Map(), portals: new Map() };
  return {
    P: (body) => parseStatement(memory, body),
    B: (body) => bind(memory, body),
    D: (body) => describe(memory, body),
    E: (body) => execute(memory, body),
    C: (body) => close(memory, body),
  };
}
