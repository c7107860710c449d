import type { PositionsView, ToolsView } from '../detail.ts';
import type { CountsView, SignsView } from '../detail-signs.ts';

/** What is kept of one side between looks, since it is dear to read and moves slowly. */
export interface SideMemory {
  /** Good for as long as the version is the same. */
  tools: { readonly version: string; readonly tools: ToolsView } | null;
  positions: Extract<PositionsView, { kind: 'read' }> | null;
  /** Newest answer of each node: how often each reset stands in its log. */
  readonly resets: Map<string, number>;
  /** Resets that were added to a log while this bot looked; the newest last. */
  readonly added: string[];
  /** `at`: ms since the epoch; `follows`: what the side was set to then. */
  rare: { readonly at: number; readonly follows: boolean; readonly signs: SignsView; readonly counts: CountsView } | null;
}

export const newSideMemory = (): SideMemory => ({ tools: null, positions: null, resets: new Map(), added: [], rare: null });

/** With one node down `gadmin status` answers after 35 s, and the vendor's own tools wait for 90 s, ms. */
export const patienceMs = 90_000;
