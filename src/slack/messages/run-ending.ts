import type { FactDifference, RunView } from '../../domain/run.ts';
import { type Block, fields, section } from './message.ts';
import { join, type Mrkdwn, md, none, person, quoted } from './mrkdwn.ts';
import { duration, stateWords } from './words.ts';

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
  if (ms === null) return md`_Measured:_ not measurable`;
  return ms === 0 ? md`_Measured:_ *none*` : md`_Measured:_ *${duration(ms)}*`;
};

function reportBlocks(run: RunView): readonly Block[] {
  const facts = run.report?.facts ?? [];
  const shown = facts.slice(0, 8).map(({ label, value }) => md`*${label}*\n${value}`);
  return run.report === null ? [] : [fields([...measures(run), ...shown])];
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
