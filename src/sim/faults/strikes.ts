/** What a rule of any simulated product says of when it strikes. */
export interface StrikeRule<Act> {
  /** On the text that is sent. */
  readonly match?: RegExp;
  /** On what the sender is marked with. */
  readonly tag?: RegExp;
  /** How often it strikes; 1 when left out. */
  readonly times?: number;
  /** How many matching ones pass first. */
  readonly skip?: number;
  readonly act: Act;
}

export interface FaultHandle {
  hits(): number;
  remove(): void;
}

/** `dead`: gone with its clients. `unreachable`: only we can't reach it. `silent`: it accepts connections and never answers. */
export type Outage = 'dead' | 'unreachable' | 'silent';

/** What happens on any wire. `lingers`: what hangs goes on although its client is gone. */
export type WireAct =
  | { readonly kind: 'drop-before' }
  | { readonly kind: 'drop-after' }
  | { readonly kind: 'hang'; readonly ms?: number; readonly when?: 'before' | 'after'; readonly lingers?: boolean }
  | { readonly kind: 'slow'; readonly ms: number };

interface Standing<Rule> {
  readonly rule: Rule;
  skips: number;
  hits: number;
}

/** A fresh RegExp each time: one with a `g` flag remembers where it stopped. */
const matches = (pattern: RegExp | undefined, text: string): boolean =>
  pattern === undefined || new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(text);

/** Rules that what is sent runs into. */
export function createStrikes<Act, Rule extends StrikeRule<Act>>() {
  const standing = new Set<Standing<Rule>>();
  return {
    add: (rule: Rule): FaultHandle => {
      const entry: Standing<Rule> = { rule, skips: rule.skip ?? 0, hits: 0 };
      standing.add(entry);
      return { hits: () => entry.hits, remove: () => void standing.delete(entry) };
    },
    clear: (): void => standing.clear(),
    /** What happens to this text; counts it against the first rule that matches. `concerns`: whether a rule is for this place at all. */
    strike: (text: string, tag: string, concerns: (rule: Rule) => boolean): Act | null => {
      for (const entry of standing) {
        const { rule, hits } = entry;
        if (hits >= (rule.times ?? 1) || !concerns(rule) || !matches(rule.match, text) || !matches(rule.tag, tag)) continue;
        if (entry.skips > 0) {
          entry.skips -= 1;
          continue;
        }
        entry.hits += 1;
        return rule.act;
      }
      return null;
    },
  };
}
