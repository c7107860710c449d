import type { SimVersion } from '../../grammar/dialect.ts';

/** What differs between versions in logical data replication. */
export interface LdrDialect {
  /** CREATE LOGICALLY REPLICATED. */
  readonly creates: boolean;
  /** A source must be named by an external connection. */
  readonly externalOnly: boolean;
  /** Active version below which nothing can be started; null: any will do. */
  readonly finalizedOn: '25.1' | null;
  readonly tablesColumn: 'targets' | 'tables';
  readonly commandColumn: 'description' | 'command';
  /** REPLICATIONSOURCE and REPLICATIONDEST, on tables too. */
  readonly tablePrivileges: boolean;
  readonly partialIndexes: boolean;
  readonly hashIndexes: boolean;
  /** Expressions with sequences, in tables that both sides have. */
  readonly sequences: boolean;
  readonly truncateLocked: boolean;
  /** Tables with foreign keys, where MODE = 'validated'. */
  readonly validatedForeignKeys: boolean;
}

const ldr243: LdrDialect = {
  creates: false,
  externalOnly: false,
  finalizedOn: null,
  tablesColumn: 'targets',
  commandColumn: 'description',
  tablePrivileges: false,
  partialIndexes: false,
  hashIndexes: false,
  sequences: false,
  truncateLocked: false,
  validatedForeignKeys: true,
};

const ldr251: LdrDialect = {
  ...ldr243,
  creates: true,
  externalOnly: true,
  finalizedOn: '25.1',
  tablesColumn: 'tables',
  commandColumn: 'command',
  validatedForeignKeys: false,
};

const ldr252: LdrDialect = { ...ldr251, tablePrivileges: true, partialIndexes: true };

const ldr254: LdrDialect = { ...ldr252, truncateLocked: true };

const ldr261: LdrDialect = { ...ldr254, sequences: true };

/** null: the version has no logical data replication. */
export const ldrDialects: Readonly<Record<SimVersion, LdrDialect | null>> = {
  '23.2': null,
  '24.1': null,
  '24.2': null,
  '24.3': ldr243,
  '25.1': ldr251,
  '25.2': ldr252,
  '25.3': ldr252,
  '25.4': ldr254,
  '26.1': ldr261,
  '26.2': { ...ldr261, hashIndexes: true },
};
