import { otherSide, type Side } from '../../../domain/observation.ts';
import type { LdrLink } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { type Flow, flowInto, lastOver, readOf } from '../flow.ts';
import { mendWords } from '../scene.ts';
import { phaseWords, tablesAt } from '../words.ts';

/** Both ways: what becomes of that which applications write on the side that they move to. `unseen`: the other side can't be asked. */
export type WayBack =
  | { readonly kind: 'follows' }
  | { readonly kind: 'unseen' }
  /** A full sentence on what is wrong, and one on what mends it. */
  | { readonly kind: 'broken'; readonly words: string; readonly mend: string };

/** The job that brings to the other side what applications write on `from`, where a link goes both ways. Pure. */
export function wayBackFrom(link: LdrLink, detail: LdrDetail, from: Side): WayBack {
  const { settings } = link;
  const into = otherSide(from);
  if (readOf(detail, into) === null) return { kind: 'unseen' };
  const flow = flowInto(settings, detail, into);
  if (flow?.phase === 'following' && flow.missing.length === 0 && flow.jobs.every(({ source }) => source !== 'other'))
    return { kind: 'follows' };
  const [here, there] = [settings[from].cluster, settings[into].cluster];
  return {
    kind: 'broken',
    words: `No job brings what applications write on ${here} to ${there} as it should (${flow === null ? overWords(detail, into) : brokenWords(link, flow)}).`,
    mend: mendWords(link, detail, into),
  };
}

function overWords(detail: LdrDetail, into: Side): string {
  const last = lastOver(detail, into);
  return last === null ? 'none is listed' : `job ${last.id}: ${last.status}`;
}

function brokenWords({ settings }: LdrLink, { into, missing, jobs, phase }: Flow): string {
  if (missing.length > 0) return `none for ${tablesAt(settings, into, missing)}`;
  const foreign = jobs.find(({ source }) => source === 'other');
  if (foreign !== undefined) return `job ${foreign.id} follows ${foreign.connection ?? 'another connection'}`;
  return `job ${jobs.map(({ id }) => id).join(', ')}: ${phaseWords[phase]}`;
}
