import type { Side } from '../../../domain/observation.ts';
import type { CrrCluster } from '../config.ts';
import type { ReadSide } from '../detail.ts';

/** A side that answers. */
export interface Known {
  readonly side: Side;
  readonly cluster: CrrCluster;
  readonly read: ReadSide;
}

/** What an operation does to the sides, which decides what has to be looked at. */
export interface Asks {
  /** The side whose data is replaced by that of a backup; null when none is. */
  readonly fills: Side | null;
  /** The side of which a backup is made; null when none is. */
  readonly backs: Side | null;
}
