import type { BoltConnect } from '../../transports/bolt.ts';
import type { ShellConnect } from '../../transports/shell.ts';
import type { Engine } from '../engine.ts';
import type { CcdrLink } from './config.ts';
import { operations } from './operations.ts';
import { planCcdr } from './plan.ts';
import { createReading } from './reading.ts';
import { reportCcdr } from './report.ts';
import { stepsOf } from './steps.ts';

export interface Neo4jCcdrDeps {
  readonly connect: BoltConnect;
  readonly shell: ShellConnect;
}

/** Neo4j cross-cluster database replication. */
export const createNeo4jCcdr = (deps: Neo4jCcdrDeps): Engine<CcdrLink> => ({
  ...createReading(deps, planCcdr),
  operations,
  plan: planCcdr,
  steps: stepsOf(deps),
  report: reportCcdr,
});
