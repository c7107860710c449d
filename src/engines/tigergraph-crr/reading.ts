import type { ShellConnect } from '../../transports/shell.ts';
import type { Engine } from '../engine.ts';
import { hostCautions } from '../hosts/config.ts';
import { endLeftOvers } from '../hosts/evict.ts';
import { hasFirstPassword } from './ask.ts';
import type { CrrLink } from './config.ts';
import { backupsInspector } from './inspect-backups.ts';
import { type Memory, observeCrr } from './observe.ts';
import { type PlanCrr, preflightCrr } from './preflight.ts';
import { patienceMs } from './reads/memory.ts';

/** What TigerGraph can't do, and what does instead. */
const declined = {
  reader: {
    why: 'The standby of TigerGraph can always be read, and nothing closes it.',
    next: 'Whom the standby lets in is set by the users and roles of the primary, which it copies.',
  },
  retention: {
    why: 'The standby of TigerGraph can only be promoted as it is now, so there is no window to set.',
    next: 'How long the primary keeps what a standby has not fetched is Kafka.RetentionHours there; for going back in time keep backups.',
  },
  alter: {
    why: 'The standby of TigerGraph takes every change of schema as it is, so none has to be led through.',
    next: 'Change the schema on the primary, but never with DROP ALL, CLEAR GRAPH STORE, IMPORT GRAPH or EXPORT GRAPH: these make a rebuild necessary.',
  },
} as const satisfies Engine['declined'];

type Reading = Pick<Engine<CrrLink>, 'id' | 'patienceMs' | 'declined' | 'inspections' | 'cautions' | 'observe' | 'preflight' | 'evict'>;

/** The part of the engine that changes nothing, but for ending what older owners of a run left. */
export function createReading({ shell }: { readonly shell: ShellConnect }, plan: PlanCrr): Reading {
  const memory: Memory = new Map();
  return {
    id: 'tigergraph-crr',
    patienceMs,
    declined,
    inspections: { backups: backupsInspector(shell) },
    cautions,
    observe: (link, io) => observeCrr(shell, memory, link, io),
    preflight: (operation, link, io) => preflightCrr(shell, memory, plan, operation, link, io),
    evict: ({ settings: { primary, standby } }, run, fence, io) =>
      endLeftOvers(shell, [...primary.nodes, ...standby.nodes], run, fence, io),
  };
}

function cautions({ settings: { primary, standby, fencing } }: CrrLink): readonly string[] {
  return [
    ...hostCautions([...primary.nodes, ...standby.nodes]),
    ...[primary, standby]
      .filter(({ superuser }) => superuser === null)
      .map(({ cluster }) => `The config names no superuser of ${cluster}, so changes of metadata there are not counted.`),
    ...[primary, standby]
      .filter(hasFirstPassword)
      .map(({ cluster }) => `The superuser of ${cluster} still has the password that TigerGraph comes with, so anybody can log in there.`),
    ...(fencing === null
      ? [
          `The config says nothing of how to fence ${primary.cluster} when it can't be reached, so a failover leaves it to whoever confirms its first step.`,
        ]
      : []),
  ];
}
