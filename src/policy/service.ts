import type { Clock } from '../domain/clock.ts';
import { type Fault, isFault } from '../domain/faults.ts';
import { type Refusal, refuse } from '../domain/refusal.ts';
import type { RuleText } from '../domain/reply.ts';
import type { Verdict } from '../domain/verdict.ts';
import { judge, unavailable } from './judge.ts';
import type { Ask } from './match.ts';
import { parsePolicy } from './parse.ts';
import type { Policy } from './rules.ts';
import type { PolicyStore, StoredPolicy } from './store.ts';
import { ruleTexts } from './words.ts';

export interface PolicyDeps {
  readonly store: PolicyStore;
  readonly clock: Pick<Clock, 'now'>;
}

/** The policy in force, as people read it. */
export interface ShownPolicy {
  readonly version: number;
  readonly by: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly why: string;
  readonly rules: readonly RuleText[];
}

/** Judges by the policy that is in the store at that moment: nothing is kept between two judgements. */
export interface PolicyService {
  /** Refuses with `policy-unavailable` when the policy cannot be read or understood. Throws nothing but bugs. */
  judge(ask: Ask): Promise<Verdict>;
  /** The policy in force; null when it cannot be read or understood, which refuses every change. */
  current(): Promise<Policy | null>;
  show(): Promise<ShownPolicy | Refusal>;
  /**
   * Makes the rules version 1 if the store has no policy yet; else nothing changes. Answers the policy in force, or a refusal
   * when the rules are not a policy. Throws Fault `redis-unavailable`.
   */
  seed(first: { readonly rules: unknown; readonly by: string; readonly why: string }): Promise<StoredPolicy | Refusal>;
}

type Reading =
  | { readonly kind: 'read'; readonly policy: Policy; readonly stored: StoredPolicy }
  | { readonly kind: 'unreadable'; readonly why: string; readonly version: number };

const next = 'Run /repl doctor to see what is wrong with Redis or the policy, and try again when it is mended.';

const unreadable = (why: string, version = 0): Reading => ({ kind: 'unreadable', why, version });

async function read(store: PolicyStore): Promise<Reading> {
  let stored: StoredPolicy | null;
  try {
    stored = await store.current();
  } catch (cause) {
    if (isFault(cause)) return unreadable(whyOf(cause));
    throw cause;
  }
  if (stored === null) return unreadable('There is no policy in Redis yet.');
  const policy = parsePolicy(stored.rules, stored.version);
  if (policy.kind === 'policy') return { kind: 'read', policy, stored };
  const [first] = policy.problems.map(({ sentence }) => sentence);
  return unreadable(`Version ${stored.version} of the policy cannot be understood: ${first}`, stored.version);
}

const whyOf = (fault: Fault): string => `The policy could not be read: ${fault.message}`;

/** Creates the service over a store of policy versions. */
export function createPolicy({ store, clock }: PolicyDeps): PolicyService {
  return {
    judge: async (ask) => {
      const reading = await read(store);
      return reading.kind === 'read' ? judge(reading.policy, ask) : unavailable(reading.why, reading.version);
    },
    current: async () => {
      const reading = await read(store);
      return reading.kind === 'read' ? reading.policy : null;
    },
    show: async () => {
      const reading = await read(store);
      if (reading.kind === 'unreadable') return refuse('policy-unavailable', reading.why, next);
      const { version, by, at, why } = reading.stored;
      return { version, by, at, why, rules: ruleTexts(reading.policy) };
    },
    seed: async ({ rules, by, why }) => {
      const policy = parsePolicy(rules);
      if (policy.kind === 'policy') return store.seed({ rules, by, why, at: clock.now() });
      const problems = policy.problems.map(({ sentence }) => sentence).join(' ');
      return refuse('bad-input', `The first policy was not taken: ${problems}`, 'Mend policy.seed in the config file and start again.');
    },
  };
}
