import type { Side } from '../../domain/observation.ts';
import type { Asked } from '../../domain/plan.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import { ingestionJob, jobsStatement } from '../cockroach/jobs.ts';
import { nowStatement } from '../cockroach/now.ts';
import { landedStatement } from '../cockroach/session.ts';
import type { PcrSettings } from './config.ts';

/** Questions to a control plane. What is shown of a step that looks is made of the same words as what is sent. */
export const questions = {
  release: 'SELECT version()',
  activeVersion: 'SHOW CLUSTER SETTING version',
  defaultTarget: 'SHOW CLUSTER SETTING server.controller.default_target_cluster',
  virtualClusters: 'SHOW VIRTUAL CLUSTERS',
  stream: (name: string) => `SHOW VIRTUAL CLUSTER ${quoteIdentifier(name)} WITH REPLICATION STATUS`,
  streamWithPrior: (name: string) => `${questions.stream(name)}, PRIOR REPLICATION DETAILS`,
} as const;

const ofVirtualCluster = (name: string): readonly string[] => [
  questions.virtualClusters,
  questions.streamWithPrior(name),
  `${questions.stream(name)} -- only where v23.2 refuses the one before`,
  jobsStatement(ingestionJob),
  nowStatement,
];

/** What steps ask, and of whom. */
export function asking(settings: PcrSettings) {
  const of = (side: Side, statements: readonly string[]): Asked => ({
    cluster: settings[side].cluster,
    statements: [landedStatement, ...statements],
  });
  /** What the virtual cluster is doing. */
  const view = (side: Side): Asked => of(side, ofVirtualCluster(settings.virtualCluster));
  /** Everything there is to know of a side. Apart from the view, which most plans have shown before. */
  const whole = (side: Side): readonly Asked[] => [
    view(side),
    of(side, [questions.release, questions.activeVersion, questions.defaultTarget]),
  ];
  return {
    of,
    view,
    /** Whether it serves. More is asked in some cases alone. */
    stand: (side: Side): readonly Asked[] => [
      of(side, [questions.virtualClusters, `${nowStatement} -- only where it serves`]),
      ...whole(side).map((asked) => ({ ...asked, only: 'it serves, or has none of that name' })),
    ],
    /** What it keeps of the past for the other side. */
    jobs: (side: Side): Asked => of(side, [jobsStatement(ingestionJob)]),
    whole,
  };
}
