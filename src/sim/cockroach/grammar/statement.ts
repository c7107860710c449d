import type { CatalogQuery, LdrShow, LdrStatement } from '../ldr/grammar/ldr-statement.ts';
import type { SqlType } from '../values/sql-types.ts';

/** A value given in the text of a statement, or by the number of a placeholder. */
export type Operand =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parameter'; readonly index: number }
  /** `[3]`: a virtual cluster by its id. */
  | { readonly kind: 'id'; readonly of: Operand };

export type Expression =
  | { readonly kind: 'literal'; readonly type: SqlType; readonly value: string | bigint | boolean | null }
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'star' }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'extract'; readonly part: string; readonly of: Expression }
  | { readonly kind: 'cast'; readonly to: SqlType; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'is-null'; readonly of: Expression; readonly negated: boolean }
  | { readonly kind: 'in'; readonly of: Expression; readonly list: readonly Expression[]; readonly negated: boolean };

export type Show =
  | LdrShow
  | { readonly kind: 'show-variable'; readonly name: string }
  | { readonly kind: 'show-cluster-setting'; readonly name: string }
  | { readonly kind: 'show-cluster-settings' }
  | {
      readonly kind: 'show-virtual-cluster';
      /** null: all of them. */
      readonly of: Operand | null;
      readonly with: ReadonlySet<'replication status' | 'capabilities' | 'prior replication details'>;
    }
  | { readonly kind: 'show-fingerprints'; readonly of: Operand; readonly start: Expression | null }
  | { readonly kind: 'show-jobs'; readonly resolvedTimestamp: boolean }
  | { readonly kind: 'show-job'; readonly job: Expression; readonly whenComplete: boolean }
  | { readonly kind: 'show-system-grants'; readonly grantees: readonly string[] | null }
  | { readonly kind: 'show-role-grants'; readonly role: string; readonly members: readonly string[] | null }
  | { readonly kind: 'show-users' }
  | { readonly kind: 'show-regions' }
  | { readonly kind: 'show-sessions' }
  | { readonly kind: 'show-schedules' }
  | { readonly kind: 'show-changefeed-jobs' }
  | { readonly kind: 'show-zone-configurations' }
  | { readonly kind: 'show-external-connections'; readonly name: Operand | null }
  | { readonly kind: 'show-create-external-connection'; readonly name: Operand | null }
  | { readonly kind: 'show-external-connection-grants'; readonly name: string };

export interface SelectItem {
  readonly expression: Expression;
  readonly alias: string | null;
}

export type Source =
  | { readonly kind: 'show'; readonly show: Show }
  | { readonly kind: 'relation'; readonly parts: readonly string[] }
  | { readonly kind: 'select'; readonly select: Select }
  | { readonly kind: 'catalog'; readonly query: CatalogQuery; readonly column: string };

export interface Select {
  readonly kind: 'select';
  readonly items: readonly SelectItem[];
  readonly from: Source | null;
  readonly asOf: Expression | null;
  readonly where: Expression | null;
  readonly orderBy: readonly { readonly expression: Expression; readonly descending: boolean }[];
  readonly limit: Expression | null;
}

export interface ReplicationOptions {
  readonly retention: Operand | null;
  readonly expirationWindow: Operand | null;
  readonly reader: boolean;
}

export type VirtualClusterStatement =
  | {
      readonly kind: 'create-virtual-cluster';
      readonly vc: Operand;
      readonly ifNotExists: boolean;
      readonly like: Operand | null;
      readonly source: Operand;
      readonly uri: Operand;
      readonly options: ReplicationOptions;
    }
  | {
      readonly kind: 'start-replication';
      readonly vc: Operand;
      readonly source: Operand;
      readonly uri: Operand;
      readonly options: ReplicationOptions;
    }
  | { readonly kind: 'pause-replication'; readonly vc: Operand }
  | { readonly kind: 'resume-replication'; readonly vc: Operand }
  /** `to: null` is LATEST. */
  | { readonly kind: 'complete-replication'; readonly vc: Operand; readonly to: Expression | null }
  | { readonly kind: 'set-replication'; readonly vc: Operand; readonly options: ReplicationOptions }
  | { readonly kind: 'set-source-expiration'; readonly vc: Operand; readonly window: Operand }
  | { readonly kind: 'start-service'; readonly vc: Operand; readonly mode: 'shared' | 'external' }
  | { readonly kind: 'stop-service'; readonly vc: Operand }
  | { readonly kind: 'rename-virtual-cluster'; readonly vc: Operand; readonly to: Operand }
  | { readonly kind: 'reset-virtual-cluster'; readonly vc: Operand; readonly to: Expression }
  | { readonly kind: 'alter-capability'; readonly vc: Operand; readonly grant: boolean; readonly capabilities: readonly string[] | 'all' }
  | {
      readonly kind: 'alter-virtual-cluster-setting';
      readonly vc: Operand | 'all';
      readonly name: string;
      readonly value: Expression | null;
    }
  | { readonly kind: 'drop-virtual-cluster'; readonly vc: Operand; readonly ifExists: boolean };

export type OtherStatement =
  | { readonly kind: 'empty' }
  | { readonly kind: 'begin'; readonly readOnly: boolean }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'set-variable'; readonly name: string; readonly value: Expression | null }
  | { readonly kind: 'set-cluster-setting'; readonly name: string; readonly value: Expression | null }
  | {
      readonly kind: 'control-jobs';
      readonly action: 'pause' | 'resume' | 'cancel';
      readonly jobs: Expression | Select;
      readonly reason: Expression | null;
    }
  | { readonly kind: 'control-schedules'; readonly action: 'pause' | 'resume'; readonly schedules: Expression | Select }
  | { readonly kind: 'cancel-sessions'; readonly sessions: readonly Expression[] | Select; readonly ifExists: boolean }
  | { readonly kind: 'create-external-connection'; readonly name: Operand; readonly uri: Operand; readonly ifNotExists: boolean }
  | { readonly kind: 'alter-external-connection'; readonly name: Operand; readonly uri: Operand }
  | { readonly kind: 'drop-external-connection'; readonly name: Operand }
  | {
      readonly kind: 'create-user';
      readonly name: string;
      readonly ifNotExists: boolean;
      readonly password: Operand | null;
      readonly options: readonly string[];
    }
  | { readonly kind: 'alter-user'; readonly name: string; readonly password: Operand | null; readonly options: readonly string[] }
  | { readonly kind: 'drop-user'; readonly names: readonly string[]; readonly ifExists: boolean }
  | {
      readonly kind: 'grant-system';
      readonly grant: boolean;
      readonly privileges: readonly string[];
      readonly users: readonly string[];
      /** They may give them on. */
      readonly grantable: boolean;
    }
  | {
      readonly kind: 'grant-external-connection';
      readonly grant: boolean;
      readonly privileges: readonly string[];
      readonly connections: readonly string[];
      readonly users: readonly string[];
    }
  | { readonly kind: 'grant-role'; readonly grant: boolean; readonly role: string; readonly users: readonly string[] };

export type Statement = Select | Show | VirtualClusterStatement | OtherStatement | LdrStatement;
export type StatementKind = Statement['kind'];
