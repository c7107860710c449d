import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBackups, parseGbarList, parseTime } from '../../../src/engines/tigergraph-crr/parse/backups.ts';
import { blocksCommand, splitBlocks } from '../../../src/engines/tigergraph-crr/parse/blocks.ts';
import {
  parseDiff,
  parseFlag,
  parseHostList,
  parseHosts,
  parseNumber,
  parsePath,
  parseShape,
  parseValue,
  parseWord,
} from '../../../src/engines/tigergraph-crr/parse/config.ts';
import { isSuperuser, parseDiskFree, parseLicense, parseProcesses, parseUsage } from '../../../src/engines/tigergraph-crr/parse/host.ts';
import {
  endsOfTopics,
  parseNative,
  parseNewest,
  parsePartitions,
  parseSequence,
  topicsIn,
} from '../../../src/engines/tigergraph-crr/parse/numbers.ts';
import { isOnline, parseConnector, parseServices } from '../../../src/engines/tigergraph-crr/parse/services.ts';
import { reasonIn, saidIn } from '../../../src/engines/tigergraph-crr/parse/text.ts';
import { isAtLeast, parseTools, parseVersion, versionIn } from '../../../src/engines/tigergraph-crr/parse/version.ts';
import {
  allServices,
  aTask,
  backupsChained,
  backupsOld,
  backupsTyped,
  coloured,
  connector,
  fromWindows,
  gpeNodes,
  help,
  hostList,
  staleWarning,
  status,
  statusWithPids,
  tabbed,
  version,
} from './samples.ts';

const ok = (text: string) => ({ exitCode: 0, text });
const refused = (text: string) => ({ exitCode: 1, text });

describe('the table of services', () => {
  it.each([
    ['as it is', status()],
    ['with colours', coloured(status())],
    ['with carriage returns', fromWindows(status())],
    ['with tabs for spaces', tabbed(status())],
    ['with a line before it', `[   Note] anything\n${status()}`],
  ])('is read %s', (_, text) => {
    const read = parseServices(text);
    expect(read.kind === 'read' && read.rows.length === allServices.length && read.rows.every(isOnline)).toBe(true);
  });

  it('takes the column of process ids of newer versions, and an instance that is not heard of', () => {
    const read = parseServices(statusWithPids);
    expect(read.kind === 'read' ? read.rows.at(-1) : null).toEqual({ name: 'GPE_1#2', status: 'StatusUnknown', process: 'StateUnknown' });
  });

  it('is stale when it says so', () => {
    expect(parseServices(status())).toMatchObject({ stale: false });
    expect(parseServices(`${status()}${staleWarning}\n`)).toMatchObject({ kind: 'read', stale: true });
  });

  it.each(['Warmup', 'Readonly', 'Starting', 'Paused', 'Stopping', 'Offline', 'Down', 'StatusUnknown', 'online', ''])(
    'does not take %s for online',
    (state) => {
      const read = parseServices(status([...allServices.slice(1), ['ADMIN#1', state, 'Running']]));
      expect(read.kind === 'read' && read.rows.every(isOnline)).toBe(false);
    },
  );

  it('is not read when a service that is always there is missing', () => {
    expect(parseServices(status(allServices.filter(([name]) => name !== 'GPE_1#1')))).toEqual({
      kind: 'unread',
      why: 'The table of services lacks GPE.',
    });
  });

  it('is not read when it breaks off anywhere', () => {
    const text = status();
    for (let end = 0; end < text.trimEnd().length; end += 1) expect(parseServices(text.slice(0, end)).kind).toBe('unread');
  });
});

describe('the table of connectors', () => {
  it('shows the tasks of infr_mm and of no other connector', () => {
    expect(parseConnector(connector([aTask(), aTask('loader', 'FAILED', 'FAILED')]))).toEqual({
      kind: 'read',
      tasks: [{ worker: '10.0.1.11:30003', state: 'RUNNING', task: '0', taskState: 'RUNNING' }],
    });
  });
  it.each([
    ['an empty table', connector([])],
    ['no output at all', ''],
  ])('takes %s for no connector', (_, text) => expect(parseConnector(text)).toEqual({ kind: 'read', tasks: [] }));
  it.each([
    ['an error', '[  Error] NotReady (KAFKACONN is not available)'],
    ['an unknown command', 'Error: unknown command "connector" for "gadmin"'],
    ['words', 'something else'],
    ['half a table', connector([aTask()]).slice(0, -60)],
  ])('does not take %s for one', (_, text) => expect(parseConnector(text).kind).toBe('unread'));
});

describe('a setting', () => {
  it.each([
    ['true', true],
    ['TRUE', true],
    ['false\r', false],
    ['', null],
    ['[  Error] no such key', null],
    ['true\nfalse', null],
  ])('%j is the flag %s', (text, value) => expect(parseFlag(ok(text))).toBe(value));

  it('is empty when it is unset, and unknown when it was refused', () => {
    expect(parseValue(ok('\n'))).toBe('');
    expect(parseValue(refused(''))).toBeNull();
    expect(parseWord(ok('[Warning] old client\nPrimary.Primary\n'))).toBe('Primary.Primary');
    expect(parseNumber(ok('30002'))).toBe(30_002);
    expect(parseNumber(ok('many'))).toBeNull();
    expect(parsePath(ok('/home/tigergraph/tigergraph/data/'))).toBe('/home/tigergraph/tigergraph/data');
    expect(parsePath(ok('home'))).toBeNull();
  });

  it('holds a list of hosts', () => {
    expect(parseHosts(ok('10.0.0.1,10.0.0.2'))).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(parseHosts(ok(''))).toEqual([]);
    expect(parseHosts(ok('10.0.0.1,$(reboot)'))).toBeNull();
    expect(parseHostList(ok(hostList))).toEqual([
      { id: 'm1', hostname: '172.31.92.8' },
      { id: 'm2', hostname: '172.31.91.127' },
    ]);
    expect(parseHostList(ok('[]'))).toBeNull();
    expect(parseHostList(ok(hostList.slice(0, 40)))).toBeNull();
  });

  it('tells partitions and copies, and nothing when one of them is missing', () => {
    expect(parseShape(ok(gpeNodes))).toEqual({ partitions: 1, replicas: 2 });
    expect(parseShape(ok('[{"HostID":"m1","Partition":2,"Replica":1}]'))).toBeNull();
  });
});

describe('staged settings', () => {
  it.each([
    ['', []],
    ['No difference\n', []],
    ['- System.Backup.Local.Path: ""\n+ System.Backup.Local.Path: "/data"', ['System.Backup.Local.Path']],
    ['{"Name":"GPE.BasicConfig.Env","Value":"x"}', ['GPE.BasicConfig.Env']],
    ['Kafka.RetentionHours  168 -> 200', ['Kafka.RetentionHours']],
    ['  "Controller.Port": 9188', ['Controller.Port']],
  ])('%j names %j', (text, keys) => expect(parseDiff(ok(text))).toEqual({ kind: 'read', keys }));

  it('are unknown when gadmin fails, and never hold a value', () => {
    expect(parseDiff(refused('[  Error] ExternalError (etcd)')).kind).toBe('unread');
    expect(JSON.stringify(parseDiff(ok('+ System.Backup.S3.AWSSecretAccessKey: hunter2')))).not.toContain('hunter2');
  });
});

describe('a version', () => {
  it('is read from its own line, or from the product', () => {
    expect(parseVersion(ok(version))).toMatchObject({ text: '3.9.3' });
    expect(parseVersion(ok(version.replace('TigerGraph version: 3.9.3', 'TigerGraph version: ')))).toMatchObject({ text: '3.9.3' });
    expect(parseVersion(ok('gadmin 1.2.3 is not here'))).toBeNull();
    expect(parseVersion(refused(version))).toBeNull();
  });
  it('compares by numbers', () => {
    const at = (text: string) => versionIn(text) ?? { text: '', major: 0, minor: 0, patch: 0 };
    expect(isAtLeast(at('3.10.0'), [3, 9, 3])).toBe(true);
    expect(isAtLeast(at('3.9.3'), [3, 10])).toBe(false);
    expect(isAtLeast(at('4.1.4'), [4, 1, 4])).toBe(true);
  });
});

describe('the tools', () => {
  const unknownCommand = refused('Error: unknown command "crr" for "gadmin"\nRun \'gadmin --help\' for usage.');
  const blocks = {
    gbar: refused(''),
    backup: ok(help('backup', ['create', 'list', 'restore'])),
    create: ok(help('backup create', [], ['--incremental', '--custom-tag'])),
    restore: ok(help('backup restore', [], ['--dr', '--staging-path'])),
    crr: ok(help('crr', ['config', 'start', 'stop', 'update'])),
  };
  it('are what their help lists', () => {
    expect(parseTools(blocks)).toEqual({
      gbar: false,
      backup: ['create', 'list', 'restore'],
      create: ['--custom-tag', '--help', '--incremental'],
      restore: ['--dr', '--help', '--staging-path'],
      crr: ['config', 'start', 'stop', 'update'],
    });
  });
  it('are missing when gadmin does not know the command, or shows the help of its parent', () => {
    expect(parseTools({ ...blocks, gbar: ok('/home/tigergraph/tigergraph/app/cmd/gbar'), crr: unknownCommand })).toMatchObject({
      gbar: true,
      crr: [],
    });
    expect(parseTools({ ...blocks, crr: ok(help('', ['backup', 'config'])) })).toMatchObject({ crr: [] });
  });
  it('are unknown when the help was not told', () => expect(parseTools({ ...blocks, crr: { exitCode: 255, text: '' } })).toBeNull());
});

describe('lists of backups', () => {
  it('are read from every version', () => {
    expect(parseBackups(ok(backupsOld))).toEqual({
      kind: 'read',
      rows: [
        {
          tag: 'weekly-2022-10-22T133912',
          type: null,
          version: null,
          size: '2.6 MB',
          base: null,
          startedAt: null,
          createdAt: Date.UTC(2022, 9, 22, 13, 39, 12),
        },
      ],
    });
    const typed = parseBackups(ok(coloured(backupsTyped)));
    expect(typed.kind === 'read' ? typed.rows.map(({ tag, version: by }) => [tag, by]) : null).toEqual([
      ['backup_tag-2024-02-26T061818', '3.10.0'],
      ['captest', '4.1.4'],
    ]);
    const chained = parseBackups(ok(backupsChained));
    expect(chained.kind === 'read' ? chained.rows[1] : null).toMatchObject({
      type: 'INCREMENTAL',
      base: 'backup-2024-06-13T061939.131',
      startedAt: Date.UTC(2024, 5, 13, 6, 19, 39),
    });
  });
  it('are not read when they break off, hold strange tags or come with an error', () => {
    expect(parseBackups(ok(backupsChained.slice(0, -80))).kind).toBe('unread');
    expect(parseBackups(ok(backupsTyped.replace('captest', '$(id)'))).kind).toBe('unread');
    expect(parseBackups(refused('Error: unknown command "backup" for "gadmin"')).kind).toBe('unread');
    expect(parseBackups(ok(''))).toEqual({ kind: 'read', rows: [] });
  });
  it('of gbar are known by the form of the tag', () => {
    expect(parseGbarList(ok('TAG                     SIZE   CREATED\ndaily-20180607232159    49G    2018-06-07 23:53:18\n'))).toMatchObject(
      {
        kind: 'read',
        rows: [{ tag: 'daily-20180607232159', size: '49G', createdAt: Date.UTC(2018, 5, 7, 23, 21, 59) }],
      },
    );
  });
  it.each([
    ['2022-10-22 13:39:12', Date.UTC(2022, 9, 22, 13, 39, 12)],
    ['2024-01-04T23:19:21.514061123Z', Date.UTC(2024, 0, 4, 23, 19, 21, 514)],
    ['2024-01-04T23:19:21+02:00', Date.UTC(2024, 0, 4, 21, 19, 21)],
    ['yesterday', null],
  ])('time %s', (text, at) => expect(parseTime(text)).toBe(at));
});

describe('numbers of the replication', () => {
  it('are read from the endpoint, when it answers well', () => {
    const body = '{"numChangesToBeReplicated": 0, "lastSeqId": 256, "error": false}';
    expect(parseSequence(`${body}\n200`)).toEqual({ kind: 'read', last: 256, waiting: 0 });
    expect(parseSequence(`${body}\n401`).kind).toBe('locked');
    expect(parseSequence(`${body}\n404`).kind).toBe('unread');
    expect(parseSequence(`${body.replace('false', 'true')}\n200`).kind).toBe('unread');
    expect(parseSequence(body).kind).toBe('unread');
  });
  it('are added up by topic, without the prefix and without other topics', () => {
    const lines =
      'Primary.Metadata:0:7\nPrimary.deltaQ_GPE_1Q:0:100\nPrimary.deltaQ_GPE_1Q:1:50\nMetadata:0:3\n__consumer_offsets:1:9\nOther:0:1\n';
    expect(endsOfTopics(parsePartitions(lines, 'Primary') ?? [])).toEqual([
      { topic: 'Metadata', end: 7 },
      { topic: 'deltaQ_GPE_1Q', end: 150 },
    ]);
    expect(endsOfTopics(parsePartitions(lines, '') ?? [])).toEqual([{ topic: 'Metadata', end: 3 }]);
    expect(parsePartitions('Metadata:0:', '')).toBeNull();
    expect(parsePartitions('', '')).toBeNull();
    expect(topicsIn('Metadata\nGSE_journal_1\nEventQueue\n', '')).toEqual(['Metadata', 'GSE_journal_1']);
  });
  it('of gadmin crr status are the worst of all topics, in whatever envelope', () => {
    const topic = (name: string, lag: number) => ({
      topic: name,
      replicationLagRecords: lag,
      replayLagRecords: 1,
      replayLagSeconds: lag * 2,
      replicationStalledSeconds: 0,
    });
    const text = JSON.stringify({ anything: { Topics: [topic('Metadata', 0), topic('deltaQ_GPE_1Q', 21)] } });
    expect(parseNative(ok(text))).toEqual({ kind: 'read', topics: 2, records: 21, seconds: 42, stalledSeconds: 0 });
    expect(parseNative(ok('{}')).kind).toBe('unread');
    expect(parseNative(refused(text)).kind).toBe('unread');
  });
});

describe('what hosts say', () => {
  it('of room', () => {
    const df =
      'Filesystem     1024-blocks      Used Available Capacity Mounted on\n/dev/nvme0n1p1   103081248  51540624  51524240      51% /home\n';
    expect(parseDiskFree(ok(df))).toBe(51_524_240);
    expect(parseDiskFree(ok(df + df))).toBeNull();
    expect(parseUsage(ok('257024\t/home/tigergraph/tigergraph/data/gstore\n'))).toBe(257_024);
    expect(parseUsage(refused("du: cannot access '/x'"))).toBeNull();
  });
  it('of processes: what changes a cluster, and not our own look', () => {
    const list =
      "12 gadmin status -v\n13 gadmin backup create weekly\n14 sh -c pgrep -fa -e gadmin; printf '### replops 1'\n15 /x/gadmin config  apply -y\n";
    expect(parseProcesses(ok(list))).toEqual(['gadmin backup create', 'gadmin config apply']);
    expect(parseProcesses(refused(''))).toEqual([]);
    expect(parseProcesses({ exitCode: 127, text: 'pgrep: not found' })).toBeNull();
  });
  it('of users', () => {
    const users = '  - Name: reader\n    - Global Roles: globalobserver\n  - Name: tigergraph\n    - Global Roles: superuser\n';
    expect(isSuperuser(users, 'tigergraph')).toBe(true);
    expect(isSuperuser(users, 'reader')).toBe(false);
    expect(isSuperuser(users, 'nobody')).toBe(false);
  });
  it('of the license', () => {
    expect(parseLicense(ok('"EndTime": "2026-12-31 00:00:00 +0000 UTC"'.replace(' +0000 UTC', 'Z')))?.endsAt).toBe(Date.UTC(2026, 11, 31));
    expect(parseLicense(ok('[Warning] License will expire in 5 days'))).toMatchObject({
      endsAt: null,
      warning: expect.stringContaining('5 days'),
    });
    expect(parseLicense(ok('nothing'))).toBeNull();
  });
});

describe('lines of gadmin', () => {
  it.each([
    ['[   Info] [Wed Oct 26 08:51:24 UTC 2022] Tag is weekly-2022-10-26T085124', 'info', 'Tag is weekly-2022-10-26T085124'],
    [
      "[  Error] ParameterErr (Provided tag: 'captest' already exists, please use a different tag)",
      'error',
      "ParameterErr (Provided tag: 'captest' already exists, please use a different tag)",
    ],
    [
      '[Warning] No difference from staging config, config apply is skipped.',
      'warning',
      'No difference from staging config, config apply is skipped.',
    ],
  ])('%s', (line, level, text) => expect(saidIn(line)).toEqual({ level, text }));
  it('give the reason of a failure', () => {
    expect(reasonIn("[   Info] working\nError: unknown shorthand flag: 'y' in -y\nUsage: gadmin start")).toBe(
      "Error: unknown shorthand flag: 'y' in -y",
    );
    expect(reasonIn('')).toBe('');
  });
});

describe('several commands in one', () => {
  const answer = 'one\n\n### replops 1 0\n\n### replops 2 3\n';
  it('end each with a mark of their own', () => {
    expect(blocksCommand(['a', 'b'])).toBe(
      `a < /dev/null 2>&1; printf '\\n### replops 1 %s\\n' "$?"; b < /dev/null 2>&1; printf '\\n### replops 2 %s\\n' "$?"`,
    );
    expect(splitBlocks(answer, 2)).toEqual([
      { exitCode: 0, text: 'one\n' },
      { exitCode: 3, text: '' },
    ]);
  });
  it('are none when one is missing, out of order or one too many', () => {
    expect(splitBlocks(answer, 3)).toBeNull();
    expect(splitBlocks(answer, 1)).toBeNull();
    expect(splitBlocks(answer.replace('replops 2', 'replops 4'), 2)).toBeNull();
    expect(splitBlocks(`${answer}more`, 2)).toBeNull();
  });
});

const pieces = [
  status(),
  statusWithPids,
  connector([aTask()]),
  backupsChained,
  version,
  hostList,
  gpeNodes,
  help('crr', ['start']),
  staleWarning,
];
const garbage = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('|', '+', '-', ' ', '\n', '\r', '\t', '\u001b[31m', 'Online', 'RUNNING', 'infr_mm', '"', '{', '}', ':', '###'),
        fc.string(),
      ),
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom(...pieces), fc.nat(2_000), fc.nat(2_000), fc.string())
    .map(([text, from, length, put]) => text.slice(0, from) + put + text.slice(from + length)),
);

describe('no text from outside', () => {
  it('makes a reader throw', () => {
    fc.assert(
      fc.property(garbage, fc.integer({ min: 0, max: 255 }), (text, exitCode) => {
        const block = { exitCode, text };
        for (const read of [
          parseValue,
          parseFlag,
          parseNumber,
          parsePath,
          parseHosts,
          parseHostList,
          parseShape,
          parseDiff,
          parseVersion,
          parseBackups,
          parseGbarList,
          parseNative,
          parseDiskFree,
          parseUsage,
          parseProcesses,
          parseLicense,
        ])
          read(block);
        for (const read of [parseServices, parseConnector, parseSequence, reasonIn, parseTime]) read(text);
        parseTools({ gbar: block, backup: block, create: block, restore: block, crr: block });
        parsePartitions(text, '');
        parseNewest(text);
        splitBlocks(text, 3);
      }),
      { numRuns: 500 },
    );
  });

  it('is taken for services that are all well, unless every one of them stands there as well', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        const read = parseServices(text);
        if (read.kind !== 'read' || !read.rows.every(isOnline)) return;
        for (const { name } of read.rows) expect(text).toContain(name);
        expect(text.match(/Online/g)?.length ?? 0).toBeGreaterThanOrEqual(read.rows.length);
      }),
      { numRuns: 500 },
    );
  });

  it('without a table is taken for a running connector, or for a version', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = parseConnector(text);
        expect(read.kind === 'unread' || read.tasks.length === 0).toBe(true);
        expect(parseServices(text).kind).toBe('unread');
      }),
    );
  });
});
