import type { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import { canonicalJson, type JsonObject } from '../../domain/json.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Act } from '../../domain/plan.ts';
import type { SqlConnect, SqlSession } from '../../transports/sql.ts';
import { problemOf } from '../cockroach/deaf.ts';
import { sendChange, withInterface } from '../cockroach/session.ts';
import type { Earlier, EngineIo, Probe, StepExecutor } from '../engine.ts';
import { executorFrom } from '../frame/executor.ts';
import { type Acts, actsFor } from './acts.ts';
import type { LdrLink, LdrSettings } from './config.ts';
import type { JobView, ReadSide } from './detail.ts';
import { glanceAtJobs, readJobs } from './reads/jobs.ts';
import { readSide } from './reads/side.ts';
import { showTable } from './table-name.ts';

/** Where an act runs and what it may ask. */
export interface Place {
  readonly connect: SqlConnect;
  readonly link: LdrLink;
  readonly settings: LdrSettings;
  readonly side: Side;
  readonly here: string;
  readonly there: string;
  readonly io: EngineIo;
}

export interface LdrStep<P> {
  readonly params: z.ZodType<P>;
  /** The act anew from its parameters; its statements have to be those that were approved. */
  rebuild(acts: Acts, side: Side, params: P): Act;
  probe(place: Place, params: P): Promise<Probe>;
  /** Left out by a step that only looks. `statement` is the first of `statements`. */
  perform?(place: Place, statement: string, params: P, statements: readonly string[]): Promise<void>;
  /** See `StepExecutor.repeatable`. */
  readonly repeatable?: true;
}

/** Makes an executor: it refuses to touch anything when the config has come to mean something else than the plan does. */
export const executorOf = <P>(connect: SqlConnect, step: LdrStep<P>): StepExecutor<LdrLink> =>
  executorFrom<LdrLink, Place, P>({
    params: step.params,
    repeatable: step.repeatable,
    locate: (act, side, link, io) => locate(connect, act, side, link, io),
    rebuild: ({ settings, side }, params) => step.rebuild(actsFor(settings), side, params),
    probe: (place, params) => step.probe(place, params),
    perform: step.perform?.bind(step),
  });

function locate(connect: SqlConnect, act: Act, side: Side, link: LdrLink, io: EngineIo): Place | string {
  const { settings } = link;
  const here = settings[side].cluster;
  const tables = settings.tables.map((pair) => showTable(pair[side]));
  if (here !== act.cluster || canonicalJson(act.params['tables'] ?? null) !== canonicalJson(tables)) {
    return `'${act.title}' was planned for other tables or for another cluster than the config of ${link.id} names now.`;
  }
  return { connect, link, settings, side, here, there: settings[otherSide(side)].cluster, io };
}

/** Uses one session on the side of the act, where the tables live. */
export const on = <T>(place: Place, use: (session: SqlSession) => Promise<T>, side: Side = place.side): Promise<T> =>
  withInterface(place.connect, place.settings[side], place.settings.interface, place.io, use);

/** Sends one effect, alone on its own connection. */
export const change = async (place: Place, statement: string): Promise<void> => {
  await on(place, (session) => session.change(statement));
};

/** The same on the control plane, wherever the tables live. */
export const changeInSystem = async ({ connect, settings, side, io }: Place, statement: string): Promise<void> => {
  await sendChange(connect, settings[side], io, statement);
};

/** The link's jobs on a side. Throws a Fault. */
export const jobsOn = (place: Place, side: Side = place.side): Promise<readonly JobView[]> =>
  on(place, async (session) => (await readJobs(session, place.settings[side].cluster, place.settings, side)).jobs, side);

/** The same without what only SHOW JOBS tells when that comes too late: enough to end, hold up and resume what is known by its id. */
export const jobsToldOn = (place: Place): Promise<readonly JobView[]> => {
  const { settings, side, here } = place;
  return on(place, async (session) => (await glanceAtJobs(session, here, settings, side, () => Promise.resolve())).jobs);
};

/** Reads all of a side. Throws a Fault when it can't be asked. */
export async function look(place: Place, side: Side = place.side): Promise<ReadSide> {
  const read = await readSide(place.connect, place.settings, side, place.io);
  if (read.kind === 'read') return read;
  const { cluster } = place.settings[side];
  throw new Fault('connect-failed', problemOf(cluster, read) ?? `${cluster} can't be asked.`, {
    effect: 'not-applied',
    facts: { cluster },
  });
}

/** What an earlier step of the run on a cluster recorded; null when none did. */
export const earlier = (place: Place, kind: string, cluster: string): JsonObject | null =>
  earlierStep(place, kind, cluster)?.evidence ?? null;

/** The same, with the time of it. */
export const earlierStep = ({ io }: Place, kind: string, cluster: string): Earlier | null =>
  io.earlier.findLast((entry) => entry.kind === kind && entry.cluster === cluster) ?? null;
