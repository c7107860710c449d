import { timestampOfMicros } from '../../cockroach/times.ts';
import type { EngineIo, Probe } from '../../engine.ts';
import { fenceKind } from '../../frame/drafts.ts';
import { impossible, unknown } from '../../frame/probes.ts';
import { phaseOf, type SideRead } from '../detail.ts';
import { type Place, statusOf } from '../place.ts';

/** Evidence of a halt over a side that was stopped and takes writes again: the time at which it was seen. */
export const againKey = 'took writes again';

const stateKey = 'state that is not known';

/** Halts a run because the other side takes writes. What it takes is in none of what this side has, so a Retry does not make it good. */
export const servesAgain = (sentence: string, other: SideRead): Probe =>
  impossible(sentence, other.kind === 'read' ? { [againKey]: timestampOfMicros(BigInt(other.now)) } : {});

/** When the other side was first seen to take writes again by a halt that a person answered with Retry; null when it was not. */
export function tookAgain({ retried }: Pick<EngineIo, 'retried'>): string | null {
  const at = retried.map((shown) => shown[againKey]).find((value) => typeof value === 'string');
  return typeof at === 'string' ? at : null;
}

/**
 * Halts over a side that answers with a state that is not known here: it may take writes. Null when it is known, or when a person has
 * taken it upon himself, by confirming the fence or by Retry.
 */
export function unjudged({ there, name, io }: Place, other: SideRead): Probe | null {
  if (other.kind !== 'read' || phaseOf(other.vc) !== 'strange') return null;
  const state = `${statusOf(other.vc)}, service ${other.vc?.service ?? 'none'}`;
  if (io.earlier.some(({ kind }) => kind === fenceKind) || io.retried.some((shown) => shown[stateKey] === state)) return null;
  return unknown(
    `${name} on ${there} is in a state that is not known here (${state}), so whether applications can write there is not known. See that they can't (stop them, or take its load balancer away), then press Retry, which takes ${there} for stopped.`,
    { [stateKey]: state },
  );
}
