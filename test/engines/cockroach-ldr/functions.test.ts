import { describe, expect, it } from 'vitest';
import { type FunctionView, functionFindings } from '../../../src/engines/cockroach-ldr/functions.ts';
import { openLive } from './live.ts';
import { aLink } from './scenes.ts';

const name = (table: string) => ({ database: 'shop', schema: 'public', table });
const same = (table: string) => ({ primary: name(table), standby: name(table) });
const taking = (table: string, times = 3): readonly string[] => [
  'text',
  table,
  table,
  table,
  ...Array.from({ length: times }, () => 'numeric'),
];

const settings = (options: { readonly any?: string; readonly ofItems?: string }) => {
  const link = aLink();
  return {
    ...link.settings,
    options: {
      ...link.settings.options,
      mode: 'validated' as const,
      ...(options.any === undefined ? {} : { defaultFunction: same(options.any) }),
      ...(options.ofItems === undefined ? {} : { functions: [{ pair: 1, function: same(options.ofItems) }] }),
    },
  };
};
const view = (table: string, ...overloads: FunctionView['overloads']): FunctionView => ({ name: name(table), overloads });

describe('a function that decides about conflicts', () => {
  const rows: readonly (readonly [string, Parameters<typeof settings>[0], readonly FunctionView[], readonly string[]])[] = [
    ['is what replication calls', { ofItems: 'f' }, [view('f', { arguments: taking('items'), returns: 'text' })], []],
    ['may take a fourth time', { ofItems: 'f' }, [view('f', { arguments: taking('items', 4), returns: 'text' })], []],
    ['may name the row in full', { ofItems: 'f' }, [view('f', { arguments: taking('"shop".public."items"'), returns: 'text' })], []],
    ['is not there', { ofItems: 'f' }, [view('f')], ['function-missing 1']],
    ['was not read', { ofItems: 'f' }, [], ['function-missing 1']],
    [
      'has two lists of arguments',
      { ofItems: 'f' },
      [view('f', { arguments: taking('items'), returns: 'text' }, { arguments: [], returns: 'text' })],
      ['function-overloaded 1'],
    ],
    [
      'takes rows of another table',
      { ofItems: 'f' },
      [view('f', { arguments: taking('orders'), returns: 'text' })],
      ['function-signature 1'],
    ],
    ['takes too few times', { ofItems: 'f' }, [view('f', { arguments: taking('items', 2), returns: 'text' })], ['function-signature 1']],
    ['answers with a number', { ofItems: 'f' }, [view('f', { arguments: taking('items'), returns: 'bigint' })], ['function-signature 1']],
    ['can’t serve two tables', { any: 'f' }, [view('f', { arguments: taking('orders'), returns: 'text' })], ['function-signature 1']],
    [
      'leaves a table to a function of its own',
      { any: 'f', ofItems: 'g' },
      [view('f', { arguments: taking('orders'), returns: 'text' }), view('g', { arguments: taking('items'), returns: 'text' })],
      [],
    ],
  ];
  it.each(rows)('%s', (_, options, views, found) => {
    const findings = functionFindings(settings(options), views, 'standby');
    expect(findings.map(({ rule, pair }) => `${rule} ${pair}`)).toEqual(found);
    expect(findings.every(({ severity, side, next }) => severity === 'blocks' && side === 'standby' && next !== '')).toBe(true);
  });
});

describe('the functions of a link, as its clusters have them', () => {
  const options = settings({ ofItems: 'merge items"' }).options;
  const good = { arguments: taking('items'), returns: 'text' };
  const setup = { kind: 'setup', link: aLink().id } as const;

  it('let a setup be planned where they fit, and are asked of the side that follows only', async () => {
    const functions = [{ name: 'shop.public.merge items"', overloads: [good], sides: ['standby'] as const }];
    const { link, engine, io } = await openLive('26.2', { start: 'none', functions }, { options });
    expect(engine.plan(setup, link, await engine.observe(link, io)).kind).toBe('plan');
    const checks = await engine.preflight(setup, link, io);
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(checks.map(({ seen }) => seen)).toContain(
      'prod-shop-dublin has shop.public."merge items""" as replication calls it.'.replace(
        'prod-shop-dublin',
        link.settings.standby.cluster,
      ),
    );
  });

  it('refuse a setup where they are missing, and the preflight says which', async () => {
    const { link, engine, io } = await openLive('24.3', { start: 'none' }, { options });
    const plan = engine.plan(setup, link, await engine.observe(link, io));
    expect(plan).toMatchObject({ kind: 'refusal', sentence: expect.stringContaining('does not exist there') });
    const failed = (await engine.preflight(setup, link, io)).filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ name: what }) => what)).toContain('shop.public.items: function-missing');
  });
});
