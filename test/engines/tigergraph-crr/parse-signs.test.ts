import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCounts } from '../../../src/engines/tigergraph-crr/parse/counts.ts';
import { parseChange, parseReplaced, parseRestores, parseTraces } from '../../../src/engines/tigergraph-crr/parse/signs.ts';

const block = (text: string, exitCode = 0) => ({ exitCode, text });
const node = { name: 'm1', skewMs: 0 };
const layout = (rows: readonly (readonly [string, number])[]) =>
  block(JSON.stringify(rows.map(([HostID, Partition], at) => ({ HostID, Partition, Replica: at + 1 }))));
const row = (host: string, vertices: number, edges: number) =>
  `[${host.padEnd(7)}] Partition size: 246MiB, IDS size: 31MiB, Vertex count: ${vertices}, Edge count: ${edges}, NumOfDeletedVertices: 0 NumOfSkippedVertices: 0\n`;
const warning = '[WARN   ] Above vertex and edge counts are for internal use which show approximate topology size\n';
const table = (...rows: readonly string[]) =>
  block(`=== graph ===\n[GRAPH  ] Graph was loaded (/data/gstore/0/part/):\n${rows.join('')}${warning}`);

describe('counts of a graph', () => {
  it.each([
    [
      'every partition once',
      layout([
        ['m1', 1],
        ['m2', 2],
      ]),
      table(row('m1', 10, 100), row('m2', 20, 200)),
      [30, 300],
    ],
    [
      'one of two copies',
      layout([
        ['m1', 1],
        ['m2', 1],
      ]),
      table(row('m1', 10, 100), row('m2', 10, 100)),
      [10, 100],
    ],
    [
      'the fuller of two copies that differ',
      layout([
        ['m1', 1],
        ['m2', 1],
      ]),
      table(row('m1', 9, 100), row('m2', 10, 100)),
      [10, 100],
    ],
    ['nodes without data not at all', layout([['m1', 1]]), table(row('m1', 10, 100), row('m3', 0, 0)), [10, 100]],
    [
      'what follows the numbers of the cluster in newer versions',
      layout([['m1', 1]]),
      block(`=== cluster ===\n[CLUSTER] Nodes: 1, Total CPUs: 4\n${table(row('m1', 10, 100)).text}`),
      [10, 100],
    ],
  ] as const)('are %s', (_, nodes, told, [vertices, edges]) => {
    expect(parseCounts(nodes, told)).toEqual({ kind: 'read', vertices, edges });
  });

  it.each([
    [
      'a partition is missing',
      layout([
        ['m1', 1],
        ['m2', 2],
      ]),
      table(row('m1', 10, 100)),
      /no counts of partition 2/,
    ],
    ['nobody tells who has which', block('', 1), table(row('m1', 10, 100)), /Which node has which partition/],
    ['the tool fails', layout([['m1', 1]]), block('[  Error] NotReady (GPE)', 1), /NotReady/],
    ['the tool says nothing', layout([['m1', 1]]), block(''), /told no counts/],
  ] as const)('are unknown when %s', (_, nodes, told, why) => {
    expect(parseCounts(nodes, told)).toMatchObject({ kind: 'unread', why: expect.stringMatching(why) });
  });
});

describe('what logs tell', () => {
  const ages = block('1704200000 /log/gsql/log.INFO\n1704100000 /log/gsql/log.INFO.1\n1704000000 /log/gsql/log.INFO.2.gz\n');
  const hits = block(
    'file /log/gsql/log.INFO\n20240102 10:00:00.123 DROP ALL\n- export  graph\nfile /log/gsql/log.INFO.1\n20240102 10:00:00.123 DROP ALL\n20240101 09:00:00.5 clear-store\n',
  );

  it('has its time by the zone and the clock of the node, once, with where it stands', () => {
    const told = parseTraces({ name: 'm1', skewMs: 2_000 }, [block('+0200\n'), ages, hits]);
    expect(told).toEqual({
      kind: 'read',
      left: 1,
      found: [
        { what: 'DROP ALL', at: Date.parse('2024-01-02T07:59:58.123Z'), before: 1_704_199_998_000, where: 'log.INFO on m1' },
        { what: 'EXPORT GRAPH', at: null, before: 1_704_199_998_000, where: 'log.INFO on m1' },
        { what: 'CLEAR GRAPH STORE', at: Date.parse('2024-01-01T06:59:58.5Z'), before: 1_704_099_998_000, where: 'log.INFO.1 on m1' },
      ],
    });
  });

  it('has no time where the zone is not known, and is unknown where no log was read', () => {
    const told = parseTraces(node, [block('CET'), ages, hits]);
    expect(told.kind === 'read' ? told.found.map(({ at }) => at) : []).toEqual([null, null, null]);
    expect(parseTraces(node, [block('+0000'), block("stat: cannot statx 'x'"), block('')])).toMatchObject({ kind: 'unread' });
    expect(parseTraces(node, [block('+0000'), ages, block('', 1)])).toMatchObject({ kind: 'unread' });
  });

  it.each([
    [
      'entries of one line',
      '2:"timestamp": "2024-05-13 23:45:00.940"\n2:"status": "SUCCESS"\n3:"timestamp": "2024-05-13 23:46:00.940"\n3:"command": "gadmin backup restore x -y"\n3:"status": "SUCCESS"\n',
      '2024-05-13T23:46:00.940Z',
    ],
    [
      'entries of several lines',
      '2:"timestamp":"2024-05-13T23:47:00.940+01:00"\n6:"command":"gadmin restore x -y"\n7:"status":"SUCCESS"\n',
      '2024-05-13T22:47:00.940Z',
    ],
  ])('are restores in %s', (_, text, at) => {
    expect(parseRestores(node, [block('+0000'), block(text)])).toMatchObject({
      kind: 'read',
      found: [{ what: 'gadmin backup restore', at: Date.parse(at), where: 'the audit log of m1' }],
    });
  });

  it.each([
    ['failed', '3:"timestamp": "2024-05-13 23:46:00"\n3:"command": "gadmin backup restore x -y"\n3:"status": "FAILURE"\n'],
    [
      'only made a standby',
      '3:"timestamp": "2024-05-13 23:46:00"\n3:"command": "gadmin backup restore x --dr -y"\n3:"status": "SUCCESS"\n',
    ],
    ['only asked for help', '3:"command": "gadmin backup restore -h"\n3:"status": "SUCCESS"\n'],
  ])('are no restores that %s', (_, text) => {
    expect(parseRestores(node, [block('+0000'), block(text)])).toEqual({ kind: 'read', found: [], left: 0 });
  });

  it('is unknown where there is no audit log', () => {
    expect(parseRestores(node, [block('+0000'), block("ls: cannot access '/log': No such file or directory")])).toMatchObject({
      kind: 'unread',
      why: expect.stringContaining('keeps no audit log'),
    });
  });

  it.each([
    ['"value":{"256":', 256],
    ['{"257":', 257],
    ['"value":"{\\"258\\":', 258],
    ['Processed a total of 0 messages', null],
    ['Processed a total of 1 message', undefined],
    ['', undefined],
  ])('of %s is change %s', (text, change) => {
    expect(parseChange(block(text))).toBe(change);
  });

  it('tells by folders when data was put aside', () => {
    const at = Date.parse('2022-11-01T09:53:47Z');
    expect(parseReplaced(block('+0000'), block('gstore\ngstore-20221101095347\ngstore_memo-20211101095347\nother-20231101095347\n'))).toBe(
      at,
    );
    expect(parseReplaced(block('+0000'), block('gstore\n'))).toBeNull();
  });

  it('never makes a parser throw, nor reads garbage as an event', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 0, max: 255 }), (one, other, exitCode) => {
        const [a, b] = [block(one, exitCode), block(other, exitCode)];
        parseCounts(a, b);
        parseReplaced(a, b);
        parseChange(a);
        expect(parseTraces(node, [a, b, a])).toMatchObject({ kind: 'unread' });
        expect(parseRestores(node, [a, b])).not.toMatchObject({ found: [{}] });
      }),
    );
  });
});
