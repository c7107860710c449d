import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { type LdrLink, parseLdrSettings } from '../../../src/engines/cockroach-ldr/config.ts';
import type { LdrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import { quoteIdentifier } from '../../../src/transports/sql-quoting.ts';
import { hostileName, quotedIn, skeletonOf } from '../../support/hostile.ts';
import { aJob, aLink, aLook, aReach, aSide, bare, following, gone, linkId as link, mutual, onVersion, planned } from './scenes.ts';

/** An external connection's name is part of a URI, where these would end it. */
const connectionOf = (name: string): string => name.replace(/[/?]/g, '_');

/** What decides about conflicts: nothing of the team's, or functions of it. */
type Decided = 'by time' | 'by functions';

/** Every name of a link is this one, past the config that would refuse some. */
function linkNamed(name: string, direction: 'unidirectional' | 'bidirectional', decided: Decided = 'by time'): LdrLink {
  const table = { database: name, schema: name, table: name };
  const other = { ...table, table: `${name}2` };
  const stream = { externalConnection: connectionOf(name), reach: aReach({ user: name, password: new Secret(name) }) };
  return aLink({
    direction,
    tables: [
      { primary: table, standby: table },
      { primary: other, standby: other },
    ],
    options: {
      mode: 'validated',
      discardTtlDeletes: direction === 'unidirectional',
      label: name,
      skipSchemaCheck: true,
      ...(decided === 'by time'
        ? {}
        : {
            defaultFunction: { primary: table, standby: table },
            functions: [{ pair: 1, function: { primary: other, standby: other } }],
          }),
    },
    streams: { primary: stream, standby: stream },
  });
}

/** Operations with a state of the databases in which each is planned. */
function scenes(name: string): readonly (readonly [Operation, LdrDetail, LdrLink])[] {
  const oneWay = linkNamed(name, 'unidirectional');
  const both = linkNamed(name, 'bidirectional');
  const oneWayDecided = linkNamed(name, 'unidirectional', 'by functions');
  const bothDecided = linkNamed(name, 'bidirectional', 'by functions');
  const job = { connection: connectionOf(name), tables: [`${name}.${name}.${name}`, `${name}.${name}.${name}2`] };
  const none = { connections: [], rangefeeds: false };
  const empty = (version: Parameters<typeof onVersion>[0]) =>
    bare(aSide({ ...onVersion(version), ...none }), aSide({ ...onVersion(version), ...none }));
  const absent = bare(
    aSide(none),
    aSide({ ...none, tables: ['absent', 'absent'] }),
    aLook([
      ['filled', 'absent'],
      ['filled', 'absent'],
    ]),
  );
  const filled = bare(
    aSide(),
    aSide(),
    aLook([
      ['filled', 'filled'],
      ['filled', 'filled'],
    ]),
  );
  const ended = { ...filled, standby: aSide({ jobs: [aJob({ ...job, status: 'canceled' })] }) };
  const failed = { ...filled, standby: aSide({ jobs: [aJob({ ...job, status: 'failed' })] }) };
  return [
    [{ kind: 'setup', link }, empty('24.3'), oneWay],
    [{ kind: 'setup', link }, empty('26.2'), oneWay],
    [{ kind: 'setup', link }, empty('26.2'), both],
    [{ kind: 'setup', link }, absent, oneWay],
    [{ kind: 'setup', link }, empty('24.3'), oneWayDecided],
    [{ kind: 'setup', link }, empty('26.2'), bothDecided],
    [{ kind: 'rebuild', link }, failed, oneWayDecided],
    [{ kind: 'failover', link, to: { kind: 'latest' } }, following(job), oneWay],
    [{ kind: 'failover', link, to: { kind: 'latest' } }, following(job, {}, gone), oneWay],
    [{ kind: 'failover', link, to: { kind: 'latest' } }, mutual(job, job), both],
    [{ kind: 'switchover', link, maxWriteStopMs: 60_000 }, following(job), oneWay],
    [{ kind: 'switchover', link, maxWriteStopMs: 60_000 }, mutual(job, job), both],
    [{ kind: 'failback', link }, ended, oneWay],
    [{ kind: 'rebuild', link }, failed, oneWay],
    [{ kind: 'pause', link }, following(job), oneWay],
    [{ kind: 'resume', link }, following({ ...job, status: 'paused' }), oneWay],
    [{ kind: 'reconnect', link }, following(job), oneWay],
    [{ kind: 'reconnect', link }, following(job, onVersion('25.2')), oneWay],
    [{ kind: 'verify', link }, following(job), oneWay],
    [{ kind: 'alter', link }, following(job), oneWay],
    [{ kind: 'alter', link }, mutual(job, job), both],
    [{ kind: 'teardown', link }, following(job), oneWay],
  ];
}

/** What the plans send. */
const statementsOf = (name: string): readonly (readonly string[])[] =>
  scenes(name).map(([operation, detail, of]) =>
    planned(operation, detail, of)
      .steps.filter(({ by }) => by === 'engine')
      .flatMap(({ statements }) => statements),
  );

/** A function as it stands within a text: its name has quotes of its own there. */
const calledBy = (name: string): string => [name, name, name].map(quoteIdentifier).join('.');

const plainName = 'plain';
const plain = statementsOf(plainName);

describe('names in the statements of every plan', () => {
  it('are in quite a number of them', () => {
    const all = plain.flat();
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((statement) => quotedIn(statement).includes(plainName)).length).toBeGreaterThan(25);
    expect(all.filter((statement) => quotedIn(statement).includes(calledBy(plainName))).length).toBeGreaterThan(3);
    expect(all.filter((statement) => statement.includes('", FUNCTION "') || statement.includes(`', FUNCTION "`)).length).toBeGreaterThan(3);
  });

  it('stay within their quotes, whatever they hold', { timeout: 180_000 }, () => {
    fc.assert(
      fc.property(hostileName, (name) => {
        const sent = statementsOf(name);
        expect(sent.map((list) => list.map(skeletonOf))).toEqual(plain.map((list) => list.map(skeletonOf)));
        for (const [scene, list] of sent.entries()) {
          for (const [at, statement] of list.entries()) {
            for (const [place, text] of quotedIn(plain[scene]?.[at] ?? '').entries()) {
              const now = quotedIn(statement)[place];
              if (text === plainName) expect([name, connectionOf(name)]).toContain(now);
              if (text === `external://${plainName}`) expect(now).toBe(`external://${connectionOf(name)}`);
              if (text === calledBy(plainName)) expect(now).toBe(calledBy(name));
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('names that CockroachDB does not have', () => {
  const cluster = (name: string) => ({ cluster: name, host: `${name}.example`, user: 'ops', password: 'env:P' });
  const raw = (more: Record<string, unknown> = {}) => ({
    tables: ['shop.public.orders'],
    primary: cluster('sql-east'),
    standby: cluster('sql-west'),
    streams: { toStandby: { externalConnection: 'to_east' } },
    ...more,
  });
  const reach = { user: 'repl', password: 'env:P' };
  const kindOf = (config: unknown) => parseLdrSettings(config, () => new Secret('x')).kind;
  const places: Readonly<Record<string, (name: string) => unknown>> = {
    'an external connection': (externalConnection) => raw({ streams: { toStandby: { externalConnection } } }),
    'the user of a stream': (user) => raw({ streams: { toStandby: { externalConnection: 'c', reach: { ...reach, user } } } }),
    'the user who logs in': (user) => raw({ primary: { ...cluster('sql-east'), user } }),
    'the virtual cluster': (virtualCluster) => raw({ interface: virtualCluster }),
  };
  const outside = hostileName.filter((name) => !/^[\p{L}\p{N}_.-]+$/u.test(name));

  it.each(Object.entries(places))('are refused by the config: %s', (_, place) => {
    expect(kindOf(place('main'))).toBe('parsed');
    fc.assert(
      fc.property(outside, (name) => {
        expect(kindOf(place(name))).toBe('problems');
      }),
      { numRuns: 200 },
    );
    for (const name of ['', '\u0000', 'a\u0000b']) expect(kindOf(place(name))).toBe('problems');
  });

  it.each(['database', 'schema', 'table'] as const)('are refused as a %s, and no others', (part) => {
    const tables = (name: string) => raw({ tables: [{ database: 'd', schema: 's', table: 't', [part]: name }] });
    for (const name of ['', 'a\u0000b', '\ud800']) expect(kindOf(tables(name)), JSON.stringify(name)).toBe('problems');
    fc.assert(
      fc.property(hostileName, (name) => {
        expect(kindOf(tables(name))).toBe('parsed');
      }),
      { numRuns: 100 },
    );
  });

  it('are refused as a label beyond what a metric may be called', () => {
    fc.assert(
      fc.property(
        hostileName.filter((name) => !/^[\w .:-]+$/.test(name)),
        (label) => {
          expect(kindOf(raw({ options: { label } }))).toBe('problems');
        },
      ),
      { numRuns: 200 },
    );
  });
});
