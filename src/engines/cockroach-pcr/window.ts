import { isAtLeast } from '../cockroach/version.ts';
import type { PcrSettings } from './config.ts';
import { expiryMsOf, type ReadSide } from './detail.ts';

/**
 * How long a source keeps history for a silent follower, ms: what the config has it set to, else what the release begins with. No read
 * shows it, so somebody may have set another one since. v23.2 has no window of a single replication.
 */
export const windowMsOf = ({ setup }: Pick<PcrSettings, 'setup'>, read: Pick<ReadSide, 'release'>): number =>
  setup?.expirationMs != null && isAtLeast(read.release, 24, 1) ? setup.expirationMs : expiryMsOf(read);
