import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { notNow, type Outline } from '../../frame/drafts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail, PairLook } from '../detail.ts';
import { unmarkedRule } from '../findings.ts';
import { type Flow, flowsOf, wantedInto } from '../flow.ts';
import { formOf } from '../form.ts';
import { reachInto } from '../reach.ts';
import { afterExpiry, bothRead, isExpired, limitsOf, noLoss } from '../scene.ts';
import { findingWarnings, schemaRefusal, versionRefusal } from '../unfit.ts';
import { isFollowedBack } from '../weigh.ts';
import { tablesAt, wayOf } from '../words.ts';
import { planContinue } from './continue.ts';
import { doubtsOf, neverWords } from './doubts.ts';
import { planRebuild } from './refill.ts';
import { type Form, followers, type Reads, startSteps } from './start.ts';

type Setup = Extract<Operation, { kind: 'setup' }>;

/** Plans to start replication where there is none. Pure. */
export function planSetup({ from }: Setup, link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const reads = bothRead('setup', link, detail);
  if (isRefusal(reads)) return reads;
  const running = runningRefusal(link, detail);
  if (running !== null) return planHalf(from, link, detail, reads, running);
  const versions = versionRefusal('setup', link, reads);
  if (versions !== null) return versions;
  const copy = planCopy(link, detail, reads);
  const scene = { link, detail, reads, copy, order: wantedInto(link.settings) };
  if (from !== undefined) return planContinue(from, scene);
  if (!isRefusal(copy) || isRefusal(planContinue({ kind: 'last' }, scene))) return copy;
  const unless =
    link.settings.direction === 'bidirectional'
      ? 'both were in step when their jobs ended'
      : `nothing was written on ${link.settings.standby.cluster} since its job ended`;
  return { ...copy, next: `${copy.next} Where ${unless}, /repl setup ${link.id} --from last goes on without a copy.` };
}

/** Both ways, one direction that is over goes on beside the other one, which lives; nothing else is started beside a job. */
function planHalf(from: Setup['from'], link: LdrLink, detail: LdrDetail, reads: Reads, running: Refusal): Outline | Refusal {
  const { id, settings } = link;
  const flows = flowsOf(settings, detail);
  const [flow] = flows;
  if (flow === undefined || flows.length > 1 || settings.direction !== 'bidirectional') return running;
  const into = otherSide(flow.into);
  if (!isFollowedBack(link, detail, into)) {
    const halted = flow.phase === 'paused' || flow.phase === 'gave-up';
    const next = halted
      ? `${lateWords(link, detail, flow)} Then ask again.`
      : `Wait until ${wayOf(settings, flow.into)} follows (/repl status ${id}), then ask again.`;
    return { ...running, next };
  }
  const scene = { link, detail, reads, copy: running, order: [into] };
  const versions = versionRefusal('setup', link, reads);
  if (from !== undefined || versions !== null) return versions ?? planContinue(from ?? { kind: 'last' }, scene);
  const onward = planContinue({ kind: 'last' }, scene);
  const next = isRefusal(onward)
    ? onward.next
    : `Only ${wayOf(settings, into)} is ended: /repl setup ${id} --from last lets it go on without a copy.`;
  return { ...running, next };
}

const lateWords = (link: LdrLink, detail: LdrDetail, flow: Flow): string =>
  isExpired(detail, flow) ? afterExpiry(link, detail, flow.into) : `/repl resume ${link.id} lets ${wayOf(link.settings, flow.into)} go on.`;

/** Plans a start with a full first copy. */
function planCopy(link: LdrLink, detail: LdrDetail, reads: Reads): Outline | Refusal {
  const form = formFor(link, detail, reads);
  if (isRefusal(form)) return form;
  const unfit = schemaRefusal('setup', link, detail, judged(form)) ?? runnerRefusal(link, form) ?? conflictRefusal(link, form);
  if (unfit !== null) return unfit;
  const steps = startSteps('setup', link, reads, form);
  if (isRefusal(steps)) return steps;
  return {
    summary: `Start replication ${followers(form)
      .map((into) => wayOf(link.settings, into))
      .join(' and ')} of ${tablesAt(
      link.settings,
      'primary',
      link.settings.tables.map((_, pair) => pair),
    )}.`,
    steps,
    predictedLoss: noLoss('Nothing is lost: rows are only copied.'),
    predictedDowntime: { ms: 0, words: 'Applications go on; the first copy reads every row and loads both clusters.' },
    warnings: [
      ...formWarnings(link, form),
      ...limitsOf(link),
      ...ttlWarnings(link, detail, judged(form)),
      ...findingWarnings(detail, judged(form)),
    ],
  };
}

function runningRefusal(link: LdrLink, detail: LdrDetail): Refusal | null {
  const [flow] = flowsOf(link.settings, detail);
  if (flow === undefined) return null;
  const ids = flow.jobs.map(({ id }) => id).join(', ');
  return notNow(
    `${link.settings[flow.into].cluster} replicates tables of ${link.id} already (job ${ids}), so nothing was started.`,
    `/repl status ${link.id} shows it. To start anew, end it first with /repl teardown ${link.id}.`,
  );
}

/** The way back into tables that are made by the same statement needs no look: what it reads from is made alike. */
const judged = (form: Form): readonly Side[] => (form.kind === 'create' ? [form.into] : form.order);

/** A start in both directions by one statement goes back as the user that sends it. */
function runnerRefusal({ id, settings }: LdrLink, form: Form): Refusal | null {
  if (form.kind !== 'create' || !form.both) return null;
  const source = otherSide(form.into);
  const back = reachInto(settings, source);
  const { user, cluster } = settings[form.into];
  if (back === null || back.user === user) return null;
  return notNow(
    `The way back of ${id} comes to ${cluster} as ${back.user}, but CockroachDB demands that it comes as the user who starts it, ${user}.`,
    `Set settings.streams.${source === 'standby' ? 'toStandby' : 'toPrimary'}.reach.user to ${user}, or make the tables on ${cluster} by hand.`,
  );
}

/** The statement that makes the tables knows no words for what becomes of conflicts, and the later write would win without anybody's notice. */
function conflictRefusal({ id, settings }: LdrLink, form: Form): Refusal | null {
  const { defaultFunction, functions = [] } = settings.options;
  if (form.kind === 'stream' || ((defaultFunction ?? 'lww') === 'lww' && functions.length === 0)) return null;
  const [here, there] = [settings[form.into].cluster, settings[otherSide(form.into)].cluster];
  const wanted = functions.length > 0 ? 'options.functions' : 'options.defaultFunction';
  return notNow(
    `The config of ${id} says under ${wanted} what becomes of conflicts, but the statement by which CockroachDB makes the tables on ${here} can't be told that: the later write would win. Nothing was started.`,
    `Make the tables on ${here} by hand, empty and just as on ${there} (SHOW CREATE TABLE gives the words); then ask again.`,
  );
}

/** By the version and by which tables are there and hold rows. */
function formFor(link: LdrLink, detail: LdrDetail, reads: Reads): Form | Refusal {
  const { settings, id } = link;
  const both = settings.direction === 'bidirectional';
  const absent = (side: Side) => reads[side].tables.flatMap((state, pair) => (state === 'absent' ? [pair] : []));
  const bare = (['standby', 'primary'] as const).find((side) => absent(side).length > 0);
  if (bare === undefined) return streamForm(link, detail);
  const { cluster } = settings[bare];
  const names = tablesAt(settings, bare, absent(bare));
  const source = settings[otherSide(bare)].cluster;
  if (absent(otherSide(bare)).length > 0) {
    return notNow(
      `Neither side of ${id} has all tables (${cluster} lacks ${names}), so there is nothing to copy.`,
      'Mend the names of the tables in the config.',
    );
  }
  if (bare === 'primary' && !both) {
    return notNow(`${cluster} has no ${names}, and ${id} replicates from it.`, 'Make the tables there, or swap the sides in the config.');
  }
  if (formOf(reads[bare], reads[otherSide(bare)]) === 'create') return { kind: 'create', into: bare, both };
  return notNow(
    `${cluster} lacks ${names}, and CockroachDB can't make them: it does from v25.1 on, and only where it makes all tables of the link.`,
    `Make them on ${cluster}, empty and just as on ${source} (SHOW CREATE TABLE gives the words); then ask again.`,
  );
}

const filledOn = (pairs: readonly PairLook[], side: Side): readonly number[] =>
  pairs.flatMap(({ rows }, pair) => (rows[side] === 'filled' ? [pair] : []));

/** Both sides have the tables. The side that follows has to be empty; both ways, the first job flows from the empty side to the one with rows. */
function streamForm(link: LdrLink, detail: LdrDetail): Form | Refusal {
  const { settings, id } = link;
  const { schema } = detail;
  const pairs = schema.kind === 'read' ? schema.pairs : [];
  const onStandby = filledOn(pairs, 'standby');
  const onPrimary = filledOn(pairs, 'primary');
  const both = settings.direction === 'bidirectional';
  if (onStandby.length > 0 && (!both || onPrimary.length > 0)) {
    const [here, there] = [settings.standby.cluster, settings.primary.cluster];
    const never = neverForm(link, detail, onStandby);
    if (never !== null) return never;
    const holders = onPrimary.length > 0 && both ? `Both sides of ${id} have rows` : `${here} has rows already`;
    return notNow(
      `${holders} (${tablesAt(settings, 'standby', onStandby)} on ${here}); a first copy would mix with them.`,
      `Find out which side applications use. If it is ${here}${both ? '' : ' (after a failover or a switchover)'}, /repl failback ${id} fills ${there} anew from it; if it is ${there}, empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${id} again.`,
    );
  }
  if (!both) return { kind: 'stream', order: ['standby'] };
  return { kind: 'stream', order: onStandby.length > 0 ? ['standby', 'primary'] : ['primary', 'standby'] };
}

/** A first copy that ended half way leaves rows behind, and the side with them is not the one to copy from. */
function neverForm(link: LdrLink, detail: LdrDetail, onStandby: readonly number[]): Refusal | null {
  const { settings, id } = link;
  const { never } = doubtsOf(link, detail, 'standby');
  if (never.length === 0) return null;
  const [here, there] = [settings.standby.cluster, settings.primary.cluster];
  return notNow(
    `${neverWords(link, 'standby', never)}. It has rows already (${tablesAt(settings, 'standby', onStandby)}); another first copy would mix with them.`,
    isRefusal(planRebuild(link, detail))
      ? `If applications use ${there}, empty the tables on ${here} by hand (TRUNCATE), then ask for /repl setup ${id} again: it makes a full copy.`
      : `/repl rebuild ${id} empties ${here} and copies everything anew from ${there}.`,
  );
}

function formWarnings({ id, settings }: LdrLink, form: Form): readonly string[] {
  if (form.kind === 'stream') {
    return [lockWarning(id)];
  }
  const { cluster } = settings[form.into];
  return [
    lockWarning(id),
    `CockroachDB makes the tables on ${cluster}; until the first copy is complete nobody can read them there.`,
    ...(settings.options.skipSchemaCheck ? ['Skipping the schema check does not apply here: the tables are made alike.'] : []),
  ];
}

const lockWarning = (id: string): string =>
  `While they replicate, the tables take only a few schema changes (plain indexes, defaults), made by hand on both sides; /repl alter ${id} is the way for all others.`;

/** Of which tables deletes by TTL are discarded, by what was read of them. */
function ttlWarnings({ settings }: LdrLink, { schema }: LdrDetail, into: readonly Side[]): readonly string[] {
  if (!settings.options.discardTtlDeletes) {
    return settings.direction === 'bidirectional'
      ? ['If tables have a row-level TTL, let its job run on one side only: both sides would delete the same rows twice over.']
      : ['Deletes by row-level TTL are replicated like others; options.discardTtlDeletes leaves them out.'];
  }
  return into.map((side) => {
    const source = otherSide(side);
    const found = schema.kind === 'read' ? schema.findings[side] : [];
    const others = found.filter(({ rule }) => rule === unmarkedRule).map(({ pair }) => pair);
    const but = others.length === 0 ? '' : `, and replicated like others from ${tablesAt(settings, source, others)}`;
    return `Deletes by row-level TTL are discarded from the tables of ${settings[source].cluster} that set ttl_disable_changefeed_replication${but}: give ${settings[side].cluster} a TTL of its own.`;
  });
}
