import type { SimSide } from './contract.ts';
import type { FaultAct, FaultHandle, FaultRule } from './fault-contract.ts';

/** Rules that statements run into. */
export interface FaultRules {
  add(rule: FaultRule): FaultHandle;
  clear(): void;
  /** What happens to this statement; counts it against the first rule that matches. */
  strike(side: SimSide, statement: string, tag: string): FaultAct | null;
}

interface Standing {
  readonly rule: FaultRule;
  skips: number;
  hits: number;
}

/** A fresh RegExp each time: one with a `g` flag remembers where it stopped. */
const matches = (pattern: RegExp | undefined, text: string): boolean =>
  pattern === undefined || new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(text);

export function createFaultRules(): FaultRules {
  const standing = new Set<Standing>();
  const applies = ({ rule, hits }: Standing, side: SimSide, statement: string, tag: string): boolean =>
    hits < (rule.times ?? 1) && (rule.side ?? side) === side && matches(rule.match, statement) && matches(rule.tag, tag);
  return {
    add: (rule) => {
      const entry: Standing = { rule, skips: rule.skip ?? 0, hits: 0 };
      standing.add(entry);
      return { hits: () => entry.hits, remove: () => void standing.delete(entry) };
    },
    clear: () => standing.clear(),
    strike: (side, statement, tag) => {
      for (const entry of standing) {
        if (!applies(entry, side, statement, tag)) continue;
        if (entry.skips > 0) {
          entry.skips -= 1;
          continue;
        }
        entry.hits += 1;
        return entry.rule.act;
      }
      return null;
    },
  };
}
