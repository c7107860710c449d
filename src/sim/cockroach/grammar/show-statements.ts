import { ldrShowForms } from '../ldr/grammar/ldr-shows.ts';
import type { Cursor } from './cursor.ts';
import type { Dialect } from './dialect.ts';
import { parseExpression, parseName, parseOperand } from './expressions.ts';
import type { Show } from './statement.ts';
import { expectVirtualCluster, parseSettingName, parseVc } from './virtual-cluster-statements.ts';

type With = Extract<Show, { kind: 'show-virtual-cluster' }>['with'] extends ReadonlySet<infer Name> ? Name : never;

const withOptions: readonly With[] = ['replication status', 'capabilities', 'prior replication details'];

function parseVirtualClusterOptions(cursor: Cursor, dialect: Dialect): ReadonlySet<With> {
  const found = new Set<With>();
  if (!cursor.accept('with')) return found;
  do {
    const option = withOptions.find((candidate) => cursor.accept(...candidate.split(' ')));
    if (option === undefined || (option === 'prior replication details' && !dialect.priorDetails)) throw cursor.unexpected();
    found.add(option);
  } while (cursor.accept(','));
  return found;
}

function parseShowVirtualCluster(cursor: Cursor, dialect: Dialect): Show {
  cursor.topic('SHOW VIRTUAL CLUSTER');
  const all = cursor.accept('virtual', 'clusters') || cursor.accept('tenants');
  if (!all) expectVirtualCluster(cursor);
  const of = all || cursor.accept('all') ? null : parseVc(cursor);
  return { kind: 'show-virtual-cluster', of, with: parseVirtualClusterOptions(cursor, dialect) };
}

function parseShowJobs(cursor: Cursor, dialect: Dialect): Show {
  cursor.topic('SHOW JOBS');
  if (cursor.accept('jobs')) {
    if (!cursor.accept('with')) return { kind: 'show-jobs', resolvedTimestamp: false };
    if (!dialect.jobsWithResolvedTimestamp) throw cursor.unexpected();
    cursor.expect('resolved', 'timestamp');
    return { kind: 'show-jobs', resolvedTimestamp: true };
  }
  cursor.expect('job');
  const whenComplete = cursor.accept('when', 'complete');
  return { kind: 'show-job', job: parseExpression(cursor), whenComplete };
}

function parseNames(cursor: Cursor): readonly string[] {
  const names = [parseName(cursor)];
  while (cursor.accept(',')) names.push(parseName(cursor));
  return names;
}

function parseGrants(cursor: Cursor): Show {
  cursor.topic('SHOW GRANTS');
  if (cursor.accept('system', 'grants')) {
    return { kind: 'show-system-grants', grantees: cursor.accept('for') ? parseNames(cursor) : null };
  }
  cursor.expect('grants', 'on');
  if (cursor.accept('external', 'connection')) return { kind: 'show-external-connection-grants', name: parseName(cursor) };
  cursor.expect('role');
  const role = parseName(cursor);
  return { kind: 'show-role-grants', role, members: cursor.accept('for') ? parseNames(cursor) : null };
}

function parseFingerprints(cursor: Cursor): Show {
  cursor.topic('SHOW EXPERIMENTAL_FINGERPRINTS');
  cursor.expect('experimental_fingerprints', 'from');
  expectVirtualCluster(cursor);
  const of = parseVc(cursor);
  if (!cursor.accept('with')) return { kind: 'show-fingerprints', of, start: null };
  cursor.expect('start', 'timestamp', '=');
  return { kind: 'show-fingerprints', of, start: parseExpression(cursor) };
}

function parseClusterShow(cursor: Cursor): Show {
  const all = cursor.accept('all');
  cursor.accept('cluster');
  if (cursor.accept('sessions')) return { kind: 'show-sessions' };
  if (cursor.accept('settings')) return { kind: 'show-cluster-settings' };
  if (all) throw cursor.unexpected();
  cursor.topic('SHOW CLUSTER SETTING');
  cursor.expect('setting');
  return { kind: 'show-cluster-setting', name: parseSettingName(cursor) };
}

function parseExternalConnections(cursor: Cursor, dialect: Dialect): Show {
  if (dialect.listsConnections === 'no') throw cursor.unexpected();
  cursor.expect('external');
  if (cursor.accept('connections')) return { kind: 'show-external-connections', name: null };
  cursor.expect('connection');
  return { kind: 'show-external-connections', name: parseOperand(cursor) };
}

function parseCreate(cursor: Cursor): Show {
  cursor.topic('SHOW CREATE EXTERNAL CONNECTION');
  cursor.expect('create');
  if (cursor.accept('all', 'external', 'connections')) return { kind: 'show-create-external-connection', name: null };
  cursor.expect('external', 'connection');
  return { kind: 'show-create-external-connection', name: parseOperand(cursor) };
}

/** What a word or two after SHOW lead to. The first that fits counts. */
const forms: readonly (readonly [readonly string[], (cursor: Cursor, dialect: Dialect) => Show])[] = [
  ...ldrShowForms,
  [['virtual', 'clusters'], parseShowVirtualCluster],
  [['virtual', 'cluster'], parseShowVirtualCluster],
  [['tenants'], parseShowVirtualCluster],
  [['tenant'], parseShowVirtualCluster],
  [['jobs'], parseShowJobs],
  [['job'], parseShowJobs],
  [['system', 'grants'], parseGrants],
  [['grants'], parseGrants],
  [['experimental_fingerprints'], parseFingerprints],
  [['external'], parseExternalConnections],
  [['create', 'external'], parseCreate],
  [['create', 'all'], parseCreate],
  [['all', 'zone', 'configurations'], plain('show-zone-configurations', 3)],
  [['cluster'], parseClusterShow],
  [['all'], parseClusterShow],
  [['sessions'], plain('show-sessions', 1)],
  [['users'], plain('show-users', 1)],
  [['roles'], plain('show-users', 1)],
  [['regions', 'from', 'cluster'], plain('show-regions', 3)],
  [['schedules'], plain('show-schedules', 1)],
  [['changefeed', 'jobs'], plain('show-changefeed-jobs', 2)],
];

/** A form without parts of its own. */
function plain(
  kind: 'show-zone-configurations' | 'show-sessions' | 'show-users' | 'show-regions' | 'show-schedules' | 'show-changefeed-jobs',
  words: number,
) {
  return (cursor: Cursor): Show => {
    for (let at = 0; at < words; at += 1) cursor.next();
    return { kind };
  };
}

/** Parses what follows SHOW. */
export function parseShow(cursor: Cursor, dialect: Dialect): Show {
  cursor.topic('SHOW');
  const form = forms.find(([words]) => cursor.sees(...words));
  return form === undefined ? { kind: 'show-variable', name: parseSettingName(cursor) } : form[1](cursor, dialect);
}
