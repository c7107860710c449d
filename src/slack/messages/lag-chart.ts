import { DateTime } from 'luxon';
import type { LagHistory, LagTrack } from '../../domain/lag-history.ts';
import { cut, plain } from './foreign.ts';
import { type Block, lineChart } from './message.ts';
import { count, duration } from './words.ts';

/** One line of a picture in numbers. */
interface Row {
  readonly label: string;
  /** A value for each track. */
  readonly values: readonly number[];
}

/** A picture of lags in one unit, and all that is in it. */
export interface LagChart {
  readonly block: Block;
  readonly tracks: readonly LagTrack[];
  readonly rows: readonly Row[];
  /** Times at which one of its lags is not known: they have no place in it. */
  readonly leftOut: number;
}

/** Slack takes no more lines in a picture, and no more pictures in a message. */
const mostSeries = 6;
const mostCharts = 2;
const longestName = 20;

/** Pictures of what is known of lags over time; none where there are no two moments to draw a line between. Pure. */
export const lagCharts = (link: string, history: LagHistory): readonly LagChart[] =>
  drawings(history.tracks)
    .slice(0, mostCharts)
    .flatMap((tracks, _, all) => chartOf(all.length > 1 ? `Lag of ${link}, ${aboutOf(tracks)}` : `Lag of ${link}`, tracks, history) ?? []);

/** What tells a picture from the one beside it. */
function aboutOf([one]: readonly LagTrack[]): string {
  if (one === undefined) return '';
  return one.name !== '' && one.unit === 'time' ? one.name : one.unit === 'time' ? 'in time' : `in ${one.counted}s`;
}

/** Lags of one unit share a picture. Two that are not known at the same times have one each, so that neither costs the other its points. */
function drawings(tracks: readonly LagTrack[]): readonly (readonly LagTrack[])[] {
  const byUnit = (['time', 'count'] as const)
    .map((unit) => tracks.filter((track) => track.unit === unit))
    .filter(({ length }) => length > 0);
  const [only = []] = byUnit;
  const apart = byUnit.length === 1 && only.length === mostCharts && !isTogether(only);
  return apart ? only.map((track) => [track]) : byUnit.map((some) => some.slice(0, mostSeries));
}

const timesOf = ({ points }: LagTrack): readonly number[] => points.map(({ at }) => at);

const isTogether = ([a, ...others]: readonly LagTrack[]): boolean =>
  a === undefined || others.every((other) => String(timesOf(other)) === String(timesOf(a)));

function chartOf(title: string, tracks: readonly LagTrack[], history: LagHistory): LagChart | null {
  const { rows, times } = rowsOf(tracks, history);
  if (rows.length < 2) return null;
  const scale = scaleOf(tracks);
  const names = seriesNames(tracks);
  const block = lineChart(title, {
    type: 'line',
    series: names.map((name, place) => ({
      name,
      data: rows.map(({ label, values }) => ({ label, value: scale.of(values[place] ?? 0) })),
    })),
    axis_config: { categories: rows.map(({ label }) => label), x_label: axisWords(history), y_label: scale.label },
  });
  const { bucketMs, from, to, looks } = history;
  const moments = bucketMs === null ? looks : Math.floor(to / bucketMs) - Math.floor(from / bucketMs) + 1;
  return { block, tracks, rows, leftOut: moments - times };
}

const axisWords = ({ bucketMs }: LagHistory): string =>
  bucketMs === null ? 'UTC, each point one look' : `UTC, each point the worst of ${duration(bucketMs)}`;

/** Moments at which every track has a value, and how many there are. Those that read the same are one, with the greatest values. */
function rowsOf(tracks: readonly LagTrack[], history: LagHistory): { readonly rows: readonly Row[]; readonly times: number } {
  const values = tracks.map(({ points }) => new Map(points.map(({ at, value }) => [at, value])));
  const [first] = tracks;
  const times = (first === undefined ? [] : timesOf(first)).filter((at) => values.every((known) => known.has(at)));
  const rows = new Map<string, readonly number[]>();
  for (const at of times) {
    const label = labelOf(at, history);
    const before = rows.get(label) ?? [];
    rows.set(
      label,
      values.map((known, place) => Math.max(known.get(at) ?? 0, before[place] ?? 0)),
    );
  }
  return { rows: [...rows].map(([label, row]) => ({ label, values: row })), times: times.length };
}

const hour = 3_600_000;

/** Pictures can't show a time in the reader's own zone, so they show UTC. */
function labelOf(at: number, { from, to, bucketMs }: LagHistory): string {
  const time = DateTime.fromMillis(at, { zone: 'utc', locale: 'en' });
  if (to - from >= 20 * hour) return time.toFormat('d LLL HH:mm');
  return time.toFormat(bucketMs === null || bucketMs < 60_000 ? 'HH:mm:ss' : 'HH:mm');
}

interface Scale {
  readonly label: string;
  of(value: number): number;
}

const units = [
  { name: 'hours', size: hour },
  { name: 'minutes', size: 60_000 },
  { name: 'seconds', size: 1_000 },
] as const;

/** The largest unit of which there are two at the worst moment. */
function scaleOf(tracks: readonly LagTrack[]): Scale {
  const [one] = tracks;
  if (one?.unit === 'count') {
    const counted = [...new Set(tracks.map((track) => track.counted))];
    return { label: cut(`Lag in ${counted.length === 1 ? `${one.counted}s` : 'changes'}`, 50), of: (value) => value };
  }
  const most = Math.max(...tracks.map(({ worst }) => worst.value));
  const unit = units.find(({ size }) => most >= 2 * size) ?? { name: 'milliseconds', size: 1 };
  const bound = tracks.some(({ atMost }) => atMost) ? ', at most' : '';
  return { label: `Lag in ${unit.name}${bound}`, of: (value) => Number((value / unit.size).toPrecision(4)) };
}

/** Slack wants names of lines to differ and to be short; clusters differ at their ends. */
function seriesNames(tracks: readonly LagTrack[]): readonly string[] {
  const names = tracks.map(({ name, unit, counted }) => tail(plain(name || (unit === 'time' ? 'Lag' : `${counted}s`), 200)) || 'Lag');
  return names.map((name, place) => (names.indexOf(name) === place ? name : `${cut(name, longestName - 3)} ${place + 1}`));
}

/** The end of a name, in whole characters. */
function tail(name: string): string {
  if (name.length <= longestName) return name;
  const kept = name.slice(1 - longestName);
  return `…${/^[\udc00-\udfff]/.test(kept) ? kept.slice(1) : kept}`;
}

/** A value of a track for people. */
export const valueWords = ({ unit, counted, atMost }: Pick<LagTrack, 'unit' | 'counted' | 'atMost'>, value: number): string =>
  unit === 'time' ? `${atMost && value > 0 ? 'at most ' : ''}${duration(value)}` : count(value, counted);
