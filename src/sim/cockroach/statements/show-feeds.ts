import type { SqlType } from '../values/sql-types.ts';
import { type Call, currentUser, hasPrivilege } from './call.ts';
import { columnsOf, pick, type ShowPlan } from './show-plan.ts';

/** SHOW CHANGEFEED JOBS of the virtual cluster that the session is in; others' only with sight of jobs. */
export function showChangefeedJobs(call: Call): ShowPlan {
  const started: Record<string, SqlType> = call.cluster.dialect.jobsHaveStarted ? { started: 'TIMESTAMPTZ' } : {};
  const columns = columnsOf({
    job_id: 'INT8',
    description: 'STRING',
    user_name: 'STRING',
    status: 'STRING',
    running_status: 'STRING',
    created: 'TIMESTAMPTZ',
    ...started,
    finished: 'TIMESTAMPTZ',
    modified: 'TIMESTAMPTZ',
    high_water_timestamp: 'DECIMAL',
    error: 'STRING',
    sink_uri: 'STRING',
    full_table_names: 'STRING[]',
    topics: 'STRING',
    format: 'STRING',
  });
  const rows = () => {
    const vc = call.cluster.vcs.find(({ id }) => id === call.session.vcId);
    const user = currentUser(call);
    const all = hasPrivilege(user, ['VIEWJOB', 'CONTROLJOB']);
    const feeds = (vc?.changefeeds ?? []).filter(({ owner }) => all || owner === user.name);
    return pick(
      columns,
      feeds.map(({ id, tables, sink, owner, status }) => ({
        job_id: BigInt(id),
        description: `CREATE CHANGEFEED FOR TABLE ${tables.join(', ')} INTO '${sink}'`,
        user_name: owner,
        status,
        running_status: status === 'running' ? 'running: resolved=1780308000.000000000,0' : null,
        created: vc?.createdUs ?? 0,
        started: vc?.createdUs ?? 0,
        modified: call.nowUs(),
        finished: status === 'failed' ? call.nowUs() : null,
        high_water_timestamp: null,
        error: status === 'failed' ? 'changefeed was replicated and can not go on here' : '',
        sink_uri: sink,
        full_table_names: tables,
        topics: null,
        format: 'json',
      })),
    );
  };
  return { columns, rows, tag: 'SHOW CHANGEFEED JOBS', counted: true };
}
