import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/faults.ts';
import { createPolicy } from '../../src/policy/service.ts';
import type { PolicyStore, StoredPolicy } from '../../src/policy/store.ts';
import { anAsk, approvalRule, noon, stagingRule } from './builders.ts';

/** A policy store in memory, whose answers a test can change. */
function storeOf(first: StoredPolicy | null = null) {
  let newest = first;
  let failure: unknown = null;
  const guarded = <T>(answer: () => T): Promise<T> => (failure === null ? Promise.resolve(answer()) : Promise.reject(failure));
  const store: PolicyStore = {
    current: () => guarded(() => newest),
    seed: (next) =>
      guarded(() => {
        newest ??= { ...next, version: 1 };
        return newest;
      }),
    put: () => Promise.reject(new TypeError('not used here')),
    history: () => guarded(() => (newest === null ? [] : [newest])),
  };
  return {
    store,
    set: (next: StoredPolicy | null) => {
      newest = next;
    },
    fail: (cause: unknown) => {
      failure = cause;
    },
  };
}

const stored = (rules: unknown, version = 3): StoredPolicy => ({ version, by: 'UANN', at: noon, why: 'because', rules });
const clock = { now: () => noon };
const good = { rules: [approvalRule] };

describe('the policy service', () => {
  it('judges by the policy that is in the store at that moment', async () => {
    const { store, set, fail } = storeOf(stored(good));
    const policy = createPolicy({ store, clock });
    expect(await policy.judge(anAsk())).toMatchObject({ kind: 'needs-approval', policyVersion: 3 });
    set(stored({ rules: [] }, 4));
    expect(await policy.judge(anAsk())).toMatchObject({ kind: 'refused', code: 'not-permitted', policyVersion: 4 });
    fail(new Fault('redis-unavailable', 'Redis did not answer within 2 seconds.', { effect: 'not-applied' }));
    expect(await policy.judge(anAsk())).toMatchObject({ kind: 'refused', code: 'policy-unavailable', policyVersion: 0 });
  });

  it.each<[string, StoredPolicy | null, unknown, RegExp]>([
    ['no policy', null, null, /^There is no policy in Redis yet\. Without a policy every change is refused\. Nothing was changed\.$/],
    [
      'a policy that cannot be parsed',
      stored('{"rules":'),
      null,
      /^Version 3 of the policy cannot be understood: The policy is text; it has to be/,
    ],
    [
      'a policy of a newer bot',
      stored({ ...good, weights: 1 }),
      null,
      /^Version 3 of the policy cannot be understood: The policy has an unknown key “weights”/,
    ],
    [
      'Redis away',
      stored(good),
      new Fault('redis-unavailable', 'Redis did not answer.', { effect: 'not-applied' }),
      /^The policy could not be read: Redis did not answer\. Without a policy/,
    ],
    [
      'a damaged answer',
      stored(good),
      new Fault('answer-not-understood', 'The entry is no JSON.', { effect: 'not-applied' }),
      /The entry is no JSON\./,
    ],
  ])('refuses everything with %s', async (_, first, failure, says) => {
    const { store, fail } = storeOf(first);
    fail(failure);
    const policy = createPolicy({ store, clock });
    const verdict = await policy.judge(anAsk());
    expect(verdict).toMatchObject({ kind: 'refused', code: 'policy-unavailable', rule: null, breakGlass: false });
    expect(verdict.sentence).toMatch(says);
    expect(await policy.current()).toBeNull();
    expect(await policy.show()).toMatchObject({ kind: 'refusal', code: 'policy-unavailable' });
  });

  it('lets a bug through, and judges nothing', async () => {
    const { store, fail } = storeOf(stored(good));
    fail(new TypeError('a bug'));
    await expect(createPolicy({ store, clock }).judge(anAsk())).rejects.toThrow(TypeError);
  });

  it('shows the policy in sentences', async () => {
    const policy = createPolicy({ store: storeOf(stored(good)).store, clock });
    const shown = await policy.show();
    expect(shown).toMatchObject({ version: 3, by: 'UANN', at: noon, why: 'because' });
    expect('rules' in shown && shown.rules.map(({ name }) => name)).toEqual(['prod-failover', 'everything else']);
    expect((await policy.current())?.version).toBe(3);
  });

  it('seeds once, and never over what is there', async () => {
    const policy = createPolicy({ store: storeOf().store, clock });
    const first = { rules: good, by: 'config file', why: 'First start' };
    expect(await policy.seed(first)).toEqual({ ...first, version: 1, at: noon });
    expect(await policy.seed({ ...first, rules: { rules: [stagingRule] } })).toEqual({ ...first, version: 1, at: noon });
  });

  it('seeds nothing that is not a policy', async () => {
    const { store } = storeOf();
    const policy = createPolicy({ store, clock });
    expect(await policy.seed({ rules: { rules: 1 }, by: 'x', why: 'x' })).toMatchObject({
      kind: 'refusal',
      code: 'bad-input',
      sentence: 'The first policy was not taken: rules is a number; it has to be a list.',
    });
    expect(await policy.current()).toBeNull();
  });

  it('says so when it cannot seed', async () => {
    const { store, fail } = storeOf();
    fail(new Fault('redis-unavailable', 'Redis did not answer.', { effect: 'unknown' }));
    await expect(createPolicy({ store, clock }).seed({ rules: good, by: 'x', why: 'x' })).rejects.toThrow(Fault);
  });
});
