import type { NamedLag } from '../../domain/lag.ts';
import type { LagGap, LagHistory, LagTrack } from '../../domain/lag-history.ts';
import { lagsOf } from '../../domain/observation.ts';
import type { Reply } from '../../domain/reply.ts';
import { cut, ended } from './foreign.ts';
import { type LagChart, lagCharts, valueWords } from './lag-chart.ts';
import { type Block, context, header, type Mode, section } from './message.ts';
import { code, join, listed, type Mrkdwn, md, when } from './mrkdwn.ts';
import type { Answer } from './pages.ts';
import { count, duration, healthWords, lagWords } from './words.ts';
import { whole } from './wrapping.ts';

/** `/repl lag LINK`: what the lag is and was in words, then the same as a picture. */
export function renderLag({ observation, history }: Extract<Reply, { kind: 'lagged' }>): Answer {
  const { link, health, facts } = observation;
  const lags = lagsOf(observation);
  const stories = lags.map((lag) => storyOf(lag, lags.length > 1, history));
  const more = [...coverage(history), ...gapWords(history)];
  const charts = lagCharts(link, history);
  const about = facts.filter((fact) => fact.about === 'lag');
  return {
    text: md`Lag of ${link}: ${join([...stories, ...more], ' ')}`,
    title: `Lag of ${link}`,
    head: (mode: Mode) => [
      header(`${healthWords[health].mark} Lag of ${link}: ${shortly(lags)}`),
      section(join([health === 'healthy' ? null : md`${ended(cut(observation.headline, 800))}`, ...stories])),
      more.length === 0 ? null : section(join(more)),
      ...charts.flatMap((chart) =>
        mode === 'native' ? [chart.block, caption(chart, history)] : [spelledOut(chart), caption(chart, history)],
      ),
    ],
    body: [{ kind: 'lines', lines: about.flatMap(({ label, value }) => whole(md`*${cut(label, 200)}:* `, value)) }],
    foot: md`${noPicture(charts, history)}Seen ${when(history.to)}. ${code(`/repl describe ${link}`)} shows the whole state of the link.`,
  };
}

const shortly = (lags: readonly NamedLag[]): string =>
  lags
    .map(({ name, lag }) => `${name === '' ? '' : `${name} `}${lag.kind === 'unknown' ? 'not known' : lagWords(lag)}`)
    .join(', ')
    .slice(0, 110);

/** One lag: now, at worst, as a rule, and whether it rises. */
function storyOf({ name, lag }: NamedLag, isOneOfMany: boolean, history: LagHistory): Mrkdwn {
  const tracks = history.tracks.filter((track) => track.name === name);
  const title = isOneOfMany ? md`*${name}:* ` : md``;
  return md`${title}${join([nowWords(lag, tracks), pastWords(tracks, history), risingWords(tracks)], ' ')}`;
}

function nowWords(lag: NamedLag['lag'], tracks: readonly LagTrack[]): Mrkdwn {
  if (lag.kind !== 'unknown') return md`The lag is *${lagWords(lag)}* now.`;
  const [track] = tracks;
  const last = track === undefined ? md`` : md` It was last known ${when(track.last.at)}: ${valueWords(track, track.last.value)}.`;
  return md`*The lag is not known now:* ${ended(lag.why.slice(0, 500))}${last}`;
}

/** A middle of fewer looks says nothing. */
const fewestForTypical = 3;

function pastWords(tracks: readonly LagTrack[], history: LagHistory): Mrkdwn | null {
  const told = tracks.filter(({ looks, now }) => looks > (now === null ? 0 : 1));
  if (told.length === 0) return null;
  const since = isCovered(history) ? md`Over the last ${duration(history.spanMs)}` : md`Since ${when(history.from)}`;
  if (told.every(({ worst }) => worst.value === 0)) return md`${since} it was 0 at every look that could tell.`;
  const worst = told.map((track) => md`*${valueWords(track, track.worst.value)}* (${when(track.worst.at)})`);
  const typical = told.filter(({ looks }) => looks >= fewestForTypical).map((track) => md`${valueWords(track, track.typical)}`);
  return md`${since} it was ${listed(worst, 'and')} at worst${typical.length === 0 ? md`` : md`, typically ${listed(typical, 'and')}`}.`;
}

function risingWords(tracks: readonly LagTrack[]): Mrkdwn | null {
  const since = tracks.flatMap(({ risingSince }) => risingSince ?? []);
  return since.length === 0 ? null : md`⚠️ *It has been rising since ${when(Math.min(...since))}.*`;
}

/** The first look may be this much of the span late without a word. */
const late = 0.05;

const isCovered = ({ from, to, spanMs }: LagHistory): boolean => to - from >= spanMs * (1 - late);

function coverage(history: LagHistory): readonly Mrkdwn[] {
  if (history.looks === 1)
    return [
      md`There is no earlier look to compare it with: none of the last ${duration(history.spanMs)} is remembered, or none could be read.`,
    ];
  return isCovered(history)
    ? []
    : [
        md`Of the ${duration(history.spanMs)} asked for, looks are remembered only since ${when(history.from)} (${count(history.looks, 'look')}).`,
      ];
}

/** When nobody looked, and when those who looked could not tell. */
function gapWords(history: LagHistory): readonly Mrkdwn[] {
  const kinds = new Map<string, LagGap[]>();
  for (const gap of history.gaps) {
    // What lasts up to now is said with what is known now.
    if (gap.why !== null && gap.to === history.to) continue;
    const kind = gap.why === null ? 'unwatched' : `of ${gap.name}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), gap]);
  }
  return [...kinds.values()].flatMap((gaps) => gapLine(gaps) ?? []);
}

function gapLine(gaps: readonly LagGap[]): Mrkdwn | null {
  const last = gaps.at(-1);
  if (last === undefined) return null;
  const total = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const what = last.why === null ? md`*Nobody looked*` : md`*${last.name === '' ? 'The lag' : last.name} was not known*`;
  const stretch = md`from ${when(last.from)} to ${when(last.to)}`;
  const how = gaps.length === 1 ? stretch : md`for ${duration(total)} in ${gaps.length} stretches, the last ${stretch}`;
  return md`${what} ${how}${last.why === null ? md`.` : md`: ${ended(last.why.slice(0, 300))}`}`;
}

const noPicture = (charts: readonly LagChart[], { tracks }: LagHistory): Mrkdwn =>
  charts.length > 0 || tracks.length === 0 ? md`` : md`There is a picture once two looks have told the lag. `;

/** All that can be seen in a picture, in words. */
function caption({ tracks, rows, leftOut }: LagChart, { from, to, bucketMs }: LagHistory): Block {
  const of = tracks.map((track) => {
    const worst = tracks.length > 1 ? md`${track.name}: worst` : md`Worst`;
    return md`${worst} ${valueWords(track, track.worst.value)}, last ${valueWords(track, track.last.value)}.`;
  });
  const each = bucketMs === null ? md`each one look` : md`each the worst of the ${duration(bucketMs)} that begin there`;
  const gaps = leftOut === 0 ? null : md`${count(leftOut, 'point')} would be where the lag is not known: the line passes over.`;
  return context(join([md`${count(rows.length, 'point')} from ${when(from)} to ${when(to)}, shown in UTC, ${each}.`, ...of, gaps], ' '));
}

/** The same without a picture. */
function spelledOut({ tracks, rows }: LagChart): Block {
  const lines = rows.map(({ label, values }) => {
    const told = tracks.map((track, place) => md`${tracks.length > 1 ? `${track.name} ` : ''}${valueWords(track, values[place] ?? 0)}`);
    return md`${label}  ${join(told, ', ')}`;
  });
  return section(join([md`*Lag over time, in UTC*`, ...lines]));
}
