import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isRefusal } from '../../../src/domain/refusal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { type PcrLink, parsePcrSettings } from '../../../src/engines/cockroach-pcr/config.ts';
import type { SideNodes } from '../../../src/engines/cockroach-pcr/config-hosts.ts';
import type { PcrDetail, ReadSide } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import { setupChecks } from '../../../src/engines/cockroach-pcr/preflights/setup.ts';
import { quoteIdentifier } from '../../../src/transports/sql-quoting.ts';
import { hostileName, quotedIn, skeletonOf } from '../../support/hostile.ts';
import { aDetail, aJob, aLink, anObservation, aReadSide, aSource, aStandby, aVirtualCluster, gone, micros, onVersion } from './build.ts';

const link = asLinkId('prod-sql');
const hour = 3_600_000;
const address = { host: '10.0.0.1', port: 26_257, ca: null, caPath: null, verified: false };

/** An external connection's name is part of a URI, where these would end it. */
const connectionOf = (name: string): string => name.replace(/[/?]/g, '_');

/** Every name of a link is this one, past the config that would refuse it. */
function linkNamed(name: string): PcrLink {
  const { settings, ...rest } = aLink(name);
  const login = { name, password: new Secret(name) };
  const setup = {
    source: name,
    retentionMs: 6 * hour,
    expirationMs: 48 * hour,
    reader: true,
    user: { ...login, create: true },
    addresses: { primary: address, standby: address },
    route: null,
    organization: name,
    license: new Secret(name),
    consoleUser: login,
  };
  return { ...rest, settings: { ...settings, streams: { primary: connectionOf(name), standby: connectionOf(name) }, setup } };
}

const ground = (names: readonly string[]): NonNullable<ReadSide['ground']> => ({
  rangefeed: false,
  organization: false,
  license: false,
  users: [],
  granted: [],
  admins: ['ops'],
  connections: [],
  regions: ['us-east'],
  virtualClusters: names.map((name) => ({ name, status: 'ready', service: 'shared' })),
});

const promoted = (side: Partial<ReadSide> = {}): ReadSide =>
  aReadSide(aVirtualCluster({ activated: micros(600_000) }), { history: 'kept', ...side });
const stopped = aReadSide(aVirtualCluster({ service: 'none' }), { history: 'kept' });

/** Both sides are nodes that were never started, on which the bot's user has this name. */
function onBareNodes(name: string): readonly [Operation, PcrDetail, PcrLink] {
  const nodes: SideNodes = {
    // Nothing of a target is used: nobody connects to it.
    nodes: [{ name: 'node-1', user: 'ops', key: new Secret('k') } as unknown as SideNodes['nodes'][number]],
    certsFolder: '/certs',
    caCertificate: '/certs/ca.crt',
    trustedAs: 'ca.crt',
    binary: 'cockroach',
    address: 'localhost:26257',
    start: null,
  };
  const release = { year: 26, number: 2, text: 'v26.2.2' };
  const node = { node: 'node-1', release, running: false, found: 'absent', sha256: null } as const;
  const read = { own: { sha256: 'ab'.repeat(32), notAfter: Date.UTC(2030, 0, 1) }, nodes: [node], why: null };
  const { settings, ...rest } = linkNamed(name);
  const { setup, primary, standby } = settings;
  if (setup === null) throw new TypeError('the link has no setup');
  const made = { ...setup, source: 'main', hosts: { primary: nodes, standby: nodes } };
  const of = { ...rest, settings: { ...settings, primary: { ...primary, user: name }, standby: { ...standby, user: name }, setup: made } };
  return [{ kind: 'setup', link }, { ...aDetail(gone, gone), hosts: { primary: read, standby: read } }, of];
}

/** Operations with a state of the databases in which each is planned, and another link where it takes one. */
const scenes = (name: string): readonly (readonly [Operation, PcrDetail, PcrLink?])[] => {
  const follows = (more: Parameters<typeof aStandby>[0] = {}, side: Partial<ReadSide> = {}) =>
    aStandby({ sourceName: name, ...more }, side);
  const reader = { status: 'ready', service: 'shared' } as const;
  const old = onVersion('24.3');
  return [
    [{ kind: 'switchover', link, maxWriteStopMs: 60_000 }, aDetail(aSource({ defaultTarget: name }), follows())],
    [{ kind: 'failover', link, to: { kind: 'latest' } }, aDetail(aSource(), follows())],
    [{ kind: 'pause', link }, aDetail(aSource(), follows())],
    [{ kind: 'resume', link }, aDetail(aSource(), follows({ status: 'replication paused', job: aJob({ status: 'paused' }) }))],
    [{ kind: 'fence', link }, aDetail(aSource(), promoted())],
    [{ kind: 'failback', link }, aDetail(stopped, promoted())],
    [{ kind: 'teardown', link }, aDetail(aSource(), follows({}, { reader }))],
    [{ kind: 'setup', link }, aDetail(aSource({ ground: ground(['system', name]) }), aReadSide(null, { ground: ground(['system']) }))],
    [
      { kind: 'rebuild', link },
      aDetail(aSource({ ground: ground([]) }), aReadSide(aVirtualCluster({ status: 'add', service: 'none' }), { ground: ground([]) })),
    ],
    [{ kind: 'reader', link, on: true }, aDetail(aSource(), follows())],
    [{ kind: 'reader', link, on: false }, aDetail(aSource(), follows({}, { reader }))],
    [{ kind: 'retention', link, windowMs: 6 * hour, expirationMs: 48 * hour }, aDetail(aSource(), follows())],
    [{ kind: 'retention', link, windowMs: 6 * hour, expirationMs: 48 * hour }, aDetail(aSource(old), follows({}, old))],
    [{ kind: 'reconnect', link }, aDetail(aSource(), follows({ sourceUri: `external://${connectionOf(name)}` }))],
    [{ kind: 'reconnect', link }, aDetail(aSource(old), follows({ sourceUri: `external://${connectionOf(name)}` }, old))],
    [{ kind: 'verify', link }, aDetail(aSource(), follows())],
    [
      { kind: 'upgrade', link },
      aDetail(aSource({ ...onVersion('25.4'), appVersion: '25.4' }), follows({}, { ...onVersion('26.2'), activeVersion: '25.4', reader })),
    ],
    onBareNodes(name),
  ];
};

/** What a plan sends, or asks people to send. */
function statementsOf(name: string, of: PcrLink): readonly (readonly string[])[] {
  return scenes(name).map(([operation, detail, own = of]) => {
    const plan = planPcr(operation, own, anObservation(detail, own));
    if (isRefusal(plan)) throw new TypeError(`${operation.kind}: ${plan.sentence}`);
    return plan.steps.filter(({ kind }) => kind !== 'redirect').flatMap(({ statements }) => statements);
  });
}

const plainName = 'plain';
const plain = statementsOf(plainName, linkNamed(plainName));

describe('names in the statements of every plan', () => {
  it('are in quite a number of them', () => {
    const all = plain.flat();
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((statement) => quotedIn(statement).includes(plainName)).length).toBeGreaterThan(30);
    expect(
      all.filter((statement) => /^'cockroach' sql .*\nCREATE USER "plain" WITH PASSWORD '.*;\nGRANT admin TO "plain";/s.test(statement)),
    ).toHaveLength(2);
    expect(all.filter((statement) => statement === `SET CLUSTER SETTING version = '26.2'`)).toHaveLength(3);
  });

  it('stay within their quotes, whatever they hold', () => {
    fc.assert(
      fc.property(hostileName, (name) => {
        const sent = statementsOf(name, linkNamed(name));
        expect(sent.map((list) => list.map(skeletonOf))).toEqual(plain.map((list) => list.map(skeletonOf)));
        for (const [scene, list] of sent.entries()) {
          for (const [at, statement] of list.entries()) {
            for (const [place, text] of quotedIn(plain[scene]?.[at] ?? '').entries()) {
              const now = quotedIn(statement)[place];
              if (text === plainName) expect([name, connectionOf(name)]).toContain(now);
              if (text === `external://${plainName}`) expect(now).toBe(`external://${connectionOf(name)}`);
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** States in which operations are refused, most with a statement to paste. */
const refusedIn = (name: string): readonly PcrDetail[] => {
  const gone = { kind: 'gone', why: 'ECONNREFUSED' } as const;
  const serving = { ground: ground(['system', name]) };
  const left = { ground: ground(['system', name, `${name}2`]) };
  const dead = aReadSide(aVirtualCluster({ status: 'add', service: 'none' }), left);
  const old = onVersion('24.3');
  return [
    aDetail(stopped, stopped),
    aDetail(stopped, gone),
    aDetail(gone, stopped),
    aDetail(aSource(), aSource()),
    aDetail(aSource(serving), dead),
    aDetail(aSource(serving), aReadSide(null, left)),
    aDetail(aSource({ ...serving, ...old }), aReadSide(null, { ...left, ...old })),
    aDetail(aReadSide(null, { elsewhere: name }), aStandby({ sourceName: name })),
    aDetail(stopped, promoted()),
    aDetail(
      aSource({ sight: 'own' }),
      aStandby({ status: 'replication paused', sourceUri: `external://${connectionOf(name)}x` }, { sight: 'own' }),
    ),
  ];
};

const operations: readonly Operation[] = [
  ...(
    ['setup', 'rebuild', 'teardown', 'failback', 'fence', 'resume', 'pause', 'reconnect', 'verify', 'upgrade', 'switchover'] as const
  ).map((kind): Operation => ({ kind, link })),
  { kind: 'failover', link, to: { kind: 'latest' } },
  { kind: 'reader', link, on: true },
  { kind: 'retention', link, windowMs: null, expirationMs: 48 * hour },
];

/** All that is said to people where nothing is planned, and by the checks that go by what was read. */
function saidOf(name: string): readonly string[] {
  const named = linkNamed(name);
  const { primary, standby } = named.settings;
  const of: PcrLink = {
    ...named,
    settings: { ...named.settings, primary: { ...primary, user: name }, standby: { ...standby, user: name } },
  };
  return refusedIn(name).flatMap((detail) => [
    ...operations.flatMap((operation) => {
      const plan = planPcr(operation, of, anObservation(detail, of));
      return isRefusal(plan) ? [`${plan.sentence} ${plan.next}`] : plan.warnings;
    }),
    ...setupChecks(of, detail).map(({ next }) => next ?? ''),
  ]);
}

/** Where a statement goes on with a name; one that is only spoken of goes on with a word of the sentence. */
const beforeName =
  /(?:(?:ALTER|DROP|CREATE) (?:VIRTUAL CLUSTER|EXTERNAL CONNECTION)|GRANT [A-Z, ]*(?:ON EXTERNAL CONNECTION|TO)|GRANT admin TO) (?!from v|on |IF |<)/g;

describe('names in what people paste from a refusal or a check', () => {
  const statementsIn = (name: string) =>
    saidOf(name).flatMap((text) => Array.from(text.matchAll(beforeName), (found) => text.slice(found.index + found[0].length)));

  it('are in quite a number of statements', () => {
    expect(statementsIn(plainName).length).toBeGreaterThan(20);
  });

  it('are quoted, whatever they hold', () => {
    const quiet = hostileName.filter((name) => !/ALTER|DROP|CREATE|GRANT/.test(name));
    fc.assert(
      fc.property(quiet, (name) => {
        const known = [name, `${name}2`, connectionOf(name), `${name}-readonly`].map(quoteIdentifier);
        for (const rest of statementsIn(name)) {
          expect(
            known.some((one) => rest.startsWith(one)),
            rest.slice(0, 80),
          ).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('names that CockroachDB does not have', () => {
  const cluster = (name: string, host: string) => ({ cluster: name, host, user: 'ops', password: 'env:P', tls: { mode: 'disable' } });
  const config = { virtualCluster: 'main', primary: cluster('sql-east', 'east'), standby: cluster('sql-west', 'west') };
  const user = { name: 'stream', password: 'env:P' };
  const places: Readonly<Record<string, (name: string) => unknown>> = {
    'a virtual cluster': (virtualCluster) => ({ ...config, virtualCluster }),
    'an external connection': (externalConnection) => ({ ...config, streams: { toStandby: { externalConnection } } }),
    'the user of a stream': (name) => ({ ...config, setup: { user: { ...user, name } } }),
    'the user of the console': (name) => ({ ...config, setup: { user, consoleUser: { ...user, name } } }),
    'the virtual cluster that is copied': (sourceVirtualCluster) => ({ ...config, setup: { user, sourceVirtualCluster } }),
    'the user who logs in': (name) => ({ ...config, primary: { ...config.primary, user: name } }),
  };
  const kindOf = (raw: unknown) => parsePcrSettings(raw, () => new Secret('x')).kind;
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
});
