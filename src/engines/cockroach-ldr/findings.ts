import { otherSide, type Side } from '../../domain/observation.ts';
import type { Release } from '../cockroach/version.ts';
import type { LdrSettings } from './config.ts';
import type { Finding, PairLook, ReadSide } from './detail.ts';
import { formOf, knowsCreate, liesTogether, older } from './form.ts';
import { type FunctionView, functionFindings } from './functions.ts';
import { differencesOf } from './schema-compare.ts';
import { featureRules, type Ground } from './schema-rules.ts';
import { quoteTable, showTable } from './table-name.ts';
import type { TableView } from './table-view.ts';
import { ttlMarksIn } from './ttl-marks.ts';

/** One table of the link as it was read: null where it does not exist. */
export interface TablePairView {
  readonly views: Readonly<Record<Side, TableView | null>>;
  readonly look: PairLook;
}

export interface SchemaInput {
  readonly settings: LdrSettings;
  readonly sides: Readonly<Record<Side, Pick<ReadSide, 'release' | 'tables'>>>;
  /** In the order of the config. */
  readonly pairs: readonly TablePairView[];
  /** What each side has of the functions that are to decide about conflicts; left out where the link names none. */
  readonly functions?: Readonly<Record<Side, readonly FunctionView[]>>;
}

const sides = ['primary', 'standby'] as const;

/** Everything that stands against starting replication into a side, or that somebody should know before; what blocks comes first. Pure. */
export function findingsInto(input: SchemaInput, into: Side): readonly Finding[] {
  const { settings, sides: told } = input;
  const source = otherSide(into);
  const release: Release = older(told.primary.release, told.standby.release);
  const ground: Ground = { settings, release, form: formOf(told[into], told[source]) };
  const found = input.pairs.flatMap((pair, place) => [
    ...presence(input, pair, place, into, ground),
    ...features(pair, place, ground),
    ...comparison(pair, place, ground),
    ...uniqueHere(pair, place, into, ground),
    ...contents(pair, place, into, ground),
  ]);
  const all = [
    ...found,
    ...together(ground, into),
    ...discarding(input, source),
    ...functionFindings(settings, input.functions?.[into] ?? [], into),
  ];
  return all.sort((a, b) => Number(b.severity === 'blocks') - Number(a.severity === 'blocks'));
}

const nameOf = ({ settings }: Pick<Ground, 'settings'>, place: number, side: Side): string => {
  const pair = settings.tables[place];
  return pair === undefined ? 'A table' : `${showTable(pair[side])} on ${settings[side].cluster}`;
};

function presence(input: SchemaInput, { views }: TablePairView, place: number, into: Side, ground: Ground): readonly Finding[] {
  const source = otherSide(into);
  const { settings } = input;
  if (views[source] === null) {
    const sentence = `${nameOf(ground, place, source)} does not exist, so there is nothing to replicate.`;
    const next = 'Make the table there, give the bot the right to see it, or take it out of the link.';
    return [{ rule: 'source-missing', severity: 'blocks', side: source, pair: place, sentence, next }];
  }
  if (views[into] !== null || ground.form === 'create') return [];
  const why = knowsCreate(ground.release)
    ? 'does not exist, while other tables of the link do, so no single statement can start them all'
    : `does not exist, and ${settings[into].cluster} can't make it by itself before 25.1`;
  const next = knowsCreate(ground.release)
    ? `Make the table there like the one on ${settings[source].cluster}, or drop the others there, so that replication makes all of them.`
    : `Make the table there like the one on ${settings[source].cluster}.`;
  return [
    { rule: 'destination-missing', severity: 'blocks', side: into, pair: place, sentence: `${nameOf(ground, place, into)} ${why}.`, next },
  ];
}

const features = ({ views }: TablePairView, place: number, ground: Ground): readonly Finding[] =>
  sides.flatMap((side) => {
    const view = views[side];
    if (view === null) return [];
    return featureRules.flatMap(({ rule, found, severity, what, next }): readonly Finding[] => {
      const offending = found(view);
      const how = offending.length === 0 ? null : severity(ground);
      if (how === null) return [];
      return [{ rule, severity: how, side, pair: place, sentence: `${nameOf(ground, place, side)} ${what} (${listed(offending)}).`, next }];
    });
  });

/** All of them, since each has to be mended. */
const listed = (names: readonly string[]): string => names.map((name) => (name.length > 80 ? `${name.slice(0, 79)}…` : name)).join('; ');

function comparison({ views }: TablePairView, place: number, ground: Ground): readonly Finding[] {
  const { primary, standby } = views;
  if (primary === null || standby === null) return [];
  const pair = ground.settings.tables[place];
  const table = pair === undefined ? 'A table' : showTable(pair.primary);
  return differencesOf({ primary, standby }, ground, (side) => ground.settings[side].cluster).map(({ rule, severity, sentence, next }) => ({
    rule: `differ-${rule}`,
    severity,
    side: null,
    pair: place,
    sentence: `${table} is not the same on both sides: ${sentence}.`,
    next,
  }));
}

/** A unique index is allowed, but a row that breaks it on arrival is put aside instead of applied. */
function uniqueHere({ views }: TablePairView, place: number, into: Side, ground: Ground): readonly Finding[] {
  const both = ground.settings.direction === 'bidirectional';
  return (both ? sides : [into]).flatMap((side): readonly Finding[] => {
    const unique = views[side]?.indexes.filter(({ unique: is }) => is).map(({ name }) => name) ?? [];
    if (unique.length === 0) return [];
    const sentence = `${nameOf(ground, place, side)} has a unique index beside its primary key (${listed(unique)}): rows that break it on arrival go to the dead letter queue.`;
    const next = both
      ? 'Drop the index on both sides if the application can do without it.'
      : `Keep it only on ${ground.settings[otherSide(into)].cluster} if the application can do without it here; the two then differ, which needs skipSchemaCheck.`;
    return [{ rule: 'unique-index', severity: 'warns', side, pair: place, sentence, next }];
  });
}

function contents({ look }: TablePairView, place: number, into: Side, ground: Ground): readonly Finding[] {
  const { settings } = ground;
  const source = otherSide(into);
  if (look.rows[into] !== 'filled') return [];
  const name = nameOf(ground, place, into);
  if (settings.direction === 'bidirectional' && look.rows[source] === 'filled') {
    const sentence = `${name} holds rows, and so does the table on ${settings[source].cluster}; replication both ways must not start from two filled tables.`;
    const next = `Empty or drop the table on the side whose rows are not wanted, after a backup.`;
    return [{ rule: 'both-filled', severity: 'blocks', side: into, pair: place, sentence, next }];
  }
  if (settings.direction === 'bidirectional') return [];
  const sentence = `${name} holds rows already: those that are newer than the rows of ${settings[source].cluster}, or are not there at all, stay as they are.`;
  const next = 'Empty the table first, unless its rows are a copy that is meant to be kept.';
  return [{ rule: 'destination-filled', severity: 'warns', side: into, pair: place, sentence, next }];
}

/** One statement makes all the tables, so they have to lie together. */
function together(ground: Ground, into: Side): readonly Finding[] {
  if (ground.form !== 'create' || liesTogether(ground.settings, into)) return [];
  const sentence = `The tables of the link lie in more than one database or schema on ${ground.settings[into].cluster}, so replication can't make them by itself.`;
  const next = 'Make the tables there by hand, or use one link for each schema.';
  return [{ rule: 'spread-destination', severity: 'blocks', side: into, pair: 0, sentence, next }];
}

const marksOf = (view: TableView | null) => ttlMarksIn(view?.lines ?? []);

export const unmarkedRule = 'ttl-table-not-marked';

/** Deletes by TTL can be told from others only in tables that the source marks. The server wants one such table, and leaves the others as they are. */
function discarding({ settings, pairs }: SchemaInput, source: Side): readonly Finding[] {
  if (!settings.options.discardTtlDeletes) return [];
  const { cluster } = settings[source];
  if (!pairs.some(({ views }) => marksOf(views[source]).isMarked)) {
    const sentence = `The config wants deletes by TTL discarded, but no table of the link on ${cluster} keeps them out of changefeeds.`;
    const next = `Run ALTER TABLE … SET (ttl_disable_changefeed_replication = 'true') on ${cluster} for the tables with a TTL, or set discardTtlDeletes to false.`;
    return [{ rule: 'ttl-not-marked', severity: 'blocks', side: source, pair: 0, sentence, next }];
  }
  return pairs.flatMap(({ views }, place): readonly Finding[] => {
    const view = views[source];
    if (view === null || !marksOf(view).expires || marksOf(view).isMarked) return [];
    const sentence = `${nameOf({ settings }, place, source)} deletes rows by TTL and does not keep that out of changefeeds, so these deletes are replicated like others, while the config wants them discarded.`;
    const next = `Run ALTER TABLE ${quoteTable(view.name)} SET (ttl_disable_changefeed_replication = 'true') on ${cluster}, unless these deletes are wanted.`;
    return [{ rule: unmarkedRule, severity: 'warns', side: source, pair: place, sentence, next }];
  });
}
