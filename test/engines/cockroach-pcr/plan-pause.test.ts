import { aDetail, aJob, aReadSide, aSource, aStandby, aVirtualCluster, gone, micros, onVersion } from './build.ts';
import { describePlans, gaveUp, pause, resume } from './planned.ts';

describePlans({
  plans: [
    ['a pause', pause, aDetail(), ['pause@sql-west']],
    ['a pause with a dead primary', pause, aDetail(gone), ['pause@sql-west']],
    ['a pause on 23.2', pause, aDetail(aSource(), aStandby({}, onVersion('23.2'))), ['pause@sql-west']],
    ['a resume', resume, aDetail(aSource(), aStandby({ status: 'replication paused' })), ['resume@sql-west', 'prove-catch-up@sql-west']],
    [
      'a resume after an error',
      resume,
      aDetail(aSource(), aStandby({ status: 'replication paused', job: gaveUp })),
      ['resume@sql-west', 'prove-catch-up@sql-west'],
    ],
    [
      'a resume with a failover ahead',
      resume,
      aDetail(aSource(), aStandby({ status: 'replication paused', failover: micros(-600_000) })),
      ['resume@sql-west'],
    ],
    ['a resume with a dead primary', resume, aDetail(gone, aStandby({ status: 'replication paused' })), ['resume@sql-west']],
    [
      'a resume in the initial scan',
      resume,
      aDetail(aReadSide(aVirtualCluster()), aStandby({ status: 'replication paused', replicated: null, job: null })),
      ['resume@sql-west'],
    ],
    [
      'a late resume when the history is still kept',
      resume,
      aDetail(aSource(), aStandby({ status: 'replication paused', replicated: micros(30 * 3_600_000) })),
      ['resume@sql-west', 'prove-catch-up@sql-west'],
    ],
  ],
  losses: [['a pause loses nothing', pause, aDetail(), 0]],
  warnings: [
    ['a pause has an end', pause, aDetail(), '24 h'],
    ['a pause on 23.2 has a later end', pause, aDetail(aSource(), aStandby({}, onVersion('23.2'))), '3 d'],
    ['a cause may still be there', resume, aDetail(aSource(), aStandby({ status: 'replication paused', job: gaveUp })), 'do so again'],
    ['a source that is not there', resume, aDetail(gone, aStandby({ status: 'replication paused' })), "can't be asked"],
  ],
  refusals: [
    [
      'a pause of what is paused',
      pause,
      aDetail(aSource(), aStandby({ status: 'replication paused' })),
      'not-possible-now',
      'is paused already',
    ],
    [
      'a pause of what has paused itself',
      pause,
      aDetail(aSource(), aStandby({ status: 'replication paused', job: gaveUp })),
      'not-possible-now',
      'paused itself',
    ],
    [
      'a pause of a promotion',
      pause,
      aDetail(gone, aStandby({ status: 'replication pending failover' })),
      'not-possible-now',
      'already pending',
    ],
    ['a resume of what runs', resume, aDetail(), 'not-possible-now', 'is not paused'],
    [
      'a resume of a pause that is not over',
      resume,
      aDetail(aSource(), aStandby({ job: aJob({ status: 'pause-requested' }) })),
      'not-possible-now',
      'still being carried out',
    ],
    [
      'a resume of a promotion',
      resume,
      aDetail(gone, aStandby({ status: 'replication failing over' })),
      'not-possible-now',
      "can't be called off",
    ],
    [
      'a resume when the history is lost',
      resume,
      aDetail(aSource({ history: 'lost' }), aStandby({ status: 'replication paused' })),
      'not-possible-now',
      'no longer keeps',
    ],
    [
      'a resume after a day with nobody to ask',
      resume,
      aDetail(gone, aStandby({ status: 'replication paused', replicated: micros(25 * 3_600_000) })),
      'not-possible-now',
      'no longer keeps',
    ],
  ],
});
