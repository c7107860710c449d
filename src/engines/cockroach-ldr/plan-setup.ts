import type { Side } from '../../domain/observation.ts';
import type { OperationName } from '../../domain/operation.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { notNow, type Outline } from '../cockroach/drafts.ts';
import { isAtLeast } from '../cockroach/version.ts';
import type { LdrLink } from './config.ts';
import type { LdrDetail, PairLook } from './detail.ts';
import { flowsOf, otherSide } from './flow.ts';
import { formOf } from './form.ts';
import { type Form, followers, type Reads, startSteps } from './plan-start.ts';
import { reachInto } from './reach.ts';
import { bothRead, limitsOf, noLoss } from './scene.ts';
import { tablesAt, wayOf } from './words.ts';

/** Plans to start replication where there is none. Pure. */
export function planSetup(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const reads = bothRead('setup', link, detail);
  if (isRefusal(reads)) return reads;
  const running = runningRefusal(link, detail) ?? versionRefusal('setup', link, reads);
  if (running !== null) return running;
  const form = formFor(link, detail, reads);
  if (isRefusal(form)) return form;
  const unfit = schemaRefusal('setup', link, detail, judged(form)) ?? runnerRefusal(link, form);
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
    warnings: [...formWarnings(link, form), ...limitsOf(link), ...ttlWarnings(link), ...findingWarnings(detail, judged(form))],
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

export function versionRefusal(operation: OperationName, link: LdrLink, reads: Reads): Refusal | null {
  for (const side of ['primary', 'standby'] as const) {
    const { release, activeVersion } = reads[side];
    const { cluster } = link.settings[side];
    if (!isAtLeast(release, 24, 3)) {
      return notNow(
        `${cluster} runs ${release.text}, and logical data replication exists from v24.3 on only.`,
        `Upgrade ${cluster} first.`,
      );
    }
    if (isAtLeast(release, 25, 1) && /^24\./.test(activeVersion)) {
      return notNow(
        `The upgrade of ${cluster} to ${release.text} is not finalized (active version ${activeVersion}), and until then no replication can be started.`,
        `Finalize the upgrade of ${cluster}, then ask for the ${operation} again.`,
      );
    }
  }
  return null;
}

/** The way back into tables that are made by the same statement needs no look: what it reads from is made alike. */
const judged = (form: Form): readonly Side[] => (form.kind === 'create' ? [form.into] : form.order);

/** Rows that stand in the way are deleted by a rebuild, after it was approved. */
export const emptied = ['both-filled', 'destination-filled'];

/** Nothing is started while a finding says that CockroachDB would refuse it, or that data would be lost. */
export function schemaRefusal(operation: OperationName, link: LdrLink, { schema }: LdrDetail, into: readonly Side[]): Refusal | null {
  if (schema.kind === 'skipped') return null;
  if (schema.kind === 'unread') {
    return notNow(
      `The tables of ${link.id} could not be read: ${schema.why} Nothing was started.`,
      'Give the bot the right to read them, then ask again.',
    );
  }
  const blocking = into
    .flatMap((side) => schema.findings[side])
    .filter(({ severity, rule }) => severity === 'blocks' && (operation === 'setup' || !emptied.includes(rule)));
  const [first] = blocking;
  if (first === undefined) return null;
  const more = blocking.length - 1;
  return notNow(
    `${first.sentence}${more > 0 ? ` There ${more === 1 ? 'is 1 more finding' : `are ${more} more findings`}; /repl preflight ${operation} ${link.id} lists all.` : ''}`,
    first.next,
  );
}

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
function streamForm(link: LdrLink, { schema }: LdrDetail): Form | Refusal {
  const { settings, id } = link;
  const pairs = schema.kind === 'read' ? schema.pairs : [];
  const onStandby = filledOn(pairs, 'standby');
  const onPrimary = filledOn(pairs, 'primary');
  const both = settings.direction === 'bidirectional';
  if (onStandby.length > 0 && (!both || onPrimary.length > 0)) {
    const holders = onPrimary.length > 0 && both ? `Both sides of ${id} have rows` : `${settings.standby.cluster} has rows already`;
    return notNow(
      `${holders} (${tablesAt(settings, 'standby', onStandby)} on ${settings.standby.cluster}); a first copy would mix with them.`,
      both
        ? `Find out which side applications use. If it is ${settings.standby.cluster}, /repl failback ${id} fills ${settings.primary.cluster} anew from it; if it is ${settings.primary.cluster}, empty the tables on ${settings.standby.cluster} by hand (TRUNCATE) and ask again.`
        : `Find out which side applications use. If it is ${settings.standby.cluster} (after a failover or a switchover), /repl failback ${id} fills ${settings.primary.cluster} anew from it; if it is ${settings.primary.cluster}, empty the tables on ${settings.standby.cluster} by hand (TRUNCATE) and ask again.`,
    );
  }
  if (!both) return { kind: 'stream', order: ['standby'] };
  return { kind: 'stream', order: onStandby.length > 0 ? ['standby', 'primary'] : ['primary', 'standby'] };
}

function formWarnings({ id, settings }: LdrLink, form: Form): readonly string[] {
  if (form.kind === 'stream') {
    return [lockWarning(id)];
  }
  const { cluster } = settings[form.into];
  return [
    lockWarning(id),
    `CockroachDB makes the tables on ${cluster}; until the first copy is complete nobody can read them there.`,
    ...(settings.options.defaultFunction === undefined
      ? []
      : [
          'options.defaultFunction does not apply here: the statement that makes the tables knows no such option, and the later write wins.',
        ]),
    ...(settings.options.skipSchemaCheck ? ['Skipping the schema check does not apply here: the tables are made alike.'] : []),
  ];
}

const lockWarning = (id: string): string =>
  `While they replicate, the tables take only a few schema changes (plain indexes, defaults), made by hand on both sides; /repl alter ${id} is the way for all others.`;

function ttlWarnings({ settings }: LdrLink): readonly string[] {
  if (settings.options.discardTtlDeletes) {
    return [
      "Deletes by row-level TTL are discarded: set ttl_disable_changefeed_replication = 'true' on the source's tables, and give the other side a TTL of its own.",
    ];
  }
  return settings.direction === 'bidirectional'
    ? ['If tables have a row-level TTL, let its job run on one side only: both sides would delete the same rows twice over.']
    : ['Deletes by row-level TTL are replicated like others; options.discardTtlDeletes leaves them out.'];
}

export function findingWarnings({ schema }: LdrDetail, into: readonly Side[], without: readonly string[] = []): readonly string[] {
  if (schema.kind !== 'read') return [];
  const warns = into
    .flatMap((side) => schema.findings[side])
    .filter(({ severity, rule }) => severity === 'warns' && !without.includes(rule));
  return [...new Set(warns.map(({ sentence, next }) => `${sentence} ${next}`))];
}
