import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBackups, parseGbarList } from '../../../src/engines/tigergraph-crr/parse/backups.ts';
import { splitBlocks } from '../../../src/engines/tigergraph-crr/parse/blocks.ts';
import {
  parseDiff,
  parseFlag,
  parseHostList,
  parseHosts,
  parseNumber,
  parsePath,
  parseShape,
} from '../../../src/engines/tigergraph-crr/parse/config.ts';
import { parseCounts } from '../../../src/engines/tigergraph-crr/parse/counts.ts';
import { parseDeployment } from '../../../src/engines/tigergraph-crr/parse/deployment.ts';
import { parseGraphs, parseQueries } from '../../../src/engines/tigergraph-crr/parse/gsql.ts';
import {
  isSuperuser,
  parseBrokers,
  parseDiskFree,
  parseLicense,
  parseLoading,
  parsePartitions,
  parseProcesses,
  parseUsage,
} from '../../../src/engines/tigergraph-crr/parse/host.ts';
import { parseMetadata } from '../../../src/engines/tigergraph-crr/parse/metadata.ts';
import {
  endsOfTopics,
  parsePartitions as parseEnds,
  parseNative,
  parseSequence,
  topicsIn,
} from '../../../src/engines/tigergraph-crr/parse/numbers.ts';
import { isOnline, parseConnector, parseServices } from '../../../src/engines/tigergraph-crr/parse/services.ts';
import { complains, reasonIn } from '../../../src/engines/tigergraph-crr/parse/text.ts';
import { parseHelp, parseVersion } from '../../../src/engines/tigergraph-crr/parse/version.ts';
import { verdictOnWrite } from '../../../src/engines/tigergraph-crr/preflights/refusal.ts';
import { stageIn } from '../../../src/engines/tigergraph-crr/restore-words.ts';
import { takeBackup } from '../../../src/engines/tigergraph-crr/steps/backup.ts';
import { type TextName, toolTexts } from './tool-texts.ts';

const block = (text: string) => ({ exitCode: 0, text });

/** Two nodes with a partition each. */
const layout = '[{"HostID":"m1","Partition":1,"Replica":1},{"HostID":"m2","Partition":2,"Replica":1}]';

interface Reader {
  /** Everything that it makes of a text; null when that is nothing: unread, or empty. */
  read(text: string): unknown;
  /** What it makes of the texts that are meant for it. */
  readonly own: Partial<Readonly<Record<TextName, unknown>>>;
}

const kept = <T extends { readonly kind: string }>(view: T): T | null => (view.kind === 'read' ? view : null);
const some = <T>(list: readonly T[] | null): readonly T[] | null => (list === null || list.length === 0 ? null : list);

const tags = (view: ReturnType<typeof parseBackups>) => (view.kind === 'read' ? some(view.rows.map(({ tag }) => tag)) : null);

/** How many services there are, and how many of them are online; a table that may be old shows none. */
function services(text: string) {
  const view = parseServices(text);
  return view.kind === 'read' ? { all: view.rows.length, online: view.stale ? 0 : view.rows.filter(isOnline).length } : null;
}

const readers: Readonly<Record<string, Reader>> = {
  version: { read: (text) => parseVersion(block(text))?.text ?? null, own: { version: '3.9.3' } },
  deployment: {
    read: (text) => {
      const seen = parseDeployment(block(text));
      return seen === null ? null : [seen.hosts.length, seen.shape, seen.version?.text, seen.roots];
    },
    own: {
      deployment: [
        3,
        { partitions: 1, replicas: 2 },
        '4.1.4',
        {
          app: '/home/tigergraph/tigergraph/app/4.1.4',
          data: '/home/tigergraph/tigergraph/data',
          log: '/home/tigergraph/tigergraph/log',
        },
      ],
    },
  },
  services: {
    read: services,
    own: {
      status: { all: 8, online: 8 },
      'status with process ids': { all: 9, online: 8 },
      'status that may be old': { all: 8, online: 0 },
    },
  },
  connector: {
    read: (text) => {
      const view = parseConnector(text);
      return view.kind === 'read' ? some(view.tasks.map(({ state, taskState }) => `${state} ${taskState}`)) : null;
    },
    own: { 'the connector': ['RUNNING RUNNING'] },
  },
  hosts: {
    read: (text) => parseHostList(block(text))?.map(({ id, hostname }) => `${id} ${hostname}`) ?? null,
    own: { 'the list of hosts': ['m1 172.31.92.8', 'm2 172.31.91.127'] },
  },
  shape: { read: (text) => parseShape(block(text)), own: { 'the places of partitions': { partitions: 1, replicas: 2 } } },
  'a list of addresses': { read: (text) => some(parseHosts(block(text))), own: {} },
  flag: { read: (text) => parseFlag(block(text)), own: {} },
  number: { read: (text) => parseNumber(block(text)), own: {} },
  path: { read: (text) => parsePath(block(text)), own: {} },
  backups: {
    read: (text) => tags(parseBackups(block(text))),
    own: {
      'backups up to 3.8': ['weekly-2022-10-22T133912'],
      'backups of 3.9': ['backup_tag-2024-02-26T061818', 'captest'],
      'backups with what they build on': ['backup-2024-06-13T061939.131', 'backup-2024-06-13T063915.054'],
    },
  },
  'backups of gbar': { read: (text) => tags(parseGbarList(block(text))), own: {} },
  metadata: {
    read: (text) => {
      const view = parseMetadata(text);
      if (view.kind === 'unread') return null;
      const { tag, version, type, base, files } = view.metadata;
      return [tag, version?.text, type, base, files?.map(({ name, part, size }) => [name, part?.service, part?.partition, size])];
    },
    own: {
      metadata: [
        'backup-2024-01-04T231921',
        '3.10.0',
        'FULL',
        null,
        [
          ['GPE_1_1.tgdat', 'GPE', 1, 7_274],
          ['GSE_1_1.tgdat', 'GSE', 1, 7_274],
          ['GSQL.tgdat', undefined, undefined, 7_274],
        ],
      ],
    },
  },
  'a backup that has ended': {
    read: (text) => takeBackup.isWhole(text, backupParams) || null,
    own: { 'a backup': true, 'a backup by gbar': true },
  },
  'a restore that has ended': {
    read: (text) => stageIn(text, { dr: false, empty: false }) === 'whole' || null,
    own: { 'a restore': true, 'a restore of a standby': true, 'a restore by gbar': true },
  },
  'a standby that was restored': {
    read: (text) => stageIn(text, { dr: true, empty: false }) === 'whole' || null,
    own: { 'a restore of a standby': true },
  },
  'counts of a graph': {
    read: (text) => kept(parseCounts(block(layout), block(text))),
    own: { 'counts of the graph': { kind: 'read', vertices: 2_310_147, edges: 21_912_887 } },
  },
  queries: { read: parseQueries, own: { 'queries of a graph': { queries: 1, pending: [] } } },
  graphs: { read: (text) => some(parseGraphs(text)), own: { 'queries of a graph': ['social'] } },
  superuser: { read: (text) => isSuperuser(text, 'tigergraph') || null, own: { 'users of GSQL': true } },
  sequence: { read: (text) => kept(parseSequence(text)), own: { 'the replication endpoint': { kind: 'read', last: 256, waiting: 0 } } },
  ends: {
    read: (text) => some(endsOfTopics(parseEnds(text, '') ?? []).map(({ topic, end }) => `${topic} ${end}`)),
    own: { 'ends of topics': ['GSE_journal_1 12', 'Metadata 257', 'deltaQ_GPE_1Q 1000'] },
  },
  topics: { read: (text) => some(topicsIn(text, '')), own: {} },
  lags: {
    read: (text) => kept(parseNative(block(text))),
    own: { 'lags of topics': { kind: 'read', topics: 1, records: 0, seconds: null, stalledSeconds: 0 } },
  },
  brokers: { read: (text) => some(parseBrokers(text)), own: { 'brokers of Kafka': ['10.0.1.11'] } },
  'free room': { read: (text) => parseDiskFree(block(text)), own: { 'free room': 51_524_240 } },
  'used room': { read: (text) => parseUsage(block(text)), own: { 'used room': 257_024 } },
  processes: { read: (text) => parseProcesses(block(text)), own: { processes: ['gadmin backup create'] } },
  license: { read: (text) => parseLicense(block(text))?.warning ?? null, own: { 'a license': '[Warning] License will expire in 5 days' } },
  loading: { read: parseLoading, own: { 'the state of loading': 0 } },
  partitions: { read: (text) => some([...parsePartitions(text.split('\n'))]), own: {} },
  help: { read: (text) => some(parseHelp(block(text), 'crr')?.commands ?? null), own: {} },
  'a write that was refused': { read: (text) => (verdictOnWrite(text).kind === 'refused' ? 'refused' : null), own: {} },
};

/** What a version may choose to do with any name. */
const backupParams = { tag: 'weekly', mode: 'full', exact: false, tool: 'gadmin' } as const;

const names = Object.keys(toolTexts) as readonly TextName[];
const entries = Object.entries(readers);
const owned = entries.flatMap(([reader, { own }]) => names.flatMap((name) => (name in own ? [{ reader, name }] : [])));

const esc = String.fromCodePoint(27);
const isTable = (text: string): boolean => /^\|/m.test(text);
const isPage = (text: string): boolean => /\n\d{3}$/.test(text);

/** The same columns in another order. */
const turned = (text: string): string =>
  text.replace(/^\|(.*)\|$/gm, (_row, cells: string) => `|${cells.split('|').toReversed().join('|')}|`);

const guises: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in colours': (text) => text.replace(/[A-Za-z]{4,}/g, (word) => `${esc}[1;32m${word}${esc}[0m`),
  'with carriage returns': (text) => text.replaceAll('\n', '\r\n'),
  'with tabs for spaces': (text) => (isTable(text) ? text.replace(/ {2,}/g, '\t').replaceAll('| ', '|\t') : text),
  'with its columns turned round': (text) => (isTable(text) ? turned(text) : text),
  'with a note before it': (text) => (isPage(text) || /^(?:\d|\{"Tag")/.test(text) ? text : `[   Note] anything\n${text}`),
};

describe('a text that is meant for it', () => {
  it.each(owned)('is read exactly by the reader of $reader: $name', ({ reader, name }) => {
    for (const [guise, dress] of Object.entries(guises)) {
      const { read, own } = readers[reader] ?? { read: () => null, own: {} };
      expect({ guise, read: read(dress(toolTexts[name])) }).toEqual({ guise, read: own[name] });
    }
  });

  it('is there for every reader but those of single values', () => {
    const without = entries.filter(([, { own }]) => Object.keys(own).length === 0).map(([name]) => name);
    expect(without).toEqual([
      'a list of addresses',
      'flag',
      'number',
      'path',
      'backups of gbar',
      'topics',
      'partitions',
      'help',
      'a write that was refused',
    ]);
  });
});

describe('a text of another tool', () => {
  it.each(names)('is nothing to anybody else: %s', (name) => {
    const found = entries.flatMap(([reader, { read, own }]) => {
      const seen = name in own ? null : read(toolTexts[name]);
      return seen === null ? [] : [{ reader, seen }];
    });
    expect(found).toEqual([]);
  });

  it('counts as staged settings where it names one, since nobody says what that list looks like', () => {
    const keys = (name: TextName) => {
      const staged = parseDiff(block(toolTexts[name]));
      return staged.kind === 'read' ? staged.keys : staged.kind;
    };
    expect(keys('a restore of a standby')).toEqual(['System.CrossRegionReplication.Enabled']);
    expect(keys('a setting that was refused')).toBe('unread');
    expect(keys('a missing file of settings')).toBe('unread');
  });
});

/** Readers whose word lets the bot go on. What is cut off, mixed or shuffled must never make them say more than stands there. */
const trusting = ['deployment', 'services', 'connector', 'hosts', 'shape', 'backups', 'metadata'];

describe('a text that is cut off', () => {
  // That a table may be old stands behind it; whether an answer came whole is told by the mark at its end.
  it.each(owned.filter(({ reader, name }) => trusting.includes(reader) && name !== 'status that may be old'))(
    'is not whole to the reader of $reader: $name',
    ({ reader, name }) => {
      const text = toolTexts[name];
      const { read, own } = readers[reader] ?? { read: () => null, own: {} };
      for (let end = 0; end < text.trimEnd().length; end += 1) {
        const seen = read(text.slice(0, end));
        // A list of backups without a border, and the notes after the last thing that is needed, may end anywhere between two lines.
        if (seen !== null) expect(isShort(seen, own[name])).toBe(true);
      }
    },
  );
});

/** Whether a reading is the whole one with less in it, and nothing else. */
function isShort(seen: unknown, whole: unknown): boolean {
  if (Array.isArray(seen) && Array.isArray(whole)) return seen.every((each, index) => isShort(each, whole[index]));
  if (typeof seen === 'object' && seen !== null && typeof whole === 'object' && whole !== null)
    return Object.entries(seen).every(([key, value]) => isShort(value, Reflect.get(whole, key)));
  return seen === whole || seen === null || seen === undefined;
}

const texts = Object.values(toolTexts);
const line = fc.constantFrom(...texts.flatMap((text) => text.split('\n')));
const mangled = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.constantFrom(...texts), fc.nat(3_000)).map(([text, end]) => text.slice(0, end)),
  fc
    .tuple(fc.constantFrom(...texts), fc.constantFrom(...texts), fc.nat(2_000), fc.nat(2_000))
    .map(([one, other, to, from]) => one.slice(0, to) + other.slice(from)),
  fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n')),
  fc.constantFrom(...texts).chain((text) => fc.shuffledSubarray(text.split('\n')).map((lines) => lines.join('\n'))),
);

const everyRead = (text: string): void => {
  for (const [, { read }] of entries) read(text);
  for (const exitCode of [0, 1, 127, 255]) {
    parseBackups({ exitCode, text });
    parseGbarList({ exitCode, text });
    parseDiff({ exitCode, text });
    parseProcesses({ exitCode, text });
    parseVersion({ exitCode, text });
  }
  splitBlocks(text, 2);
  complains(text);
  reasonIn(text);
};

describe('no text at all', () => {
  it('makes a reader throw', () => {
    fc.assert(fc.property(mangled, everyRead), { numRuns: 300 });
  });

  it('is well unless every line that says so stands there', () => {
    fc.assert(
      fc.property(mangled, (text) => {
        const seen = services(text);
        if (seen !== null && seen.online === seen.all)
          expect(text.match(/\| *Online *\| *Running *\|/g)?.length ?? 0).toBeGreaterThanOrEqual(seen.all);
        if (readers['connector']?.read(text) != null) expect(text).toMatch(/infr_mm/);
        if (readers['a restore that has ended']?.read(text) != null) expect(text).toMatch(/Restore completes|Restore from \S+ finished in/);
        if (readers['a backup that has ended']?.read(text) != null) expect(text).toMatch(/Backup completes|Backup to \S+ finished in/);
        const shown = parseDeployment(block(text));
        for (const { id, hostname } of shown?.hosts ?? []) expect(text).toContain(`${id}:${hostname}`);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['a', ' ', '\t', '|', '| a ', '[', '{', '"', '- ', '1 ', ':', '(', `${esc}[`, 'Host m1 '])(
    'is too long, though a line of it is a million characters: %j',
    (piece) => {
      const long = piece.repeat(Math.ceil(1_048_576 / piece.length));
      for (const text of [long, `${toolTexts.status}${long}`]) for (const [, { read }] of entries) read(text);
      expect(services(long)).toBeNull();
    },
  );
});
