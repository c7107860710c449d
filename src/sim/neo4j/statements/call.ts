import type { CypherVersion } from '../contract.ts';
import type { Expression } from '../grammar/statement.ts';
import { argumentError, missingParameter, typeError } from '../graph-error.ts';
import type { Session, Sessions } from '../sessions.ts';
import type { Cluster, Ms, Server, SimState } from '../state/model.ts';
import type { Fields, Notice } from '../wire/backend.ts';
import { type Cell, isList, isMap } from '../wire/packstream.ts';

/** What a statement sees while it runs. */
export interface Call {
  readonly state: SimState;
  readonly cluster: Cluster;
  readonly server: Server;
  readonly session: Session;
  readonly sessions: Sessions;
  now(): Ms;
  readonly parameters: Fields;
  readonly cypher: CypherVersion;
  /** The database that it runs on: `system`, or one of the application's. */
  readonly database: string;
  readonly failedCreateLeavesRow: boolean;
  readonly listsInternal: boolean;
  effect(database: string | null, changed: boolean): void;
}

export interface Outcome {
  readonly columns: readonly string[];
  /** Asked once everything that the statement waits for has happened. */
  rows(): readonly (readonly Cell[])[];
  readonly type: 'r' | 'w' | 'rw' | 's';
  readonly wait: { readonly ms: number; ready(): boolean } | null;
  notices(): readonly Notice[];
  readonly systemUpdates: number;
}

export const rowsOf = (columns: readonly string[], rows: () => readonly (readonly Cell[])[], type: Outcome['type'] = 'r'): Outcome => ({
  columns,
  rows,
  type,
  wait: null,
  notices: () => [],
  systemUpdates: 0,
});

export const done = (systemUpdates: number): Outcome => ({ ...rowsOf([], () => [], 's'), systemUpdates });

/** The value of an expression that mentions no column. */
export function evaluate({ parameters }: Pick<Call, 'parameters'>, expression: Expression): Cell {
  if (expression.kind === 'value') return expression.value;
  if (expression.kind === 'list') return expression.items.map((item) => evaluate({ parameters }, item));
  if (expression.kind === 'map') return Object.fromEntries(expression.entries.map(([key, item]) => [key, evaluate({ parameters }, item)]));
  if (expression.kind === 'column') throw argumentError(`Variable \`${expression.name}\` not defined`);
  const value = parameters[expression.name];
  if (value === undefined) throw missingParameter(expression.name);
  return value;
}

const typeName = (cell: Cell): string => {
  if (cell === null) return 'NULL';
  if (typeof cell === 'bigint') return 'INTEGER';
  if (typeof cell === 'number') return 'FLOAT';
  if (isList(cell)) return 'LIST';
  return isMap(cell) ? 'MAP' : typeof cell === 'string' ? 'STRING' : 'BOOLEAN';
};

const expected = (type: string, cell: Cell) => typeError(`Type mismatch: expected ${type} but was ${typeName(cell)}`);

export function textOf(call: Pick<Call, 'parameters'>, expression: Expression): string {
  const cell = evaluate(call, expression);
  if (typeof cell !== 'string') throw expected('STRING', cell);
  return cell;
}

export const textCell = (cell: Cell | undefined): string => {
  if (typeof cell !== 'string') throw expected('STRING', cell ?? null);
  return cell;
};

/** A whole number; a FLOAT, which a JavaScript number becomes, is refused. */
export const integerCell = (cell: Cell | undefined): number => {
  if (typeof cell !== 'bigint') throw expected('INTEGER', cell ?? null);
  return Number(cell);
};

export const textsCell = (cell: Cell | undefined): readonly string[] => {
  if (!isList(cell)) throw expected('LIST<STRING>', cell ?? null);
  return cell.map(textCell);
};

export const mapCell = (cell: Cell | undefined): Fields => {
  if (!isMap(cell)) throw expected('MAP', cell ?? null);
  return cell;
};
