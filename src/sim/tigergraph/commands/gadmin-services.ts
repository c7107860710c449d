import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, failed, fine, gadminError, info, record, type TigerTool } from '../realm.ts';
import { isDr, keys, type Ms, pointOf } from '../state/model.ts';
import { isInfrastructure, isOnline, serviceNames, startServices, stateOf, stopServices } from '../state/services.ts';
import { attach, detach, renewConnector } from '../state/settle.ts';
import { type FlagTable, isAnswer, readFlags } from './flags.ts';
import { locked } from './locks.ts';
import { tableText } from './table-text.ts';

export const status: TigerTool = async (desk) => {
  const { cluster, realm, call } = desk;
  const words = readFlags(call.argv.slice(1), { '-v': false, '--verbose': false });
  if (isAnswer(words)) return words;
  const dead = cluster.nodes.filter(({ up }) => !up).length;
  await call.wait(realm.state.pace.readMs + dead * realm.state.pace.statusTimeoutMs);
  const nowMs = catchUp(realm);
  const wanted = words.rest.map((name) => name.toUpperCase());
  const chosen = cluster.services.filter(({ name, instance }) => wanted.length === 0 || wanted.includes(name) || wanted.includes(instance));
  const verbose = words.flags.size > 0;
  const rows = verbose ? chosen.map((each) => rowOf(each, nowMs)) : byName(chosen, nowMs);
  const columns = ['Service Name', 'Service Status', 'Process State', ...(verbose && cluster.release.processIds ? ['Process ID'] : [])];
  const stale =
    '[Warning] Status might not be up-to-date due to sync data error; failed to get latest offset, err is "kafka: client has run out of available brokers to talk to (Is your cluster reachable?)"\n';
  return fine(tableText(columns, rows, realm.state.ansi) + (dead > 0 ? stale : ''));
};

type Services = Desk['cluster']['services'];

function rowOf(service: Services[number], nowMs: Ms): readonly string[] {
  const { status: shown, process } = stateOf(service, nowMs);
  const pid = service.node.up ? (service.wanted ? String(service.pid) : '') : 'Unknown PID';
  return [service.instance, shown, process, pid];
}

/** The worst of a service's instances stands for it. */
function byName(chosen: Services, nowMs: Ms): readonly (readonly string[])[] {
  return [...new Set(chosen.map(({ name }) => name))].map((name) => {
    const own = chosen.filter((service) => service.name === name);
    const worst = own.find((service) => !isOnline(service, nowMs)) ?? own[0];
    const state = worst === undefined ? { status: 'Down', process: 'Stopped' } : stateOf(worst, nowMs);
    return [name, state.status, state.process];
  });
}

const restartFlags: FlagTable = { '-y': false, '--timeout': true, '--no-dep': false };

/** Names that the words stand for: `all`, nothing (all but infrastructure), or single services. Null: one that doesn't exist. */
function namesOf({ cluster: { release } }: Desk, rest: readonly string[]): readonly string[] | null {
  const known = serviceNames(release.ts3);
  if (rest.length === 0) return known.filter((name) => !isInfrastructure(name));
  if (rest.includes('all')) return known;
  const wanted = rest.map((name) => name.toUpperCase());
  return wanted.every((name) => known.includes(name)) ? wanted : null;
}

const noSuchService = (rest: readonly string[]): ProductAnswer => gadminError('ParameterErr', `unknown service: ${rest.join(' ')}`);

/** What is said of them: processes of control are stopped and started by themselves. */
function spoken(verb: 'Stopping' | 'Starting', names: readonly string[]): string {
  const own = names.filter((name) => name !== 'CTRL' && name !== 'EXE');
  const control = (verb === 'Stopping' ? ['CTRL', 'EXE'] : ['EXE', 'CTRL']).filter((name) => names.includes(name));
  const lines = own.length === 0 ? [] : [`${verb} ${own.join(' ')}`];
  const apart = control.map((name) => `${verb} ${name}`);
  return (verb === 'Stopping' ? [...lines, ...apart] : [...apart, ...lines]).map(info).join('');
}

const note = (verb: string): ProductAnswer => fine(`[   Note] ${verb} the service(s)? (y/N)\n`);

/** Services take on what is applied when they start. */
export function takeOn(desk: Desk, names: readonly string[], nowMs: Ms): void {
  const { cluster, realm } = desk;
  const wasDr = isDr(cluster);
  const { config } = cluster;
  const takes = (key: string): boolean =>
    key.startsWith('System.')
      ? names.includes('GSQL') || (key.startsWith('System.Backup') && names.length > 0)
      : names.includes(key.split('.')[0]?.toUpperCase() ?? '');
  for (const [key, value] of config.applied) if (takes(key)) config.effective.set(key, value);
  if (wasDr && !isDr(cluster)) detach(realm.state, cluster);
  if (!wasDr && isDr(cluster)) attach(realm.state, cluster, nowMs, cluster.restoredAtMs);
  if (!names.includes('KAFKACONN')) return;
  cluster.crr.failing = false;
  renewConnector(realm.state, cluster, nowMs);
}

async function cycle(desk: Desk, names: readonly string[]): Promise<void> {
  const { cluster, realm, call } = desk;
  const { pace } = realm.state;
  call.print(spoken('Stopping', names));
  catchUp(realm);
  stopServices(cluster, names);
  record(desk, 'stop', `stop ${names.join(' ')}`);
  await call.wait(pace.stopMs);
  call.print(spoken('Starting', names));
  await call.wait(pace.startMs);
  const nowMs = catchUp(realm);
  startServices(cluster, names, nowMs, nowMs + pace.warmupMs);
  takeOn(desk, names, nowMs);
}

export const restart: TigerTool = (desk) => {
  const { cluster, call, realm } = desk;
  const words = readFlags(call.argv.slice(1), { ...restartFlags, ...(cluster.release.waitOnline ? { '--wait-online': false } : {}) });
  if (isAnswer(words)) return words;
  const names = namesOf(desk, words.rest);
  if (names === null) return noSuchService(words.rest);
  if (!words.flags.has('-y') && !/^y/i.test(call.stdin)) return note('Restart');
  return locked(desk, 'restart', async () => {
    await cycle(desk, names);
    record(desk, 'restart', ['gadmin restart', ...words.rest, '-y'].join(' '));
    if (words.flags.has('--wait-online')) await call.wait(realm.state.pace.warmupMs);
    return fine();
  });
};

export const stop: TigerTool = (desk) => {
  const { cluster, call, realm } = desk;
  const words = readFlags(call.argv.slice(1), restartFlags);
  if (isAnswer(words)) return words;
  const names = namesOf(desk, words.rest);
  if (names === null) return noSuchService(words.rest);
  if (!words.flags.has('-y') && !/^y/i.test(call.stdin)) return note('Stop');
  return locked(desk, 'stop', async () => {
    call.print(spoken('Stopping', names));
    await call.wait(realm.state.pace.stopMs);
    catchUp(realm);
    const changed = stopServices(cluster, names);
    record(desk, 'stop', ['gadmin stop', ...words.rest, '-y'].join(' '), changed);
    return fine();
  });
};

export const start: TigerTool = (desk) => {
  const { cluster, call, realm } = desk;
  const words = readFlags(call.argv.slice(1), { '--timeout': true, '--no-dep': false, '--ignore-error': false });
  if (isAnswer(words)) return words;
  const names = namesOf(desk, words.rest);
  if (names === null) return noSuchService(words.rest);
  return locked(desk, 'start', async () => {
    call.print(spoken('Starting', names));
    await call.wait(realm.state.pace.startMs);
    const nowMs = catchUp(realm);
    const stopped = cluster.services.filter(({ wanted }) => !wanted).map(({ name }) => name);
    const changed = startServices(cluster, names, nowMs, nowMs + realm.state.pace.warmupMs);
    takeOn(
      desk,
      names.filter((name) => stopped.includes(name)),
      nowMs,
    );
    record(desk, 'start', ['gadmin start', ...words.rest].join(' '), changed);
    return cluster.nodes.every(({ up }) => up) ? fine() : failed('[  Error] ExternalError (some nodes could not be reached)');
  });
};

export const initKafka: TigerTool = (desk) => {
  const { call, realm, cluster } = desk;
  const words = readFlags(call.argv.slice(1), { '-y': false });
  if (isAnswer(words)) return words;
  if (words.rest.join(' ') !== 'kafka') return failed(`Error: unknown command "${words.rest[0] ?? ''}" for "gadmin init"`);
  if (!words.flags.has('-y') && !/^y/i.test(call.stdin)) return fine('[   Note] Initialize kafka? (y/N)\n');
  return locked(desk, 'init kafka', async () => {
    const ready = cluster.services.filter(({ name }) => name === 'KAFKA' || name === 'ZK').every((each) => isOnline(each, catchUp(realm)));
    if (!ready) return gadminError('NotReady', 'KAFKA is not available');
    call.print(info('Initializing KAFKA'));
    await call.wait(realm.state.pace.initKafkaMs);
    cluster.origin = { atMs: catchUp(realm), tag: null };
    cluster.topicsFor = pointOf(cluster);
    record(desk, 'init-kafka', 'gadmin init kafka -y', cluster.config.applied.get(keys.prefix) !== '');
    return fine(info('Successfully initialized KAFKA'));
  });
};
