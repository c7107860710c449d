import { z } from 'zod';
import { Fault, isFault } from '../../../domain/faults.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { otherSide } from '../../../domain/observation.ts';
import type { ClusterAddress } from '../../cockroach/address.ts';
import { withSystem } from '../../cockroach/session.ts';
import { microsOfTimestamp, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { fingerprintOf, kinds, timePlaceholder } from '../acts.ts';
import { microsOf, phaseOf } from '../phase.ts';
import { look, type PcrStep, type Place, statusOf } from '../place.ts';
import { phaseWords } from '../words.ts';

/** Fingerprints of both sides as of one time. They are 64-bit numbers, kept as digits. */
interface Compared {
  readonly at: string;
  readonly here: string;
  readonly there: string;
}

interface Comparison {
  outcome:
    | { readonly kind: 'running' }
    | { readonly kind: 'failed'; readonly why: string }
    | { readonly kind: 'compared'; readonly seen: Compared };
  /** When the run last asked, ms of the monotonic clock. */
  askedAt: number;
}

/**
 * Comparisons that this process is making, by run and link. They leave no trace in the databases; one that is forgotten (a crash, a
 * take-over) is made again as of the time that the run has recorded, so that it comes to the same.
 */
export type Comparisons = Map<string, Comparison>;

const keyOf = ({ io, link }: Place): string => `${io.tag} ${link.id}`;

/** A comparison that no run asks about any more (it was cancelled, or halted) is given up after this time, ms. */
const unwatchedMs = 60_000;
const watchEveryMs = 2_000;

/** The time at which both sides are compared is taken once, and stands in the journal from then on. */
export const takeTime: PcrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.takeTime(side),
  probe: async (place) => {
    const { vc } = await look(place);
    const phase = phaseOf(vc);
    const replicated = microsOf(vc?.replicated ?? null);
    if (phase === 'following' && replicated !== null) return done({ 'as of': timestampOfMicros(replicated) });
    if (phase === 'following') return underway(`${place.here} does not say how far it is.`);
    if (phase === 'retrying' || phase === 'scanning') return underway(`${place.here} does not keep up: ${phaseWords[phase]}.`);
    return impossible(`${place.here} does not follow: ${phaseWords[phase]}.`, { status: statusOf(vc) });
  },
};

/** What the run recorded; null when it has not, or when it can't be read any more. */
function takenTime({ io, here }: Place): string | null {
  const taken = io.earlier.filter(({ kind, cluster }) => kind === kinds.takeTime && cluster === here).at(-1)?.evidence['as of'];
  return typeof taken === 'string' && microsOfTimestamp(taken) !== null ? taken : null;
}

// Left out in a plan where both sides have one name.
const compareParams = z.object({ source: z.string().optional() });

/**
 * Compares the content of both sides. The call only begins it, so that the run goes on listening (a cancel must not wait for hours),
 * and a difference halts the run.
 */
export const compareCopies = (comparisons: Comparisons): PcrStep<z.infer<typeof compareParams>> => ({
  params: compareParams,
  rebuild: (acts, side, { source }) => acts.compareCopies(side, source),
  probe: async (place) => {
    const comparison = comparisons.get(keyOf(place));
    if (comparison === undefined) return readiness(place);
    comparison.askedAt = place.io.clock.monotonic();
    const { outcome } = comparison;
    if (outcome.kind === 'running') return underway(`${place.here} and ${place.there} are being read.`);
    if (outcome.kind === 'compared' && outcome.seen.here === outcome.seen.there) return done(evidenceOf(place, outcome.seen));
    // Told once: asking again compares again.
    comparisons.delete(keyOf(place));
    if (outcome.kind === 'failed') {
      return impossible(
        `The comparison came to no end: ${outcome.why} Retry makes it again as of the same time; a new verify takes a newer one.`,
      );
    }
    return impossible(differs(place, outcome.seen), evidenceOf(place, outcome.seen));
  },
  perform: async (place, statement, { source = place.name }) => {
    const comparison: Comparison = { outcome: { kind: 'running' }, askedAt: place.io.clock.monotonic() };
    comparisons.set(keyOf(place), comparison);
    void begin(place, [statement, fingerprintOf(source)], comparison);
  },
});

const evidenceOf = ({ here, there }: Place, seen: Compared): JsonObject => ({
  'as of': seen.at,
  [`fingerprint on ${here}`]: seen.here,
  [`fingerprint on ${there}`]: seen.there,
});

const differs = ({ name, here, there }: Place, { at }: Compared): string =>
  `${name} differs between ${here} and ${there} as of ${at}: the copy is damaged. Do not fail over to ${here} before the vendor's support has looked at it.`;

/** What the side that follows is asked, and what its source is. */
type Statements = readonly [own: string, others: string];

/** Never rejects: what went wrong is told to who asks next. */
async function begin(place: Place, statements: Statements, comparison: Comparison): Promise<void> {
  const given = new AbortController();
  const { clock } = place.io;
  const watched = { ...place, io: { ...place.io, signal: AbortSignal.any([place.io.signal, given.signal]) } };
  const work = compare(watched, statements).then(
    (seen) => {
      comparison.outcome = { kind: 'compared', seen };
    },
    (cause: unknown) => {
      comparison.outcome = { kind: 'failed', why: isFault(cause) ? cause.message : 'the bot failed.' };
    },
  );
  const ended = work.finally(() => given.abort());
  while (!given.signal.aborted) {
    await clock.sleep(watchEveryMs, given.signal);
    if (clock.monotonic() - comparison.askedAt > unwatchedMs) given.abort();
  }
  await ended;
}

/** It begins whatever the stream does meanwhile: a time that was replicated can be read for as long as its rows are kept. */
function readiness(place: Place): Probe {
  return takenTime(place) === null ? impossible('The run has not recorded as of which time to compare. Ask for a new verify.') : todo;
}

async function compare(place: Place, [own, others]: Statements): Promise<Compared> {
  const { address, link, side, here } = place;
  const at = takenTime(place);
  if (at === null) throw notTold(here, 'a replicated time');
  const [atHere, atThere] = await Promise.all([
    askedOf(place, address, own.replace(timePlaceholder, at)),
    askedOf(place, link.settings[otherSide(side)], others.replace(timePlaceholder, at)),
  ]);
  return { at, here: atHere, there: atThere };
}

const askedOf = ({ connect, io }: Place, address: ClusterAddress, statement: string): Promise<string> =>
  withSystem(connect, address, io, async (session) => {
    const digits = (await session.read(statement))[0]?.['fingerprint'] ?? '';
    if (!/^-?\d{1,20}$/.test(digits)) throw notTold(address.cluster, 'a fingerprint');
    return digits;
  });

const notTold = (cluster: string, what: string): Fault =>
  new Fault('answer-not-understood', `${cluster} did not tell ${what}.`, { effect: 'not-applied', facts: { cluster } });
