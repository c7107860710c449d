import { SqlError } from '../sql-error.ts';
import { type Cluster, findVc, type Us, type Vc } from './model.ts';

/** A new virtual cluster record with the next id. */
export function addVc(cluster: Cluster, name: string, atUs: Us, readerOf: number | null = null): Vc {
  const vc: Vc = {
    id: cluster.nextVcId,
    name,
    base: 'add',
    service: 'none',
    serviceUpUs: Number.POSITIVE_INFINITY,
    serviceChange: null,
    goneUs: null,
    createdUs: atUs,
    readerOf,
    stream: null,
    prior: null,
    finalized: { version: cluster.settings.get('version') ?? cluster.dialect.version },
    users: new Map(),
    schedules: [],
    changefeeds: [],
    epochs: [],
    capabilities: new Set(),
  };
  cluster.nextVcId += 1;
  cluster.vcs.push(vc);
  return vc;
}

/** Adds the reader of a virtual cluster. */
export function addReader(cluster: Cluster, vc: Vc, atUs: Us): void {
  const name = `${vc.name}-readonly`;
  if (findVc(cluster, name) !== null) throw new SqlError('42710', `tenant with name "${name}" already exists`);
  const reader = addVc(cluster, name, atUs, vc.id);
  reader.users = vc.users;
}
