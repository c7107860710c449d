import { describe, expect, it } from 'vitest';
import { finalStates, isFinal, type RunState } from '../../src/domain/run.ts';
import { moved, moves, stays } from '../../src/runs/moves.ts';

const states = Object.keys(moves) as RunState[];
const targets = (state: RunState): readonly RunState[] => Object.values(moves[state]);

const reach = (from: RunState): ReadonlySet<RunState> => {
  const seen = new Set<RunState>();
  const visit = (state: RunState): void => {
    if (seen.has(state)) return;
    seen.add(state);
    targets(state).forEach(visit);
  };
  visit(from);
  return seen;
};

describe('the move table', () => {
  it('has every state', () => {
    expect(states).toHaveLength(11);
  });

  it.each(states)('reaches an end from %s', (state) => {
    expect([...reach(state)].some(isFinal)).toBe(true);
  });

  it.each(states)('reaches %s from the proposal', (state) => {
    expect(reach('proposed').has(state)).toBe(true);
  });

  it.each(finalStates)('never leaves %s', (state) => {
    expect(targets(state)).toEqual([]);
    expect(stays[state]).toEqual([]);
  });

  it.each(states)('takes what people are told in %s', (state) => {
    expect(moved(state, 'posted')).toBe(state);
  });

  it('has no way from unapproved to running that skips the approval', () => {
    expect(moved('awaiting-approval', 'started')).toBeNull();
    expect(moved('proposed', 'started')).toBeNull();
  });

  it('lets a halted run move only by a person', () => {
    expect(Object.keys(moves.halted).sort()).toEqual(['failed', 'retried', 'skipped', 'undo-begun']);
  });
});
