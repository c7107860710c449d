import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Check, Plan } from '../../../src/domain/plan.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import type { CrrDetail, ReadSide } from '../../../src/engines/tigergraph-crr/detail.ts';
import { observationOf } from '../../../src/engines/tigergraph-crr/observe.ts';
import { planCrr } from '../../../src/engines/tigergraph-crr/plan.ts';
import type { SimSide } from '../../../src/sim/tigergraph/contract.ts';
import { anIo, carryOut, planOn, settle } from '../../conformance/drive.ts';
import { type CrrBed, crrLinkId, openCrr } from '../../conformance/tigergraph-crr-bed.ts';
import { backedUp } from '../../conformance/tigergraph-crr-prepared.ts';
import { aLink, parseRaw, rawSettings } from './build.ts';
import { detailIn, operationsOn, type StateName } from './plan-states.ts';

const bucket = (more: object = {}) => ({ kind: 's3', bucket: 'graph-backups', ...more });
const raw = (more: object = {}) => ({
  ...rawSettings,
  primary: { ...rawSettings.primary, backup: bucket(more) },
  standby: { ...rawSettings.standby, backup: bucket(more) },
});
const link = aLink(raw());
const operations = operationsOn(link);

const setup: ReadSide['backupSetup'] = { local: false, path: '', s3: true, bucket: 'graph-backups', endpoint: '', timeoutSec: 18_000 };

function detailOf(state: StateName, version: string, standby: Partial<typeof setup> = {}): CrrDetail {
  const detail = detailIn(state, version);
  const into = (read: CrrDetail['primary'], more: object) =>
    read.kind === 'read' ? { ...read, backupSetup: { ...setup, ...more } } : read;
  return { ...detail, primary: into(detail.primary, {}), standby: into(detail.standby, standby) };
}

function planned(name: string, state: StateName, version: string, standby: Partial<typeof setup> = {}): Plan | Refusal {
  const operation = operations[name];
  if (operation === undefined) throw new TypeError(`no operation ${name}`);
  return planCrr(operation, link, observationOf(link, detailOf(state, version, standby), 3_000));
}

const statementsOf = (plan: Plan | Refusal): readonly string[] =>
  plan.kind === 'refusal'
    ? [plan.sentence]
    : plan.steps.flatMap(({ statements, cluster }) => statements.map((one) => `${cluster}: ${one}`));

const own = '/home/tigergraph/replops/<backup>';
const carried = (backup: string) => [
  `graph-east: mkdir -p '${own}' && cd '${own}' && gadmin backup list <backup> --meta`.replaceAll('<backup>', backup),
  `graph-west: mkdir -p '${own}' && cd '${own}' && cat > metadata.part && mv -f metadata.part metadata`.replaceAll('<backup>', backup),
  `graph-west: gadmin backup restore --meta='${own}/metadata' -y`.replaceAll('<backup>', backup),
];

describe('a plan that goes through a bucket', () => {
  it.each([
    ['setup', 'no set-up', '<backup>'],
    ['rebuild', 'following', '<backup>'],
    ['restore of the other’s', 'no set-up', 'weekly'],
  ] as const)('of a %s takes the metadata along, and nothing else, on 3.9.1', (name, state, backup) => {
    const statements = statementsOf(planned(name, state, '3.9.1'));
    const from = statements.indexOf(carried(backup)[0] ?? '');
    expect(statements.slice(from, from + 3)).toEqual(carried(backup));
    expect(statements.join('\n')).not.toMatch(/rsync|gscp/);
  });

  it('of a failback goes the other way', () => {
    const plan = planned('failback', 'promoted', '3.9.1');
    const found =
      plan.kind === 'plan' ? plan.steps.filter(({ kind }) => /metadata$/.test(kind)).map(({ cluster, kind }) => `${cluster} ${kind}`) : [];
    expect(found).toEqual(['graph-west crr.export-metadata', 'graph-east crr.place-metadata']);
  });

  it.each(['3.9.3', '3.10.1', '4.1.4'])('needs no file on %s', (version) => {
    expect(statementsOf(planned('setup', 'no set-up', version)).join('\n')).not.toMatch(/--meta|metadata/);
  });

  it('of a restore of its own backup needs no file', () => {
    expect(statementsOf(planned('restore of its own', 'no set-up', '3.9.1'))).toEqual(['graph-east: gadmin backup restore weekly -y']);
  });

  it.each([
    [{ bucket: 'others' }, /puts its backups into others, and the config says graph-backups, so no/],
    [{ bucket: null }, /into an unknown place/],
    [
      { endpoint: 'https://s3.example.com' },
      /have a bucket graph-backups, but at the usual place and at https:\/\/s3\.example\.com: these are two/,
    ],
  ])('is refused where the standby has %j', (standby, words) => {
    expect(statementsOf(planned('setup', 'no set-up', '3.9.1', standby)).join()).toMatch(words);
  });

  it('takes it that no side has an endpoint where neither version knows one', () => {
    const detail = detailOf('no set-up', '3.9.1', { endpoint: null });
    const { primary } = detail;
    if (primary.kind !== 'read') throw new TypeError('the primary does not answer');
    const bare = { ...detail, primary: { ...primary, backupSetup: { ...setup, endpoint: null } } };
    const operation = operations['setup'];
    if (operation === undefined) throw new TypeError('no setup');
    expect(planCrr(operation, link, observationOf(link, bare, 3_000)).kind).toBe('plan');
  });
});

describe('the settings of a bucket', () => {
  it('have a folder for metadata, and one endpoint for both sides', () => {
    expect(link.settings.standby.backup).toMatchObject({ metadata: '/home/tigergraph/replops' });
    const apart = raw();
    const parsed = parseRaw({ ...apart, standby: { ...apart.standby, backup: bucket({ endpoint: 'https://s3.example.com' }) } });
    expect(parsed.kind === 'problems' ? parsed.problems.map(({ path }) => path.join('.')) : []).toEqual(['standby.backup.endpoint']);
  });

  it('are held against the endpoint that a cluster has', () => {
    const there = aLink(raw({ endpoint: 'https://s3.example.com' }));
    const operation = operations['setup'];
    if (operation === undefined) throw new TypeError('no setup');
    const plan = planCrr(operation, there, observationOf(there, detailOf('no set-up', '3.9.1'), 3_000));
    expect(statementsOf(plan).join()).toMatch(/into graph-backups at the usual place, and the config says graph-backups at https:/);
  });
});

describe('metadata on its way', () => {
  let bed: CrrBed;
  afterEach(() => bed.close());
  const restore: Operation = { kind: 'restore', link: crrLinkId, backup: 'latest', from: 'other', on: 'tiger-west' };

  const opened = async (): Promise<void> => {
    bed = await openCrr({ version: '3.9.1', start: 'none', backup: 's3' }, backedUp('primary', 'nightly'));
  };
  const fileOn = (side: SimSide, backup: string) => ({
    files: bed.world.host(side, 'm1').files,
    path: `/home/tigergraph/replops/${backup}/metadata`,
  });

  async function steps() {
    const plan = await planOn(bed, restore);
    const of = (kind: string) => {
      const step = plan.steps.find((one) => one.kind === kind);
      if (step === undefined) throw new TypeError(`the plan has no ${kind}`);
      return step;
    };
    const [exported, placed] = [of('crr.export-metadata'), of('crr.place-metadata')];
    return { exported, placed, backup: String(placed.params['backup']) };
  }

  it('is written anew where it came over damaged, and left alone where it is whole', async () => {
    await opened();
    const { exported, placed, backup } = await steps();
    const engine = bed.engine();
    await carryOut(bed, exported, () => engine);
    const { files, path } = fileOn('standby', backup);
    files.write(path, '{"Tag":');
    expect(await carryOut(bed, placed, () => engine)).toBe(1);
    const original = fileOn('primary', backup);
    expect(files.read(path)).toBe(original.files.read(original.path));
    expect(await carryOut(bed, placed, () => engine)).toBe(0);
  });

  it.each([
    [
      'of another backup',
      '{"Tag":"other"}',
      /is the metadata of another backup than nightly-.* Nothing was restored\. Remove .* then plan again\.$/,
    ],
    ['cut off', '{"Tag":"night', /is no whole metadata of a backup\. Nothing was restored\./],
  ])('is not carried when it is %s', async (_, text, words) => {
    await opened();
    const { exported, placed, backup } = await steps();
    const { files, path } = fileOn('primary', backup);
    files.write(path, text);
    expect((await settle(bed, exported, () => bed.engine())).kind).toBe('done');
    const probe = await settle(bed, placed, () => bed.engine());
    expect(probe).toMatchObject({ kind: 'impossible', why: expect.stringMatching(words) });
    expect(bed.effects()).toEqual([]);
  });

  it('is looked at before: one bucket, the keys, the folders', async () => {
    await opened();
    const checks = await bed.engine().preflight(restore, bed.link, anIo());
    const named = (name: string) => checks.filter((check) => check.name === name).map(({ outcome, seen }) => `${outcome}: ${seen}`);
    expect(named('one bucket')).toEqual(['passed: tiger-east and tiger-west use the same bucket, graph-backups.']);
    expect(named('keys of the bucket')).toEqual([expect.stringMatching(/^passed: .* tell the same of the key/)]);
    expect(named('tiger-west: folder of metadata')).toEqual([
      expect.stringMatching(/^passed: .*\/home\/tigergraph\/replops on tiger-west-m1\.$/),
    ]);
  });

  it('is warned of other keys, without a word of them', async () => {
    await opened();
    const secret = 'AKIAVERYSECRETID';
    const { exitCode } = await bed.world
      .host('standby', 'm1')
      .run(
        `PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; gadmin config set System.Backup.S3.AWSAccessKeyID ${secret} && gadmin config apply -y`,
      );
    expect(exitCode).toBe(0);
    const checks: readonly Check[] = await bed.engine().preflight(restore, bed.link, anIo());
    expect(checks.find(({ name }) => name === 'keys of the bucket')).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining('different keys'),
    });
    expect(JSON.stringify(checks)).not.toContain(secret);
  });
});
