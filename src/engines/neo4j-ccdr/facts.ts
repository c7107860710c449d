import { type Fact, otherSide, type Side } from '../../domain/observation.ts';
import type { CcdrCluster, CcdrSettings } from './config.ts';
import { copyTrouble } from './copy-trouble.ts';
import type { CcdrDetail, DatabaseView, ReadSide } from './detail.ts';
import { copyFacts, type Goal } from './facts-copies.ts';
import { behindOf, copiesOf, followersOf, isOnline, newestOf, phaseOf } from './state.ts';
import { coarseState, nameOf, spell, transactions } from './words.ts';

/** Facts of both sides in a fixed order. The binding ones are there whether or not a side answers, so that fingerprints compare. */
export function factsOf(settings: CcdrSettings, detail: CcdrDetail): readonly Fact[] {
  const copies = (side: Side) => {
    const read = detail[side];
    return copyFacts(side, settings[side].cluster, read.kind === 'read' ? read.database : null, goalOf(side, detail));
  };
  return [
    ...sideFacts('primary', settings, detail),
    ...sideFacts('standby', settings, detail),
    ...followerFacts(settings, detail),
    ...copies('primary'),
    ...copies('standby'),
  ];
}

function sideFacts(side: Side, settings: CcdrSettings, detail: CcdrDetail): readonly Fact[] {
  const read = detail[side];
  const { cluster, database } = settings[side];
  const known = read.kind === 'read' ? read : null;
  const view = known?.database ?? null;
  const bind = (name: string, label: string, value: string): Fact => ({
    name: `${side}.${name}`,
    label: `${label} of ${cluster}`,
    value,
    binding: true,
  });
  const ifKnown = (value: (of: ReadSide) => string): string => (known === null ? 'unknown' : value(known));
  return [
    bind('reachable', 'Reachability', known === null ? 'no' : 'yes'),
    bind(
      'version',
      'Version',
      ifKnown(({ release, edition }) => `${release.text} ${edition}`),
    ),
    bind(
      'surface',
      'Interface for replicas',
      ifKnown(({ surface }) => surfaceWords[surface]),
    ),
    bind(
      'database',
      'Database',
      ifKnown(() => view?.name ?? `no ${database}`),
    ),
    bind('state', `State of the database`, coarseState(read, phaseOf(view))),
    bind(
      'database-id',
      'Identity of the database',
      ifKnown(() => view?.databaseId ?? 'none'),
    ),
    bind(
      'topology',
      'Requested topology',
      ifKnown(() => topologyText(view?.requested ?? null)),
    ),
    bind(
      'follows',
      'Source of the replica',
      ifKnown(() => followsText(view, settings[side], settings[otherSide(side)])),
    ),
    ...(settings.alias === null
      ? []
      : [
          bind(
            'alias',
            `Target of the alias ${settings.alias}`,
            ifKnown((of) => aliasTarget(of, settings.alias)),
          ),
        ]),
    ...(settings[side].spareDatabase === null
      ? []
      : [
          bind(
            'spare',
            'Database kept aside',
            ifKnown(({ spare }) => (spare === null ? 'none' : `${spare.name}, ${phaseOf(spare)}`)),
          ),
        ]),
    ...(known === null ? [] : movingFacts(side, cluster, known, view)),
  ];
}

/** A follower is measured by the side that it follows, any other side by its own newest copy. */
function goalOf(side: Side, detail: CcdrDetail): Goal {
  const isFollower = followersOf(detail).some((one) => one.side === side);
  const of = detail[isFollower ? otherSide(side) : side];
  return { newest: newestOf(of.kind === 'read' ? of.database : null), isOwn: !isFollower };
}

const surfaceWords = {
  preview: 'the internal.dbms procedures (preview)',
  ga: 'CREATE REPLICA DATABASE and dbms.promoteReplicaDatabase',
  none: 'none',
} as const;

const topologyText = (topology: DatabaseView['requested']): string =>
  topology === null ? 'not told' : `${topology.primaries} primaries, ${topology.secondaries} secondaries`;

/** Before 2026.08 no database tells what it follows: what the config says is shown, and the run that created it recorded it. */
function followsText(view: DatabaseView | null, { follow }: CcdrCluster, { database, replication }: CcdrCluster): string {
  if (view === null || !copiesOf(view).some(({ type }) => type === 'replica')) return 'none';
  const { follows } = view;
  if (follows === null) {
    const from = follow.kind === 'network' ? `${database} at ${replication.join(', ')}` : `backups in ${follow.pullUri}`;
    return `not told by this version; by the config ${from}`;
  }
  return follows.pullUri === null ? `${follows.remote ?? 'unnamed'} at ${follows.addresses.join(', ')}` : `backups in ${follows.pullUri}`;
}

const aliasTarget = ({ aliases }: ReadSide, alias: string | null): string => aliases.find(({ name }) => name === alias)?.database ?? 'none';

function movingFacts(side: Side, cluster: string, read: ReadSide, view: DatabaseView | null): readonly Fact[] {
  const tell = (name: string, label: string, value: string | null): readonly Fact[] =>
    value === null || value === '' ? [] : [{ name: `${side}.${name}`, label: `${label} of ${cluster}`, value, binding: false }];
  const up = read.servers.filter(({ health }) => health === 'Available').length;
  const copies = copiesOf(view);
  return [
    ...tell('servers', 'Servers', `${up} of ${read.servers.length} available`),
    ...tell('asked', 'Answers', read.by === 'leader' ? 'from the leader' : 'from a member, since no leader was found; they may be old'),
    ...tell('access', 'Access', [...new Set(copies.map(({ access }) => access))].sort().join(', ')),
    ...tell('copies', 'Copies', copies.length === 0 ? null : `${copies.filter(isOnline).length} of ${copies.length} online`),
    ...tell(
      'writer',
      'Writer',
      copies
        .filter(({ writer }) => writer)
        .map(nameOf)
        .join(', '),
    ),
    ...tell('transaction', 'Newest transaction', newestOf(view)?.toString() ?? null),
    ...tell('trouble', 'Trouble with the copies', view === null ? null : copyTrouble(cluster, view).join(' ')),
    ...tell('clients', 'Routing', routingText(read)),
  ];
}

const routingText = ({ routing }: ReadSide): string | null =>
  routing === null ? null : `writer: ${routing.writers.join(', ') || 'none'}; readers: ${routing.readers.length}`;

function followerFacts(settings: CcdrSettings, detail: CcdrDetail): readonly Fact[] {
  return followersOf(detail).flatMap(({ side, view }) => {
    const { cluster } = settings[side];
    const source = detail[otherSide(side)];
    const behind = behindOf(view, source.kind === 'read' ? source.database : null);
    const { behindMs, stillMs, words, atLeastLost, lastSeen } = detail.past;
    const tell = (name: string, label: string, value: string | null): readonly Fact[] =>
      value === null ? [] : [{ name: `${side}.${name}`, label: `${label} ${cluster}`, value, binding: false, about: 'lag' }];
    return [
      ...tell('lag', 'Lag of', behind === null ? 'not known' : transactions(behind.transactions)),
      ...tell('lag-time', 'Lag in time of', behindMs === null ? words : `at most ${spell(behindMs)}`),
      ...tell('still', 'Time without progress of', stillMs === null || stillMs === 0 ? null : spell(stillMs)),
      ...tell('spread', 'Copies furthest apart on', behind === null ? null : transactions(behind.reach.most - behind.reach.least)),
      ...tell('loss', 'Lost at least by a promotion of', lossText(atLeastLost)),
      ...tell('last-seen', 'Newest transaction seen on the side followed by', lastSeen?.txn ?? null),
    ];
  });
}

function lossText(lost: CcdrDetail['past']['atLeastLost']): string {
  if (lost === null) return 'not known';
  return `${transactions(lost.transactions)}${lost.ms === null ? '' : `, writes of ${spell(lost.ms)}`}`;
}
