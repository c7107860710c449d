import type { ShellConnect } from '../../transports/shell.ts';
import type { Engine } from '../engine.ts';
import type { CrrLink } from './config.ts';
import { declinedChanges, operations } from './operations.ts';
import { planCrr } from './plan.ts';
import { createReading } from './reading.ts';
import { reportCrr } from './report.ts';
import { stepsOf } from './steps.ts';

export interface TigergraphCrrDeps {
  readonly shell: ShellConnect;
}

/** TigerGraph cross-region replication, with the backups that it rests on. */
export function createTigergraphCrr({ shell }: TigergraphCrrDeps): Engine<CrrLink> {
  const reading = createReading({ shell }, planCrr);
  return {
    ...reading,
    declined: { ...reading.declined, ...declinedChanges },
    operations,
    plan: planCrr,
    steps: stepsOf(shell),
    report: reportCrr,
  };
}
