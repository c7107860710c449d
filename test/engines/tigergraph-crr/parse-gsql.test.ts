import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGraphs, parseQueries } from '../../../src/engines/tigergraph-crr/parse/gsql.ts';

const graph = `---- Graph social
Vertex Types:
- VERTEX person(PRIMARY_ID name STRING, age INT) WITH STATS="OUTDEGREE_BY_EDGETYPE"
Edge Types:
- DIRECTED EDGE knows(FROM person, TO person)
Graphs:
- Graph social(person:v, knows:e)
Jobs:
- CREATE LOADING JOB load_people FOR GRAPH social {
Queries:
- hello(vertex<person> p) (installed v2)
- among(set<vertex<person>> of, string why = "(none)") (installed v2)
`;
const waiting = `${graph}- late(string p) (pendingInstall)\n- kept(string p) (draft)\n`;

describe('what GSQL lists', () => {
  it.each([
    ['installed queries', graph, { queries: 2, pending: [] }],
    ['one that waits, and a draft', waiting, { queries: 4, pending: ['late'] }],
    ['states of other names', '- hello() (installing)\r\n- two() (disabled)\n', { queries: 2, pending: ['hello', 'two'] }],
    ['a list that breaks off', graph.slice(0, -20), { queries: 2, pending: ['among'] }],
    ['a graph without queries', graph.slice(0, graph.indexOf('- hello')), { queries: 0, pending: [] }],
    ['nothing', '', null],
    ['a refusal', 'Authentication failed.', null],
    ['a busy catalog', 'Other operation is running, try to lock the catalog, timeout in 600 seconds ...', null],
  ])('of queries: %s', (_, text, seen) => expect(parseQueries(text)).toEqual(seen));

  it.each([
    ['of one', graph, ['social']],
    ['of several', 'Graphs:\n  - Graph social(person:v)\n  - Graph orders_2(*)\n', ['social', 'orders_2']],
    ['of none', '---- Global vertices, edges, and all graphs\nVertex Types:\nGraphs:\nJobs:\n', []],
    ['of a text that is no list', 'Connection refused.', null],
  ])('of graphs: %s', (_, text, seen) => expect(parseGraphs(text)).toEqual(seen));

  it('is never read out of garbage, and makes no reader throw', () => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.nat(400), fc.nat(400), fc.string())
        .map(([from, length, put]) => waiting.slice(0, from) + put + waiting.slice(from + length)),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        const read = parseQueries(text);
        parseGraphs(text);
        // A query counts as installed only where its line says so.
        if (read !== null && read.queries > read.pending.length) expect(text).toMatch(/\((installed|draft)/i);
        if (/^- late\(string p\) \(pendingInstall\)$/m.test(text) && read !== null) expect(read.pending).toContain('late');
      }),
      { numRuns: 500 },
    );
  });
});
