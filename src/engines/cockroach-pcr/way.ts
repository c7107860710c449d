import type { Side } from '../../domain/observation.ts';
import type { Acts } from './acts.ts';
import type { PcrLink } from './config.ts';
import type { GroundRead, ReadSide } from './detail.ts';
import type { CopyOptions } from './statements-setup.ts';

/** A side with what a replication can be made on. */
export type Grounded = ReadSide & { readonly ground: GroundRead };

/** How a side gets a full copy of the other one. */
export interface Way {
  readonly link: PcrLink;
  readonly acts: Acts;
  /** The side that gets the copy. */
  readonly side: Side;
  readonly here: string;
  readonly there: string;
  readonly read: ReadSide;
  readonly sourceRead: ReadSide;
  readonly copy: CopyOptions;
  /** The external connection has to be made first. */
  readonly connect: boolean;
  readonly user: { readonly create: boolean; readonly grant: boolean; readonly privilege: string } | null;
}
