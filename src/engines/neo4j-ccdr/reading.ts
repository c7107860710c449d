import type { Engine } from '../engine.ts';
import { hostCautions } from '../hosts/config.ts';
import type { CertificateMemory } from './certificates.ts';
import type { CcdrLink } from './config.ts';
import { evictCcdr } from './evict.ts';
import { observeCcdr, type Readers } from './observe.ts';
import { type PlanCcdr, preflightCcdr } from './preflight.ts';
import { topologyInspector } from './topology.ts';

/** What Neo4j can't do, and what does instead. */
const declined = {
  pause: {
    why: 'Neo4j has no way to pause a replica: it pulls for as long as it exists and its source answers.',
    next: 'Leave the replica as it is, or drop it with a teardown and make it anew with a setup when it is wanted again.',
  },
  resume: {
    why: 'Neo4j has no way to pause a replica, so there is nothing to resume.',
    next: 'If the replica stands still, look at its state; a rebuild makes it anew.',
  },
  reader: {
    why: 'A replica of Neo4j can always be read, and nothing closes it.',
    next: 'Let applications ask their driver for read access; whom the standby lets in is set by its own users and roles.',
  },
  retention: {
    why: 'A replica of Neo4j can only be promoted as it is now, not as of an earlier time, so there is no window to set.',
    next: 'Keep backups with neo4j-admin for going back in time; how long the source keeps its logs is db.tx_log.rotation.retention_policy there.',
  },
  reconnect: {
    why: 'The addresses that a replica pulls from are fixed when it is made, and its trust lies in the certificates on the servers.',
    next: 'For new addresses run a rebuild; for new certificates put them on the servers and call dbms.security.reloadTLS() on each.',
  },
  alter: {
    why: 'Replicas of Neo4j take every change of schema as it is, so none has to be led through.',
    next: 'Change the schema on the side that takes writes; the replica follows.',
  },
} as const satisfies Engine['declined'];

type Reading = Pick<Engine<CcdrLink>, 'id' | 'declined' | 'inspections' | 'cautions' | 'observe' | 'preflight' | 'evict'>;

/** The part of the engine that changes nothing, but for ending what older owners of a run left. */
export function createReading(readers: Readers, plan: PlanCcdr): Reading {
  const { connect } = readers;
  const memory: CertificateMemory = new Map();
  return {
    id: 'neo4j-ccdr',
    declined,
    inspections: { topology: topologyInspector(connect) },
    cautions,
    observe: (link, io) => observeCcdr(readers, memory, link, io),
    preflight: (operation, link, io) => preflightCcdr(readers, memory, plan, operation, link, io),
    evict: (link, run, fence, io) => evictCcdr(readers, link.settings, run, fence, io),
  };
}

function cautions({ settings }: CcdrLink): readonly string[] {
  const open = [settings.primary, settings.standby]
    .filter(({ tls }) => tls.kind === 'disabled')
    .map(({ cluster }) => `TLS to ${cluster} is turned off, so who answers there is not proven and passwords can be read on the way.`);
  return [
    ...open,
    ...hostCautions([settings.primary, settings.standby].flatMap(({ hosts }) => hosts?.nodes ?? [])),
    ...(settings.oldDatabase === 'destroy'
      ? ['oldDatabase is destroy, so a failback drops the old database without a dump, and what it alone has is lost.']
      : []),
  ];
}
