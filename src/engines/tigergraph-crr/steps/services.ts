import { z } from 'zod';
import { Secret } from '../../../domain/secret.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway, unknown } from '../../frame/probes.ts';
import { initKafkaAct, installQueriesAct, keys, restartAct, startServicesAct, stopServicesAct, topicGuards } from '../acts.ts';
import { configGet } from '../commands.ts';
import type { ServicesView } from '../detail.ts';
import { askGsql } from '../gsql.ts';
import type { LongStep } from '../job.ts';
import { allOnline, ask, lookServices, spotOf, unheard } from '../look.ts';
import { parseFlag } from '../parse/config.ts';
import { parseGraphs, parseQueries, type QueriesView } from '../parse/gsql.ts';
import { familyOf, isOnline } from '../parse/services.ts';
import type { Place } from '../place.ts';
import { ailing, isDown, isUntold, takesWrites, writers } from '../state.ts';
import { count, few } from '../words.ts';
import { unlessCopy } from './guard.ts';

const none = z.object({});

/** Returning is not being online: a big graph takes minutes to hours to warm up. */
async function awaitOnline(place: Place): Promise<Probe> {
  const services = await lookServices(spotOf(place));
  if (allOnline(services)) return done({ services: services.rows.length, state: 'all online' });
  const waiting = ailing(services);
  return underway(
    waiting.length === 0 ? `${place.here} says that its table of services may be old.` : `${place.here} waits for ${few(waiting)}.`,
    services.rows.length === 0 ? null : 1 - waiting.length / services.rows.length,
  );
}

const restartParams = z.object({ what: z.enum(['all', 'services']), after: z.string().max(200) });

export const restart: LongStep<z.infer<typeof restartParams>> = {
  params: restartParams,
  rebuild: (at, { what, after }) => restartAct(at, what, after),
  before: async () => todo,
  command: ({ act }) => act.statements[0] ?? '',
  marks: [],
  isWhole: () => true,
  after: awaitOnline,
  onFailure: ({ here }) =>
    `Services of ${here} may be down, so it may serve nobody: look at gadmin status there; gadmin start brings up what is down.`,
};

export const stopServices: LongStep<object> = {
  params: none,
  rebuild: stopServicesAct,
  before: async (place) => {
    const writes = takesWrites(await lookServices(spotOf(place)));
    return writes === 'no' ? done({ services: 'stopped before' }) : todo;
  },
  command: ({ act }) => act.statements[0] ?? '',
  marks: [],
  isWhole: () => true,
  after: afterStop,
  onFailure: ({ here }) =>
    `Some services of ${here} may be stopped, so it may take no writes: look at gadmin status there; gadmin start brings them up.`,
};

async function afterStop(place: Place): Promise<Probe> {
  const services = await lookServices(spotOf(place));
  const writes = takesWrites(services);
  if (writes === 'no') return done({ services: 'stopped', 'seen at': place.io.clock.now() });
  if (writes === 'yes') return impossible(`The services of ${place.here} were stopped, and somebody has started them again.`);
  const { silent, others } = bySilence(services);
  if (silent.length === 0 || others.some((row) => !isDown(row))) return underway(`${place.here} is stopping.`);
  return unknown(
    `What answers of ${place.here} is stopped. Whether ${few(silent.map(({ name }) => name))} still runs is not known, since its node does not answer. See to it that no application reaches that node, or power it off; then skip this step.`,
    { 'not known': silent.map(({ name }) => name).slice(0, 20) },
  );
}

/** Services through which something is written, by whether their node tells of them. */
function bySilence({ rows }: Extract<ServicesView, { kind: 'read' }>) {
  const ways = rows.filter(({ name }) => writers.includes(familyOf(name)));
  return { silent: ways.filter(isUntold), others: ways.filter((row) => !isUntold(row)) };
}

export const startServices: LongStep<object> = {
  params: none,
  rebuild: startServicesAct,
  before: async (place) => (allOnline(await lookServices(spotOf(place))) ? done({ state: 'all online' }) : todo),
  command: ({ act }) => act.statements[0] ?? '',
  marks: [],
  isWhole: () => true,
  after: async (place) => {
    const { rows } = await lookServices(spotOf(place));
    const untold = rows.filter(isUntold);
    // Its node does not answer: it can't be started from here, and what answers is as it was before the stop.
    if (untold.length === 0 || !rows.every((row) => isUntold(row) || isOnline(row))) return awaitOnline(place);
    return done({ state: 'online where nodes answer', 'not known': untold.map(({ name }) => name).slice(0, 20) });
  },
  onFailure: ({ here }) => `Services of ${here} may still be down, so it may serve nobody: look at gadmin status there.`,
};

const topicParams = z.object({ guard: z.enum(topicGuards).default('set') });

/** Only on a cluster that is set to follow and was not restarted yet, or is about to be filled: whether it drops records is not documented. */
export const initKafka: LongStep<z.infer<typeof topicParams>> = {
  params: topicParams,
  rebuild: (at, { guard }) => initKafkaAct(at, guard),
  before: async (place, { guard }) => {
    if (guard !== 'set') return (await unlessCopy(place, guard)) ?? todo;
    const [flag] = await ask(spotOf(place), [configGet(keys.enabled)]);
    return parseFlag(flag) === true
      ? todo
      : impossible(`${place.here} is not set to follow, and on a cluster that serves this could drop records. Nothing was changed.`);
  },
  command: ({ act }) => act.statements[0] ?? '',
  marks: [],
  isWhole: () => true,
  after: async () => done({ kafka: 'initialised' }),
  onFailure: ({ here }) => `${here} does not follow yet. Kafka and ZooKeeper have to be online there; gadmin start brings them up.`,
};

/** What an installation prints when it begins, and when it has come to its end, well or not. Where there is no query it prints neither. */
const begun = /installing quer|compile server|query: curl/i;
const ended = /Query installation finished|pendingInstall|cannot be correctly installed|failed to install/i;

/** Of every graph that the config names or the cluster lists. Throws a Fault where GSQL does not tell. */
async function lookQueries(place: Place): Promise<ReadonlyMap<string, QueriesView>> {
  const named = place.link.settings.graphs;
  const listed = parseGraphs(await askGsql(place, null, 'ls'));
  if (listed === null && named.length === 0) throw unheard(spotOf(place), 'GSQL did not list its graphs; graphs in the config names them.');
  const found = new Map<string, QueriesView>();
  for (const graph of new Set([...named, ...(listed ?? [])])) {
    const queries = parseQueries(await askGsql(place, graph, 'ls'));
    if (queries === null) throw unheard(spotOf(place), `GSQL did not list the queries of ${graph}.`);
    found.set(graph, queries);
  }
  return found;
}

export const installQueries: LongStep<object> = {
  params: none,
  rebuild: installQueriesAct,
  before: async (place) => {
    if (place.cluster.superuser === null)
      return impossible(`The config of ${place.link.id} names no superuser of ${place.here} any more, so the queries can't be installed.`);
    // With a node down the product prints as if all were well, and leaves the queries waiting.
    const down = ailing(await lookServices(spotOf(place)));
    if (down.length === 0) return todo;
    return impossible(
      `Queries can be installed only while every node of ${place.here} is up, and ${few(down)} is not. Nothing was done. Start it, then press Retry.`,
    );
  },
  command: ({ act }) => act.statements[0] ?? '',
  input: ({ cluster }) => (cluster.superuser === null ? '' : new Secret(`${cluster.superuser.password.reveal()}\n`)),
  marks: [begun, ended],
  isWhole: (log) => ended.test(log) || !begun.test(log),
  after: async (place, _params, log) => {
    const graphs = await lookQueries(place);
    const pending = [...graphs].flatMap(([graph, { pending: names }]) => names.map((name) => `${graph}.${name}`));
    if (pending.length > 0)
      return impossible(
        `On ${place.here} ${few(pending)} still ${pending.length === 1 ? 'waits' : 'wait'} to be installed. Data flows, but changes of schema, users and queries do not yet. See that every node is up, run INSTALL QUERY -force ALL there, then press Retry.`,
      );
    const queries = [...graphs.values()].reduce((sum, one) => sum + one.queries, 0);
    if (queries > 0 && !ended.test(log))
      return unknown(
        `${place.here} has ${count(queries, 'query', 'queries')}, and the installation did not say that it installed any. Run INSTALL QUERY -force ALL there by hand, then skip this step.`,
      );
    return done({ 'queries installed': queries, 'graphs looked at': graphs.size, pending: 0 });
  },
  onFailure: ({ here }) =>
    `Data flows, but changes of schema, users and queries do not yet. Every node of ${here} has to be up, and nobody may install another query meanwhile.`,
};
