import type { Expression, Operand } from '../../grammar/statement.ts';

/** A table as a statement names it: one to three parts. */
export type TableName = readonly string[];

export interface LdrOptions {
  readonly cursor: Operand | null;
  readonly mode: Operand | null;
  readonly defaultFunction: Operand | null;
  readonly functions: readonly { readonly name: TableName; readonly table: TableName }[];
  readonly discard: Operand | null;
  readonly skipSchemaCheck: boolean;
  readonly label: Operand | null;
  readonly parent: Operand | null;
  readonly unidirectional: boolean;
  readonly bidirectional: Operand | null;
}

export interface LdrTarget {
  readonly tables: readonly TableName[];
  /** A whole database parses, and is refused later. */
  readonly database: boolean;
  readonly plural: boolean;
}

export interface CreateLdr {
  readonly kind: 'create-logical-replication-stream' | 'create-logically-replicated';
  readonly from: LdrTarget;
  readonly into: LdrTarget;
  readonly uri: Operand;
  readonly options: LdrOptions;
}

export type LdrStatement =
  | CreateLdr
  | {
      readonly kind: 'grant-objects';
      readonly grant: boolean;
      readonly on: 'table' | 'database';
      readonly privileges: readonly string[];
      readonly objects: readonly TableName[];
      readonly users: readonly string[];
    }
  | { readonly kind: 'truncate-tables'; readonly tables: readonly TableName[] }
  | { readonly kind: 'drop-tables'; readonly tables: readonly TableName[]; readonly ifExists: boolean }
  | { readonly kind: 'alter-table-storage'; readonly table: TableName; readonly parameters: readonly (readonly [string, string | null])[] }
  | { readonly kind: 'delete-rows'; readonly table: TableName; readonly where: Expression | null };

export type LdrShow =
  | { readonly kind: 'show-ldr-jobs'; readonly details: boolean }
  | { readonly kind: 'show-create-table'; readonly table: TableName }
  | { readonly kind: 'show-columns'; readonly table: TableName }
  | { readonly kind: 'show-indexes'; readonly table: TableName }
  | { readonly kind: 'show-constraints'; readonly table: TableName }
  | { readonly kind: 'show-triggers'; readonly table: TableName }
  | { readonly kind: 'show-zone-configuration'; readonly table: TableName }
  | { readonly kind: 'show-table-fingerprints'; readonly table: TableName }
  | { readonly kind: 'show-enums'; readonly of: TableName | null }
  | { readonly kind: 'show-functions'; readonly of: TableName | null }
  | { readonly kind: 'show-tables'; readonly of: TableName | null }
  | { readonly kind: 'show-databases' }
  | {
      readonly kind: 'show-object-grants';
      readonly on: 'table' | 'database';
      readonly objects: readonly TableName[];
      readonly grantees: readonly string[] | null;
    };

/** Catalog queries with joins or casts that the small SELECT lacks; each is known by its exact text. */
export type CatalogQuery =
  | { readonly kind: 'partial-indexes'; readonly database: string; readonly schema: string; readonly table: string }
  | { readonly kind: 'inbound-foreign-keys'; readonly database: string; readonly table: string };
