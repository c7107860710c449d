import { afterEach, describe, expect, it } from 'vitest';
import { openTiger, type TigerHouse } from '../support/tiger-house.ts';
import { until } from '../support/until.ts';

let at: TigerHouse;
afterEach(() => at.close());

const frankfurt = 'prod-tiger-frankfurt';
const dublin = 'prod-tiger-dublin';

/** A copy of each node's part, and one that gives every node the whole. */
const carried = ['primary: copy', 'primary: copy', 'primary: copy', 'standby: copy'] as const;

const copyByHand =
  "rsync -a --partial --inplace -e 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes' '/home/tigergraph/backups/replops1/' 'tigergraph@10.0.2.11:/home/tigergraph/backups/replops1/'";

describe('a standby of TigerGraph', { timeout: 180_000 }, () => {
  it.each([
    [
      '3.9.1',
      [
        'primary: backup',
        'primary: backup-metadata',
        ...carried,
        'standby: restore',
        'standby: config-set',
        'standby: config-apply',
        'standby: init-kafka',
        'standby: restart',
        'primary: install-queries',
      ],
    ],
    [
      '4.1.4',
      ['primary: backup', ...carried, 'standby: config-set', 'standby: config-apply', 'standby: restore', 'primary: install-queries'],
    ],
  ] as const)('on %s is filled from the primary and follows it, each effect once', async (version, effects) => {
    at = await openTiger(version, 'none');
    const records = at.tiger.side('primary').records;
    expect(await at.house.ask('ana', '/repl preflight setup prod-tiger')).toMatch(/Setup of prod-tiger can go ahead/);
    const { view, plan } = await at.runs('/repl setup prod-tiger');
    expect(view.state).toBe('succeeded');
    expect(at.sent()).toEqual(effects);
    expect(at.follows('standby')).toBe(true);
    expect(at.tiger.side('primary').queriesPending).toBe(false);
    expect(at.tiger.writable()).toEqual({ primary: true, standby: false });
    expect(at.tiger.splitBrain()).toEqual([]);
    await until(() => at.tiger.side('standby').records >= records, 'the standby has what the primary had');
    expect(plan.predictedLoss.words).toBe(`Everything that ${dublin} holds now is replaced. ${frankfurt} loses nothing.`);
    expect(plan.steps.filter(({ pointOfNoReturn }) => pointOfNoReturn).map(({ cluster }) => cluster)).toEqual([dublin]);
  });

  it('shows each command before anybody approves it, with the name that the backup will have', async () => {
    at = await openTiger('4.1.4', 'none');
    const { thread } = await at.shows('/repl setup prod-tiger', 'restore replops1 --dr');
    expect(thread).toContain('gadmin backup create replops1 --custom-tag');
    expect(thread).toContain('gadmin config set System.CrossRegionReplication.PrimaryKafkaIPs');
    expect(thread).toContain('gadmin backup restore replops1 --dr -y');
    expect(at.sent()).toEqual([]);
  });

  it('that DROP ALL has made outdated is told so and filled anew', async () => {
    at = await openTiger('4.1.4');
    await at.house.ask('ana', '/repl status prod-tiger');
    await at.byHand('primary', `printf '%s\\n' '${at.tiger.primary.password}' | gsql -u '${at.tiger.primary.user}' 'DROP ALL'`);
    await until(
      async () => /is outdated and can only be filled anew/.test(await at.house.ask('ana', '/repl status prod-tiger')),
      'it is told',
    );
    const { view } = await at.runs('/repl rebuild prod-tiger');
    expect(view.state).toBe('succeeded');
    expect(at.follows('standby')).toBe(true);
    expect(at.sent().filter((one) => one === 'standby: restore')).toHaveLength(1);
    expect(at.tiger.splitBrain()).toEqual([]);
  });
});

describe('backups of TigerGraph', { timeout: 180_000 }, () => {
  it('are taken, listed and deleted; the newest full one is kept', async () => {
    at = await openTiger('4.1.4');
    const first = await at.runs('/repl backup prod-tiger --tag nightly');
    expect(first.view.state).toBe('succeeded');
    at.tiger.control().advance(5_000);
    expect((await at.runs('/repl backup prod-tiger --tag later')).view.state).toBe('succeeded');
    expect(first.view.report?.facts).toContainEqual({ label: 'Backup', value: 'nightly' });
    const list = await at.house.ask('ana', '/repl backups prod-tiger');
    expect(list).toMatch(/prod-tiger-frankfurt lists 2 backups, prod-tiger-dublin lists 0 backups/);
    expect(list).toMatch(/later.*nightly/s);

    expect(await at.house.ask('ana', '/repl backup prod-tiger --delete later')).toMatch(/is the newest full backup.*not deleted/s);
    expect(await at.house.ask('ana', '/repl backup prod-tiger --delete neverwas')).toMatch(/lists no backup neverwas/);
    expect((await at.runs('/repl backup prod-tiger --delete nightly')).view.state).toBe('succeeded');
    expect(at.sent()).toEqual(['primary: backup', 'primary: backup', 'primary: backup-remove']);
    expect(await at.house.ask('ana', '/repl backups prod-tiger')).not.toContain('nightly');
  });

  it('of a primary with a standby are restored once people know what becomes of the standby', async () => {
    at = await openTiger('4.1.4');
    await at.byHand('primary', 'gadmin backup create nightly --custom-tag');
    expect(await at.house.ask('ana', `/repl restore prod-tiger nightly --on ${dublin}`)).toMatch(
      /Refused: prod-tiger-dublin follows.*\/repl rebuild prod-tiger/s,
    );
    const { view, plan } = await at.runs(`/repl restore prod-tiger nightly --on ${frankfurt}`);
    expect(view.state).toBe('succeeded');
    expect(at.sent()).toEqual(['standby: crr-stop', 'primary: restore']);
    expect(plan.warnings.join()).toMatch(/becomes outdated for good: nothing protects the link until \/repl rebuild prod-tiger/);
    expect(plan.predictedDowntime.words).toMatch(/is offline for the whole restore.*can't be cancelled/);
    expect(view.report?.sentence).toMatch(/The cluster was offline for/);
    expect(view.report?.facts.find(({ label }) => label.startsWith(`Old data on each node of ${frankfurt}`))?.value).toMatch(/\/gstore/);
    expect(at.tiger.writable()).toEqual({ primary: true, standby: false });
    expect(at.tiger.splitBrain()).toEqual([]);
    expect(await at.house.ask('ana', '/repl status prod-tiger')).toMatch(/is broken/);
  });

  it.each([
    ['3.9.1', ['primary: backup-metadata', ...carried, 'standby: restore']],
    ['4.1.4', [...carried, 'standby: restore']],
  ] as const)('of one cluster are restored on the other, on %s', async (version, effects) => {
    at = await openTiger(version, 'none');
    await at.byHand('primary', `gadmin backup create weekly${version === '4.1.4' ? ' --custom-tag' : ''}`);
    const records = at.tiger.side('primary').records;
    const { view, plan } = await at.runs(`/repl restore prod-tiger latest --from-other --on ${dublin}`);
    expect(view.state).toBe('succeeded');
    expect(at.sent()).toEqual(effects);
    expect(at.tiger.side('standby').records).toBeGreaterThan(0);
    expect(at.tiger.side('standby').records).toBeLessThanOrEqual(records + 100_000);
    expect(plan.warnings.join()).toContain(`Users and passwords of ${dublin} become those of ${frankfurt}`);
    expect(at.tiger.side('primary').writable).toBe(true);
  });

  it('that were damaged on their way are found before anything is replaced, and copied again by people', async () => {
    at = await openTiger('4.1.4', 'none');
    at.tiger.faults.spoilCopy('damaged');
    const { run, view } = await at.runs('/repl setup prod-tiger');
    expect(view.state).toBe('halted');
    expect(view.halt?.sentence).toMatch(/is missing or damaged in .* Nothing was restored\. Copy it again, then press Retry\.$/);
    expect(at.sent()).not.toContain('standby: restore');
    expect(at.tiger.writable().primary).toBe(true);
    for (const { name } of at.tiger.primary.nodes) {
      const { exitCode } = await at.tiger.host('primary', name).run(copyByHand, { tag: '' });
      expect(exitCode).toBe(0);
    }
    await at.byHand('standby', "gscp all '/home/tigergraph/backups/replops1' '/home/tigergraph/backups'");
    await at.house.click(run, 'ana', 'retry');
    await at.house.reaches(run, 'succeeded');
    expect(at.sent().filter((one) => one === 'standby: restore')).toHaveLength(1);
    expect(at.follows('standby')).toBe(true);
  });
});
