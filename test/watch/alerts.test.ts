import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/domain/json.ts';
import type { Health, Observation, Offer, SideView } from '../../src/domain/observation.ts';
import { type AlertBook, emptyBook, judge } from '../../src/watch/alerts.ts';
import { anObservation } from '../support/runs.ts';

const east: SideView = { cluster: 'east', reachable: true, problem: null, version: '1', role: 'primary', writable: 'yes' };
const west: SideView = { ...east, cluster: 'west', role: 'standby', writable: 'no' };
const gone: SideView = {
  ...east,
  reachable: false,
  problem: 'east does not answer: the connection was refused.',
  role: 'unknown',
  writable: 'unknown',
};
const promoted: SideView = { ...west, role: 'primary', writable: 'yes' };
const fence: Offer = { operation: 'fence', cluster: 'east', why: 'It ends the writes on east.' };

type Shown = Partial<Observation> & { readonly moving?: boolean };
const fine: Shown = {};
const lost: Shown = { health: 'broken', headline: 'east does not answer.', primary: gone };
const over: Shown = { health: 'broken', headline: 'west takes the writes and nothing follows it.', primary: gone, standby: promoted };
const waking: Shown = { ...over, primary: { ...gone, reachable: true, problem: null, role: 'none' } };
const split: Shown = { health: 'danger', headline: 'Split brain.', primary: east, standby: promoted, offers: [fence] };
const fenced: Shown = { ...over, primary: { ...east, role: 'none', writable: 'no' } };
const stuck: Shown = { health: 'broken', headline: 'west has not moved for 6 min.' };
const during = (shown: Shown): Shown => ({ ...shown, moving: true });

/** Looks 30 s apart, from one book to the next. */
function seenIn(...shown: readonly Shown[]): AlertBook {
  return shown.reduce<AlertBook>(
    (book, { moving = false, ...more }, n) =>
      judge(book, { seen: anObservation({ primary: east, standby: west, observedAt: 1_000 + n * 30_000, ...more }), moving }),
    emptyBook,
  );
}

const told = (book: AlertBook): readonly string[] =>
  book.alerts.map(({ kind, cluster, cleared }) => `${kind}${cluster === null ? '' : ` ${cluster}`}${cleared === null ? '' : ' over'}`);

describe('what people are told of unasked', () => {
  it.each<[string, readonly Shown[], readonly string[]]>([
    ['nothing of a healthy link', [fine, fine, fine], []],
    ['nothing of one look', [fine, lost], []],
    ['nothing of what comes and goes', [lost, fine, lost, fine, lost, fine], []],
    ['a side that does not answer twice, and not the link that is broken by it', [lost, lost], ['unreachable east']],
    [
      'both sides when neither answers',
      [
        { ...lost, standby: { ...gone, cluster: 'west' } },
        { ...lost, standby: { ...gone, cluster: 'west' } },
      ],
      ['unreachable east', 'unreachable west'],
    ],
    ['it once, however long it lasts', [lost, lost, lost, lost, lost], ['unreachable east']],
    ['it as over when two looks do not see it', [lost, lost, fine, fine], ['unreachable east over']],
    ['it as lasting when one look does not see it', [lost, lost, fine, lost, lost], ['unreachable east']],
    ['it anew when it comes back', [lost, lost, fine, fine, lost, lost], ['unreachable east over', 'unreachable east']],
    ['a broken link whose sides answer', [stuck, stuck], ['broken']],
    ['two sides that take writes', [split, split], ['danger']],
    ['an old primary that wakes up', [over, over, waking, waking], ['unreachable east over', 'returned east']],
    [
      'an old primary that wakes up and then takes writes',
      [over, over, waking, waking, split, split],
      ['unreachable east over', 'returned east over', 'danger'],
    ],
    ['an old primary that comes back writable at once', [over, over, split, split], ['unreachable east over', 'danger']],
    [
      'a fence that ended it, and that nothing follows',
      [over, over, split, split, fenced, fenced],
      ['unreachable east over', 'danger over', 'broken'],
    ],
    [
      'no standby that comes back as one',
      [{ standby: { ...gone, cluster: 'west' } }, { standby: { ...gone, cluster: 'west' } }, fine, fine],
      ['unreachable west over'],
    ],
    ['a side that never was away and does not say what it does', [waking, waking], ['broken']],
    ['nothing that a run brings about while it runs', [during(stuck), during(stuck), during(lost), during(lost)], []],
    ['what is still so two looks after the run', [during(stuck), during(stuck), stuck, stuck], ['broken']],
    ['not what one look after the run saw', [during(stuck), during(stuck), stuck], []],
    ['data at risk, also while a run changes the link', [during(split), during(split)], ['danger']],
    ['what a run has ended, while it runs', [lost, lost, during(fine), during(fine)], ['unreachable east over']],
  ])('is %s', (_, shown, expected) => {
    expect(told(seenIn(...shown))).toEqual(expected);
  });

  it('offers what would answer it, and says how things are when it is over', () => {
    const [, danger] = seenIn(over, over, split, split, fenced, fenced).alerts;
    expect(danger).toMatchObject({
      sentence: 'Split brain.',
      offers: [fence],
      since: 61_000,
      raisedAt: 91_000,
      cleared: { at: 121_000, sentence: 'west takes the writes and nothing follows it.' },
    });
  });

  it('is not told anew for a number that moves, but for another way out', () => {
    const moved = seenIn(stuck, stuck, { ...stuck, headline: 'west has not moved for 7 min.' });
    expect(moved.alerts[0]?.sentence).toBe(stuck.headline);
    const offered = seenIn(split, split, { ...split, headline: 'Split brain, on one server.', offers: [] });
    expect(offered.alerts[0]).toMatchObject({ sentence: 'Split brain, on one server.', offers: [] });
  });

  it('keeps the newest that are over, so that a book never grows without bound', () => {
    const book = seenIn(...Array.from({ length: 50 }, () => [stuck, stuck, fine, fine]).flat());
    expect(book.alerts).toHaveLength(10);
    expect(new Set(book.alerts.map(({ id }) => id)).size).toBe(10);
  });
});

describe('any sequence of looks', () => {
  const healths: readonly Health[] = ['healthy', 'degraded', 'broken', 'danger', 'unknown'];
  const side = (cluster: string) =>
    fc.record({
      cluster: fc.constant(cluster),
      reachable: fc.boolean(),
      problem: fc.constant(null),
      version: fc.constant(null),
      role: fc.constantFrom<SideView['role']>('primary', 'standby', 'none', 'unknown'),
      writable: fc.constantFrom<SideView['writable']>('yes', 'no', 'unknown'),
    });
  const shown = fc.record({ health: fc.constantFrom(...healths), primary: side('east'), standby: side('west'), moving: fc.boolean() });

  it('raises each thing once at a time, never from one look, never anew once it is told, and never forgets one that lasts', () => {
    fc.assert(
      fc.property(fc.array(shown, { maxLength: 40 }), (looks) => {
        let book = emptyBook;
        const open = new Map<string, number>();
        const ever = new Set<string>();
        for (const [n, { moving, ...more }] of looks.entries()) {
          const before = book;
          book = judge(book, { seen: anObservation({ ...more, observedAt: n * 10 }), moving });
          expect(judge(before, { seen: anObservation({ ...more, observedAt: n * 10 }), moving })).toEqual(book);
          const lasting = book.alerts.filter(({ cleared }) => cleared === null);
          expect(new Set(lasting.map(({ kind, cluster }) => canonicalJson([kind, cluster]))).size).toBe(lasting.length);
          for (const alert of lasting) {
            if (!open.has(alert.id)) {
              expect(ever.has(alert.id)).toBe(false);
              expect(alert.since).toBeLessThan(alert.raisedAt);
              if (moving) expect(alert.kind).toBe('danger');
            }
            open.set(alert.id, n);
            ever.add(alert.id);
          }
          for (const [id, last] of open) {
            if (last === n) continue;
            expect(book.alerts.find((alert) => alert.id === id)?.cleared).not.toBeNull();
            open.delete(id);
          }
        }
      }),
    );
  });
});
