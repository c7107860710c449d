import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import type { Brokers } from '../../../src/engines/tigergraph-crr/config.ts';
import type { CrrDetail, SideRead, TlsView } from '../../../src/engines/tigergraph-crr/detail.ts';
import { ownWay, wayTo } from '../../../src/engines/tigergraph-crr/kafka.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { parseTls } from '../../../src/engines/tigergraph-crr/parse/config.ts';
import { planCrr } from '../../../src/engines/tigergraph-crr/plan.ts';
import { anIo, planOn } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, crrLinkTo, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { aLink, aSource } from './build.ts';
import { detailIn, operationsOn, type StateName } from './plan-states.ts';

const none: TlsView = { enabled: false, port: 30_001, clients: 'any' };
const unknown: TlsView = { enabled: null, port: null, clients: 'any' };
const both: TlsView = { enabled: true, port: 30_001, clients: 'any' };
const only: TlsView = { enabled: true, port: 31_001, clients: 'tls' };
const forced: TlsView = { enabled: true, port: 30_001, clients: 'plain' };

const brokers = (more: Partial<Brokers> = {}): { cluster: string; brokers: Brokers } => ({
  cluster: 'graph-east',
  brokers: { addresses: null, port: null, clientProperties: null, ...more },
});

describe('the way to a Kafka', () => {
  it.each([
    ['has no TLS', none, {}, { port: 30_002, tls: false }],
    ['says nothing of TLS', unknown, {}, { port: 30_002, tls: false }],
    ['has TLS', both, {}, { port: 30_001, tls: true }],
    ['has TLS on another port', only, {}, { port: 31_001, tls: true }],
    ['has TLS, and has all clients do without', forced, {}, { port: 30_002, tls: false }],
    ['has TLS, where the config names the port without', both, { port: 30_002 }, { port: 30_002, tls: false }],
    ['has TLS, where the config names a port of its own', both, { port: 40_001 }, { port: 40_001, tls: true }],
    ['has no TLS, where the config names a port of its own', none, { port: 40_002 }, { port: 40_002, tls: false }],
  ] as const)('of a cluster that %s', (_, tls, more, way) => {
    expect(wayTo(brokers(more), aSource({ tls }))).toEqual(way);
  });

  it('of a cluster that does not answer is the usual one, or that of the config', () => {
    const gone: SideRead = { kind: 'gone', why: 'Nothing answers.' };
    expect(wayTo(brokers(), gone)).toEqual({ port: 30_002, tls: false });
    expect(wayTo(brokers({ port: 30_001 }), gone)).toEqual({ port: 30_001, tls: false });
  });

  it.each([
    ['without TLS', none, {}, { port: 30_002, tls: false }],
    ['with TLS for who wants it', both, {}, { port: 30_002, tls: false }],
    ['with TLS for all, and a file for its tools', only, { clientProperties: '/c' }, { port: 31_001, tls: true }],
    ['with TLS for who wants it, and a file for its tools', both, { clientProperties: '/c' }, { port: 30_001, tls: true }],
  ] as const)('of its own tools, %s', (_, tls, more, way) => {
    expect(ownWay(brokers(more), 30_002, tls)).toEqual(way);
  });

  it('of its own tools is none with TLS for all and no file, or when the port is not told', () => {
    expect(ownWay(brokers(), 30_002, only)).toEqual({
      why: expect.stringMatching(/^The Kafka of graph-east speaks TLS only.*brokers\.clientProperties/),
    });
    expect(ownWay(brokers(), null, none)).toEqual({ why: expect.stringMatching(/is not known/) });
  });

  it('is read from three settings, each of which may be missing', () => {
    const said = (text: string) => ({ exitCode: 0, text });
    const missing = { exitCode: 1, text: `[  Error] ParameterErr (config entry 'Kafka.Security.SSL.Enable' does not exist)` };
    expect(parseTls(said('true'), said('30001'), said('ssl'))).toEqual({ enabled: true, port: 30_001, clients: 'tls' });
    expect(parseTls(said('true'), said('30001'), said('PLAINTEXT'))).toEqual({ enabled: true, port: 30_001, clients: 'plain' });
    expect(parseTls(said('false'), said('30001'), said(''))).toEqual(none);
    expect(parseTls(missing, missing, missing)).toEqual(unknown);
  });
});

describe('a plan between Kafkas with TLS', () => {
  const link = aLink();
  const operations = operationsOn(link);
  function planned(name: string, state: StateName, version: string, from: TlsView, to: TlsView): Plan | Refusal {
    const operation = operations[name];
    if (operation === undefined) throw new TypeError(`no operation ${name}`);
    const detail = detailIn(state, version);
    const into = (read: CrrDetail['primary'], tls: TlsView) => (read.kind === 'read' ? { ...read, tls } : read);
    return planCrr(
      operation,
      link,
      observationOf(link, { ...detail, primary: into(detail.primary, from), standby: into(detail.standby, to) }, 3_000),
    );
  }
  const on = (plan: Plan | Refusal, cluster: string): readonly string[] =>
    plan.kind === 'refusal'
      ? [plan.sentence]
      : plan.steps.filter((step) => step.cluster === cluster).flatMap(({ statements }) => statements);

  it.each(['setup', 'rebuild'] as const)('points at the port with TLS, and makes the topics before a %s fills it', (name) => {
    const plan = planned(name, name === 'setup' ? 'no set-up' : 'following', '4.1.4', both, both);
    const west = on(plan, 'graph-west').filter((statement) => statement.startsWith('gadmin'));
    expect(west).toEqual([
      expect.stringMatching(/PrimaryKafkaPort '30001'.*config apply -y$/),
      'gadmin init kafka -y',
      'gadmin backup restore replops1 --dr -y',
    ]);
    const first = plan.kind === 'plan' ? plan.steps.find(({ pointOfNoReturn }) => pointOfNoReturn) : undefined;
    expect(first?.kind).toBe('crr.init-kafka');
  });

  it('makes the topics once where settings enable, up to 3.9', () => {
    const west = on(planned('setup', 'no set-up', '3.9.1', both, both), 'graph-west');
    expect(west.filter((statement) => /init kafka/.test(statement))).toHaveLength(1);
    expect(west.join('\n')).toMatch(/Enabled 'true'.*PrimaryKafkaPort '30001'/);
  });

  it('makes no topics of its own without TLS', () => {
    expect(on(planned('setup', 'no set-up', '4.1.4', none, both), 'graph-west').join('\n')).toMatch(/PrimaryKafkaPort '30002'/);
    expect(on(planned('setup', 'no set-up', '4.1.4', none, both), 'graph-west').join('\n')).not.toMatch(/init kafka/);
  });

  it.each([
    ['has none', both, none, /graph-east has its Kafka read over TLS on port 30001, and the Kafka of graph-west has no TLS\.$/],
    ['does not tell', both, unknown, /the Kafka of graph-west has no TLS/],
    ['has nothing else', none, only, /All clients of Kafka on graph-west have to speak TLS .* port 30002 of graph-east does not\.$/],
  ] as const)('is refused where only one side speaks it: the follower %s', (_, from, to, words) => {
    for (const version of ['3.9.1', '4.1.4'])
      expect(on(planned('setup', 'no set-up', version, from, to), '')).toEqual([expect.stringMatching(words)]);
  });

  it('of a promotion does not ask', () => {
    expect(planned('failover', 'following', '4.1.4', both, none).kind).toBe('plan');
  });
});

describe('two clusters whose Kafkas speak TLS only', () => {
  let bed: CrrBed;
  afterEach(() => bed.close());
  const setup: Operation = { kind: 'setup', link: crrLinkId };
  const rebuild: Operation = { kind: 'rebuild', link: crrLinkId };
  const tls = { primary: 'tls', standby: 'tls' } as const;

  it('are looked at before a set-up: ports, brokers, both sides', async () => {
    bed = await openCrr({ version: '4.1.4', start: 'none', kafka: tls });
    const checks = await bed.engine().preflight(setup, bed.link, anIo());
    const seen = (name: string) => checks.filter((check) => check.name === name).map(({ outcome, seen: words }) => `${outcome}: ${words}`);
    expect(seen('tiger-west: reaches tiger-east')).toEqual([
      'passed: Every node of tiger-west reaches 10.0.1.11, 10.0.1.12 on 30001 and 30003.',
    ]);
    expect(seen('tiger-west: is told the brokers of tiger-east')).toEqual([expect.stringMatching(/^passed: .* all of its 2 brokers\.$/)]);
    expect(seen('how Kafka is spoken to')).toEqual(['passed: tiger-west reads the Kafka of tiger-east over TLS on port 30001.']);
  });

  it('can’t be followed on the port without', async () => {
    bed = await openCrr({ version: '4.1.4', start: 'none', kafka: tls });
    const { link } = bed;
    const { primary } = link.settings;
    const settings = { ...link.settings, primary: { ...primary, brokers: { ...primary.brokers, port: 30_002 } } };
    const checks = await bed.engine().preflight(setup, { ...link, settings }, anIo());
    expect(checks.find(({ name }) => name === 'tiger-west: reaches tiger-east')).toMatchObject({
      outcome: 'failed',
      seen: expect.stringMatching(/:30002 from/),
    });
    expect(checks.find(({ name }) => name === 'how Kafka is spoken to')).toMatchObject({ outcome: 'failed' });
  });

  it('tell how far they are to tools that have the file, and say which setting is missing where they have not', async () => {
    bed = await openCrr({ version: '4.1.4', start: 'replicating', kafka: tls });
    const engine = bed.engine();
    const ends = (detail: unknown) => (detail as CrrDetail).standby;
    expect(ends((await engine.observe(bed.link, anIo())).detail)).toMatchObject({ positions: { kind: 'read' } });
    const bare = crrLinkTo(bed.world);
    const without = (side: 'primary' | 'standby') => ({
      ...bare.settings[side],
      brokers: { ...bare.settings[side].brokers, clientProperties: null },
    });
    const link = { ...bare, settings: { ...bare.settings, primary: without('primary'), standby: without('standby') } };
    const seen = await bed.engine().observe(link, anIo());
    expect(ends(seen.detail)).toMatchObject({
      positions: { kind: 'unread', why: expect.stringMatching(/names no brokers\.clientProperties/) },
    });
    const plan = bed.engine().plan({ kind: 'switchover', link: crrLinkId }, link, seen);
    expect(plan.kind === 'refusal' ? plan.next : '').toMatch(
      /^The Kafka of tiger-\w+ speaks TLS only, and the config names no brokers\.clientProperties/,
    );
  });

  it('keep what a standby has while the other side takes no writes: the topics are not made then', async () => {
    bed = await openCrr({ version: '4.1.4', start: 'outdated', kafka: tls });
    const engine = bed.engine();
    const step = (await planOn(bed, rebuild)).steps.find(({ kind }) => kind === 'crr.init-kafka');
    if (step === undefined) throw new TypeError('the plan makes no topics');
    for (const service of ['GPE', 'GSQL', 'RESTPP', 'GSE']) bed.world.faults.service('primary', service, 'down');
    const probe = await engine.steps[step.kind]?.probe(step, bed.link, anIo());
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringMatching(/may be the only good copy\. Nothing was changed\./) });
  });
});
