import { type Health, otherSide, type Side } from '../../domain/observation.ts';
import { problemOf } from '../cockroach/deaf.ts';
import { spell } from '../cockroach/spell.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import type { LdrDetail, ReadSide } from './detail.ts';
import { expiresInMs, expiryMs, type Flow, flowInto, flowsOf, isUnfed, lagMsOf, lastOver, phaseOf, wantedInto } from './flow.ts';
import { waitingOn } from './waiting.ts';
import { widerSentences } from './wider.ts';
import { countdown, leadOf, phaseWords, progressOf, reasonOf, tablesAt, unfedWords, upper, wayOf } from './words.ts';

export interface Headline {
  readonly health: Health;
  /** Full sentences, the first of which can stand alone. */
  readonly headline: string;
}

/** A lag of so many times the limit protects nothing worth the name. */
const excessive = 12;

const say = (health: Health, headline: string): Headline => ({ health, headline });
const worst: readonly Health[] = ['broken', 'degraded', 'unknown', 'healthy'];

/**
 * Judges a link from what both sides say. Pure. That both sides can take writes is the nature of logical replication, so that alone is
 * never a danger: writes are merged row by row, and what can't be merged waits in a dead letter queue.
 */
export function headlineOf(link: Pick<LdrLink, 'id' | 'settings'>, detail: LdrDetail): Headline {
  const { settings } = link;
  const { primary, standby } = settings;
  const deaf = (['primary', 'standby'] as const).filter((side) => detail[side].kind !== 'read');
  if (deaf.length === 2) {
    return say('unknown', `Neither ${primary.cluster} nor ${standby.cluster} can be asked, so the state of the link is not known.`);
  }
  const told = [...directions(settings, detail), ...queues(link, detail), ...shared(link, detail)];
  const health = worst.find((candidate) => told.some((part) => part.health === candidate)) ?? 'unknown';
  const [dead] = deaf;
  const problem = dead === undefined ? null : problemOf(settings[dead].cluster, detail[dead]);
  const sentences = [...told].sort((a, b) => worst.indexOf(a.health) - worst.indexOf(b.health)).map(({ headline }) => headline);
  return problem === null ? say(health, sentences.join(' ')) : say('broken', [problem, ...sentences].join(' '));
}

/** One part for each direction that is wanted or that flows. */
function directions(settings: LdrSettings, detail: LdrDetail): readonly Headline[] {
  const wanted = wantedInto(settings);
  const flowing = flowsOf(settings, detail).map(({ into }) => into);
  // A unidirectional link whose roles were swapped flows the other way, and then nothing is missing.
  const swapped = settings.direction === 'unidirectional' && flowing.length === 1 && flowing[0] === 'primary';
  const sides = swapped ? flowing : [...new Set([...wanted, ...flowing])];
  const both = settings.direction === 'unidirectional' && flowing.length === 2;
  return [
    ...sides.map((into) => unlessSourceIsDeaf(settings, detail, into, directionOf(settings, detail, into))),
    ...(both
      ? [
          say(
            'degraded',
            `The link is configured as unidirectional, but tables are replicated both ways between ${settings.primary.cluster} and ${settings.standby.cluster}.`,
          ),
        ]
      : []),
  ];
}

/** A job may go on saying that it follows for a while after its source is gone, so that what it says of the lag is only its last word. */
function unlessSourceIsDeaf(settings: LdrSettings, detail: LdrDetail, into: Side, told: Headline): Headline {
  const flow = flowInto(settings, detail, into);
  if (flow?.phase !== 'following' || detail[otherSide(into)].kind === 'read') return told;
  const words = `${wayOf(settings, into)}: the job on ${settings[into].cluster} runs, but ${settings[otherSide(into)].cluster} can't be asked; ${settings[into].cluster} ${progressOf(flow)}.`;
  return say('unknown', words);
}

function directionOf(settings: LdrSettings, detail: LdrDetail, into: Side): Headline {
  const way = wayOf(settings, into);
  const flow = flowInto(settings, detail, into);
  if (flow !== null) return flowState(settings, detail, flow, way);
  const here = settings[into].cluster;
  if (detail[into].kind !== 'read') return say('unknown', `Whether ${way} is replicated is not known.`);
  const last = lastOver(detail, into);
  if (last === null)
    return say('broken', `${way}: no replication job writes to the tables of the link on ${here}, so nothing is replicated.`);
  const reason = reasonOf(last);
  const why = reason === '' ? '' : ` (${reason})`;
  return say(
    'broken',
    `${way}: ${phaseWords[phaseOf(last)]}${why}, so nothing written on ${settings[otherSide(into)].cluster} reaches ${here}. Which side applications use is not known.`,
  );
}

function flowState(settings: LdrSettings, detail: LdrDetail, flow: Flow, way: string): Headline {
  const here = settings[flow.into].cluster;
  if (flow.missing.length > 0) {
    return say('broken', `${way}: no job replicates ${tablesAt(settings, flow.into, flow.missing)}; the rest: ${phaseWords[flow.phase]}.`);
  }
  if (flow.doubled.length > 0) {
    return say(
      'degraded',
      `${way}: more than one job replicates ${tablesAt(settings, flow.into, flow.doubled)}; cancel all but one of them.`,
    );
  }
  const foreign = flow.jobs.find(({ source }) => source === 'other');
  if (foreign !== undefined) {
    return say(
      'degraded',
      `${way}: job ${foreign.id} on ${here} reads from the external connection ${foreign.connection ?? ''}, which is not the one that the config names.`,
    );
  }
  if (isUnfed(detail, flow)) return say('degraded', `${way}: ${unfedWords(settings, flow)}`);
  return phaseState(settings, flow, way, here);
}

function phaseState(settings: LdrSettings, flow: Flow, way: string, here: string): Headline {
  const lead = leadOf(flow);
  const reason = lead === undefined ? '' : reasonOf(lead);
  const because = reason === '' ? '' : ` (${reason})`;
  const words = `${way}: ${phaseWords[flow.phase]}`;
  switch (flow.phase) {
    case 'starting':
    case 'scanning':
      return say('degraded', `${words}; ${here} ${progressOf(flow)}.`);
    case 'retrying':
      return say('broken', `${words}${because}; ${here} ${progressOf(flow)}.`);
    case 'pausing':
    case 'paused':
      return standsStill(flow, way, here);
    case 'gave-up':
      return say('broken', `${words}${because}; ${here} ${progressOf(flow)}. ${countdown(flow)}`);
    case 'following':
      return following(settings, flow, way, here);
    default:
      return say('broken', `${words}${flow.phase === 'strange' ? ` (${lead?.status ?? ''})` : because}; ${here} ${progressOf(flow)}.`);
  }
}

/** Told as broken, and so to whoever is on call, while there is still time to resume it, and where it may have met an error. */
function standsStill(flow: Flow, way: string, here: string): Headline {
  const isTold = flow.phase === 'pausing' || flow.read.history !== 'untold';
  const isYoung = (expiresInMs(flow) ?? expiryMs) * 2 > expiryMs;
  const words = isTold ? phaseWords[flow.phase] : 'replication is paused, and whether by hand or by an error was not told in time';
  return say(isTold && isYoung ? 'degraded' : 'broken', `${way}: ${words}; ${here} ${progressOf(flow)}. ${countdown(flow)}`);
}

function following({ maxLagMs }: LdrSettings, flow: Flow, way: string, here: string): Headline {
  const lagMs = lagMsOf(flow);
  if (lagMs === null) return say('degraded', `${way}: ${here} follows, but does not say up to which time.`);
  const words = `${way}: ${here} follows and is ${spell(lagMs)} behind`;
  if (lagMs > maxLagMs * excessive) return say('broken', `${words}, far above the limit of ${spell(maxLagMs)}.`);
  if (lagMs > maxLagMs) return say('degraded', `${words}, above the limit of ${spell(maxLagMs)}.`);
  return say('healthy', `${words}.`);
}

/** Nothing is wrong with such a job, but whoever looks has to know whom else it serves. */
const shared = (link: Pick<LdrLink, 'id' | 'settings'>, detail: LdrDetail): readonly Headline[] =>
  widerSentences(link, detail).map((words) => say('healthy', words));

/** What the dead letter queues tell: rows that could not be applied, so that the two sides differ in them. */
function queues({ settings, id }: Pick<LdrLink, 'id' | 'settings'>, detail: LdrDetail): readonly Headline[] {
  return (['standby', 'primary'] as const).flatMap((side) => {
    const read = detail[side];
    if (read.kind !== 'read') return [];
    const { rows, words, unread } = waitingOn(read);
    const { cluster } = settings[side];
    const counted = `${upper(words)} could not be applied on ${cluster} and ${rows === 1 ? 'waits' : 'wait'} in its dead letter queue.`;
    return [
      ...(rows === 0 ? [] : [say('degraded', counted)]),
      ...(unread
        ? [
            say(
              'degraded',
              `What waits in the dead letter queue of ${cluster} is not known, so ${cluster} may lack rows: ${uncounted(read)} /repl dlq ${id} asks once more.`,
            ),
          ]
        : []),
    ];
  });
}

/** Why a queue was not counted, and what helps. Full sentences. */
function uncounted({ dlqProblem }: Pick<ReadSide, 'dlqProblem'>): string {
  const why = dlqProblem ?? 'it gave no number.';
  return `${/[.!?]$/u.test(why) ? why : `${why}.`} Count it there by hand, or GRANT SELECT on it to the bot's user if that lacks it.`;
}
