import type { CypherVersion } from './contract.ts';

/** What a version of the product offers of cross-cluster replication. */
export interface Release {
  readonly version: string;
  /** Year and month as one number, e.g. 202607. */
  readonly month: number;
  /** `none` before 2026.03, the general surface from 2026.08 on. */
  readonly surface: 'none' | 'preview' | 'general';
  /** `dbms.promoteReplicaDatabase`. */
  readonly namedPromotion: boolean;
  /** What `access` says of a replica; the manual's samples changed with 2026.05. */
  readonly replicaAccess: 'read-write' | 'read-only';
  readonly defaultCypher: CypherVersion;
}

/** Reads a version like `2026.07.1`. */
export function releaseOf(version: string): Release {
  const [, year, month] = /^(\d{4})\.(\d{2})(\.\d+)?$/.exec(version) ?? [];
  if (year === undefined || month === undefined) throw new TypeError(`not a version of Neo4j: ${version}`);
  const at = Number(`${year}${month}`);
  return {
    version,
    month: at,
    surface: at < 202_603 ? 'none' : at < 202_608 ? 'preview' : 'general',
    namedPromotion: at >= 202_606,
    replicaAccess: at < 202_605 ? 'read-write' : 'read-only',
    defaultCypher: at >= 202_602 ? '25' : '5',
  };
}
