import type { SimVersion } from '../../grammar/dialect.ts';

/** What differs between versions in logical data replication. */
export interface LdrDialect {
  /** CREATE LOGICALLY REPLICATED. */
  readonly creates: boolean;
  /** A source must be named by an external connection. */
  readonly externalOnly: boolean;
  readonly tablesColumn: 'targets' | 'tables';
  readonly commandColumn: 'description' | 'command';
  /** REPLICATIONSOURCE and REPLICATIONDEST, on tables too. */
  readonly tablePrivileges: boolean;
  readonly partialIndexes: boolean;
  readonly hashIndexes: boolean;
  readonly sequences: boolean;
  readonly truncateLocked: boolean;
}

const ldr243: LdrDialect = {
  creates: false,
  externalOnly: false,
  tablesColumn: 'targets',
  commandColumn: 'description',
  tablePrivileges: false,
  partialIndexes: false,
  hashIndexes: false,
  sequences: false,
  truncateLocked: false,
};

const ldr252: LdrDialect = {
  ...ldr243,
  creates: true,
  externalOnly: true,
  tablesColumn: 'tables',
  commandColumn: 'command',
  tablePrivileges: true,
  partialIndexes: true,
};

/** null: the version has no logical data replication. */
export const ldrDialects: Readonly<Record<SimVersion, LdrDialect | null>> = {
  '23.2': null,
  '24.3': ldr243,
  '25.2': ldr252,
  '26.2': { ...ldr252, hashIndexes: true, sequences: true, truncateLocked: true },
};
