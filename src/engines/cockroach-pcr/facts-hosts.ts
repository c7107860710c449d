import type { Fact, Side } from '../../domain/observation.ts';
import type { PcrSettings } from './config.ts';
import type { HostsRead, PcrDetail } from './detail.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/**
 * What the nodes say over SSH. Binding: a plan places the certificates that were read, and starts what does not run on a side that does
 * not answer; a node that restarts on one that does changes nothing of it.
 */
export const hostFacts = (settings: PcrSettings, detail: PcrDetail): readonly Fact[] =>
  sides.flatMap((side) => {
    const read = detail.hosts?.[side] ?? null;
    if (read === null) return [];
    const { cluster } = settings[side];
    const tell = (name: string, label: string, value: string): Fact => ({
      name: `${side}.${name}`,
      label: `${label} of ${cluster}`,
      value,
      binding: true,
    });
    return [
      { ...tell('nodes', 'Nodes', read.nodes.map(nodeWords).join('; ')), binding: detail[side].kind !== 'read' },
      tell('authority', 'Certificate authority', read.own === null ? 'not read' : `SHA-256 ${read.own.sha256}`),
      tell('trusted', 'Certificate of the other side on the nodes', read.nodes.map(trustWords).join('; ')),
      ...(read.why === null ? [] : [{ ...tell('hosts-problem', 'What the nodes could not tell', read.why), binding: false }]),
    ];
  });

const nodeWords = ({ node, release, running }: HostsRead['nodes'][number]): string =>
  `${node} ${release?.text ?? 'unread'}${running === null ? '' : running ? ' running' : ' stopped'}`;

const trustWords = ({ node, found, sha256 }: HostsRead['nodes'][number]): string => `${node} ${sha256 ?? found}`;
