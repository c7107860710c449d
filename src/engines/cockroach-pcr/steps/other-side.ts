import { timestampOfMicros } from '../../cockroach/times.ts';
import type { EngineIo, Probe } from '../../engine.ts';
import { fenceKind } from '../../frame/drafts.ts';
import { impossible, unknown } from '../../frame/probes.ts';
import type { SideRead } from '../detail.ts';
import { phaseOf } from '../phase.ts';
import { type Place, standThere, statusOf } from '../place.ts';
import type { StandRead } from '../stand.ts';
import { problemOf } from '../words.ts';

/** Evidence of a halt over a side that was stopped and takes writes again: the time at which it was seen. */
export const againKey = 'took writes again';

const stateKey = 'state that is not known';

/** Evidence of the last look of a run that had no answer from a side: the side. */
export const unheardKey = 'gave no answer at the end';

const muteKey = 'lives and does not tell its state';

/** Halts a run because the other side takes writes. What it takes is in none of what this side has, so a Retry does not make it good. */
export const servesAgain = (sentence: string, other: SideRead | StandRead): Probe =>
  impossible(sentence, other.kind === 'read' && other.now !== null ? { [againKey]: timestampOfMicros(BigInt(other.now)) } : {});

/** When the other side was first seen to take writes again by a halt that a person answered with Retry; null when it was not. */
export function tookAgain({ retried }: Pick<EngineIo, 'retried'>): string | null {
  const at = retried.map((shown) => shown[againKey]).find((value) => typeof value === 'string');
  return typeof at === 'string' ? at : null;
}

/**
 * Halts over a side that answers with a state that is not known here: it may take writes. Null when it is known, or when a person has
 * taken it upon himself, by confirming the fence or by Retry.
 */
export function unjudged({ there, name, io }: Place, other: SideRead | StandRead): Probe | null {
  if (other.kind !== 'read' || phaseOf(other.vc) !== 'strange') return null;
  const state = `${statusOf(other.vc)}, service ${other.vc?.service ?? 'none'}`;
  if (io.earlier.some(({ kind }) => kind === fenceKind) || io.retried.some((shown) => shown[stateKey] === state)) return null;
  return unknown(
    `${name} on ${there} is in a state that is not known here (${state}), so whether applications can write there is not known. See that they can't (stop them, or take its load balancer away), then press Retry, which takes ${there} for stopped.`,
    { [stateKey]: state },
  );
}

/** One stall is nothing to ask people about: so many looks get no answer before a run halts over it, with this time between two, ms. */
const looks = 3;
const betweenMs = 1_000;

/** What a probe says of the other side, which is asked again while it gives no answer and that would halt the run. */
export async function asked(place: Place, first: StandRead, judge: (other: StandRead) => Probe): Promise<Probe> {
  const { clock, signal } = place.io;
  let [other, probe] = [first, judge(first)];
  for (let look = 1; look < looks && other.kind === 'silent' && probe.kind === 'unknown'; look += 1) {
    await clock.sleep(betweenMs, signal);
    other = await standThere(place);
    probe = judge(other);
  }
  return probe;
}

/**
 * Halts over a side that is alive and does not tell whether it serves: somebody may have started it again since this run, or a person,
 * stopped it. Null when it tells, when nothing is there that could serve, or when a person has taken it upon himself. `so`: what
 * that means, without a full stop. `byRetry`: only a Retry does, since the fence was confirmed for a side that is lost.
 */
export function unheard({ there, io }: Place, other: StandRead, so: string, byRetry = false): Probe | null {
  if (other.kind !== 'silent' && other.kind !== 'locked') return null;
  if (io.retried.some((shown) => shown[muteKey] === there)) return null;
  if (!byRetry && io.earlier.some(({ kind }) => kind === fenceKind)) return null;
  return unknown(
    `${problemOf(there, other)} ${so}. See that no application can write to ${there} (its load balancer, its nodes), then press Retry: this run asks it once more, and takes it for stopped if it still does not tell. Else press Cancel.`,
    { [muteKey]: there },
  );
}
