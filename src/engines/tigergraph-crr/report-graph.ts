import type { RunReport, RunView, StepView } from '../../domain/run.ts';
import { kinds } from './acts.ts';
import { countsText } from './signs.ts';
import { type Counted, countedIn } from './steps/counts.ts';

/** A step of a finished run, with what became of it. */
export interface Told {
  readonly step: RunView['plan']['steps'][number];
  readonly view: StepView;
}

const text = (counted: Counted): string => countsText({ kind: 'read', ...counted });

/** What graphs held before and after, as far as steps have counted, and a sentence where that is not as it should be. Pure. */
export function graphOf(told: readonly Told[]): { readonly facts: RunReport['facts']; readonly words: string } {
  const counted = (kind: string) =>
    told.flatMap(({ step, view }) => {
      const graph = step.kind === kind ? countedIn(view.evidence) : null;
      return graph === null ? [] : [{ cluster: step.cluster ?? '', graph }];
    });
  const [taken, restored] = [counted(kinds.takeBackup), counted(kinds.restore)];
  const held = heldIn(told);
  const inStep = told.find(({ step }) => step.kind === kinds.awaitInStep) ?? null;
  const facts = [
    ...held.map(({ cluster, graph }) => ({ label: `Graph on ${cluster} before the restore, about`, value: text(graph) })),
    ...taken.map(({ cluster, graph }) => ({ label: `Graph on ${cluster} after its backup, about`, value: text(graph) })),
    ...restored.map(({ cluster, graph }) => ({ label: `Graph on ${cluster} after the restore, about`, value: text(graph) })),
  ];
  return {
    facts,
    words: [lostWords(held.at(-1) ?? taken.at(-1), restored.at(-1)), inStep === null ? '' : stepWords(inStep)].join(' ').trim(),
  };
}

/** What steps before a restore have counted on the cluster that it replaces. */
function heldIn(told: readonly Told[]): readonly Of[] {
  const at = told.findLastIndex(({ step }) => step.kind === kinds.restore);
  const cluster = told[at]?.step.cluster ?? null;
  if (cluster === null) return [];
  return told.slice(0, at).flatMap(({ step, view }) => {
    const graph = step.cluster === cluster && step.kind !== kinds.takeBackup ? countedIn(view.evidence) : null;
    return graph === null ? [] : [{ cluster, graph }];
  });
}

interface Of {
  readonly cluster: string;
  readonly graph: Counted;
}

const isEmpty = ({ vertices, edges }: Counted): boolean => vertices + edges === 0;

/** A backup is of an earlier time, so other numbers are right; none at all where there were some is not. */
const lostWords = (before: Of | undefined, after: Of | undefined): string =>
  before === undefined || after === undefined || isEmpty(before.graph) || !isEmpty(after.graph)
    ? ''
    : `${after.cluster} counts nothing after the restore, and ${before.cluster} held ${text(before.graph)} before it: see that this is what was wanted.`;

function stepWords({ step, view }: Told): string {
  const [here, there] = [countedIn(view.evidence), countedIn(view.evidence, 'graph there')];
  const verdict = view.evidence?.['graphs'];
  if (verdict === undefined) return '';
  if (here === null || there === null) return 'Whether both sides hold the same was not counted: a side did not tell.';
  const numbers = `${step.cluster ?? 'the standby'} counts ${text(here)}, its primary ${text(there)}`;
  if (verdict === 'equal') return `Both sides count the same: ${text(here)}.`;
  return verdict === 'drifting'
    ? `Writes went on while both sides were counted, so the numbers can't be equal: ${numbers}.`
    : `The graphs differ although nothing was written while they were counted: ${numbers}. It may still be fetching what was written since its backup; compare again with /repl describe.`;
}
