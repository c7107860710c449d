import { systemClock } from '../../../src/domain/clock.ts';
import { asChannelId, asLinkId } from '../../../src/domain/ids.ts';
import type { Link } from '../../../src/domain/link.ts';
import type { Side } from '../../../src/domain/observation.ts';
import type { Act } from '../../../src/domain/plan.ts';
import type { EngineIo, Probe, StepExecutor } from '../../../src/engines/engine.ts';
import type { SideHosts } from '../../../src/engines/hosts/place.ts';
import { hostSteps } from '../../../src/engines/hosts/steps.ts';
import type { HostOptions, SimHost } from '../../../src/sim/hosts/contract.ts';
import { createAuthority } from '../../../src/sim/tls/certificate.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { aHost, runTag, targetOf } from '../../sim/hosts/bed.ts';

export type HostsLink = Link<Readonly<Record<Side, SideHosts>>>;

export interface HostsBed {
  readonly east: SimHost;
  readonly west: SimHost;
  readonly link: HostsLink;
  /** PEM of the authority on east. */
  readonly authority: string;
}

export const authorityPath = '/etc/neo/east.crt';

/** Two hosts: the primary's has an authority, the standby's a folder for those it trusts. */
export async function aBed(more: { readonly east?: HostOptions; readonly west?: HostOptions } = {}): Promise<HostsBed> {
  const authority = createAuthority(['127.0.0.1']).ca;
  const east = await aHost({ name: 'east-1', files: { [authorityPath]: authority }, ...more.east });
  const west = await aHost({ name: 'west-1', folders: ['/etc/neo/trusted'], ...more.west });
  const link: HostsLink = {
    id: asLinkId('prod-graph'),
    engine: 'neo4j-ccdr',
    environment: 'production',
    description: 'Graph',
    incidentChannels: [asChannelId('C1')],
    redirect: { kind: 'manual', instructions: 'Point the applications at the new primary.' },
    settings: {
      primary: { cluster: 'neo-east', nodes: [targetOf(east)] },
      standby: { cluster: 'neo-west', nodes: [targetOf(west)] },
    },
  };
  return { east, west, link, authority };
}

export const anIo = (more: Partial<EngineIo> = {}): EngineIo => ({
  clock: systemClock,
  signal: new AbortController().signal,
  timeoutMs: 20_000,
  tag: runTag,
  earlier: [],
  retried: [],
  history: async () => [],
  ...more,
});

/** A bot that knows nothing of what others did. */
export function aBot() {
  const steps = hostSteps<HostsLink>(connectShell, (link, side) => link.settings[side]);
  const executor = ({ kind }: Act): StepExecutor<HostsLink> => {
    const found = steps[kind];
    if (found === undefined) throw new TypeError(`no executor for ${kind}`);
    return found;
  };
  return {
    probe: (act: Act, link: HostsLink, io = anIo()): Promise<Probe> => executor(act).probe(act, link, io),
    perform: (act: Act, link: HostsLink, io = anIo()): Promise<void> => executor(act).perform(act, link, io),
  };
}
