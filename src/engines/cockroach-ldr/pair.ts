import type { OperationName } from '../../domain/operation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isAtLeast } from '../cockroach/version.ts';
import { notNow } from '../frame/drafts.ts';
import type { LdrLink } from './config.ts';
import type { ReadSide } from './detail.ts';
import { sides } from './scene.ts';

type Told = Pick<ReadSide, 'release' | 'activeVersion'>;
type Pair = Readonly<Record<(typeof sides)[number], Told>>;

/** The side that is not finalized on 25.1, where the other one, or its own binaries, are past that; null when the two fit. */
export function laggard(pair: Pair): (typeof sides)[number] | null {
  if (!sides.some((side) => isAtLeast(pair[side].release, 25, 1))) return null;
  return sides.find((side) => /^2[34]\./.test(pair[side].activeVersion)) ?? null;
}

/** From 25.1 on nothing is started before both sides are finalized on it; what runs already goes on. */
export function pairRefusal(operation: OperationName, { settings }: LdrLink, pair: Pair): Refusal | null {
  const late = laggard(pair);
  if (late === null) return null;
  const [{ cluster }, { release, activeVersion }] = [settings[late], pair[late]];
  return notNow(
    `${cluster} runs ${release.text} with the active version ${activeVersion}: where a side runs v25.1 or newer, replication can be started only once both are finalized on v25.1 or newer. Nothing was changed.`,
    `Upgrade ${cluster} and finalize that (SET CLUSTER SETTING version), then ask for the ${operation} again.`,
  );
}
