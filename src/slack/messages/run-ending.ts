import type { RunReport, RunView } from '../../domain/run.ts';
import type { FactDifference } from '../../domain/run-ending.ts';
import { lineSections, lineSize } from './lines.ts';
import { type Block, fields, section } from './message.ts';
import { join, type Mrkdwn, md, none, person, quoted } from './mrkdwn.ts';
import { packed } from './packing.ts';
import { duration, stateWords } from './words.ts';
import { whole } from './wrapping.ts';

/** The last word over a run: what happened, what state the databases are in, what to do. */
export function endingBlocks(run: RunView): readonly Block[] {
  if (run.ending === null) return [];
  return [section(endingWords(run)), ...reportBlocks(run), ...differenceBlocks(run.ending.differences)];
}

export function endingWords(run: RunView): Mrkdwn {
  const { ending } = run;
  if (ending === null) return none;
  const by = ending.by === null ? none : md` by ${person(ending.by)}`;
  const head = `${stateWords[run.state].word.charAt(0).toUpperCase()}${stateWords[run.state].word.slice(1)}`;
  const words = run.state === 'denied' ? quoted(ending.sentence) : md`${ending.sentence}`;
  return join([
    md`*${head}${by}.* ${words}`,
    ending.databases === null ? untouched(run) : md`*Databases:* ${ending.databases}`,
    ending.next === null ? null : md`*What to do now:* ${ending.next}`,
  ]);
}

const untouched = (run: RunView): Mrkdwn | null => (run.startedAt === null ? md`*Databases:* nothing was changed.` : null);

/** Measured against predicted, always with both. */
export function measures(run: RunView): readonly Mrkdwn[] {
  const { report, plan } = run;
  if (report === null) return [];
  return [
    md`*Data lost (RPO)*\n${measured(report.lossMs)}\n_Predicted:_ ${plan.predictedLoss.words}`,
    md`*Writes stopped (RTO)*\n${measured(report.downtimeMs)}\n_Predicted:_ ${plan.predictedDowntime.words}`,
  ];
}

const measured = (ms: number | null): Mrkdwn => {
  if (ms === null) return md`_Measured:_ not as a time, see above`;
  return ms === 0 ? md`_Measured:_ *none*` : md`_Measured:_ *${duration(ms)}*`;
};

type Fact = RunReport['facts'][number];

/** Most characters of a fact that stands in a column beside another; a longer one is hard to read there. */
const columnSize = 100;
const columnsInOne = 10;
/** Most characters of all the long ones: the message says much else. */
const longRoom = 4_000;

/** What the report adds to its own sentence: what is short in columns, then what people have to read, on lines of its own. */
function reportBlocks(run: RunView): readonly Block[] {
  const { report } = run;
  if (report === null) return [];
  const added = report.facts.filter(({ value }) => !(value.endsWith('.') && report.sentence.includes(value)));
  const isLong = ({ label, value }: Fact): boolean => value.length > columnSize || added.filter((fact) => fact.label === label).length > 1;
  const columns = [...measures(run), ...added.filter((fact) => !isLong(fact)).map(({ label, value }) => md`*${label}*\n${value}`)];
  const blocks = packed(columns, { room: columnsInOne, sizeOf: () => 1 }).map(fields);
  return [...blocks, ...longFacts(added.filter(isLong))];
}

/** Each under its label, which is said once. */
function longFacts(facts: readonly Fact[]): readonly Block[] {
  const lines = [...new Set(facts.map(({ label }) => label))].flatMap((label) => [
    md`*${label}*`,
    ...facts.filter((fact) => fact.label === label).flatMap(({ value }) => whole(md`• `, value)),
  ]);
  const [shown = [], ...rest] = packed(lines, { room: longRoom, sizeOf: lineSize });
  const more = md`⚠️ *There is more.* The plan's warnings, in this thread, say all of it.`;
  return lineSections(rest.length === 0 ? shown : [...shown, more]);
}

/** What is not as it was, each with before and now. */
export function differenceBlocks(differences: readonly FactDifference[]): readonly Block[] {
  if (differences.length === 0) return [];
  const lines = differences.slice(0, 12).map(differenceLine);
  const left = differences.length - lines.length;
  return [section(join([md`*What has changed*`, ...lines, left === 0 ? null : md`${left} more.`]))];
}

export const differenceLine = ({ label, before, now }: FactDifference): Mrkdwn =>
  md`• *${label}:* was “${before.slice(0, 150)}”, is “${now.slice(0, 150)}”`;
