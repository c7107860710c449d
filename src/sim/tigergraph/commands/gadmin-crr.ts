import { posix } from 'node:path';
import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, fine, gadminError, record, type TigerTool } from '../realm.ts';
import { keys, setting } from '../state/model.ts';
import { connectorOf, renewConnector, sourceOf } from '../state/settle.ts';
import { isAnswer, readFlags } from './flags.ts';
import { switchCrr } from './gadmin-restore.ts';
import { tableText } from './table-text.ts';
import { topicsOf } from './topics.ts';

const columns = ['CONNECTOR NAME', 'CONNECTOR WORKID', 'CONNECTOR STATUS', 'TASK ID', 'TASK STATUS', 'TASK WORKID'];

const status: TigerTool = async (desk) => {
  const { cluster, realm, call } = desk;
  await call.wait(realm.state.pace.readMs);
  const state = connectorOf(realm.state, cluster, catchUp(realm));
  const worker = `${cluster.nodes.find(({ up }) => up)?.ip ?? ''}:30003`;
  const shown = state.toUpperCase();
  const rows = state === 'none' ? [] : [['infr_mm', worker, shown === 'FAILED' ? 'RUNNING' : shown, '0', shown, worker]];
  return fine(tableText(columns, rows, realm.state.ansi));
};

const list: TigerTool = ({ cluster, realm }) => fine(connectorOf(realm.state, cluster, catchUp(realm)) === 'none' ? '' : 'infr_mm\n');

/** What is done to the one connector there is. */
function act(kind: 'pause' | 'resume' | 'restart' | 'delete'): TigerTool {
  return async (desk) => {
    const { cluster, realm, call } = desk;
    await call.wait(realm.state.pace.readMs);
    const nowMs = catchUp(realm);
    const { crr } = cluster;
    if (call.argv[2] !== 'infr_mm' || crr.connector === 'none')
      return gadminError('NotFound', `connector ${call.argv[2] ?? ''} does not exist`);
    const before = crr.connector;
    if (kind === 'pause') crr.connector = 'paused';
    if (kind === 'resume' && before === 'paused') crr.connector = 'running';
    if (kind === 'delete') crr.connector = 'none';
    if (kind === 'restart') {
      crr.failing = false;
      renewConnector(realm.state, cluster, nowMs);
    }
    record(desk, `connector-${kind}`, `gadmin connector ${kind} infr_mm`, kind === 'restart' || before !== crr.connector);
    return fine(`[   Info] connector infr_mm: ${kind} done\n`);
  };
}

export const connectorCommands: Readonly<Record<string, TigerTool>> = {
  delete: act('delete'),
  list,
  pause: act('pause'),
  restart: act('restart'),
  resume: act('resume'),
  status,
};

const topicsLine = 'topics=deltaQ.*,Metadata.*,GSE_journal_.*';

/** Takes settings of MirrorMaker from a file. Its name and its topics can't be changed. */
const update: TigerTool = async (desk) => {
  const { cluster, realm, call } = desk;
  const words = readFlags(call.argv.slice(2), { '-c': true });
  if (isAnswer(words)) return words;
  const path = posix.resolve(call.cwd, words.flags.get('-c') ?? '');
  if (!words.flags.has('-c') || !call.files.exists(path)) return gadminError('ParameterErr', `can not read the config file ${path}`);
  const lines = call.files
    .read(path)
    .split('\n')
    .map((line) => line.trim());
  if (!lines.includes('name=infr_mm') || !lines.includes(topicsLine))
    return gadminError('ParameterErr', 'name and topics of the connector can not be changed');
  if (setting(cluster, keys.enabled) !== 'true') return gadminError('NotReady', 'cross region replication is not enabled');
  await call.wait(realm.state.pace.readMs);
  const nowMs = catchUp(realm);
  const tasks = Number(lines.map((line) => /^tasks\.max=(\d+)$/.exec(line)?.[1]).find((each) => each !== undefined) ?? cluster.crr.tasks);
  const changed = tasks !== cluster.crr.tasks;
  cluster.crr.tasks = tasks;
  if (cluster.crr.connector !== 'none') renewConnector(realm.state, cluster, nowMs);
  record(desk, 'crr-update', ['gadmin crr', ...call.argv.slice(1)].join(' '), changed);
  return fine('[   Info] CRR updated\n');
};

const config: TigerTool = ({ cluster }) => {
  const lines = [
    '[connection_mm]',
    'name=infr_mm',
    'source.cluster.alias=Primary',
    'target.cluster.alias=Secondary',
    `source.cluster.bootstrap.servers=${setting(cluster, keys.ips)
      .split(',')
      .map((ip) => `${ip}:${setting(cluster, keys.port)}`)
      .join(',')}`,
    topicsLine,
    '[connector_mm]',
    `tasks.max=${cluster.crr.tasks}`,
  ];
  return fine(`${lines.join('\n')}\n`);
};

/** From 4.3 on: how far each topic is. */
const lag: TigerTool = async ({ cluster, realm, call }) => {
  await call.wait(realm.state.pace.readMs);
  const nowMs = catchUp(realm);
  const source = sourceOf(realm.state, cluster);
  if (setting(cluster, keys.enabled) !== 'true' || source === null)
    return gadminError('NotReady', 'cross region replication is not enabled');
  const stalled = connectorOf(realm.state, cluster, nowMs) === 'running' ? 0 : Math.floor((nowMs - cluster.crr.flowedAtMs) / 1000);
  const own = topicsOf(cluster);
  const topics = topicsOf(source).map(({ bare, name, end }) => {
    const behind = Math.max(0, end - (own.find((each) => each.bare === bare)?.end ?? 0));
    const seconds = behind === 0 ? 0 : Math.max(1, Math.round(realm.state.pace.lagMs / 1000), stalled);
    const replication = { replicationLagRecords: behind, replicationLagSeconds: seconds, replicationStalledSeconds: stalled };
    return { topic: name, ...replication, replayLagRecords: 0, replayLagSeconds: 0, replayStalledSeconds: 0 };
  });
  return fine(`${JSON.stringify({ topics })}\n`);
};

export const crrCommands = ({ cluster: { release } }: Desk): Readonly<Record<string, TigerTool>> => ({
  config,
  start: (desk): Promise<ProductAnswer> => switchCrr(desk, true),
  stop: (desk): Promise<ProductAnswer> => switchCrr(desk, false),
  ...(release.crrStatus ? { status: lag } : {}),
  update,
});
