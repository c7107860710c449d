import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choiceOf, stanceOf } from '../../src/slack/reactions.ts';

describe('an emoji', () => {
  it.each([
    ['white_check_mark', 'approve'],
    ['heavy_check_mark', 'approve'],
    ['+1', 'approve'],
    ['thumbsup', 'approve'],
    ['+1::skin-tone-2', 'approve'],
    ['thumbsup::skin-tone-6', 'approve'],
    [':white_check_mark:', 'approve'],
    ['x', 'veto'],
    ['no_entry', 'veto'],
    ['-1', 'veto'],
    ['-1::skin-tone-4', 'veto'],
    ['thumbsdown::skin-tone-3', 'veto'],
    ['eyes', null],
    ['white_check_mark_custom', null],
    ['x-ray', null],
    ['+1::skin-tone-9', null],
    ['toString', null],
    ['', null],
  ])('%s means %s', (name, choice) => {
    expect(choiceOf(name)).toBe(choice);
  });
});

describe('the reactions of a person', () => {
  const names = fc.constantFrom('white_check_mark', '+1::skin-tone-3', 'x', '-1', 'eyes', 'tada');
  const given = fc.array(fc.record({ name: names, users: fc.array(fc.constantFrom('U1', 'U2', 'U3')) }));

  it('are a veto as soon as one of them is', () => {
    fc.assert(
      fc.property(given, (reactions) => {
        const withVeto = [...reactions, { name: 'x', users: ['U1'] }];
        return stanceOf(withVeto, 'U1') === 'veto';
      }),
    );
  });

  it('say nothing about anybody else', () => {
    fc.assert(fc.property(given, (reactions) => stanceOf(reactions, 'U4') === null));
  });
});
