import { otherSide } from '../../domain/observation.ts';
import { isAtLeast, isAtLeastPatch } from '../cockroach/version.ts';
import { changeStep, type Draft, lookStep, personStep, undoBy } from '../frame/drafts.ts';
import { windowByHand } from './acts/by-hand.ts';
import type { Acts } from './acts.ts';
import type { PcrLink } from './config.ts';
import type { PcrSetup } from './config-setup.ts';
import type { ReadSide } from './detail.ts';
import { expiryMsOf } from './phase.ts';
import type { StreamOptions } from './statements-setup.ts';
import type { Way } from './way.ts';
import { takesWindow } from './window.ts';

/** From 24.3.12 on a copy can be opened for reads while it follows. */
export const canOpenReader = ({ release }: ReadSide): boolean => isAtLeastPatch(release, 24, 3, 12);

/** From 24.3 on a copy can have a reader from its beginning. */
export const canBeginReader = ({ release }: ReadSide): boolean => isAtLeast(release, 24, 3);

/**
 * What the config asks for and the statement that begins a stream can take. Up to 25.4 a reader is dropped without a word when another
 * option stands beside it: then either the reader comes later, or, where it can't, the others do.
 */
export function optionsFor(setup: PcrSetup | null, read: ReadSide): Omit<StreamOptions, 'trust'> {
  const retention = setup?.retentionMs != null;
  const expiration = setup?.expirationMs != null && takesWindow(read);
  const inCompany = isAtLeast(read.release, 26, 1);
  const reader = setup?.reader === true && canBeginReader(read) && (inCompany || !(retention || expiration) || !canOpenReader(read));
  const alone = reader && !inCompany;
  return { retention: retention && !alone, expiration: expiration && !alone, reader };
}

/** One statement of the control plane, ms. */
const statementBudgetMs = 120_000;
/** A reader is up a minute or so after it was asked for, ms. */
const readerBudgetMs = 10 * 60_000;
/** What a copy keeps from its beginning when nothing is said, ms. */
const usualRetentionMs = 4 * 3_600_000;

/** What the config asks of a copy that follows, as far as it was not asked for when the stream began. */
export const keptSteps = (way: Way, setup: PcrSetup | null): readonly Draft[] =>
  setup === null ? [] : [...retentionSteps(way, setup), ...windowSteps(way, setup), ...readerSteps(way, setup)];

function retentionSteps({ acts, side, copy }: Way, { retentionMs }: PcrSetup): readonly Draft[] {
  if (retentionMs === null || copy.retention) return [];
  // The copy has kept the usual time since it began, moments ago.
  return [changeStep(acts.setRetention(side, retentionMs), statementBudgetMs, undoBy(acts.setRetention(side, usualRetentionMs)))];
}

function windowSteps(way: Way, { expirationMs }: PcrSetup): readonly Draft[] {
  const { acts, side, read, sourceRead, copy, link } = way;
  if (expirationMs === null || copy.expiration) return [];
  if (takesWindow(read)) return [windowStep(acts, side, expirationMs, sourceRead, 'consumer')];
  if (!isAtLeast(sourceRead.release, 25, 2)) return [];
  const from = otherSide(side);
  // The act alters the virtual cluster of the link; an older cluster's data is in another one.
  return copy.source === link.settings.virtualCluster
    ? [windowStep(acts, from, expirationMs, sourceRead, 'source')]
    : [personStep(windowByHand(link, from, copy.source, expirationMs))];
}

/** The source has kept history for the default time since the copy began, moments ago. */
const windowStep = (acts: Acts, side: Way['side'], ms: number, source: ReadSide, of: 'source' | 'consumer'): Draft =>
  changeStep(acts.setExpiration(side, ms, of), statementBudgetMs, undoBy(acts.setExpiration(side, expiryMsOf(source), of)));

function readerSteps({ acts, side, read, copy }: Way, { reader }: PcrSetup): readonly Draft[] {
  const opens = reader && !copy.reader && canOpenReader(read);
  if (!opens && !copy.reader) return [];
  return [
    ...(opens ? [changeStep(acts.openReader(side), statementBudgetMs, undoBy(acts.closeReader(side)))] : []),
    lookStep(acts.awaitReader(side), readerBudgetMs),
    lookStep(acts.verifyReader(side), readerBudgetMs),
  ];
}

/** What of the config's wishes no statement of these releases fulfils. Pure. */
export function optionWarnings(
  { id, settings }: PcrLink,
  here: string,
  read: ReadSide,
  there: string,
  source: ReadSide,
): readonly string[] {
  const { setup } = settings;
  const noReader = setup?.reader === true && !canBeginReader(read);
  const noWindow = setup?.expirationMs != null && !takesWindow(read) && !isAtLeast(source.release, 25, 2);
  const old = !isAtLeast(source.release, 24, 1);
  return [
    ...(noReader ? [`${here} runs ${read.release.text}, which can't be opened for reads (from v24.3 on), so no reader is opened.`] : []),
    ...(noWindow && old
      ? [
          `v23.2 has no expiration window for one replication; ${there} keeps history for stream_replication.job_liveness_timeout, 3 days unless set.`,
        ]
      : []),
    ...(noWindow && !old
      ? [
          `${there} runs ${source.release.text}, which is told on the other side how long to keep history, and ${here} runs ${read.release.text}, which no longer takes that: it stays at the usual time until both are upgraded and /repl retention ${id} sets it.`,
        ]
      : []),
  ];
}
