import { describe, expect, it } from 'vitest';
import { hashPlan, type Plan } from '../../../src/domain/plan.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import { kinds } from '../../../src/engines/tigergraph-crr/acts.ts';
import type { ReadSide } from '../../../src/engines/tigergraph-crr/detail.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { versionIn } from '../../../src/engines/tigergraph-crr/parse/version.ts';
import { planCrr } from '../../../src/engines/tigergraph-crr/plan.ts';
import { writableOf } from '../../../src/engines/tigergraph-crr/state.ts';
import { stepsOf } from '../../../src/engines/tigergraph-crr/steps.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { aLink, aSource, rawSettings } from './build.ts';
import { detailIn, operationsOn, type StateName, stateNames, versions } from './plan-states.ts';

const link = aLink();
const operations = operationsOn(link);

function planned(name: string, state: StateName, version: string): Plan | Refusal {
  const operation = operations[name];
  if (operation === undefined) throw new TypeError(`no operation ${name}`);
  return planCrr(operation, link, observationOf(link, detailIn(state, version), 3_000));
}

/** Kinds of the steps that send something, without the engine's own prefix, with where they run. */
const effectsOf = (plan: Plan | Refusal): readonly string[] | 'refused' =>
  plan.kind === 'refusal'
    ? 'refused'
    : plan.steps.flatMap(({ kind, by, cluster, statements }) =>
        by === 'person' ? [] : statements.length === 0 ? [] : [`${cluster?.replace('graph-', '') ?? ''} ${kind.replace('crr.', '')}`],
      );

const everything = Object.keys(operations).flatMap((name) =>
  stateNames.flatMap((state) => versions.map((version) => ({ name, state, version }))),
);

describe('what is planned', () => {
  const old = ['west configure', 'west restart'];
  const young = ['west stop-replication', 'west configure', 'west restart'];
  const rowsOf: readonly (readonly [string, StateName, string, readonly string[] | 'refused'])[] = [
    ['failover', 'following', '3.9.1', ['east stop-services', ...old]],
    ['failover', 'following', '4.1.4', ['east stop-services', ...young]],
    ['failover', 'primary gone', '3.6.3', old],
    ['failover', 'primary gone', '3.9.3', old],
    ['failover', 'primary gone', '3.10.1', young],
    ['failover', 'failing', '4.1.4', ['east stop-services', ...young]],
    ['failover', 'standby gone', '4.1.4', 'refused'],
    ['failover', 'no set-up', '4.1.4', 'refused'],
    ['failover', 'settings of somebody else staged', '4.1.4', 'refused'],
    ['switchover', 'following', '4.1.4', ['east stop-services', ...young]],
    ['switchover', 'positions that nobody tells', '4.1.4', 'refused'],
    ['switchover', 'primary gone', '4.1.4', 'refused'],
    ['switchover', 'paused', '4.1.4', 'refused'],
    ['switchover', 'split brain', '4.1.4', 'refused'],
    ['upgrade finish', 'split brain', '3.9.3', 'refused'],
    ['upgrade finish', 'split brain', '4.1.4', 'refused'],
    ['fence', 'split brain', '3.9.1', ['east stop-services']],
    ['fence', 'split brain', '4.1.4', ['east stop-services']],
    ['fence', 'taken out and started again', '3.9.3', ['west stop-services']],
    ['fence', 'taken out and started again', '4.1.4', ['west stop-services']],
    ['fence', 'promoted where the vendor empties addresses', '3.6.3', ['east stop-services']],
    ['fence', 'taken out', '4.1.4', 'refused'],
    [
      'upgrade finish',
      'taken out and started again',
      '3.9.3',
      ['west configure', 'west init-kafka', 'west restart', 'east install-queries'],
    ],
    ['upgrade finish', 'promoted where the vendor empties addresses', '3.9.3', 'refused'],
    ['setup', 'promoted where the vendor empties addresses', '4.1.4', 'refused'],
    ['setup', 'split brain', '4.1.4', 'refused'],
    ['pause', 'following', '4.1.4', ['west stop-replication']],
    ['pause', 'following', '3.9.3', 'refused'],
    ['pause', 'paused', '4.1.4', 'refused'],
    ['resume', 'paused', '4.1.4', ['west start-replication']],
    ['resume', 'paused', '3.9.3', ['west restart-connector']],
    ['resume', 'failing', '3.9.3', ['west restart-connector']],
    ['resume', 'failing', '4.1.4', ['west restart-connector']],
    ['resume', 'primary gone', '3.9.3', 'refused'],
    ['resume', 'following', '4.1.4', 'refused'],
    ['teardown', 'following', '4.1.4', ['west stop-replication', 'west stop-services', 'west configure']],
    ['teardown', 'following', '3.9.1', ['west stop-services', 'west configure']],
    ['teardown', 'no set-up', '4.1.4', 'refused'],
    ['setup', 'following', '4.1.4', 'refused'],
    ['setup', 'primary gone', '4.1.4', 'refused'],
    ['rebuild', 'standby gone', '4.1.4', 'refused'],
    ['failback', 'following', '4.1.4', 'refused'],
    ['failback', 'split brain', '4.1.4', 'refused'],
    ['backup', 'following', '4.1.4', ['east take-backup']],
    ['backup', 'promoted', '4.1.4', ['west take-backup']],
    ['backup', 'split brain', '4.1.4', 'refused'],
    ['backup', 'both gone', '4.1.4', 'refused'],
    ['incremental backup', 'following', '3.9.3', 'refused'],
    ['incremental backup', 'following', '3.10.1', ['east take-backup']],
    ['backup deletion', 'following', '4.1.4', ['east remove-backup']],
    ['backup deletion', 'primary gone', '4.1.4', 'refused'],
    ['restore of the other’s', 'following', '4.1.4', 'refused'],
    ['restore of the other’s', 'torn down', '4.1.4', 'refused'],
    ['restore of the other’s', 'split brain', '4.1.4', 'refused'],
    ['restore of its own', 'torn down', '4.1.4', ['east restore']],
    ['restore of its own', 'following', '4.1.4', ['west stop-replication', 'east restore']],
    ['restore of its own', 'primary gone', '4.1.4', 'refused'],
  ];

  it.each(rowsOf)('for a %s, %s, on %s: %j', (name, state, version, expected) => {
    expect(effectsOf(planned(name, state, version))).toEqual(expected);
  });

  it.each([
    [
      'hosts of its own',
      (read: ReadSide): ReadSide => ({ ...read, hosts: aSource().hosts }),
      /both list 10\.0\.1\.11, 10\.0\.1\.12 as their host/,
    ],
    ['hosts that are not told', (read: ReadSide): ReadSide => ({ ...read, hosts: null }), /hosts of both clusters could not be read/],
    [
      'other partitions',
      (read: ReadSide): ReadSide => ({ ...read, shape: { partitions: 3, replicas: 1 } }),
      /has [23] partitions and graph-(east|west) [23], so no/,
    ],
    ['partitions that are not told', (read: ReadSide): ReadSide => ({ ...read, shape: null }), /partitions of both clusters could not/],
    [
      'another patch',
      (read: ReadSide): ReadSide => ({ ...read, version: versionIn('4.1.5') }),
      /runs 4\.1\.[45] and graph-(east|west) 4\.1\.[45], so no/,
    ],
    [
      'another place of backups',
      (read: ReadSide): ReadSide => ({ ...read, backupSetup: { ...read.backupSetup, path: '/elsewhere' } }),
      /puts its backups into \/elsewhere, and the config says \/data\/backup/,
    ],
  ])('puts no content of one cluster on one with %s', (_, change, words) => {
    for (const [name, state] of [
      ['setup', 'no set-up'],
      ['rebuild', 'following'],
      ['failback', 'promoted'],
      ['upgrade finish', 'torn down'],
      ['restore of the other’s', 'no set-up'],
    ] as const) {
      const operation = operations[name];
      const fine = detailIn(state, '4.1.4');
      if (operation === undefined || fine.standby.kind !== 'read') throw new TypeError(`no operation ${name}`);
      const seen = observationOf(link, { ...fine, standby: change(fine.standby) }, 3_000);
      const refused = planCrr(operation, link, seen);
      expect(refused.kind === 'refusal' ? refused.sentence : `${name} is planned`).toMatch(words);
    }
  });

  it('offers to stop the side that was taken out, and says by what it is told', () => {
    const offersIn = (state: StateName) =>
      observationOf(link, detailIn(state, '4.1.4'), 3_000).offers?.map(({ operation, cluster }) => [operation, cluster]);
    expect(offersIn('taken out and started again')).toEqual([['fence', 'graph-west']]);
    expect(offersIn('split brain')).toEqual([['fence', 'graph-east']]);
    const plan = planned('fence', 'taken out and started again', '4.1.4');
    expect(plan.kind === 'plan' ? plan.warnings.join() : '').toMatch(
      /graph-west bears the mark .*PrimaryKafkaPort 1.*\/repl fence prod-graph --keep graph-west/,
    );
    const other = planCrr(
      { kind: 'fence', link: link.id, keep: 'graph-west' },
      link,
      observationOf(link, detailIn('taken out and started again', '4.1.4'), 3_000),
    );
    expect(other).toMatchObject({ kind: 'plan', summary: 'Stop the services of graph-east; graph-west, which was named, goes on.' });
    const finish = planned('upgrade finish', 'taken out and started again', '3.9.3');
    expect(finish.kind === 'plan' ? finish.warnings.join() : '').toMatch(/graph-west bears the mark of having been taken out/);
    expect(planned('setup', 'taken out and started again', '4.1.4').kind).toBe('plan');
  });

  it.each(['teardown', 'upgrade begin'])('leaves that mark with a %s, and none with a promotion', (name) => {
    const set = (operation: string) => {
      const plan = planned(operation, 'following', '3.9.3');
      if (plan.kind === 'refusal') throw new TypeError(plan.sentence);
      return plan.steps.filter(({ kind }) => kind === kinds.configure).flatMap(({ statements }) => statements);
    };
    expect(set(name)).toEqual([
      "gadmin config set System.CrossRegionReplication.Enabled 'false' System.CrossRegionReplication.PrimaryKafkaPort '1' && gadmin config apply -y",
    ]);
    expect(set('failover')).toEqual(["gadmin config set System.CrossRegionReplication.Enabled 'false' && gadmin config apply -y"]);
  });

  it('finishes no upgrade over a side that counts changes of its own', () => {
    const fine = detailIn('torn down', '4.1.4');
    const sequence = { kind: 'read', last: 99, waiting: 0 } as const;
    if (fine.standby.kind !== 'read' || operations['upgrade finish'] === undefined) throw new TypeError('no such state');
    const seen = observationOf(link, { ...fine, standby: { ...fine.standby, sequence } }, 3_000);
    const refused = planCrr(operations['upgrade finish'], link, seen);
    expect(refused.kind === 'refusal' ? refused.sentence : 'planned').toMatch(
      /graph-west has 99 changes of metadata and graph-east only \d+/,
    );
    expect(refused.kind === 'refusal' ? refused.next : '').toMatch(/If it was promoted, \/repl fence/);
  });

  it.each([
    [
      'another password',
      { name: 'tigergraph', password: 'env:OTHER_PASSWORD' },
      /one password for tigergraph on graph-east and another one/,
    ],
    ['another name', { name: 'admin', password: 'env:GSQL_PASSWORD' }, /is tigergraph on graph-east and admin on graph-west/],
  ])('makes no standby whose superuser has %s', (_, superuser, words) => {
    const other = aLink({ ...rawSettings, standby: { ...rawSettings.standby, superuser } });
    for (const [name, state] of [
      ['setup', 'no set-up'],
      ['rebuild', 'following'],
      ['failback', 'promoted'],
      ['upgrade finish', 'torn down'],
    ] as const) {
      const operation = operations[name];
      if (operation === undefined) throw new TypeError(`no operation ${name}`);
      const seen = observationOf(other, detailIn(state, '4.1.4'), 3_000);
      expect([name, planCrr(operation, link, seen).kind]).toEqual([name, 'plan']);
      const refused = planCrr(operation, other, seen);
      expect(refused.kind === 'refusal' ? refused.sentence : name).toMatch(words);
      expect(JSON.stringify(refused)).not.toContain('the value of');
    }
  });

  it.each([
    ['3.9.3', 'Primary.Primary', ['west restore', 'west configure', 'west init-kafka', 'west restart']],
    ['3.9.3', 'Primary', ['west restore']],
    ['4.1.4', 'Primary.Primary', ['west configure', 'west restore']],
  ])('on %s puts the settings of a standby right where they lead elsewhere: prefix %s', (version, prefix, effects) => {
    const fine = detailIn('following', version);
    const { rebuild } = operations;
    if (rebuild === undefined || fine.standby.kind !== 'read') throw new TypeError('no rebuild');
    const standby = { ...fine.standby, crr: { ...fine.standby.crr, prefix, brokers: ['10.0.1.12', '10.0.1.11'] } };
    const planned = effectsOf(planCrr(rebuild, link, observationOf(link, { ...fine, standby }, 3_000)));
    expect(planned === 'refused' ? planned : planned.filter((one) => one.startsWith('west') && !/spread/.test(one))).toEqual(effects);
  });

  it('waits for a backup for as long as its cluster does, and for what follows', () => {
    const hour = 3_600_000;
    const budgetWith = (timeoutSec: number | null) => {
      const fine = detailIn('following', '4.1.4');
      const { backup } = operations;
      if (backup === undefined || fine.primary.kind !== 'read') throw new TypeError('no backup');
      const primary = { ...fine.primary, backupSetup: { ...fine.primary.backupSetup, timeoutSec } };
      const plan = planCrr(backup, link, observationOf(link, { ...fine, primary }, 3_000));
      return plan.kind === 'refusal' ? plan.sentence : plan.steps[0]?.budgetMs;
    };
    expect([null, 18_000, 86_400].map(budgetWith)).toEqual([6 * hour, 7 * hour, 26 * hour]);
  });

  it.each([
    ['3.9.2', true],
    ['3.9.3', false],
  ])('on %s carries metadata in a file where the restore still takes one: %s', (version, carries) => {
    const { setup } = operations;
    const base = detailIn('no set-up', '3.9.3');
    if (setup === undefined || base.primary.kind !== 'read' || base.standby.kind !== 'read') throw new TypeError('no set-up');
    const at = { version: versionIn(version) };
    const plan = planCrr(
      setup,
      link,
      observationOf(link, { ...base, primary: { ...base.primary, ...at }, standby: { ...base.standby, ...at } }, 3_000),
    );
    const effects = effectsOf(plan);
    expect(effects).toContain('west restore');
    expect(effects.includes('east export-metadata')).toBe(carries);
    expect(JSON.stringify(plan).includes('--meta=')).toBe(carries);
  });

  it('from nothing fills the standby in the way of each version', () => {
    const fills = versions.map((version) => {
      const effects = effectsOf(planned('setup', 'no set-up', version));
      return [version, effects === 'refused' ? effects : effects.filter((one) => one.startsWith('west') && !/spread/.test(one))];
    });
    const byHand = ['west restore', 'west configure', 'west init-kafka', 'west restart'];
    const byRestore = ['west configure', 'west restore'];
    expect(Object.fromEntries(fills)).toEqual({
      '3.6.3': byHand,
      '3.9.1': byHand,
      '3.9.3': byHand,
      '3.10.1': byRestore,
      '4.1.4': byRestore,
    });
  });
});

describe('every plan and every refusal', () => {
  const executors = stepsOf(connectShell);

  it('is one or the other, with whole sentences, the same from the same', () => {
    for (const { name, state, version } of everything) {
      const where = `${name}, ${state}, ${version}`;
      const plan = planned(name, state, version);
      expect(planned(name, state, version), where).toEqual(plan);
      const sentences = plan.kind === 'refusal' ? [plan.sentence, plan.next] : [plan.summary, ...plan.warnings];
      for (const sentence of sentences) expect(sentence, where).toMatch(/^[A-Za-z/].*[.)]$/s);
      for (const sentence of sentences) expect(sentence, where).not.toMatch(/undefined|null|NaN|\[object|\.\.$|\. \./);
    }
  });

  it('names steps that the engine has, each with a time and a way back or a reason', () => {
    let plans = 0;
    for (const { name, state, version } of everything) {
      const plan = planned(name, state, version);
      if (plan.kind === 'refusal') continue;
      plans += 1;
      const where = `${name}, ${state}, ${version}`;
      expect(hashPlan(JSON.parse(JSON.stringify(plan))), where).toBe(hashPlan(plan));
      expect(plan.steps.map(({ id }) => id)).toEqual(plan.steps.map((_step, index) => `s${index + 1}`));
      for (const step of plan.steps) {
        if (step.by === 'engine') expect(executors[step.kind], `${where}: ${step.kind}`).toBeDefined();
        expect(step.budgetMs, where).toBeGreaterThan(0);
        expect(step.performMs, where).toBeLessThanOrEqual(step.budgetMs);
        if (step.undo.kind === 'act') expect(executors[step.undo.act.kind], where).toBeDefined();
        else expect(step.undo.why, where).toMatch(/[.]$/);
      }
    }
    expect(plans).toBeGreaterThan(150);
  });

  it('never replaces the content of the only side that takes writes, but for a restore that says so', () => {
    for (const { name, state, version } of everything) {
      const plan = planned(name, state, version);
      if (plan.kind === 'refusal') continue;
      const detail = detailIn(state, version);
      for (const step of plan.steps.filter(({ kind }) => kind === kinds.restore)) {
        if (step.side === null) throw new TypeError('a restore without a side');
        const isServing =
          writableOf(detail[step.side]) !== 'no' && writableOf(detail[step.side === 'primary' ? 'standby' : 'primary']) !== 'yes';
        if (isServing) expect([name.replace(/ of .*/, ''), step.params['guard']]).toEqual(['restore', 'own']);
        expect(step.pointOfNoReturn, name).toBe(true);
      }
    }
  });

  it('fences before it promotes where it can, and says so where it can’t', () => {
    for (const { name, state, version } of everything.filter((one) => ['failover', 'switchover'].includes(one.name))) {
      const plan = planned(name, state, version);
      if (plan.kind === 'refusal') continue;
      const at = (kind: string) => plan.steps.findIndex((step) => step.kind === kind);
      const promotes = at(kinds.restart);
      const fences = at(kinds.stopServices);
      if (detailIn(state, version).primary.kind === 'read' && writableOf(detailIn(state, version).primary) !== 'no') {
        expect(fences, `${name}, ${state}`).toBeGreaterThanOrEqual(0);
        expect(fences).toBeLessThan(promotes);
      } else if (detailIn(state, version).primary.kind !== 'read') {
        expect(at('fence-by-hand'), `${name}, ${state}`).toBe(0);
        expect(plan.warnings.join(' ')).toMatch(/can't fence it|takes writes/);
      }
    }
  });

  it('touches no prefix and no topics in a promotion, and sets nothing but the four keys of the replication', () => {
    for (const { name, state, version } of everything) {
      const plan = planned(name, state, version);
      if (plan.kind === 'refusal') continue;
      const text = plan.steps.flatMap(({ statements }) => statements).join('\n');
      if (['failover', 'switchover'].includes(name)) expect(text).not.toMatch(/TopicPrefix|init kafka/);
      const keys = [...text.matchAll(/(System|Kafka|GPE)\.[\w.]+/g)].map(([key]) => key);
      expect(
        keys.every((key) => /^System\.CrossRegionReplication\.(Enabled|PrimaryKafkaIPs|PrimaryKafkaPort|TopicPrefix)$/.test(key)),
      ).toBe(true);
      expect(text).not.toContain('Enabled true');
      if (/Enabled 'true'/.test(text)) expect(['3.6.3', '3.9.1', '3.9.3']).toContain(version);
    }
  });
});
