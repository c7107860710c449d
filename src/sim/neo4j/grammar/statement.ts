import type { CypherVersion } from '../contract.ts';
import type { Cell } from '../wire/packstream.ts';

export type Expression =
  | { readonly kind: 'value'; readonly value: Cell }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Expression])[] };

export type Comparison = '=' | '<>' | '<' | '>' | '<=' | '>=' | 'STARTS WITH' | 'ENDS WITH' | 'CONTAINS' | 'IN';

export type Condition =
  | { readonly kind: 'and'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'null'; readonly of: Expression; readonly is: boolean }
  | { readonly kind: 'compare'; readonly by: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'truth'; readonly of: Expression };

export interface YieldItem {
  readonly name: string;
  readonly as: string;
}

/** What follows a SHOW or a CALL: which columns, which rows, in which order. */
export interface View {
  /** null: the default columns. */
  readonly items: readonly YieldItem[] | '*' | null;
  readonly where: Condition | null;
  readonly orderBy: readonly { readonly name: string; readonly descending: boolean }[];
  readonly limit: number | null;
}

export interface TopologyClause {
  readonly primaries: Expression;
  /** null: not said. */
  readonly secondaries: Expression | null;
}

/** Seconds to wait; null: NOWAIT. */
export type Wait = number | null;

interface Named {
  readonly name: Expression;
}

export interface CreateDatabase extends Named {
  readonly ifNotExists: boolean;
  readonly orReplace: boolean;
  readonly topology: TopologyClause | null;
  readonly options: Expression | null;
  readonly wait: Wait;
}

export interface TallyPart {
  readonly what: 'nodes' | 'relationships';
  readonly label: string | null;
  readonly name: string;
}

/** All that the simulator understands, by kind. */
export type Statement =
  | { readonly kind: 'show-databases'; readonly which: 'all' | 'default' | 'home' | Expression; readonly view: View }
  | { readonly kind: 'show-servers'; readonly view: View }
  | { readonly kind: 'show-aliases'; readonly name: Expression | null; readonly view: View }
  | { readonly kind: 'show-settings'; readonly names: readonly Expression[]; readonly view: View }
  | { readonly kind: 'show-procedures'; readonly view: View }
  | { readonly kind: 'show-transactions'; readonly ids: readonly Expression[]; readonly view: View }
  | { readonly kind: 'terminate-transactions'; readonly ids: readonly Expression[]; readonly view: View }
  | { readonly kind: 'show-privileges'; readonly of: 'all' | 'user' | Expression; readonly asCommands: boolean; readonly view: View }
  | { readonly kind: 'show-current-user'; readonly view: View }
  | ({ readonly kind: 'create-database' } & CreateDatabase)
  | ({ readonly kind: 'create-replica' } & CreateDatabase)
  | ({ readonly kind: 'set-access'; readonly access: 'read-only' | 'read-write'; readonly ifExists: boolean; readonly wait: Wait } & Named)
  | ({ readonly kind: 'set-topology'; readonly topology: TopologyClause; readonly ifExists: boolean; readonly wait: Wait } & Named)
  | ({
      readonly kind: 'drop-database';
      readonly ifExists: boolean;
      readonly cascade: boolean;
      readonly dump: boolean;
      readonly wait: Wait;
    } & Named)
  | ({ readonly kind: 'start-database'; readonly wait: Wait } & Named)
  | ({ readonly kind: 'stop-database'; readonly wait: Wait } & Named)
  | ({
      readonly kind: 'create-alias';
      readonly target: Expression;
      readonly ifNotExists: boolean;
      readonly orReplace: boolean;
    } & Named)
  | ({ readonly kind: 'alter-alias'; readonly target: Expression; readonly ifExists: boolean } & Named)
  | ({ readonly kind: 'drop-alias'; readonly ifExists: boolean } & Named)
  | ({ readonly kind: 'create-role'; readonly ifNotExists: boolean } & Named)
  /** `scope` is a database of the cluster; null for `*`, the home graph and the DBMS. */
  | { readonly kind: 'grant'; readonly text: string; readonly scope: string | null; readonly role: string }
  | { readonly kind: 'call'; readonly procedure: string; readonly args: readonly Expression[]; readonly view: View }
  | {
      readonly kind: 'count';
      readonly what: 'nodes' | 'relationships';
      readonly label: string | null;
      /** Column of the labels or types; null: one number for all. */
      readonly groupAs: string | null;
      readonly as: string;
      readonly descending: boolean | null;
    }
  /** Counts of several patterns, each by a name of its own, one row each. */
  | { readonly kind: 'tally'; readonly parts: readonly TallyPart[]; readonly nameAs: string; readonly as: string }
  | { readonly kind: 'write'; readonly label: string | null }
  | { readonly kind: 'return'; readonly value: Expression; readonly as: string };

export type StatementKind = Statement['kind'];

export interface Parsed {
  readonly text: string;
  /** null: the database's own default language. */
  readonly cypher: CypherVersion | null;
  /** It is planned only, and nothing of it is run. */
  readonly explain: boolean;
  readonly statement: Statement;
}
