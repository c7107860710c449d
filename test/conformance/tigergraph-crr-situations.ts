import type { Operation } from '../../src/domain/operation.ts';
import type { CrrLink } from '../../src/engines/tigergraph-crr/config.ts';
import type { TigerStart } from '../../src/sim/tigergraph/contract.ts';
import type { Situation } from './engine-conformance.ts';
import { type CrrBed, crrLinkId, openCrr, type Prepare } from './tigergraph-crr-bed.ts';

const link = crrLinkId;

const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const backup: Operation = { kind: 'backup', link, action: { kind: 'create', mode: 'full', tag: null }, on: null };

const situation = (
  name: string,
  version: string,
  start: TigerStart,
  operation: Operation,
  prepare?: Prepare,
): Situation<CrrLink, CrrBed> => ({ name: `${name}, ${version}`, operation, open: () => openCrr({ version, start }, prepare) });

/** Both generations: settings and a restart up to 3.9, `gadmin crr` and restores that make a standby from 3.10 on. */
const versions = ['3.9.1', '4.1.4'] as const;

export const crrSituations: readonly Situation<CrrLink, CrrBed>[] = [
  ...versions.flatMap((version) => [
    situation('failover while the primary answers', version, 'replicating', failover),
    situation('set-up from a primary with data', version, 'none', { kind: 'setup', link }),
    situation('backup', version, 'replicating', backup),
    situation('teardown', version, 'replicating', { kind: 'teardown', link }),
    situation('rebuild of an outdated standby', version, 'outdated', { kind: 'rebuild', link }),
  ]),
  situation('pause', '4.1.4', 'replicating', { kind: 'pause', link }),
];
