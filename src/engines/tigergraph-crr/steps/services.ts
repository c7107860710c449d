import { z } from 'zod';
import { Secret } from '../../../domain/secret.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { initKafkaAct, installQueriesAct, keys, restartAct, startServicesAct, stopServicesAct } from '../acts.ts';
import { configGet } from '../commands.ts';
import { askGsql } from '../gsql.ts';
import type { LongStep } from '../job.ts';
import { allOnline, ask, lookServices, spotOf } from '../look.ts';
import { parseFlag } from '../parse/config.ts';
import type { Place } from '../place.ts';
import { ailing, takesWrites } from '../state.ts';
import { few } from '../words.ts';

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
  isWhole: () => true,
  after: async (place) => {
    const writes = takesWrites(await lookServices(spotOf(place)));
    if (writes === 'no') return done({ services: 'stopped', 'seen at': place.io.clock.now() });
    if (writes === 'unknown') return underway(`${place.here} is stopping.`);
    return impossible(`The services of ${place.here} were stopped, and somebody has started them again.`);
  },
  onFailure: ({ here }) =>
    `Some services of ${here} may be stopped, so it may take no writes: look at gadmin status there; gadmin start brings them up.`,
};

export const startServices: LongStep<object> = {
  params: none,
  rebuild: startServicesAct,
  before: async (place) => (allOnline(await lookServices(spotOf(place))) ? done({ state: 'all online' }) : todo),
  command: ({ act }) => act.statements[0] ?? '',
  isWhole: () => true,
  after: awaitOnline,
  onFailure: ({ here }) => `Services of ${here} may still be down, so it may serve nobody: look at gadmin status there.`,
};

/** Only on a cluster that is set to follow and was not restarted yet: whether it drops records is not documented. */
export const initKafka: LongStep<object> = {
  params: none,
  rebuild: initKafkaAct,
  before: async (place) => {
    const [flag] = await ask(spotOf(place), [configGet(keys.enabled)]);
    return parseFlag(flag) === true
      ? todo
      : impossible(`${place.here} is not set to follow, and on a cluster that serves this could drop records. Nothing was changed.`);
  },
  command: ({ act }) => act.statements[0] ?? '',
  isWhole: () => true,
  after: async () => done({ kafka: 'initialised' }),
  onFailure: ({ here }) => `${here} does not follow yet. Kafka and ZooKeeper have to be online there; gadmin start brings them up.`,
};

const notInstalled = /pendingInstall|cannot be correctly installed|failed to install/i;

export const installQueries: LongStep<object> = {
  params: none,
  rebuild: installQueriesAct,
  before: async ({ cluster, link }) =>
    cluster.superuser === null
      ? impossible(`The config of ${link.id} names no superuser of ${cluster.cluster} any more, so the queries can't be installed.`)
      : todo,
  command: ({ act }) => act.statements[0] ?? '',
  input: ({ cluster }) => (cluster.superuser === null ? '' : new Secret(`${cluster.superuser.password.reveal()}\n`)),
  isWhole: (log) => !notInstalled.test(log),
  after: async (place) => {
    for (const graph of place.link.settings.graphs) {
      const listed = await askGsql(place, graph, 'ls');
      if (notInstalled.test(listed)) {
        return impossible(
          `Queries of ${graph} on ${place.here} wait for their installation (pendingInstall): every node has to be up. Start the node that is down, run INSTALL QUERY -force ALL there, then press Retry.`,
        );
      }
    }
    return done({ queries: 'installed', 'graphs looked at': place.link.settings.graphs.length });
  },
  onFailure: ({ here }) =>
    `Data flows, but changes of schema, users and queries do not yet. Every node of ${here} has to be up, and nobody may install another query meanwhile.`,
};
