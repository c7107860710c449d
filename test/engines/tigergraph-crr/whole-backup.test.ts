import { describe, expect, it } from 'vitest';
import { mostMetadata, parseMetadata } from '../../../src/engines/tigergraph-crr/parse/metadata.ts';
import { versionIn } from '../../../src/engines/tigergraph-crr/parse/version.ts';
import { filesCheck } from '../../../src/engines/tigergraph-crr/preflights/stored.ts';
import { judgeBackup, roomFor, type StoredPart } from '../../../src/engines/tigergraph-crr/whole-backup.ts';

const aFile = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({ Name: name, RawSize: 3_000, Size: 100, ...more });
const files = ['GPE_1_1.tgdat', 'GSE_1_1.tgdat', 'GPE_2_1.tgdat', 'GSE_2_1.tgdat', 'GSQL.tgdat'];
const raw = { Tag: 'b-1', Version: '4.1.4', Type: 'FULL', FullBackup: '', Files: files.map((name) => aFile(name)) };

const held = (node: string, names: readonly string[], more: unknown = raw, size = 100): StoredPart => ({
  node,
  metadata: more === null ? null : parseMetadata(typeof more === 'string' ? more : JSON.stringify(more)),
  sizes: new Map(names.map((name) => [name, size])),
});

const vessel = { cluster: 'graph-west', version: versionIn('4.1.4'), partitions: 2 };
const judge = (parts: readonly StoredPart[], to = vessel, bases: readonly string[] = []) =>
  judgeBackup('b-1', parts, to, (base) => bases.includes(base));

describe('a backup in the folders of a cluster', () => {
  it('is whole when all that its metadata names lies there, wherever', () => {
    const parts = [held('n1', files.slice(0, 2)), held('n2', files.slice(2), null)];
    expect(judge(parts)).toMatchObject({ wrong: [], unknown: [] });
    expect(judge([held('n1', files)])).toMatchObject({ wrong: [], unknown: [] });
  });

  it.each<[string, readonly StoredPart[], string]>([
    ['a file is missing', [held('n1', files.slice(1))], 'GPE_1_1.tgdat is on no node'],
    ['a file is cut', [held('n1', files), held('n2', ['GSQL.tgdat'], null, 99)], 'GSQL.tgdat on n2 has 99 bytes instead of 100'],
    ['it is another one', [held('n1', files, { ...raw, Tag: 'b-2' })], 'its metadata is that of b-2'],
    ['it is of another version', [held('n1', files, { ...raw, Version: '4.1.3' })], 'it was taken with 4.1.3, and graph-west runs 4.1.4'],
    [
      'its metadata leaves a partition out',
      [held('n1', files, { ...raw, Files: raw.Files.slice(0, 3) })],
      'it has nothing of GSE of partition 2',
    ],
    [
      'it has more partitions',
      [held('n1', [...files, 'GPE_3_1.tgdat'], { ...raw, Files: [...raw.Files, aFile('GPE_3_1.tgdat')] })],
      'it has 3 partitions, and graph-west has 2',
    ],
    [
      'what it builds on is gone',
      [held('n1', files, { ...raw, Type: 'INCREMENTAL', FullBackup: 'b-0' })],
      'it builds on b-0, which is not there',
    ],
    ['nodes disagree', [held('n1', files), held('n2', files, { ...raw, Version: '4.1.5' })], 'the nodes have different metadata of it'],
    ['its metadata is cut', [held('n1', files, JSON.stringify(raw).slice(0, -9))], 'the metadata is cut off, or is none, on n1'],
    ['its metadata is endless', [held('n1', files, ' '.repeat(mostMetadata + 1))], 'the metadata is longer than any backup has, on n1'],
    ['nobody has its metadata', [held('n1', files, null)], 'no node has its metadata'],
    ['nobody has a file', [held('n1', [], null)], 'no node has a file of it'],
  ])('is refused where %s', (_, parts, why) => {
    const verdict = judge(parts);
    expect(verdict.wrong).toContain(why);
    expect(filesCheck('graph-east', '/b/b-1', verdict)).toMatchObject({ outcome: 'failed', seen: expect.stringContaining(why) });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['its version', { ...raw, Version: undefined }, ['the version it was taken with']],
    ['its type', { ...raw, Type: 7 }, ['whether it is a full one']],
    ['sizes', { ...raw, Files: files.map((name) => aFile(name, { Size: 'many' })) }, ['the sizes of its files']],
    ['its files', { ...raw, Files: undefined }, ['its files']],
    ['its base', { ...raw, Type: 'DIFFERENTIAL' }, ['what it builds on']],
  ])('that does not tell %s is not refused for it, and it is said', (_, metadata, unknown) => {
    const verdict = judge([held('n1', files, metadata)]);
    expect(verdict).toMatchObject({ wrong: [], unknown });
    expect(filesCheck('graph-east', '/b/b-1', verdict)).toMatchObject({
      outcome: 'warned',
      seen: expect.stringContaining(unknown[0] ?? ''),
    });
  });

  it('of an older version needs no metadata, and still every partition', () => {
    const older = { ...vessel, version: versionIn('3.8.1') };
    expect(judge([held('n1', ['GPE_1_1.tar.lz4', 'GSE_1_1.tar.lz4', 'GPE_2_1.tar.lz4', 'GSE_2_1.tar.lz4'], null)], older).wrong).toEqual(
      [],
    );
    expect(judge([held('n1', ['GPE_1_1.tar.lz4', 'GSE_1_1.tar.lz4', 'GPE_2_1.tar.lz4'], null)], older).wrong).toEqual([
      'no node has both GPE and GSE of partition 2',
    ]);
  });

  it('may build on one that is there', () => {
    expect(judge([held('n1', files, { ...raw, Type: 'INCREMENTAL', FullBackup: 'b-0' })], vessel, ['b-0']).wrong).toEqual([]);
  });

  it('needs room for its largest partition beside all that is packed', () => {
    const roomOf = (metadata: unknown) => {
      const view = parseMetadata(JSON.stringify(metadata));
      return view.kind === 'read' ? roomFor(view.metadata) : 'unread';
    };
    expect(roomOf(raw)).toBe(2 * 3_000 + 5 * 100);
    expect(roomOf({ ...raw, Files: [aFile('GSQL.tgdat', { RawSize: null })] })).toBeNull();
    expect(roomOf({ Tag: 'b-1' })).toBeNull();
  });
});

describe('metadata', () => {
  it.each([
    ['a name that leads elsewhere', { ...raw, Files: [aFile('../../etc/passwd')] }],
    ['one file twice', { ...raw, Files: [aFile('a'), aFile('a')] }],
    ['a tag that is none', { ...raw, Tag: '$(reboot)' }],
    ['no file', { ...raw, Files: [] }],
    ['a list', [raw]],
  ])('with %s is not read', (_, metadata) => expect(parseMetadata(JSON.stringify(metadata)).kind).toBe('unread'));

  it('is read over what else it holds, and by what a file says that it is of', () => {
    const seen = parseMetadata(
      JSON.stringify({
        ...raw,
        More: { of: ['it'] },
        Files: [aFile('strange', { Instance: { ServiceName: 'GPE', Partition: 2 }, Extra: 1 })],
      }),
    );
    expect(seen).toMatchObject({ kind: 'read', metadata: { files: [{ part: { service: 'GPE', partition: 2 } }] } });
  });
});
