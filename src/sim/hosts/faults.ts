import type { HostFaultAct, HostFaultHandle, HostFaultRule } from './contract.ts';

/** Rules that commands run into. */
export interface HostFaultRules {
  add(rule: HostFaultRule): HostFaultHandle;
  clear(): void;
  /** What happens to this command; counts it against the first rule that matches. A denial is asked for by itself, before the others. */
  strike(command: string, tag: string, only?: 'deny'): HostFaultAct | null;
}

interface Standing {
  readonly rule: HostFaultRule;
  skips: number;
  hits: number;
}

/** A fresh RegExp each time: one with a `g` flag remembers where it stopped. */
const matches = (pattern: RegExp | undefined, text: string): boolean =>
  pattern === undefined || new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(text);

export function createHostFaultRules(): HostFaultRules {
  const standing = new Set<Standing>();
  return {
    add: (rule) => {
      const entry: Standing = { rule, skips: rule.skip ?? 0, hits: 0 };
      standing.add(entry);
      return { hits: () => entry.hits, remove: () => void standing.delete(entry) };
    },
    clear: () => standing.clear(),
    strike: (command, tag, only) => {
      for (const entry of standing) {
        const { rule } = entry;
        if ((rule.act.kind === 'deny') !== (only === 'deny')) continue;
        if (entry.hits >= (rule.times ?? 1) || !matches(rule.match, command) || !matches(rule.tag, tag)) continue;
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
