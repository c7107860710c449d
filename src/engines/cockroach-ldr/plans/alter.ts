import { otherSide, type Side } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { type Draft, lookStep, type Outline, personAct, personStep, redirectAct } from '../../frame/drafts.ts';
import { type Acts, actsFor, kinds } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { bothRead, movingFlow, queueWarnings } from '../scene.ts';
import { tablesAt } from '../words.ts';
import {
  checkWritesStep,
  consentSteps,
  emptyingLoss,
  emptyingOf,
  emptyingWarnings,
  inUseRefusal,
  keptPairs,
  queueSteps,
  weighBudgetMs,
} from './empty.ts';
import { targetOf } from './move.ts';
import { emptySteps, endSteps, type Refill, schemaBudgetMs } from './refill.ts';
import { type Form, startParts } from './start.ts';
import { ttlWarnings } from './ttl.ts';

/** Takes both sides through a change of schema that replicating tables refuse: end, change, fill anew. Pure. */
export function planAlter(link: LdrLink, detail: LdrDetail): Outline | Refusal {
  const reads = bothRead('alter', link, detail);
  if (isRefusal(reads)) return reads;
  const { settings, id } = link;
  const into = targetOf(link, detail);
  const source = otherSide(into);
  const both = settings.direction === 'bidirectional';
  for (const side of both ? [into, source] : [into]) {
    const flow = movingFlow('alter', link, detail, side);
    if (isRefusal(flow)) return flow;
  }
  const form: Form = { kind: 'stream', order: both ? [source, into] : [into] };
  const parts = startParts('alter', link, reads, form);
  if (isRefusal(parts)) return parts;
  const acts = actsFor(settings);
  const emptying = emptyingOf(link, detail, into);
  const away = `If applications use ${settings[into].cluster}, swap primary and standby in the config of ${id}, and set the link up anew.`;
  const inUse = both ? null : inUseRefusal(emptying, away);
  if (inUse !== null) return inUse;
  const refill: Refill = { ...emptying, reads };
  const [here, there] = [settings[into].cluster, settings[source].cluster];
  return {
    summary: `End the replication of ${id}, have people change the tables on both sides, and copy everything anew from ${there} to ${here}.`,
    steps: [...parts.access, ...gatherSteps(refill, acts), ...changeSteps(refill, acts), ...parts.start, ...(both ? [backStep(link)] : [])],
    predictedLoss: emptyingLoss(refill, `applications stay on ${there} from the redirect on`),
    predictedDowntime: {
      ms: 0,
      words: `Applications go on with ${there}; ${here} can't be used from the end of the jobs until its copy is complete.`,
    },
    warnings: [...warningsOf(link, detail, into), ...emptyingWarnings(refill), ...ttlWarnings(refill)],
  };
}

/** Both ways, the applications come together on one side, which waits until it has what the other one took. */
function gatherSteps(refill: Refill, acts: Acts): readonly Draft[] {
  const { link, into } = refill;
  const { cluster } = link.settings[otherSide(into)];
  const other = link.settings[into].cluster;
  if (link.settings.direction === 'bidirectional') {
    const redirect = redirectAct(link, cluster, `Redirect all application traffic to ${cluster}, and none to ${other}`);
    return [...queueSteps(refill, acts), personStep(redirect), ...consentSteps(refill, acts)];
  }
  const words = [`Nothing that writes on ${other} may go on: its rows are deleted, and filled anew from ${cluster}.`];
  const quiet = personAct(kinds.stopWriters, `Make sure that applications use ${cluster} and that nothing writes on ${other}`, words);
  return [...queueSteps(refill, acts), personStep(quiet), ...consentSteps(refill, acts)];
}

/**
 * A change of schema may rewrite rows, which then look newly written: what no job brought is looked at before it. What the tables held
 * then is compared with what they hold after it.
 */
function changeSteps(refill: Refill, acts: Acts): readonly Draft[] {
  const { settings } = refill.link;
  const names = tablesAt(
    settings,
    refill.into,
    settings.tables.map((_, pair) => pair),
  );
  const change = personAct(kinds.changeSchema, 'Change the tables on both sides in the same way', [
    `Run the same ALTER TABLE on ${settings.primary.cluster} and on ${settings.standby.cluster} (${names}); nothing replicates now, so they take it.`,
    `Change no rows on ${settings[refill.into].cluster} by hand (INSERT, UPDATE): they are copied anew, and the run stops if anything was written there meanwhile. Where the change writes every row anew, the run compares what each column held before and after it, and asks you where that does not tell.`,
    'Columns, types, nullability, keys, checks and unique indexes have to be equal on both sides afterwards. SHOW CREATE TABLE shows them.',
  ]);
  return [
    // Its jobs go on until then, so that what the source has lost by mistake shows before anything is ended.
    lookStep(acts.compareRows(refill.into, keptPairs(refill), true), weighBudgetMs),
    ...endSteps(refill.reads, acts),
    // Before the look at writes: what comes between the two is seen by that one.
    lookStep(acts.countRows(refill.into), weighBudgetMs),
    checkWritesStep(refill, acts),
    personStep(change),
    lookStep(acts.checkFit(refill.into), schemaBudgetMs),
    lookStep(acts.checkRows(refill.into), weighBudgetMs),
    // From then on nothing brings what is deleted on the source, so that rows are compared no more.
    ...emptySteps(refill, acts, []),
  ];
}

const backStep = (link: LdrLink): Draft =>
  personStep(
    personAct(kinds.spread, 'Let applications use both sides again, as before', [
      `Undo the redirect to one side: give ${link.settings.primary.cluster} and ${link.settings.standby.cluster} the traffic that each had before this run.`,
    ]),
  );

function warningsOf(link: LdrLink, detail: LdrDetail, into: Side): readonly string[] {
  const { id, settings } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  return [
    'Not needed for these, which replicating tables take as they are, by hand on both sides: CREATE INDEX (not unique, partial, hash-sharded or on computed columns), DROP INDEX, ALTER INDEX RENAME or NOT VISIBLE, SET or DROP DEFAULT, zone configurations, and TTL settings other than ttl_expire_after.',
    `From the end of the jobs until the copy is complete, nothing protects ${there}; how long that is depends on the change and on the size of the tables.`,
    `Every row of the link's tables on ${here} is deleted and copied anew.`,
    ...(settings.direction === 'bidirectional'
      ? [
          `Applications are gathered on ${there}. If they must stay on ${here}, do not approve: swap primary and standby in the config of ${id} first, so that they are gathered there.`,
        ]
      : []),
    'If the change goes wrong, mend the tables by hand before you confirm; the run then checks that both sides fit, and starts nothing if they do not.',
    ...queueWarnings(link, detail, into),
  ];
}
