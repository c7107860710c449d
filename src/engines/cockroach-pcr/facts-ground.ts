import type { Fact, Side } from '../../domain/observation.ts';
import type { PcrSettings } from './config.ts';
import type { PcrDetail } from './detail.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** What a replication would be made on, read while none works. Binding: what a plan takes back is what was not there before. */
export const groundFacts = (settings: PcrSettings, detail: PcrDetail): readonly Fact[] =>
  sides.flatMap((side) => [...factsOf(side, settings, detail), ...useFacts(side, settings, detail)]);

/** Told only where somebody had to know. */
function useFacts(side: Side, settings: PcrSettings, detail: PcrDetail): readonly Fact[] {
  const read = detail[side];
  if (read.kind !== 'read' || read.inUse === undefined) return [];
  const value = read.inUse === null ? 'not told' : read.inUse.join(', ') || 'nothing';
  const label = `What people keep in the control plane of ${settings[side].cluster}`;
  return [{ name: `${side}.in-use`, label, value, binding: true }];
}

function factsOf(side: Side, settings: PcrSettings, detail: PcrDetail): readonly Fact[] {
  const read = detail[side];
  if (read.kind !== 'read' || read.ground == null) return [];
  const { ground } = read;
  const { cluster } = settings[side];
  const tell = (name: string, label: string, value: string): Fact => ({
    name: `${side}.${name}`,
    label: `${label} of ${cluster}`,
    value,
    binding: true,
  });
  const wanted = settings.streams[side];
  const connection = ground.connections.find(({ name }) => name === wanted);
  return [
    tell('rangefeeds', 'Rangefeeds', ground.rangefeed ? 'on' : 'off'),
    tell('organization', 'Organization', ground.organization ? 'set' : 'not set'),
    tell('licence', 'Licence', ground.license ? 'set' : 'not set'),
    tell('users', 'Users of the config that are there', [...ground.users].sort().join(', ') || 'none'),
    tell('granted', 'System privileges of the stream user', [...ground.granted].sort().join(', ') || 'none'),
    tell('connection', 'External connection', connection === undefined ? 'none' : `${connection.name} to ${connection.uri}`),
    tell('regions', 'Regions', ground.regions.join(', ')),
    tell('virtual-clusters', 'Virtual clusters', ground.virtualClusters.map(({ name }) => name).join(', ')),
  ];
}
