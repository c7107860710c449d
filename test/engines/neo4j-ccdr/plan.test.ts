import { describe, expect, it } from 'vitest';
import { asLinkId } from '../../../src/domain/ids.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { isRefusal, type Refusal } from '../../../src/domain/refusal.ts';
import type { CcdrLink } from '../../../src/engines/neo4j-ccdr/config.ts';
import type { CcdrDetail, ReadSide, SideRead } from '../../../src/engines/neo4j-ccdr/detail.ts';
import type { Seen } from '../../../src/engines/neo4j-ccdr/history.ts';
import { planCcdr } from '../../../src/engines/neo4j-ccdr/plan.ts';
import {
  aDatabase,
  aDetail,
  aLink,
  anObservation,
  aReadSide,
  aServer,
  aSource,
  aStandby,
  gone,
  nowMs,
  replicaCopies,
  silent,
  someSettings,
  standardCopies,
  westServers,
} from './build.ts';

const link = asLinkId('prod-graph');
const setup: Operation = { kind: 'setup', link };
const switchover: Operation = { kind: 'switchover', link, maxWriteStopMs: 60_000 };
const failover: Operation = { kind: 'failover', link, to: { kind: 'latest' } };
const failback: Operation = { kind: 'failback', link };
const fence: Operation = { kind: 'fence', link };
const rebuild: Operation = { kind: 'rebuild', link };
const teardown: Operation = { kind: 'teardown', link };
const verify: Operation = { kind: 'verify', link };
const withTopology = (primaries: number, secondaries: number): Operation => ({ ...failover, topology: { primaries, secondaries } });

const ga = { release: { year: 2026, month: 8, patch: 0, text: '2026.08.0' }, surface: 'ga' } as const;
const onGa = (detail: CcdrDetail): CcdrDetail => ({
  ...detail,
  primary: detail.primary.kind === 'read' ? { ...detail.primary, ...ga } : detail.primary,
  standby: detail.standby.kind === 'read' ? { ...detail.standby, ...ga } : detail.standby,
});

const early = '2026-01-01T00:00:00Z';
const late = '2026-05-01T00:00:00Z';
const east = (copies = standardCopies(), more: Partial<ReadSide> = {}, createdAt: string | null = early): ReadSide =>
  aReadSide(aDatabase('foo', copies, { createdAt }), { names: [{ name: 'foo', type: 'standard' }], ...more });
const westServing = (createdAt: string | null = late): ReadSide =>
  aReadSide(aDatabase('foo-replica', standardCopies(), { createdAt }), {
    servers: westServers,
    names: [{ name: 'foo-replica', type: 'standard' }],
  });
const fenced = standardCopies({ access: 'read-only' });
const nothing = aReadSide(null, { servers: westServers });
/** After a failover: the old side is back and takes no writes. */
const promoted = (more: Partial<ReadSide> = {}): CcdrDetail => aDetail(east(fenced, more), westServing());
/** The old side follows the one that was promoted. */
const turned = (): CcdrDetail => aDetail(aReadSide(aDatabase('foo', replicaCopies({ lastTxn: '48213' }))), westServing());
const split = (eastAt: string | null = early, westAt: string | null = late): CcdrDetail =>
  aDetail(east(standardCopies(), {}, eastAt), westServing(westAt));

const ask = (operation: Operation, detail: CcdrDetail, of: CcdrLink = aLink()): Plan | Refusal =>
  planCcdr(operation, of, anObservation(detail, of));

function planned(operation: Operation, detail: CcdrDetail, of?: CcdrLink): Plan {
  const plan = ask(operation, detail, of);
  if (isRefusal(plan)) throw new TypeError(plan.sentence);
  return plan;
}

const outline = (plan: Plan): readonly string[] =>
  plan.steps.map(({ kind, cluster, by }) => {
    const name = kind.replace('ccdr.', '');
    return by === 'person' ? `(${name})` : `${name} ${cluster}`;
  });
const statements = (plan: Plan): readonly string[] => plan.steps.flatMap(({ by, statements: sent }) => (by === 'engine' ? sent : []));

const trust = ['(hosts.by-hand)', '(hosts.by-hand)', '(attest-trust)', '(attest-network)'];
const creation = (on: string) => [`create-replica ${on}`, `await-online ${on}`, `prove-catch-up ${on}`, `verify-reads ${on}`];
const move = (from: string, to: string) => [
  `set-read-only ${from}`,
  `await-drained ${from}`,
  `mark-end ${from}`,
  `await-equal ${to}`,
  `promote ${to}`,
  `await-writer ${to}`,
];
const [e, w] = ['graph-east', 'graph-west'];
const stopOf = (on: string) => [`save-privileges ${on}`, `stop-database ${on}`, `drop-database ${on}`];
const withAlias = aLink({ alias: 'shop' });

describe('a fence', () => {
  it.each([
    ['the side that was given up, while both take writes', split(), 'graph-east'],
    ['the other one when that was given up', split(late, early), 'graph-west'],
    ['a side that may take writes at any moment', aDetail(east(standardCopies({ writer: false })), westServing()), 'graph-east'],
    ['nothing while one side takes writes', promoted(), null],
    ['nothing on a sound link', aDetail(), null],
    ['nothing while the old side is gone', aDetail(gone, westServing()), null],
    ['nothing when it cannot be told which side was promoted last', split(null, null), null],
  ])('is offered for %s', (_, detail, cluster) => {
    const offers = cluster === null ? [] : [{ operation: 'fence', cluster, why: expect.stringContaining(`on ${cluster}, so that only`) }];
    expect(anObservation(detail).offers).toEqual(offers);
    expect(isRefusal(ask(fence, detail))).toBe(cluster === null);
  });
});

describe('the order of steps', () => {
  const rows: readonly [string, Operation, CcdrDetail, readonly string[], CcdrLink?][] = [
    ['setup', setup, aDetail(aSource(), nothing), [...trust, ...creation(w)]],
    ['setup with an alias', setup, aDetail(aSource(), nothing), [...trust, ...creation(w), `set-alias ${w}`], withAlias],
    ['switchover', switchover, aDetail(), [`prove-catch-up ${w}`, ...move(e, w), '(redirect)']],
    ['switchover with an alias', switchover, aDetail(), [`prove-catch-up ${w}`, ...move(e, w), `set-alias ${w}`, '(redirect)'], withAlias],
    ['switchover the other way', switchover, turned(), [`prove-catch-up ${e}`, ...move(w, e), '(redirect)']],
    [
      'failover, side gone',
      failover,
      aDetail(gone),
      [`take-stock ${w}`, `promote ${w}`, `await-writer ${w}`, '(redirect)', '(fence-by-hand)'],
    ],
    [
      'failover, side up',
      failover,
      aDetail(),
      [`set-read-only ${e}`, `take-stock ${w}`, `promote ${w}`, `await-writer ${w}`, '(redirect)'],
    ],
    [
      'failover with a new topology, whose copies only the run waits for',
      withTopology(3, 0),
      aDetail(),
      [`set-read-only ${e}`, `take-stock ${w}`, `promote ${w}`, `await-writer ${w}`, '(redirect)', `await-topology ${w}`],
    ],
    [
      'failover with a new topology, whose copies nobody waits for since a fence may be needed',
      withTopology(3, 0),
      aDetail(gone),
      [`take-stock ${w}`, `promote ${w}`, `await-writer ${w}`, '(redirect)', '(fence-by-hand)'],
    ],
    [
      'failover, side without the database, which may be hidden',
      failover,
      aDetail(aReadSide(null)),
      [`take-stock ${w}`, `promote ${w}`, `await-writer ${w}`, '(redirect)', '(fence-by-hand)'],
    ],
    ['failover, side fenced', failover, aDetail(aSource(fenced)), [`take-stock ${w}`, `promote ${w}`, `await-writer ${w}`, '(redirect)']],
    ['fence', fence, split(), [`set-read-only ${e}`, `check-one-writer ${w}`]],
    ['fence of the other side', fence, split(late, early), [`set-read-only ${w}`, `check-one-writer ${e}`]],
    [
      'rebuild of a replica',
      rebuild,
      aDetail(),
      [...trust, `save-privileges ${w}`, `drop-database ${w}`, ...creation(w), '(give-privileges)'],
    ],
    ['rebuild of an old database', rebuild, promoted(), [...trust, ...stopOf(e), ...creation(e), '(give-privileges)']],
    [
      'failback',
      failback,
      promoted(),
      [
        ...trust,
        ...stopOf(e),
        ...creation(e),
        '(give-privileges)',
        '(agree-to-stop)',
        ...move(w, e),
        '(redirect)',
        ...stopOf(w),
        ...creation(w),
        '(give-privileges)',
      ],
    ],
    [
      'failback to a side that follows',
      failback,
      turned(),
      [`prove-catch-up ${e}`, '(agree-to-stop)', ...move(w, e), '(redirect)', ...stopOf(w), ...creation(w), '(give-privileges)'],
    ],
    ['teardown', teardown, aDetail(), [`save-privileges ${w}`, `drop-database ${w}`]],
    ['verify', verify, aDetail(), [`compare-counts ${w}`]],
  ];

  it.each(rows)('%s', (_, operation, detail, expected, of) => {
    expect(outline(planned(operation, detail, of))).toEqual(expected);
  });

  it.each(rows)('%s: is the same from the same, and has one sentence of each kind', (_, operation, detail, _expected, of) => {
    const plan = planned(operation, detail, of);
    expect(plan).toEqual(planned(operation, structuredClone(detail), of));
    expect(plan.summary).toMatch(/^[A-Z].*\.$/);
    for (const words of [plan.predictedLoss.words, plan.predictedDowntime.words, ...plan.warnings]) expect(words).toMatch(/\.$/);
  });
});

describe('points of no return', () => {
  const returns = (plan: Plan) =>
    plan.steps.filter((step) => step.pointOfNoReturn).map(({ kind, cluster }) => `${kind.replace('ccdr.', '')} ${cluster}`);

  it('stand at promotions and drops, and nowhere in a setup', () => {
    expect(returns(planned(setup, aDetail(aSource(), nothing)))).toEqual([]);
    expect(returns(planned(switchover, aDetail()))).toEqual([`promote ${w}`]);
    expect(returns(planned(failback, turned()))).toEqual([`promote ${e}`, `stop-database ${w}`, `drop-database ${w}`]);
    expect(returns(planned(rebuild, aDetail()))).toEqual([`drop-database ${w}`]);
  });

  it('have everything of a write stop before them taken back when it is late', () => {
    const { steps } = planned(switchover, aDetail());
    const stop = steps.filter(({ kind }) => /read-only|drained|mark-end|await-equal|promote/.test(kind));
    expect(stop.map(({ onLate }) => onLate)).toEqual(['undo', 'undo', 'undo', 'undo', 'undo']);
    expect(stop.slice(0, 4).reduce((sum, { budgetMs }) => sum + budgetMs, 0)).toBeLessThanOrEqual(60_000);
    expect(stop[0]?.undo).toMatchObject({ kind: 'act', act: { statements: ['ALTER DATABASE `foo` SET ACCESS READ WRITE'] } });
  });
});

describe('statements', () => {
  const addresses = "['127.0.0.1:16000']";

  it('are of the preview before 2026.08', () => {
    expect(statements(planned(setup, aDetail(aSource(), nothing)))).toEqual([
      `CALL internal.dbms.createReplicaDatabase('foo-replica', 3, 0, {remote: 'foo', addresses: ${addresses}})`,
    ]);
    expect(statements(planned(failover, aDetail(gone)))).toEqual(["CALL internal.dbms.promoteReplicaDatabase('foo-replica')"]);
    expect(statements(planned(withTopology(3, 0), aDetail(gone)))).toEqual([
      "CALL internal.dbms.promoteReplicaDatabaseWithTopology('foo-replica', 3, 0)",
    ]);
  });

  it('are of the general availability from 2026.08 on', () => {
    expect(statements(planned(setup, onGa(aDetail(aSource(), nothing))))).toEqual([
      `CYPHER 25 CREATE REPLICA DATABASE \`foo-replica\` TOPOLOGY 3 PRIMARIES OPTIONS {replicaConfig: {remote: 'foo', addresses: ${addresses}}}`,
    ]);
    expect(statements(planned(failover, onGa(aDetail(gone))))).toEqual(["CYPHER 25 CALL dbms.promoteReplicaDatabase('foo-replica', {})"]);
    expect(statements(planned(withTopology(3, 0), onGa(aDetail(gone))))).toEqual([
      "CYPHER 25 CALL dbms.promoteReplicaDatabase('foo-replica', {primaries: 3, secondaries: 0})",
    ]);
  });

  it('drop an old database as the config wants it, or leave it aside and take the other name', () => {
    const drops = (policy: 'dump' | 'destroy') => statements(planned(rebuild, promoted(), aLink({ oldDatabase: policy })));
    expect(drops('dump')).toContain('DROP DATABASE `foo` IF EXISTS CASCADE ALIASES DUMP DATA');
    expect(drops('destroy')).toContain('DROP DATABASE `foo` IF EXISTS CASCADE ALIASES DESTROY DATA');
    const { primary } = someSettings();
    const kept = statements(planned(rebuild, promoted(), aLink({ oldDatabase: 'keep', primary: { ...primary, spareDatabase: 'foo-b' } })));
    expect(kept.some((statement) => statement.startsWith('DROP'))).toBe(false);
    expect(kept.at(-1)).toContain("createReplicaDatabase('foo-b'");
  });

  it('give the privileges that a drop takes to people, word for word', () => {
    const grants = ['GRANT ACCESS ON DATABASE `foo` TO `app`'];
    const given = planned(rebuild, promoted({ grants })).steps.find(({ kind }) => kind === 'ccdr.give-privileges');
    expect(given?.statements[0]).toBe(grants[0]);
    expect(outline(planned(rebuild, promoted({ grants: [] })))).not.toContain('(give-privileges)');
    const { primary } = someSettings();
    const keeping = aLink({ oldDatabase: 'keep', primary: { ...primary, spareDatabase: 'foo-b' } });
    const moved = planned(rebuild, promoted({ grants }), keeping).steps.find(({ kind }) => kind === 'ccdr.give-privileges');
    expect(moved?.statements[0]).toBe('GRANT ACCESS ON DATABASE `foo-b` TO `app`');
  });

  it('are named before a failback to a side that follows and lacks them', () => {
    const grants = ['GRANT ACCESS ON DATABASE `foo-replica` TO `app`'];
    const { primary, standby } = turned();
    if (primary.kind !== 'read' || standby.kind !== 'read') throw new TypeError('both answer');
    const detail = aDetail({ ...primary, grants: [] }, { ...standby, grants });
    expect(planned(failback, detail).warnings.join()).toContain('are missing on graph-east: GRANT ACCESS ON DATABASE `foo` TO `app`');
  });

  it('give the aliases that a drop takes to people, but for the one that the run moves', () => {
    const aliased = aDatabase('foo', fenced, { createdAt: early, aliases: ['books', 'shop'] });
    const detail = aDetail(aReadSide(aliased, { names: [{ name: 'foo', type: 'standard' }], grants: [] }), westServing());
    const given = planned(rebuild, detail, withAlias).steps.find(({ kind }) => kind === 'ccdr.give-privileges');
    expect(given?.statements.slice(0, -1)).toEqual(['CREATE ALIAS `books` FOR DATABASE `foo`']);
  });
});

describe('refusals', () => {
  const seenLate = { ...aDetail(), past: { ...aDetail().past, behindMs: 600_000, surelyMs: 600_000 } };
  const few = aStandby(replicaCopies().map((copy, n) => (n === 0 ? copy : { ...copy, currentStatus: 'unknown', role: 'unknown' })));
  const follows = (follow: 'backups') => aLink({ standby: { ...someSettings().standby, follow: { kind: follow, pullUri: 's3://b/x/' } } });
  const older = { year: 2026, month: 6, patch: 0, text: '2026.06.0' };
  const narrow = aDetail(aSource(), aReadSide(null, { servers: [aServer(4), aServer(5)] }));
  const rows: readonly [string, Operation, CcdrDetail, RegExp, CcdrLink?][] = [
    ['setup of what follows', setup, aDetail(), /replica already/],
    ['setup over a database', setup, promoted(), /already, so no setup.*|has a database foo/],
    ['setup with one side gone', setup, aDetail(gone, nothing), /needs both sides/],
    [
      'setup over an alias',
      setup,
      aDetail(aSource(), { ...nothing, aliases: [{ name: 'foo-replica', database: 'x', location: 'local' }] }),
      /name of an alias/,
    ],
    ['setup without room', setup, narrow, /no room/],
    ['setup of other versions', setup, aDetail(aSource(), { ...nothing, release: older }), /same version/],
    ['setup from backups in the preview', setup, aDetail(aSource(), nothing), /before 2026.08/, follows('backups')],
    ['setup on a version without replicas', setup, aDetail(aSource(), { ...nothing, surface: 'none' }), /has no replicas/],
    ['setup without a leader', setup, aDetail(aSource(), { ...nothing, by: 'member' }), /No leader/],
    ['setup while nobody serves', setup, aDetail(east(fenced), nothing), /Nobody takes writes/],
    ['switchover with too short a stop', { ...switchover, maxWriteStopMs: 5_000 }, aDetail(), /too short/],
    ['switchover with one side gone', switchover, aDetail(gone), /needs both sides/],
    ['switchover with one side silent', switchover, aDetail(silent), /needs both sides/],
    ['switchover of a fenced side', switchover, aDetail(aSource(fenced)), /nothing to switch over/],
    ['switchover far behind', switchover, seenLate, /stopped for too long/],
    ['switchover with copies down', switchover, aDetail(aSource(), few), /primary copies/],
    ['switchover of what has grown apart', switchover, aDetail(aSource(), aStandby(replicaCopies({ lastTxn: '48214' }))), /grown apart/],
    ['switchover to a side that pulls backups', switchover, onGa(aDetail()), /the bot can't take the last one/, follows('backups')],
    [
      'failback to a side that pulls backups',
      failback,
      onGa(promoted()),
      /can't take the last one/,
      aLink({ primary: { ...someSettings().primary, follow: { kind: 'backups', pullUri: 's3://b/x/' } } }),
    ],
    ['switchover without a replica', switchover, promoted(), /No side of prod-graph is known to follow/],
    ['failover to a time', { ...failover, to: { kind: 'time', at: nowMs } }, aDetail(gone), /only be promoted as it is now/],
    ['failover to no topology at all', withTopology(0, 0), aDetail(gone), /no topology/],
    ['failover down to one primary', withTopology(1, 0), aDetail(gone), /brought down to one/],
    ['failover to more copies than servers', withTopology(3, 2), aDetail(gone), /no room/],
    ['failover without a majority', failover, aDetail(gone, few), /could not elect a writer/],
    ['failover of what is promoted', failover, aDetail(gone, westServing()), /No side of prod-graph/],
    ['fence with one writer', fence, promoted(), /nothing to fence/],
    ['fence with one side gone', fence, aDetail(gone, westServing()), /needs both sides/],
    ['fence when nobody can tell', fence, split(null, null), /can't be told/],
    ['failback of what is at home', failback, aDetail(), /no failback of prod-graph is needed/],
    ['failback with two writers', failback, split(), /\/repl fence|take writes or are about to/],
    ['rebuild of nothing', rebuild, aDetail(aSource(), nothing), /nothing to replace/],
    ['rebuild without a free name', rebuild, promoted(), /no free name/, aLink({ oldDatabase: 'keep' })],
    ['teardown of nothing', teardown, promoted(), /No side of prod-graph/],
    ['verify with one side gone', verify, aDetail(gone), /needs both sides/],
    ['an operation that Neo4j has not', { kind: 'pause', link }, aDetail(), /no pause/],
  ];

  it.each(rows)('%s', (_, operation, detail, words, of) => {
    const refusal = ask(operation, detail, of);
    if (!isRefusal(refusal)) throw new TypeError(outline(refusal).join(', '));
    expect(refusal.sentence).toMatch(words);
    for (const sentence of [refusal.sentence, refusal.next]) expect(sentence).toMatch(/^(?:\/repl|[A-Z0-9]|graph-|foo).*\.$/s);
  });

  it('of an observation that another version made', () => {
    expect(planCcdr(setup, aLink(), { ...anObservation(), detail: { other: true } })).toMatchObject({ code: 'stale-plan' });
  });
});

describe('what is predicted', () => {
  it('is bounded on both sides by what was recorded before the side was lost', () => {
    const late = { at: nowMs - 4_000, side: 'primary', upstream: 48_213n, least: 48_201n } as const;
    const lost = (standby: SideRead, points: readonly Seen[]) => planned(failover, aDetail(gone, standby, points)).predictedLoss;
    expect(lost(aStandby(), [late])).toEqual({
      ms: null,
      words:
        'At least 12 transactions, that have not arrived on graph-west. What graph-east took after it was last seen is lost too: how much that is is not known.',
    });
    expect(lost(aStandby(), [{ ...late, at: nowMs - 30_000, upstream: 48_200n }, late])).toEqual({
      ms: 30_000,
      words:
        'At least 12 transactions, writes of about 26 s, that have not arrived on graph-west. What graph-east took after it was last seen is lost too: writes of at most the last 30 s.',
    });
    expect(lost(aStandby(replicaCopies({ lastTxn: '48213' })), [late])).toEqual({
      ms: 4_000,
      words:
        'Nothing that was seen: graph-west has transaction 48213, the newest that graph-east was seen to have. What graph-east took after it was last seen is lost too: writes of at most the last 4 s.',
    });
    expect(planned(failover, aDetail()).predictedLoss.words).toMatch(
      /^At least 12 transactions.*until its writes are stopped may be added\.$/,
    );
    expect(planned(failover, aDetail(gone)).predictedLoss).toMatchObject({ ms: null, words: expect.stringContaining('not known') });
  });

  it('comes with what drivers do where a hook redirects the traffic, since its step has no words', () => {
    const instructions = 'Ask the platform team.';
    const url = 'https://hook.example.com/';
    const hooked: CcdrLink = { ...aLink(), redirect: { kind: 'hook', url, authorization: null, instructions } };
    for (const operation of [switchover, failover]) {
      expect(planned(operation, aDetail(), hooked).warnings.join(' ')).toMatch(
        /restart their drivers.*a change of DNS alone does not move it/,
      );
      expect(planned(operation, aDetail()).warnings.join(' ')).not.toContain('DNS alone');
    }
  });

  it('says that a seed is not used before 2026.08', () => {
    const seeded = aLink({ standby: { ...someSettings().standby, seedUri: 's3://b/x.backup' } });
    const warnings = (detail: CcdrDetail) => planned(setup, detail, seeded).warnings.join();
    expect(warnings(aDetail(aSource(), nothing))).toContain('The backup s3://b/x.backup is not used');
    expect(warnings(onGa(aDetail(aSource(), nothing)))).not.toContain('is not used');
  });

  it('says what has to be upgraded before the side that is left can follow', () => {
    const old = { release: { year: 2025, month: 6, patch: 0, text: '2025.06.0' }, surface: 'none' } as const;
    const detail = onGa(aDetail());
    const left = aDetail(aReadSide(aDatabase('foo', standardCopies()), old), detail.standby);
    expect(planned(switchover, left).warnings.join()).toMatch(
      /Before \/repl rebuild prod-graph .*, upgrade graph-east: replicas need 2026\.03/,
    );
    expect(planned(switchover, detail).warnings.join()).toContain('lets graph-east follow it anew.');
  });

  it('says plainly when the lost side could not be fenced', () => {
    expect(planned(failover, aDetail(gone)).warnings[0]).toContain("can't be fenced now");
    expect(planned(failover, aDetail()).warnings[0]).toContain('a switchover of prod-graph would lose nothing');
  });
});
