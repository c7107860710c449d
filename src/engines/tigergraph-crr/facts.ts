import { type Fact, otherSide, type Side } from '../../domain/observation.ts';
import { type CrrSettings, sides } from './config.ts';
import type { CrrDetail, ReadSide } from './detail.ts';
import { outlasted } from './past-view.ts';
import { countsText, unseenOf } from './signs.ts';
import { ailing, followersOf, isFollower, phaseOf } from './state.ts';
import { count, few, spell } from './words.ts';

/** Facts of both sides in a fixed order. The binding ones are there whether or not a side answers, so that fingerprints compare. */
export const factsOf = (settings: CrrSettings, detail: CrrDetail): readonly Fact[] => [
  ...sides.flatMap((side) => sideFacts(side, settings, detail)),
  ...followerFacts(settings, detail),
];

function sideFacts(side: Side, settings: CrrSettings, detail: CrrDetail): readonly Fact[] {
  const read = detail[side];
  const { cluster } = settings[side];
  const known = read.kind === 'read' ? read : null;
  const bind = (name: string, label: string, value: (of: ReadSide) => string | null): Fact => ({
    name: `${side}.${name}`,
    label: `${label} on ${cluster}`,
    value: known === null ? 'unknown' : (value(known) ?? 'unknown'),
    binding: true,
  });
  return [
    { ...bind('reachable', 'Reachability', () => 'yes'), value: known === null ? 'no' : 'yes' },
    bind('version', 'Version', ({ version }) => version?.text ?? null),
    bind('state', 'State', stateText),
    bind('source', 'Brokers to fetch from', ({ crr: { brokers, port } }) =>
      brokers === null ? null : brokers.length === 0 ? 'none' : `${brokers.join(', ')} port ${port ?? 'unknown'}`,
    ),
    bind('prefix', 'Topic prefix', ({ crr: { prefix } }) => (prefix === '' ? 'none' : prefix)),
    bind('hosts', 'Hosts', ({ hosts }) => hosts?.map(({ id, hostname }) => `${id} ${hostname}`).join(', ') ?? null),
    bind('shape', 'Shape', ({ shape }) =>
      shape === null ? null : `${count(shape.partitions, 'partition')}, ${count(shape.replicas, 'copy', 'copies')} of each`,
    ),
    bind('staged', 'Settings set but not applied', ({ staged }) => (staged.kind === 'unread' ? null : staged.keys.join(', ') || 'none')),
    ...(known === null ? [] : movingFacts(side, cluster, known)),
  ];
}

/**
 * The state that an approval rests on. Whether a connector that is there runs or fails for a moment must not void one, and neither must
 * a connector that is silent.
 */
function stateText(read: ReadSide): string {
  const phase = phaseOf(read);
  if (isFollower(phase)) return 'set to follow';
  return phase === 'serving' ? 'follows nothing' : phase;
}

function movingFacts(side: Side, cluster: string, read: ReadSide): readonly Fact[] {
  const tell = (name: string, label: string, value: string | null): readonly Fact[] =>
    value === null || value === '' ? [] : [{ name: `${side}.${name}`, label: `${label} on ${cluster}`, value, binding: false }];
  const { nodes, services, connector, sequence, retention, backups, tools, backupSetup } = read;
  const deaf = nodes.filter(({ answers }) => !answers).map(({ name }) => name);
  const off = ailing(services);
  return [
    ...tell('nodes', 'Nodes', `${nodes.length - deaf.length} of ${nodes.length} answer${deaf.length === 0 ? '' : `, not ${few(deaf)}`}`),
    ...tell('by', 'Node that was asked', read.by),
    ...tell(
      'services',
      'Services',
      services.kind === 'unread'
        ? `not known: ${services.why}`
        : off.length === 0
          ? `all ${services.rows.length} online`
          : `not online: ${few(off, 6)}`,
    ),
    ...tell('connector', 'Connector', connectorText(read)),
    ...tell('sequence', 'Metadata changes so far', sequence.kind === 'read' ? String(sequence.last) : `not known: ${sequence.why}`),
    ...tell('counts', 'What the graph holds, about', countsText(read.counts)),
    ...tell('retention', 'Time that Kafka keeps records', retentionText(retention)),
    ...tell('backups', 'Backups', backups.kind === 'unread' ? `not known: ${backups.why}` : String(backups.rows.length)),
    ...tell(
      'backup-store',
      'Place of backups',
      backupSetup.local === true ? backupSetup.path : backupSetup.s3 === true ? backupSetup.bucket : null,
    ),
    ...tell('tools', 'Tools', tools === null ? 'not known' : toolsText(tools)),
    ...(connector.kind === 'unread' ? tell('connector-why', 'Reason why the connector is not known', connector.why) : []),
  ];
}

function connectorText({ connector }: ReadSide): string {
  if (connector.kind === 'unread') return 'not known';
  const { tasks } = connector;
  return tasks.length === 0
    ? 'none'
    : tasks.map(({ state, taskState }) => (state === taskState ? state : `${state}, task ${taskState}`)).join('; ');
}

function retentionText({ hours, gigabytes }: ReadSide['retention']): string | null {
  const parts = [hours === null ? [] : `${hours} h`, gigabytes === null ? [] : `${gigabytes} GB`].flat();
  return parts.length === 0 ? null : parts.join(' or ');
}

function toolsText({ gbar, backup, crr, restore }: NonNullable<ReadSide['tools']>): string {
  const found = [
    gbar ? 'gbar' : [],
    backup.length > 0 ? 'gadmin backup' : [],
    restore.includes('--dr') ? 'restore --dr' : [],
    crr.length > 0 ? `gadmin crr (${crr.join(', ')})` : [],
  ].flat();
  return found.length === 0 ? 'none for backups' : found.join(', ');
}

/** By the vendor's manual. */
const refused =
  'changes of schema, users, queries, their functions and loading jobs, and every write; it serves reads. `preflight` tries whether it holds to that';

function followerFacts(settings: CrrSettings, detail: CrrDetail): readonly Fact[] {
  return followersOf(detail).flatMap(({ side, read }) => {
    const { cluster } = settings[side];
    const { past } = detail;
    const source = settings[otherSide(side)].cluster;
    const tell = (name: string, label: string, value: string | null): readonly Fact[] =>
      value === null ? [] : [{ name: `${side}.${name}`, label: `${label} on ${cluster}`, value, binding: false, about: 'lag' }];
    const kept = retentionOf(detail, otherSide(side));
    const signs = [...past.outdated, outlasted(past.stillMs, kept.hours) ?? []].flat();
    return [
      ...tell('changes', 'Metadata changes that are missing', past.changes === null ? 'not known' : String(past.changes)),
      ...tell('records', 'Graph records that are missing', recordsText(past.records)),
      ...tell('lag-time', 'Lag in time', past.behindMs === null ? 'not known' : `at most ${spell(past.behindMs)}`),
      ...tell('still', 'Time without progress', past.stillMs === null ? null : spell(past.stillMs)),
      ...tell(
        'stalled',
        'Time without progress by the word of the product',
        read.native.kind === 'read' && read.native.stalledSeconds !== null ? spell(read.native.stalledSeconds * 1_000) : null,
      ),
      ...tell('outdated', 'Signs that a new copy is needed', signs.join(' ') || 'none'),
      ...tell('doubts', 'Signs that a new copy may be needed', past.doubts.join(' ') || 'none'),
      ...tell('unseen', 'What could not be looked at for such signs', unseenWords(detail, side)),
      ...tell('outdated-by', 'What would make a new copy needed', outdatedBy(source, retentionText(kept))),
      { name: `${side}.refuses`, label: `What it refuses on ${cluster}`, value: refused, binding: false },
      ...tell('followed', 'Cluster that is followed', source),
    ];
  });
}

/** Offsets of the two sides never agree: what is missing shows against how far apart they were when everything had been fetched. */
const recordsText = (records: number | null): string =>
  records === null ? 'not known' : `${records}, against the difference of the two sides at rest`;

const outdatedBy = (source: string, kept: string | null): string =>
  `DROP ALL, CLEAR GRAPH STORE, IMPORT GRAPH, EXPORT GRAPH, gsql --reset or a restore on ${source}; or standing still for longer than its Kafka keeps records${kept === null ? '' : ` (${kept})`}`;

function unseenWords(detail: CrrDetail, side: Side): string {
  const [source, follower] = [detail[otherSide(side)], detail[side]];
  return follower.kind === 'read' ? unseenOf(source.kind === 'read' ? source : null, follower).join(' ') || 'none' : 'not known';
}

function retentionOf(detail: CrrDetail, side: Side): ReadSide['retention'] {
  const read = detail[side];
  return read.kind === 'read' ? read.retention : { hours: null, gigabytes: null };
}
