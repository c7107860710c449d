import { aboutLag, type Fact, otherSide, type Side } from '../../domain/observation.ts';
import { spell, spellTime } from '../cockroach/spell.ts';
import type { LdrSettings } from './config.ts';
import type { LdrDetail, ReadSide } from './detail.ts';
import { jobFact, tableFacts } from './facts-tables.ts';
import { expiresInMs, type Flow, flowInto, flowsOf, lagMsOf, lastOver, type Phase, readOf, replicatedOf } from './flow.ts';
import { isMore, mostCounted } from './waiting.ts';
import { widerIn } from './wider.ts';
import { reasonOf, tablesAt, wayOf } from './words.ts';

const sides = ['primary', 'standby'] as const;

/** Facts of both sides in a fixed order. The binding ones are there whether or not a side answers, so that fingerprints compare. */
export function factsOf(settings: LdrSettings, detail: LdrDetail): readonly Fact[] {
  return [
    // What moves stands first, since people are shown so many facts and no more.
    ...flowsOf(settings, detail).flatMap((flow) => flowFacts(settings, flow)),
    ...sides.flatMap((side) => movingFacts(settings, detail, side)),
    ...sides.flatMap((side) => sideFacts(settings, detail, side)),
    { name: 'schema', label: 'Whether the tables fit for replication', value: schemaFact(detail), binding: true },
    ...flowsOf(settings, detail).flatMap((flow) => tableFacts(settings, flow)),
    // Last: it is the same at all times, and the tables of a link that runs are not read for it.
    ...flowsOf(settings, detail)
      .slice(0, 1)
      .map(({ into }) => ({ name: 'ttl', label: 'Row-level TTL', value: ttlFact(settings, into), binding: false })),
  ];
}

function ttlFact(settings: LdrSettings, into: Side): string {
  const { direction, options } = settings;
  const { cluster } = settings[into];
  const own = 'the setting itself is not replicated';
  if (options.discardTtlDeletes) {
    const who = direction === 'bidirectional' ? 'each side' : cluster;
    return `its deletes are left out where the source sets ttl_disable_changefeed_replication, so give ${who} a TTL of its own; ${own}`;
  }
  return direction === 'bidirectional'
    ? `its deletes are replicated like others, so let its job run on one side only; ${own}`
    : `its deletes are replicated like others, so ${cluster} needs none of its own; ${own}`;
}

function sideFacts(settings: LdrSettings, detail: LdrDetail, side: Side): readonly Fact[] {
  const { cluster } = settings[side];
  const read = readOf(detail, side);
  const flow = flowInto(settings, detail, side);
  const bind = (name: string, label: string, value: string): Fact => ({ name: `${side}.${name}`, label, value, binding: true });
  const known = (value: (read: ReadSide) => string): string => (read === null ? 'unknown' : value(read));
  return [
    bind('reachable', `${cluster} can be asked`, read === null ? 'no' : 'yes'),
    bind(
      'version',
      `Version of ${cluster}`,
      known(({ release }) => release.text),
    ),
    bind(
      'flow',
      `Replication ${wayOf(settings, side)}`,
      known(() => coarseFlow(flow)),
    ),
    bind(
      'jobs',
      `Replication jobs of ${cluster}`,
      known(() => flow?.jobs.map(({ id }) => id).join(', ') || 'none'),
    ),
    bind(
      'uncovered',
      `Tables that no job replicates to ${cluster}`,
      known(() => uncovered(settings, side, flow)),
    ),
    bind(
      'tables',
      `Tables of the link on ${cluster}`,
      known(({ tables }) => presence(settings, side, tables)),
    ),
    bind(
      'connection',
      `External connection of ${cluster}`,
      known((here) => connectionFact(settings, side, here)),
    ),
    bind(
      'rangefeeds',
      `Rangefeeds of ${cluster}`,
      known(({ rangefeeds }) => (rangefeeds === null ? 'not told' : rangefeeds ? 'on' : 'off')),
    ),
  ];
}

/**
 * The state that an approval rests on. A flow that follows, is tried again or met an error is one state here: when a source dies it goes
 * through all three within minutes. Jobs that are over are no state: whether one is listed changes nothing of what can be done.
 */
function coarseFlow(flow: Flow | null): string {
  if (flow === null) return 'none';
  const alike: readonly Phase[] = ['following', 'retrying', 'gave-up'];
  if (alike.includes(flow.phase)) return 'following';
  if (flow.phase === 'starting') return 'scanning';
  return flow.phase === 'strange' ? `strange (${flow.jobs.map(({ status }) => status).join(', ')})` : flow.phase;
}

function uncovered(settings: LdrSettings, side: Side, flow: Flow | null): string {
  if (flow === null) return 'all';
  return flow.missing.length === 0 ? 'none' : tablesAt(settings, side, flow.missing);
}

function presence(settings: LdrSettings, side: Side, tables: ReadSide['tables']): string {
  const absent = tables.flatMap((state, place) => (state === 'absent' ? [place] : []));
  if (absent.length === 0) return 'all there';
  return absent.length === tables.length ? 'none there' : `without ${tablesAt(settings, side, absent)}`;
}

function connectionFact(settings: LdrSettings, side: Side, { connections }: ReadSide): string {
  const wanted = settings.streams[side]?.externalConnection ?? null;
  if (wanted === null) return 'none in the config';
  if (connections === null) return `${wanted} (not told)`;
  return connections.includes(wanted) ? wanted : `${wanted} (absent)`;
}

function schemaFact({ schema }: LdrDetail): string {
  if (schema.kind === 'skipped') return 'they replicate';
  if (schema.kind === 'unread') return 'not read';
  const blocking = [...schema.findings.primary, ...schema.findings.standby].filter(({ severity }) => severity === 'blocks');
  return blocking.length === 0 ? 'yes' : `no: ${[...new Set(blocking.map(({ rule }) => rule))].sort().join(', ')}`;
}

const historyWords: Readonly<Record<ReadSide['history'], string>> = {
  kept: 'kept',
  lost: 'gone',
  none: 'none is needed',
  untold: 'not told: the jobs were not listed in time',
};

/** Where a job on the other side lives, none is seen that it could live on. */
const historyFact = (settings: LdrSettings, detail: LdrDetail, side: Side, { history }: ReadSide): string =>
  history === 'none' && flowInto(settings, detail, otherSide(side)) !== null ? 'none is seen' : historyWords[history];

type Tell = (name: string, label: string, value: string | null) => readonly Fact[];

const tellOf =
  (side: Side): Tell =>
  (name, label, value) =>
    value === null || value === '' ? [] : [{ name: `${side}.${name}`, label, value, binding: false }];

function flowFacts(settings: LdrSettings, flow: Flow): readonly Fact[] {
  const { into, jobs, phase } = flow;
  const { cluster } = settings[into];
  const tell = tellOf(into);
  const lagMs = lagMsOf(flow);
  const left = phase === 'paused' || phase === 'gave-up' ? expiresInMs(flow) : null;
  const fractions = lagMs === null ? jobs.flatMap(({ fraction }) => fraction ?? []) : [];
  return [
    ...tell('status', `Status on ${cluster}`, jobs.map(({ id, status }) => `${id} ${status}`).join(', ')),
    // One job is told by the lines around this; several are told apart.
    ...(jobs.length < 2 ? [] : jobs.flatMap((job) => tell(`job.${job.id}`, `Job ${job.id} on ${cluster}`, jobFact(settings, flow, job)))),
    ...aboutLag(tell('replicated-time', `Replicated time of ${cluster}`, spellTime(replicatedOf(flow)))),
    ...tell('lag', `Lag of ${cluster}`, lagMs === null ? 'not known before the initial scan ends' : spell(lagMs)),
    ...tell('scanned', `Initial scan of ${cluster}`, fractions.length === 0 ? null : `${Math.round(Math.min(...fractions) * 100)} %`),
    ...tell(
      'others',
      `Tables of others that a job of ${cluster} brings`,
      widerIn(settings, flow)
        .map(({ job, others }) => `${others} (job ${job.id})`)
        .join('; '),
    ),
    ...tell('job-says', `What the jobs of ${cluster} say`, jobs.map(reasonOf).filter(Boolean).join('; ')),
    ...aboutLag(tell('expires', 'Time left to resume', left === null ? null : left > 0 ? spell(left) : 'probably none')),
    ...tell('source', `Source of ${cluster}`, [...new Set(jobs.flatMap(({ connection }) => connection ?? []))].join(', ')),
  ];
}

function movingFacts(settings: LdrSettings, detail: LdrDetail, side: Side): readonly Fact[] {
  const { cluster } = settings[side];
  const read = readOf(detail, side);
  if (read === null) return [];
  const tell = tellOf(side);
  const last = flowInto(settings, detail, side) === null ? lastOver(detail, side) : null;
  return [
    ...tell('dlq', `Dead letter queue of ${cluster}`, queueFact(settings, side, read)),
    ...tell(
      'history',
      `History on ${cluster} for a job on ${settings[otherSide(side)].cluster}`,
      historyFact(settings, detail, side, read),
    ),
    ...tell(
      'last-job',
      `Last job of ${cluster}`,
      last === null ? null : [`${last.id} ${last.status}`, reasonOf(last)].filter(Boolean).join(': '),
    ),
    ...tell('clock', `Clock of ${cluster}`, spellTime(read.now)),
    ...tell('active-version', `Active version of ${cluster}`, read.activeVersion),
  ];
}

const lengthOf = (entries: number): string => (isMore(entries) ? `more than ${mostCounted.toLocaleString('en-US')}` : String(entries));

function queueFact(settings: LdrSettings, side: Side, { dlq, dlqProblem }: ReadSide): string | null {
  const filled = dlq
    .filter(({ entries }) => entries !== 0)
    .map(({ pair, entries, newest }) =>
      entries === null
        ? `${tablesAt(settings, side, [pair])} not readable`
        : `${tablesAt(settings, side, [pair])} ${lengthOf(entries)}${newest === null ? '' : `, newest ${spellTime(newest)}`}`,
    );
  const told = [...filled, ...(dlqProblem === null ? [] : [dlqProblem])];
  return told.length > 0 ? told.join('; ') : 'empty';
}
