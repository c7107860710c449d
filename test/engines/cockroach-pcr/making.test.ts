import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { maskedUri, streamUri } from '../../../src/engines/cockroach/stream-uri.ts';
import type { PcrLink } from '../../../src/engines/cockroach-pcr/config.ts';
import type { PcrSetup } from '../../../src/engines/cockroach-pcr/config-setup.ts';
import type { GroundRead, PcrDetail, ReadSide } from '../../../src/engines/cockroach-pcr/detail.ts';
import { planPcr } from '../../../src/engines/cockroach-pcr/plan.ts';
import {
  aDetail,
  aGround,
  aLink,
  aMadeLink,
  aMadeSetup,
  anObservation,
  aReadSide,
  aSource,
  aStandby,
  aVirtualCluster,
  gone,
  micros,
  onVersion,
} from './build.ts';

const ground = (names: readonly string[], more: Partial<GroundRead> = {}): GroundRead => ({
  ...aGround,
  virtualClusters: names.map((name) => ({ name, status: 'ready', service: 'shared' })),
  ...more,
});
const aPrimary = (more: Partial<ReadSide> = {}) => aSource({ ground: ground(['system', 'main']), ...more });
const anEmpty = (more: Partial<ReadSide> = {}) => aReadSide(null, { ground: ground(['system']), ...more });

const planned = (kind: 'setup' | 'rebuild' | 'upgrade', detail: PcrDetail, link: PcrLink = aMadeLink()) =>
  planPcr({ kind, link: link.id }, link, anObservation(detail, link));

const refusalOf = (plan: ReturnType<typeof planPcr>) => (plan.kind === 'refusal' ? `${plan.sentence} ${plan.next}` : 'it was planned');
const kindsOf = (plan: ReturnType<typeof planPcr>) => (plan.kind === 'plan' ? plan.steps.map(({ kind }) => kind) : []);

describe('a setup', () => {
  it('makes only what is missing, and takes back only that', () => {
    const plan = planned('setup', aDetail(aPrimary(), anEmpty()));
    expect(kindsOf(plan)).toEqual([
      'pcr.create-user',
      'pcr.grant-user',
      'pcr.create-connection',
      'pcr.create-copy',
      'pcr.await-scan',
      'pcr.prove-moving',
      'pcr.prove-moving',
    ]);
    expect(JSON.stringify(plan)).not.toContain('s3cret');
    const there = aPrimary({ ground: ground(['system', 'main'], { users: ['stream'], granted: ['REPLICATIONSOURCE'] }) });
    expect(kindsOf(planned('setup', aDetail(there, anEmpty()))).slice(0, 2)).toEqual(['pcr.create-connection', 'pcr.create-copy']);
  });

  it.each([
    ['nothing is said of it', aDetail(aPrimary(), anEmpty()), aLink(), /settings\.setup/],
    ['it follows already', aDetail(aPrimary(), aStandby()), aMadeLink(), /follows already/],
    ['a side is gone', aDetail(gone, anEmpty()), aMadeLink(), /cockroach init --virtualized/],
    ['the ground could not be read', aDetail(aSource(), anEmpty()), aMadeLink(), /could not be read/],
    ['the standby is older', aDetail(aPrimary(), anEmpty(onVersion('24.3'))), aMadeLink(), /older than v26\.2\.2/],
    ['the standby is not empty', aDetail(aPrimary(), anEmpty({ ground: ground(['system', 'other']) })), aMadeLink(), /other \(ready\)/],
    [
      'the primary is not virtualized',
      aDetail(aPrimary({ ground: ground(['system']) }), anEmpty()),
      aMadeLink(),
      /sourceVirtualCluster: system/,
    ],
    [
      'regions differ on 23.2',
      aDetail(aPrimary(onVersion('23.2')), anEmpty({ ...onVersion('23.2'), ground: ground(['system', 'template'], { regions: ['eu'] }) })),
      aMadeLink(),
      /same regions/,
    ],
    [
      'the application is too old for the standby to start it',
      aDetail(aPrimary({ ...onVersion('25.4'), appVersion: '24.3' }), anEmpty()),
      aMadeLink(),
      /more than one upgrade behind v26\.2\.2 on sql-west.*Finalize v25\.4 on sql-east first/,
    ],
    [
      'v23.2 has no template on the standby',
      aDetail(aPrimary(onVersion('23.2')), anEmpty(onVersion('23.2'))),
      aMadeLink(),
      /no virtual cluster template/,
    ],
    [
      'a gateway is wanted on 24.3',
      aDetail(aPrimary(onVersion('24.3')), anEmpty(onVersion('24.3'))),
      aMadeLink({ route: 'gateway' }),
      /v25\.1/,
    ],
    [
      'the user is not to be created',
      aDetail(aPrimary(), anEmpty()),
      aMadeLink({ user: { ...aMadeSetup().user, create: false } }),
      /no user stream/,
    ],
  ])('is refused when %s', (_, detail, link, words) => {
    expect(refusalOf(planned('setup', detail, link))).toMatch(words);
  });
});

describe('a rebuild', () => {
  const oldPrimary = aReadSide(aVirtualCluster({ id: '7', service: 'none' }));
  it('drops the old copy by its number, then copies anew', () => {
    const plan = planned('rebuild', aDetail(oldPrimary, aSource()));
    // By then the connection is written anew, so that the copy can begin.
    expect(kindsOf(plan).slice(0, 5)).toEqual([
      'pcr.prove-login',
      'pcr.replace-connection',
      'pcr.prove-connection',
      'pcr.drop-old-copy',
      'pcr.create-copy',
    ]);
    expect(plan.kind === 'plan' && plan.steps[3]?.pointOfNoReturn).toBe(true);
    expect(plan.kind === 'plan' && plan.steps[3]?.params).toMatchObject({ id: '7' });
  });

  it.each([
    ['both sides serve', aDetail(aSource(), aSource()), /split brain/],
    ['no side serves', aDetail(oldPrimary, oldPrimary), /can't be told/],
    ['a side is gone', aDetail(gone, aStandby()), /may be the only one/],
    ['the standby follows', aDetail(aSource(), aStandby()), /needs no new copy/],
    ['a failover is pending', aDetail(aSource(), aStandby({ status: 'replication pending failover' })), /has to be waited for/],
  ])('is refused when %s', (_, detail, words) => {
    expect(refusalOf(planned('rebuild', detail))).toMatch(words);
  });
});

describe('an upgrade', () => {
  const v25 = { ...onVersion('25.4'), appVersion: '25.4' };
  it.each([
    ['24.1', '25.2', /main on sql-east has the active version 24\.1.*so prod-sql can't be taken to v25\.2 at once/],
    ['24.3', '25.2', null],
    ['25.2', '25.2', null],
    ['24.3-upgrading-to-25.2-step-004', '25.2', null],
  ])('of an application at v%s under v%s goes to v25.4 only where one upgrade leads to its control plane', (app, active, words) => {
    const source = aSource({ release: { year: 25, number: 2, text: 'v25.2.1' }, activeVersion: active, appVersion: app });
    const answer = planned('upgrade', aDetail(source, aStandby({}, { ...onVersion('25.4'), activeVersion: '25.2' })));
    if (words !== null) return expect(refusalOf(answer)).toMatch(words);
    return expect(kindsOf(answer)[0]).toBe(app === '25.2' ? 'pcr.finalize' : 'pcr.finalize-application');
  });

  it('finalizes no application ahead of a standby that is not finalized yet', () => {
    const source = aSource({ release: { year: 25, number: 2, text: 'v25.2.1' }, activeVersion: '25.2', appVersion: '24.3' });
    const answer = planned('upgrade', aDetail(source, aStandby({}, { ...onVersion('24.3') })));
    expect(kindsOf(answer)).toEqual(['pcr.replace-binaries', 'pcr.verify-release', 'pcr.finalize', 'pcr.finalize-application']);
  });

  it('asks a person to finalize first what the bot can read but not name', () => {
    const shop = { vc: null, elsewhere: 'shop', elsewhereServes: true, appVersion: '24.3' };
    const source = aSource({ release: { year: 25, number: 2, text: 'v25.2.1' }, activeVersion: '25.2', ...shop });
    const plan = planned('upgrade', aDetail(source, aStandby({}, { ...onVersion('25.4'), activeVersion: '25.2' })));
    expect(kindsOf(plan)[0]).toBe('pcr.finalize-application-by-hand');
    expect(plan.kind === 'plan' && plan.steps[0]?.title).toContain('Finalize v25.2 in shop on sql-east');
  });

  it('goes standby, primary, application', () => {
    const standby = aStandby({}, { ...onVersion('26.2'), activeVersion: '25.4' });
    expect(kindsOf(planned('upgrade', aDetail(aSource(v25), standby)))).toEqual([
      'pcr.finalize',
      'pcr.replace-binaries',
      'pcr.verify-release',
      'pcr.finalize',
      'pcr.finalize-application',
    ]);
  });

  it('leaves the version of a virtual cluster that the bot can not log in to to a person', () => {
    const blind = { ...onVersion('25.4'), appVersion: null };
    const standby = aStandby({}, { ...onVersion('26.2'), activeVersion: '25.4' });
    const plan = planned('upgrade', aDetail(aSource(blind), standby));
    expect(kindsOf(plan).slice(-2)).toEqual(['pcr.finalize', 'pcr.finalize-application-by-hand']);
    const last = plan.kind === 'plan' ? plan.steps.at(-1) : undefined;
    expect(last?.by).toBe('person');
    expect(last?.statements.join('\n')).toContain(
      `As a user of main on sql-east who may change its settings: SET CLUSTER SETTING version = '26.2'`,
    );
    // Once all else is final, nothing but the refusal can tell it.
    const rest = planned('upgrade', aDetail(aSource({ appVersion: null }), aStandby()));
    expect(refusalOf(rest)).toMatch(/nothing to upgrade.*could not be read/);
    expect(rest.kind === 'refusal' && rest.next).toContain(`run SET CLUSTER SETTING version = '26.2' there`);
  });

  it('opens the reader anew by what the side will run, not by what it runs before', () => {
    const early = {
      release: { year: 24, number: 3, text: 'v24.3.4' },
      activeVersion: '24.3',
      reader: { status: 'ready', service: 'shared', id: '4' },
    };
    const v252 = { release: { year: 25, number: 2, text: 'v25.2.1' }, activeVersion: '25.2', appVersion: '25.2' };
    const kinds = kindsOf(planned('upgrade', aDetail(aSource(v252), aStandby({}, early))));
    expect(kinds.slice(-5)).toEqual(['pcr.stop-reader', 'pcr.drop-reader', 'pcr.open-reader', 'pcr.await-reader', 'pcr.verify-reader']);
  });

  it('has the standby upgraded first even when the primary was', () => {
    const plan = planned('upgrade', aDetail(aSource({ appVersion: '26.2' }), aStandby({}, onVersion('25.4'))));
    expect(kindsOf(plan)).toEqual(['pcr.replace-binaries', 'pcr.verify-release', 'pcr.finalize']);
    expect(plan.kind === 'plan' ? plan.warnings[0] : '').toMatch(/before anything else/);
  });

  it.each(['begin', 'finish'] as const)('has no %s of its own, and says so', (phase) => {
    const link = aMadeLink();
    const answer = planPcr({ kind: 'upgrade', link: link.id, phase }, link, anObservation(aDetail(aSource(v25), aStandby()), link));
    expect(answer).toMatchObject({ code: 'bad-input', next: 'Ask for /repl upgrade prod-sql.' });
    expect(refusalOf(answer)).toContain(`it has no ${phase}`);
  });

  it('gives people commands that run as they are, on the nodes that the config names', () => {
    const node = { name: 'east-1', host: 'east-1', port: 22, user: 'ops', key: new Secret('k'), hostKeys: ['x'] };
    const primary = {
      nodes: [node],
      certsFolder: "/it's/certs",
      caCertificate: '/c',
      trustedAs: 'w.crt',
      binary: '/opt/cockroach',
      address: 'east:26257',
      start: null,
    };
    // Of a target only its name is used here.
    const hosts = { primary, standby: null } as unknown as NonNullable<PcrSetup['hosts']>;
    const plan = planned(
      'upgrade',
      aDetail(aSource(v25), aStandby({}, { ...onVersion('26.2'), activeVersion: '25.4' })),
      aMadeLink({ hosts }),
    );
    const words = plan.kind === 'plan' ? plan.steps.find(({ by }) => by === 'person')?.statements.join('\n') : '';
    expect(words).toContain('(east-1)');
    for (const word of ['node drain --self', 'node status']) {
      expect(words).toContain(`'/opt/cockroach' ${word} --certs-dir='/it'\\''s/certs' --host='east:26257'`);
    }
  });

  it('starts no cluster that an earlier look has heard', () => {
    const of = (name: string) => ({ name, host: name, port: 22, user: 'ops', key: new Secret('k'), hostKeys: ['x'] });
    const nodes = (name: string) => ({
      nodes: [of(name)],
      certsFolder: '/certs',
      caCertificate: '/c',
      trustedAs: 'w.crt',
      binary: '/opt/cockroach',
      address: `${name}:26257`,
      start: { command: 'systemctl start cockroach', check: 'true', undo: null },
    });
    const hosts = { primary: nodes('east-1'), standby: nodes('west-1') } as unknown as NonNullable<PcrSetup['hosts']>;
    const of26 = aMadeLink({ hosts, release: '26.2' });
    const told = { at: micros(3_600_000), activated: null, writable: 'yes' as const };
    const lost = (remembered: PcrDetail['remembered']): PcrDetail => ({ ...aDetail(gone, gone), ...(remembered && { remembered }) });
    expect(planned('setup', lost(undefined), of26).kind).toBe('plan');
    for (const remembered of [
      { primary: told, standby: null },
      { primary: null, standby: told },
    ]) {
      const answer = planned('setup', lost(remembered), of26);
      expect(refusalOf(answer)).toMatch(/It answered at 2026-06-01 09:00:00.* no new cluster, and no setup of prod-sql may start it/);
    }
  });

  const at = (version: string, active = version) => {
    const [year = 0, number = 0] = version.split('.').map(Number);
    return { release: { year, number, text: `v${version}.1` }, activeVersion: active };
  };
  const pairs: readonly (readonly [from: string, to: string, allowed: boolean])[] = [
    ['23.2', '24.1', true],
    ['24.1', '24.2', true],
    ['24.1', '24.3', true],
    ['24.2', '24.3', true],
    ['24.3', '25.1', true],
    ['24.3', '25.2', true],
    ['25.2', '25.4', true],
    ['25.4', '26.1', true],
    ['25.4', '26.2', true],
    ['23.2', '24.2', false],
    ['23.2', '24.3', false],
    ['24.1', '25.1', false],
    ['24.2', '25.2', false],
    ['24.3', '25.3', false],
    ['24.3', '25.4', false],
    ['25.2', '26.1', false],
    ['25.1', '25.3', false],
    ['25.3', '26.2', false],
    ['24.3', '26.2', false],
  ];
  it.each(pairs)('from v%s to v%s is planned: %s', (from, to, allowed) => {
    // The standby has the new binaries, or is done already: what the primary has to leap is the same.
    for (const standby of [aStandby({}, at(to, from)), aStandby({}, at(to))]) {
      const answer = planned('upgrade', aDetail(aSource({ ...at(from), appVersion: from }), standby));
      if (allowed) expect(answer.kind).toBe('plan');
      else expect(refusalOf(answer)).toMatch(/one upgrade leads from there to v[\d.]+ at most, so prod-sql can't be taken to v/);
    }
  });

  it('that has begun goes on by what is active', () => {
    const begun = at('25.2', '24.3-upgrading-to-25.2-step-004');
    expect(planned('upgrade', aDetail(aSource({ ...at('24.3'), appVersion: '24.3' }), aStandby({}, begun))).kind).toBe('plan');
    const further = at('25.4', '24.3-upgrading-to-25.2-step-004');
    expect(refusalOf(planned('upgrade', aDetail(aSource({ ...at('24.3'), appVersion: '24.3' }), aStandby({}, further))))).toMatch(
      /to v25\.2 at most/,
    );
  });

  it('is refused politely when there is nothing to do, or replication does not work', () => {
    expect(refusalOf(planned('upgrade', aDetail(aSource({ appVersion: '26.2' }), aStandby())))).toMatch(/nothing to upgrade/);
    expect(refusalOf(planned('upgrade', aDetail(aSource(v25), aStandby({ status: 'replication paused' }))))).toMatch(/does not work/);
  });
});

describe('the URI of a stream', () => {
  const way = { host: 'east', port: 26_257, trust: { kind: 'inline', ca: '-----BEGIN+/=\n' }, route: null } as const;
  it('gives user and password back whatever they hold, and shows neither password nor certificate', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'grapheme' }), fc.string({ minLength: 1 }), (password, name) => {
        const login = { name, password: new Secret(password) };
        const url = new URL(streamUri(way, login));
        expect(decodeURIComponent(url.password)).toBe(password);
        expect(decodeURIComponent(url.username)).toBe(name);
        expect(url.searchParams.get('sslrootcert')).toBe('-----BEGIN+/=\n');
        expect(new URL(maskedUri(way, login)).password).toBe('*****');
      }),
    );
  });
});
