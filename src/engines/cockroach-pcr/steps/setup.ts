import { z } from 'zod';
import { otherSide } from '../../../domain/observation.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { isOverStatus } from '../../cockroach/jobs.ts';
import { withSystem } from '../../cockroach/session.ts';
import { microsOfTimestamp, timestampOfMicros } from '../../cockroach/times.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { setupKinds } from '../acts/setup.ts';
import { certificateHint, withCertificateHint } from '../certificate-words.ts';
import type { VirtualClusterView } from '../detail.ts';
import { leadsTo } from '../ground.ts';
import { isFollowing, microsOf, type Phase, phaseOf } from '../phase.ts';
import { change, evidenceTime, look, onlyIfOtherServes, type PcrStep, type Place, statusOf } from '../place.ts';
import { readVirtualCluster, type VirtualClusterReading } from '../read-side.ts';
import { createConnectionStatement, createCopyStatement, wayTo } from '../statements-setup.ts';
import { phaseWords, spellTime } from '../words.ts';
import { connectionUri, noWayNow, withWayHint } from './connection.ts';
import { dropReaderNow } from './reader.ts';
import { changeWithSecrets } from './setup-users.ts';

const trust = z.enum(['inline', 'path']);
const connectionParams = z.object({ trust });

export const createConnection: PcrStep<z.infer<typeof connectionParams>> = {
  params: connectionParams,
  rebuild: (acts, side, params) => acts.createConnection(side, params.trust),
  probe: (place, params) =>
    withSystem(place.connect, place.address, place.io, async (session) => {
      const uri = await connectionUri(session, place);
      if (uri === null) return todo;
      const way = wayTo(place.link.settings, otherSide(place.side), params.trust);
      const wanted = way === null ? null : `${way.host}:${way.port}`;
      const found = leadsTo(uri);
      if (found === null || found === wanted) return done({ connection: place.link.settings.streams[place.side] ?? '' });
      return impossible(`${place.here} has that external connection already, but it leads to ${found} instead of ${wanted ?? 'nowhere'}.`);
    }),
  perform: (place, statement, params) =>
    changeWithSecrets(place, statement, (spelling) => createConnectionStatement(place.link.settings, place.side, params.trust, spelling)),
};

/** Only for what this run created: a plan has it only where there was none. */
export const dropConnection: PcrStep<object> = {
  params: z.object({}),
  rebuild: (acts, side) => acts.dropConnection(side),
  probe: (place) =>
    withSystem(place.connect, place.address, place.io, async (session) =>
      (await connectionUri(session, place)) === null ? done({ connection: 'absent' }) : todo,
    ),
  perform: change,
};

const copyParams = z.object({
  source: z.string(),
  trust,
  template: z.boolean(),
  retention: z.boolean(),
  expiration: z.boolean(),
  reader: z.boolean(),
});

export const createCopy: PcrStep<z.infer<typeof copyParams>> = {
  params: copyParams,
  rebuild: (acts, side, params) => acts.createCopy(side, params),
  probe: async (place, { source }) => {
    const { vc } = await look(place);
    const phase = phaseOf(vc);
    // A drop frees the name at once, long before it has ended.
    if (vc === null || phase === 'dropping') return ifSourceServes(place, source, 'nothing can be copied from it');
    if (isFollowing(phase) || isBeginning(vc)) return copiesFrom(place, vc, source);
    return impossible(`${place.here} has ${place.name} already, and ${phaseWords[phase]}.`, { status: statusOf(vc) });
  },
  perform: (place, statement, params) =>
    changeWithSecrets(place, statement, (spelling) => createCopyStatement(place.link.settings, place.side, params, spelling)).catch(
      (cause: unknown) => {
        const hinted = withWayHint(cause, place);
        throw params.trust === 'path' ? withCertificateHint(hinted, place.link.settings, place.side) : hinted;
      },
    ),
};

/** Between the request and the first word of the stream the virtual cluster shows a state that a cancelled stream shows too. */
const isBeginning = (vc: VirtualClusterView): boolean => phaseOf(vc) === 'incomplete' && vc.job !== null && !isOverStatus(vc.job.status);

function copiesFrom({ here }: Place, vc: VirtualClusterView, source: string): Probe {
  const evidence = { status: vc.status, source: vc.sourceUri, job: vc.job?.id ?? null };
  if (vc.sourceName === null || vc.sourceName === source) return done(evidence);
  return impossible(`${here} copies ${vc.sourceName} instead of ${source}: somebody else started it.`, evidence);
}

/** `todo` while the virtual cluster that is copied serves on the other side. Throws a Fault when that side can't be asked. */
async function ifSourceServes({ connect, link, side, there, io }: Place, source: string, otherwise: string): Promise<Probe> {
  const { vc } = await withSystem(connect, link.settings[otherSide(side)], io, (session) => readVirtualCluster(session, there, source));
  if (phaseOf(vc) === 'ready' && vc?.service !== 'none') return todo;
  return impossible(`${source} on ${there} does not serve (${phaseWords[phaseOf(vc)]}), so ${otherwise}.`, { status: statusOf(vc) });
}

const dropParams = z.object({ source: z.string(), reader: z.boolean() });

/** Takes back a copy that was only begun. Never one that was promoted, and never unless its source serves. */
export const dropNewCopy: PcrStep<z.infer<typeof dropParams>> = {
  params: dropParams,
  rebuild: (acts, side, { source, reader }) => acts.dropNewCopy(side, source, reader),
  probe: async (place, params) => {
    const { vc, reader } = await look(place);
    const phase = phaseOf(vc);
    if (vc === null) return params.reader && reader !== null ? todo : done({ status: 'absent' });
    if (phase === 'dropping') return underway(`${place.name} on ${place.here} is being dropped.`);
    if (vc.service !== 'none' || ['ready', 'pending', 'reverting', 'strange'].includes(phase)) {
      return impossible(`${place.name} on ${place.here} must not be dropped: ${phaseWords[phase]}.`, { status: vc.status });
    }
    return ifSourceServes(place, params.source, `the copy on ${place.here} must not be dropped: it may be the only good one`);
  },
  perform: async (place, statement, params, statements) => {
    if (params.reader) await dropReaderNow(place, statement, statements[1] ?? '');
    await change(place, statements.at(-1) ?? '');
  },
};

const oldParams = z.object({ id: z.string() });

/** Drops a copy that can't follow any more, so that a new one can take its place. Never while it serves, and never unless the other side does. */
export const dropOldCopy: PcrStep<z.infer<typeof oldParams>> = {
  params: oldParams,
  rebuild: (acts, side, { id }) => acts.dropOldCopy(side, id),
  probe: async (place, { id }) => {
    const { vc } = await look(place);
    const phase = phaseOf(vc);
    if (vc === null || vc.id !== id) return done({ status: vc === null ? 'absent' : `replaced by number ${vc.id}` });
    // It can't be stopped any more, and its name is free.
    if (phase === 'dropping') return done({ status: vc.status });
    if (vc.service !== 'none' || ['following', 'scanning', 'pending', 'reverting', 'strange'].includes(phase)) {
      const why = vc.service === 'none' ? phaseWords[phase] : 'its service runs';
      return impossible(`${place.name} on ${place.here} must not be dropped: ${why}.`, { status: vc.status, service: vc.service });
    }
    const probe = await onlyIfOtherServes(place, `${place.name} on ${place.here} must not be dropped: it may be the only good copy`, vc);
    return probe.kind === 'todo' ? ((await noWayNow(place)) ?? probe) : probe;
  },
  perform: change,
};

const scanParams = z.object({ byFile: z.boolean().default(false) });

/** Waits for the initial scan; the replicated time that is seen first stays in the journal for the proof that follows. */
export const awaitScan: PcrStep<z.infer<typeof scanParams>> = {
  params: scanParams,
  rebuild: (acts, side, { byFile }) => acts.awaitScan(side, byFile),
  probe: async (place, { byFile }) => {
    const reading = await look(place);
    const { vc, now } = reading;
    const replicated = vc?.replicated ?? null;
    if (phaseOf(vc) === 'following' && replicated !== null) {
      return done({ status: statusOf(vc), 'replicated time': evidenceTime(replicated), 'seen at': timestampOfMicros(now) });
    }
    return waitingFor(place, reading, byFile);
  },
};

function waitingFor(place: Place, { vc }: VirtualClusterReading, byFile = false): Probe {
  const { here, there } = place;
  const phase = phaseOf(vc);
  const fraction = vc?.job?.fraction ?? null;
  const share = fraction === null ? '' : ` ${Math.round(fraction * 100)} %.`;
  if (phase === 'scanning' || phase === 'following') return underway(`${here} copies everything from ${there}.${share}`, fraction);
  // After a resume the status says for a while longer that it is paused.
  if (vc !== null && (isBeginning(vc) || (phase === 'paused' && vc.job?.status === 'running')))
    return underway(`${here} has taken the request and begins.`);
  if (phase === 'retrying') return underway(`${here} is at ${spellTime(vc?.replicated ?? null)}; ${phaseWords.retrying}.`);
  return impossible(`${here} does not follow ${there}: ${phaseWords[phase]}.${afterwards(place, phase, byFile)}`, {
    status: statusOf(vc),
    'job says': vc?.job?.runningStatus || vc?.job?.error || null,
  });
}

/** How a scan that stopped goes on. Begins with a space. */
function afterwards({ link: { settings }, side, here, name }: Place, phase: Phase, byFile: boolean): string {
  const ways: Readonly<Partial<Record<Phase, string>>> = {
    'gave-up': `run ALTER VIRTUAL CLUSTER ${quoteIdentifier(name)} RESUME REPLICATION on the system interface of ${here}, then press Retry.`,
    incomplete: `cancel this run and ask for the same again: what was copied is of no use any more.`,
  };
  const way = ways[phase];
  if (way === undefined) return '';
  const hint = byFile ? certificateHint(settings, side, way) : '';
  return hint === '' ? ` Mend the cause, which SHOW JOBS on ${here} names; then ${way}` : hint;
}

const turnParams = z.object({ turn: z.number() });

/** The replicated time has moved since the step before recorded it: the copy is alive, not only complete. */
export const proveMoving: PcrStep<z.infer<typeof turnParams>> = {
  params: turnParams,
  rebuild: (acts, side, { turn }) => acts.proveMoving(side, turn),
  probe: async (place) => {
    const before = seenBefore(place);
    if (before === null) return impossible(`The run has not recorded how far ${place.here} was, so a move can't be proven.`);
    const reading = await look(place);
    const replicated = microsOf(reading.vc?.replicated ?? null);
    if (phaseOf(reading.vc) !== 'following' || replicated === null) return waitingFor(place, reading);
    if (replicated <= before) return underway(`${place.here} is at ${spellTime(replicated)} and has not been seen to move yet.`);
    return done({ 'replicated time': timestampOfMicros(replicated), before: timestampOfMicros(before) });
  },
};

/** The replicated time that the run recorded last for this cluster. */
function seenBefore({ io, here }: Place): bigint | null {
  const kinds: readonly string[] = [setupKinds.awaitScan, setupKinds.proveMoving];
  const times = io.earlier
    .filter(({ kind, cluster }) => kinds.includes(kind) && cluster === here)
    .map(({ evidence }) => evidence['replicated time'])
    .filter((time): time is string => typeof time === 'string');
  return microsOfTimestamp(times.at(-1) ?? '');
}
