import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { type Draft, notNow } from '../frame/drafts.ts';
import { kinds } from './acts.ts';
import type { LdrLink } from './config.ts';
import type { LdrDetail } from './detail.ts';
import { flowsOf, phaseOf, readOf } from './flow.ts';

const lateOn = (detail: LdrDetail): readonly Side[] =>
  (['primary', 'standby'] as const).filter((side) => readOf(detail, side)?.history === 'untold');

const namesOf = ({ settings }: LdrLink, late: readonly Side[]): string => late.map((side) => settings[side].cluster).join(' and ');

/** What is started, and what becomes of a job that stands still, goes by all that jobs tell of themselves. Pure. */
export function lateRefusal(operation: OperationName, link: LdrLink, detail: LdrDetail, steps: readonly Draft[]): Refusal | null {
  const late = lateOn(detail);
  const starts = steps.some(({ kind }) => kind === kinds.createStream || kind === kinds.createReplicated);
  const stands = flowsOf(link.settings, detail).some(
    ({ into, jobs }) => late.includes(into) && jobs.some((job) => phaseOf(job) === 'paused'),
  );
  if (late.length === 0 || !(starts || (operation === 'reconnect' && stands))) return null;
  const names = namesOf(link, late);
  return notNow(
    `${names} did not list ${late.length === 1 ? 'its' : 'their'} jobs in time, so what they say of themselves is not known, and no ${operation} of ${link.id} is planned. Nothing was changed.`,
    `Ask again when ${names} ${late.length === 1 ? 'answers' : 'answer'} SHOW JOBS.`,
  );
}

/** What a plan on such jobs does without. Pure. */
export function lateWarnings(link: LdrLink, detail: LdrDetail): readonly string[] {
  const late = lateOn(detail);
  if (late.length === 0) return [];
  return [
    `${namesOf(link, late)} did not list ${late.length === 1 ? 'its' : 'their'} jobs in time (SHOW JOBS): why a job stands still, and whether history is kept for it, is not known.`,
  ];
}
