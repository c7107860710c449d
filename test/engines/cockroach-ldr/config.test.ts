import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { parseLdrSettings } from '../../../src/engines/cockroach-ldr/config.ts';
import { namesTable, quoteTable, showTable, tableNameOf } from '../../../src/engines/cockroach-ldr/table-name.ts';

const side = (more: Record<string, unknown> = {}) => ({
  cluster: 'sql-east',
  host: 'east.example.com',
  user: 'ops',
  password: 'env:PW',
  ...more,
});
const raw = (more: Record<string, unknown> = {}) => ({
  primary: side(),
  standby: side({ cluster: 'sql-west', host: 'west.example.com' }),
  tables: ['shop.public.orders'],
  streams: { toStandby: { externalConnection: 'to_east' } },
  ...more,
});
const resolve = (reference: string) => new Secret(`value of ${reference}`);

function settingsOf(config: unknown) {
  const answer = parseLdrSettings(config, resolve);
  if (answer.kind !== 'parsed') throw new TypeError(JSON.stringify(answer.problems));
  return answer.settings;
}

function problemsOf(config: unknown): readonly string[] {
  const answer = parseLdrSettings(config, resolve);
  return answer.kind === 'problems' ? answer.problems.map(({ path, message }) => `${path.join('.')}: ${message}`) : [];
}

describe('parseLdrSettings', () => {
  it('fills in what goes without saying', () => {
    expect(settingsOf(raw())).toMatchObject({
      direction: 'unidirectional',
      interface: 'system',
      options: { mode: 'immediate', discardTtlDeletes: false, label: null, skipSchemaCheck: false },
      streams: { primary: null, standby: { externalConnection: 'to_east', reach: null } },
      maxLagMs: 300_000,
      dlqKeys: 'hashed',
    });
  });

  const written: readonly (readonly [string, unknown, unknown])[] = [
    ['a plain text', 'shop.public.orders', { database: 'shop', schema: 'public', table: 'orders' }],
    ['quoted parts', '"My Shop"."a.b"."say ""hi"""', { database: 'My Shop', schema: 'a.b', table: 'say "hi"' }],
    ['parts of an object', { database: 'shop', table: 'Weird "name"\n' }, { database: 'shop', schema: 'public', table: 'Weird "name"\n' }],
    ['unicode', 'магазин.public.заказы', { database: 'магазин', schema: 'public', table: 'заказы' }],
  ];
  it.each(written)('reads a table from %s', (_, table, wanted) => {
    expect(settingsOf(raw({ tables: [table] })).tables).toEqual([{ primary: wanted, standby: wanted }]);
  });

  it('lets a table have another name on each side', () => {
    const [pair] = settingsOf(raw({ tables: [{ primary: 'a.public.t', standby: { database: 'b', schema: 's', table: 't' } }] })).tables;
    expect(pair).toEqual({ primary: { database: 'a', schema: 'public', table: 't' }, standby: { database: 'b', schema: 's', table: 't' } });
  });

  it('reads how a side reaches the other, and keeps its password secret', () => {
    const reach = { user: 'repl', password: 'env:REPL', ca: 'file:/ca.crt', route: 'gateway' };
    const settings = settingsOf(raw({ streams: { toStandby: { externalConnection: 'to_east', reach } } }));
    expect(settings.streams.standby?.reach).toMatchObject({
      host: null,
      port: null,
      user: 'repl',
      ca: 'value of file:/ca.crt',
      tls: 'verify',
      route: 'gateway',
    });
    expect(settings.streams.standby?.reach?.password?.reveal()).toBe('value of env:REPL');
    expect(JSON.stringify(settings)).not.toContain('value of env:REPL');
  });

  it('reads functions that decide about conflicts, and has rows written through them', () => {
    const functions = [{ table: 'shop.public.orders', function: { primary: 'shop.public.east', standby: 'shop.public.west' } }];
    const name = (table: string) => ({ database: 'shop', schema: 'public', table });
    expect(settingsOf(raw({ options: { defaultFunction: 'shop.public.any', functions } })).options).toEqual({
      mode: 'validated',
      discardTtlDeletes: false,
      label: null,
      skipSchemaCheck: false,
      defaultFunction: { primary: name('any'), standby: name('any') },
      functions: [{ pair: 0, function: { primary: name('east'), standby: name('west') } }],
    });
    expect(settingsOf(raw({ options: { defaultFunction: 'dlq' } })).options).toMatchObject({ mode: 'immediate', defaultFunction: 'dlq' });
  });

  const rows: readonly (readonly [string, unknown, string])[] = [
    ['the same address twice', raw({ standby: side({ cluster: 'sql-west', host: 'EAST.example.com' }) }), 'standby.host'],
    ['the same name twice', raw({ standby: side({ host: 'w' }) }), 'standby.cluster'],
    ['no table', raw({ tables: [] }), 'tables: must name at least one'],
    ['a table without its schema', raw({ tables: ['shop.orders'] }), 'tables.0: must be a full name'],
    ['a table with four parts', raw({ tables: ['a.b.c.d'] }), 'tables.0: must be a full name'],
    ['capitals that SQL would fold', raw({ tables: ['shop.public.Orders'] }), 'tables.0: must be a full name'],
    ['a quote that does not end', raw({ tables: ['shop.public."orders'] }), 'tables.0: must be a full name'],
    ['a statement behind a name', raw({ tables: ['shop.public.orders; DROP TABLE x'] }), 'tables.0: must be a full name'],
    ['NUL in a name', raw({ tables: [{ database: 'shop', table: 'a\u0000b' }] }), 'tables.0.table: must not hold a NUL'],
    ['a number for a table', raw({ tables: [7] }), 'tables.0: must be a table such as'],
    ['a table of one side only', raw({ tables: [{ primary: 'a.public.t' }] }), 'tables.0'],
    ['a table twice', raw({ tables: ['a.public.t', 'a.public."t"'] }), 'tables.1: names a.public.t of the primary a second time'],
    [
      'two tables into one',
      raw({
        tables: [
          { primary: 'a.public.t', standby: 'a.public.u' },
          { primary: 'a.public.v', standby: 'a.public.u' },
        ],
      }),
      'tables.1: names a.public.u of the standby',
    ],
    ['both ways with one connection', raw({ direction: 'bidirectional' }), 'streams.toPrimary: is missing'],
    [
      'both ways with discarded deletes',
      raw({
        direction: 'bidirectional',
        options: { discardTtlDeletes: true },
        streams: { toStandby: { externalConnection: 'a' }, toPrimary: { externalConnection: 'b' } },
      }),
      'options.discardTtlDeletes: must be false',
    ],
    ['no connection', raw({ streams: {} }), 'streams.toStandby'],
    ['a connection by its address', raw({ streams: { toStandby: { externalConnection: 'postgresql://u:hunter2@h' } } }), 'streams'],
    [
      'a password in the clear',
      raw({ streams: { toStandby: { externalConnection: 'x', reach: { user: 'u', password: 'hunter2' } } } }),
      'streams',
    ],
    ['a mode that is not known', raw({ options: { mode: 'later' } }), 'options.mode'],
    [
      'a function that is no full name',
      raw({ options: { defaultFunction: 'merge' } }),
      'options.defaultFunction: must be lww, dlq, or the full name of a function',
    ],
    [
      'a function past which rows are written',
      raw({ options: { mode: 'immediate', defaultFunction: 'movr.public.merge' } }),
      'options.mode: must be validated',
    ],
    [
      'a function for a table of another link',
      raw({ options: { functions: [{ table: 'movr.public.unknown', function: 'movr.public.merge' }] } }),
      'options.functions.0.table: names movr.public.unknown',
    ],
    [
      'functions in two databases',
      raw({ options: { defaultFunction: 'a.public.f', functions: [{ table: 'shop.public.orders', function: 'b.public.f' }] } }),
      'options: must name functions of one database',
    ],
    ['a hostile label', raw({ options: { label: "x'; DROP" } }), 'options.label'],
    ['a hostile interface', raw({ interface: 'main" ' }), 'interface'],
    ['a limit of nothing', raw({ limits: { maxLagSeconds: 0 } }), 'limits.maxLagSeconds'],
    ['a word for keys that is not known', raw({ dlq: { keys: 'plain' } }), 'dlq.keys'],
    ['a key that is not known', raw({ tabels: [] }), ''],
    ['nothing', null, ''],
  ];
  it.each(rows)('refuses %s', (_, config, start) => {
    const problems = problemsOf(config);
    expect(problems.length).toBeGreaterThan(0);
    expect(
      problems.some((problem) => problem.startsWith(start)),
      problems.join('\n'),
    ).toBe(true);
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe('names of tables', () => {
  const part = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\u0000'));
  const name = fc.record({ database: part, schema: part, table: part });

  it('are read back from what is shown and from what is sent, whatever they hold', () => {
    fc.assert(
      fc.property(name, (any) => {
        expect(tableNameOf(quoteTable(any))).toEqual(any);
        expect(tableNameOf(showTable(any))).toEqual(any);
        expect(namesTable(showTable(any), any)).toBe(true);
      }),
    );
  });

  it('are known by the parts as they are too, since versions print them differently', () => {
    const weird = { database: 'My Shop', schema: 'public', table: 't-1' };
    expect(namesTable('My Shop.public.t-1', weird)).toBe(true);
    expect(namesTable('"My Shop".public."t-1"', weird)).toBe(true);
    expect(namesTable('"My Shop".public.t1', weird)).toBe(false);
  });
});
