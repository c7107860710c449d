import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { Lag, NamedLag } from '../../../src/domain/lag.ts';
import type { Observation, Sample } from '../../../src/domain/observation.ts';
import { judgeBlocks } from '../../../src/sim/slack/block-rules.ts';
import { lagCharts } from '../../../src/slack/messages/lag-chart.ts';
import { breaches } from '../../../src/slack/messages/limits.ts';
import type { Block, LineChart } from '../../../src/slack/messages/message.ts';
import { renderReply } from '../../../src/slack/messages/reply.ts';
import { lagHistoryOf } from '../../../src/watch/lag-history.ts';
import { nasty } from './hostile.ts';
import { markupOf, strangeMarkup } from './markup.ts';
import { anObservation, night } from './story.ts';

const minute = 60_000;
const hour = 60 * minute;

const ms = (value: number): Lag => ({ kind: 'duration', ms: value });
const transactions = (value: number, atMostMs: number): Lag => ({ kind: 'transactions', transactions: value, atMostMs });
const changes = (value: number, counted: string): Lag => ({ kind: 'sequence', sequences: value, counted });
const unknown: Lag = { kind: 'unknown', why: 'The side that is followed does not answer.' };

const sample = (at: number, lags: readonly NamedLag[]): Sample => ({ at, health: 'healthy', headline: 'Fine.', trail: null, lags });
const one = (ageMs: number, lag: Lag): Sample => sample(night - ageMs, [{ name: '', lag }]);
const look = (lag: Lag, more: Partial<Observation> = {}): Observation =>
  anObservation({ observedAt: night, health: 'healthy', facts: [], lag, ...more });
const several = (...lags: readonly (readonly [string, Lag])[]): readonly NamedLag[] => lags.map(([name, lag]) => ({ name, lag }));

const shown = (samples: readonly Sample[], seen: Observation, spanMs = 6 * hour, mode: 'native' | 'plain' = 'native') =>
  renderReply({ kind: 'lagged', observation: seen, history: lagHistoryOf(samples, seen, spanMs) }, { now: night, mode });

/** As somebody reads it whose client shows every time as in UTC. */
const read = (message: { readonly text: string; readonly blocks: readonly unknown[] }): string =>
  `${message.text}\n${JSON.stringify(message.blocks)}`
    .replace(/<!date\^\d+\^[^|]*\|2026-11-\d\d (\d\d:\d\d):\d\d UTC>/g, '$1')
    .replaceAll('*', '');

const chartsIn = ({ blocks }: { readonly blocks: readonly Block[] }): readonly { readonly title: string; readonly chart: LineChart }[] =>
  blocks.flatMap((block) => (block.type === 'data_visualization' ? [block] : []));

const rows: readonly {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly lag: Lag;
  readonly holds: readonly string[];
  readonly lacks?: readonly string[];
}[] = [
  {
    name: 'no earlier look',
    samples: [],
    lag: ms(4_200),
    holds: [
      'Lag of prod-sql: 4.2 s',
      'The lag is 4.2 s now.',
      'There is no earlier look to compare it with',
      'a picture once two looks have told the lag',
    ],
    lacks: ['at worst', 'typically', 'data_visualization'],
  },
  {
    name: 'one earlier look',
    samples: [one(minute, ms(40_000))],
    lag: ms(4_000),
    holds: [
      'Since 02:46 it was 40 s (02:46) at worst.',
      'Of the 6 h asked for, looks are remembered only since 02:46 (2 looks).',
      '2 points from 02:46 to 02:47',
    ],
    lacks: ['typically', 'rising'],
  },
  {
    name: 'a few looks',
    samples: [3, 2, 1].map((age) => one(age * minute, ms(age * 1_000))),
    lag: ms(500),
    holds: ['The lag is 500 ms now.', 'it was 3 s (02:44) at worst, typically 1 s.', 'each one look'],
  },
  {
    name: 'looks over the whole time',
    samples: Array.from({ length: 359 }, (_, index) => one((359 - index) * minute, ms(index === 100 ? 90_000 : 2_000))),
    lag: ms(2_000),
    holds: ['Over the last 6 h it was 1 min 30 s (22:28) at worst, typically 2 s.', 'each the worst of the 20 min that begin there'],
    lacks: ['asked for', 'Nobody looked', 'was not known', 'rising'],
  },
  {
    name: 'a rise',
    samples: [
      ...[9, 8, 7].map((age) => one(age * minute, ms(2_000))),
      ...[3, 2, 1].map((age) => one(age * minute, ms(300_000 - age * 60_000))),
    ],
    lag: ms(300_000),
    holds: ['⚠️ It has been rising since 02:40.', 'The lag is 5 min now.'],
  },
  {
    name: 'nothing known now',
    samples: [one(2 * minute, ms(3_000)), one(minute, unknown)],
    lag: unknown,
    holds: [
      'Lag of prod-sql: not known',
      'The lag is not known now: The side that is followed does not answer. It was last known 02:45: 3 s.',
    ],
    lacks: ['The lag is 0', '0 ms', 'was not known'],
  },
  {
    name: 'nothing ever known',
    samples: [one(minute, unknown)],
    lag: unknown,
    holds: ['The lag is not known now: The side that is followed does not answer.'],
    lacks: ['last known', 'at worst', 'a picture', '0 ms'],
  },
  {
    name: 'a time when nobody looked, and two when it was not known',
    samples: [
      ...[200, 199, 120, 119].map((age) => one(age * minute, ms(1_000))),
      ...[118, 117].map((age) => one(age * minute, unknown)),
      ...[116, 115, 112, 108].map((age) => one(age * minute, age === 112 ? unknown : ms(1_000))),
      ...Array.from({ length: 104 }, (_, index) => one((104 - index) * minute, ms(1_000))),
    ],
    lag: ms(1_000),
    holds: [
      'Nobody looked from 23:28 to 00:47.',
      'The lag was not known for 6 min in 2 stretches, the last from 00:55 to 00:59: The side that is followed does not answer.',
    ],
  },
  {
    name: 'transactions',
    samples: [one(2 * minute, transactions(30, 9_000)), one(minute, transactions(4, 800))],
    lag: transactions(1, 400),
    holds: [
      'The lag is 1 transaction, at most 400 ms now.',
      'it was at most 9 s (02:45) and 30 transactions (02:45) at worst',
      'Lag in transactions',
      'Lag in seconds, at most',
    ],
  },
  {
    name: 'no lag at all',
    samples: [3, 2, 1].map((age) => one(age * minute, ms(0))),
    lag: ms(0),
    holds: ['The lag is 0 ms now.', 'Since 02:44 it was 0 at every look that could tell.'],
  },
];

describe('the lag of a link', () => {
  it.each(rows)('is told with $name', ({ samples, lag, holds, lacks = [] }) => {
    const text = read(shown(samples, look(lag)));
    for (const part of holds) expect(text).toContain(part);
    for (const part of lacks) expect(text).not.toContain(part);
  });

  it('is drawn with one value for every label, peaks and all', () => {
    const samples = Array.from({ length: 300 }, (_, index) => one((300 - index) * minute, ms(index === 7 ? 7_200_000 : 1_000)));
    const [picture, ...more] = chartsIn(shown(samples, look(ms(3_000))));
    if (picture === undefined) throw new TypeError('there is a picture');
    expect(more).toEqual([]);
    const { series, axis_config: axis } = picture.chart;
    expect([picture.title, axis.y_label, axis.x_label]).toEqual(['Lag of prod-sql', 'Lag in hours', 'UTC, each point the worst of 20 min']);
    expect(series.map(({ data }) => data.map(({ label }) => label))).toEqual([axis.categories]);
    expect(axis.categories[0]).toBe('21:40');
    expect(series[0]?.data[0]?.value).toBe(2);
    expect(axis.categories).toHaveLength(16);
  });

  it('of both directions is one picture with two lines', () => {
    const both = (west: number, east: number) => several(['into sql-west', ms(west)], ['into sql-east', ms(east)]);
    const samples = [3, 2, 1].map((age) => sample(night - age * minute, both(age * 1_000, age * 2_000)));
    const message = shown(samples, look(ms(4_000), { lags: both(4_000, 1_000) }));
    const [picture, ...more] = chartsIn(message);
    expect(more).toEqual([]);
    expect(picture?.chart.series.map(({ name, data }) => [name, ...data.map(({ value }) => value)])).toEqual([
      ['into sql-west', 3, 2, 1, 4],
      ['into sql-east', 6, 4, 2, 1],
    ]);
    expect(read(message)).toContain('into sql-west: The lag is 4 s now. Since 02:44 it was 4 s (02:47) at worst');
    expect(read(message)).toContain('into sql-east: worst 6 s, last 1 s.');
  });

  it('has names of lines that tell clusters apart whose names are long and begin alike', () => {
    const both = several(
      ['production-shop-of-europe-dublin', ms(1_000)],
      ['production-shop-of-europe-london', ms(2_000)],
      ['x'.repeat(30), ms(1)],
      [`y${'x'.repeat(30)}`, ms(1)],
    );
    const [picture] = chartsIn(shown([sample(night - minute, both)], look(ms(2_000), { lags: both })));
    expect(picture?.chart.series.map(({ name }) => name)).toEqual([
      '…op-of-europe-dublin',
      '…op-of-europe-london',
      `…${'x'.repeat(19)}`,
      `…${'x'.repeat(15)}… 4`,
    ]);
  });

  it('of two directions of which one was not known is a picture for each, so that neither loses a point', () => {
    const both = (west: Lag, east: Lag) => several(['into sql-west', west], ['into sql-east', east]);
    const samples = [3, 2, 1].map((age) => sample(night - age * minute, both(ms(age), age === 2 ? unknown : ms(9))));
    const message = shown(samples, look(ms(5), { lags: both(ms(4), ms(5)) }));
    expect(chartsIn(message).map(({ title, chart }) => [title, chart.axis_config.categories.length])).toEqual([
      ['Lag of prod-sql, into sql-west', 4],
      ['Lag of prod-sql, into sql-east', 3],
    ]);
    expect(read(message)).toContain('1 point would be where the lag is not known: the line passes over.');
    expect(read(message)).toContain('into sql-east was not known from 02:45 to 02:46');
  });

  it('counted in layers shows both, and what the engine says of the lag', () => {
    const layers = (metadata: number, data: number) =>
      several(['Metadata', changes(metadata, 'metadata change')], ['Graph data', changes(data, 'graph record')]);
    const facts = [
      { name: 'a', label: 'Signs that a new copy is needed', value: 'none', binding: false, about: 'lag' },
      { name: 'b', label: 'Tools', value: 'gadmin backup', binding: false },
    ] as const;
    const samples = [2, 1].map((age) => sample(night - age * minute, layers(age, 100 * age)));
    const message = shown(samples, look(changes(3, 'change'), { lags: layers(1, 2), facts }));
    expect(chartsIn(message).map(({ chart }) => [chart.axis_config.y_label, ...chart.series.map(({ name }) => name)])).toEqual([
      ['Lag in changes', 'Metadata', 'Graph data'],
    ]);
    expect(read(message)).toContain('Metadata: The lag is 1 metadata change now.');
    expect(read(message)).toContain('Graph data: The lag is 2 graph records now.');
    expect(read(message)).toContain('Signs that a new copy is needed: none');
    expect(read(message)).not.toContain('gadmin backup');
  });

  it('is told without a picture in blocks that every workspace knows, with every value of it', () => {
    const message = shown(
      [2, 1].map((age) => one(age * minute, ms(age * 1_000))),
      look(ms(7_000)),
      hour,
      'plain',
    );
    expect(new Set(message.blocks.map(({ type }) => type))).toEqual(new Set(['header', 'section', 'context']));
    for (const line of ['02:45:00  2 s', '02:46:00  1 s', '02:47:00  7 s']) expect(read(message)).toContain(line);
  });

  it('says what is wrong with the link before anything else', () => {
    const message = shown([], look(unknown, { health: 'broken', headline: 'sql-east does not answer' }));
    expect(read(message)).toContain('🔴 Lag of prod-sql: not known');
    expect(read(message)).toContain('sql-east does not answer.');
  });
});

const someLag = fc.oneof(
  fc.integer({ min: 0, max: 1e12 }).map(ms),
  fc.tuple(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e10 })).map(([value, atMost]) => transactions(value, atMost)),
  fc.tuple(fc.integer({ min: 0, max: 1e9 }), nasty).map(([value, counted]) => changes(value, counted)),
  nasty.map((why): Lag => ({ kind: 'unknown', why })),
);

describe('every picture', () => {
  it('is one that Slack takes, whatever names and values there are, and holds no markup', () => {
    let pictures = 0;
    fc.assert(
      fc.property(
        fc.array(nasty, { minLength: 1, maxLength: 9 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 * hour }), fc.array(someLag, { minLength: 9, maxLength: 9 })), {
          maxLength: 60,
          size: 'max',
        }),
        nasty,
        fc.integer({ min: minute, max: 168 * hour }),
        (names, looks, text, spanMs) => {
          const unique = [...new Set(names)];
          const named = (lags: readonly Lag[]) => several(...unique.map((name, place) => [name, lags[place] ?? unknown] as const));
          let at = night;
          const samples = looks
            .map(([wait, lags]) => {
              at -= wait;
              return sample(at, named(lags));
            })
            .reverse();
          const lags = named(looks[0]?.[1] ?? []);
          const facts = Array.from({ length: 30 }, () => ({ name: 'x', label: text, value: text, binding: false, about: 'lag' as const }));
          const seen = look(unknown, { link: asLinkId(text), headline: text, health: 'broken', lags, facts });
          pictures += lagCharts(text, lagHistoryOf(samples, seen, spanMs)).length;
          for (const mode of ['native', 'plain'] as const) {
            const message = shown(samples, seen, spanMs, mode);
            expect(breaches(message)).toEqual([]);
            expect(judgeBlocks(JSON.parse(JSON.stringify(message.blocks)), 'message')).toBeNull();
            expect(markupOf(message).flatMap(strangeMarkup)).toEqual([]);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(pictures).toBeGreaterThan(10);
  }, 60_000);
});
