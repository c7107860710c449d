import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBrokers, parseLoading, parsePartitions } from '../../../src/engines/tigergraph-crr/parse/host.ts';
import { keepsOldRecords, versionIn } from '../../../src/engines/tigergraph-crr/parse/version.ts';
import { bucketsCheck } from '../../../src/engines/tigergraph-crr/preflights/deep.ts';

describe('loading jobs', () => {
  it.each([
    ['none', 'No loading job is running.', 0],
    ['none, in other words', 'No running jobs.', 0],
    ['those that have ended', 'Job "social.load.1" loading status\n[FINISHED] m1 ( Finished: 4 / Total: 4 )', 0],
    [
      'one at work on two nodes',
      '[Tip: Use "CTRL + C" to stop]\n[RUNNING] m1 ( Finished: 0 / Total: 2 )\n[WAITING] m2 ( Finished: 0 / Total: 2 )',
      2,
    ],
    ['in colours', '\u001b[32m[RUNNING]\u001b[0m m1', 1],
    ['nothing at all', '', null],
    ['something else', 'Encountered "LOADING" at line 1, column 6.', null],
  ])('are counted: %s', (_name, text, expected) => {
    expect(parseLoading(text)).toBe(expected);
  });
});

describe('what a Kafka tells its clients', () => {
  it('is its brokers, each once for what it can do', () => {
    const text =
      '10.0.1.11:30002 (id: 1 rack: null) -> (\n\tProduce(0): 0 to 9 [usable: 9],\n)\ntg-2.example.com:30002 (id: 2 rack: eu) -> (\n)\n';
    expect(parseBrokers(text)).toEqual(['10.0.1.11', 'tg-2.example.com']);
  });
  it.each(['', 'Connection to node -1 could not be established.', '10.0.1.11:30002 -> ('])('is nothing in %j', (text) => {
    expect(parseBrokers(text)).toEqual([]);
  });
});

describe('files of a backup', () => {
  it.each([
    ['of both', ['GPE_1_1.tgdat', 'GSE_1_1.tgdat', 'GPE_2_1.tgdat', 'GSE_2_1.tgdat', 'GSQL.tgdat', 'metadata'], [1, 2]],
    ['as older versions name them', ['GPE_1_1.tar.lz4', 'GSE_1_1.tar.lz4'], [1]],
    ['of the graph without its ids', ['GPE_1_1.tgdat'], []],
    ['of the ids without the graph', ['GSE_1_1.tgdat'], []],
    ['that somebody is still writing', ['GPE_1_1.tgdat', '.GSE_1_1.tgdat.x1'], []],
  ])('hold the partitions %s', (_name, files, expected) => {
    expect([...parsePartitions(files)]).toEqual(expected);
  });
});

describe('a version that replays old records of metadata', () => {
  it.each([
    ['3.2.4', true],
    ['3.4.0', true],
    ['3.5.1', true],
    ['3.5.2', false],
    ['3.6.2', true],
    ['3.6.3', false],
    ['3.7.0', true],
    ['3.7.1', false],
    ['3.8.9', true],
    ['3.9.0', false],
    ['3.10.1', false],
    ['4.1.4', false],
  ])('%s: %s', (text, expected) => {
    const version = versionIn(text);
    expect(version !== null && keepsOldRecords(version)).toBe(expected);
  });
});

describe('hash buckets', () => {
  const names = { from: 'graph-east', to: 'graph-west' };
  it.each([
    [5, 5, 'passed'],
    [5, 6, 'warned'],
    [null, 5, 'warned'],
    [5, null, 'warned'],
  ])('%s and %s: %s', (from, to, outcome) => {
    expect(bucketsCheck(from, to, names).outcome).toBe(outcome);
  });
});

it('whatever a tool prints, it is read without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      parseLoading(text);
      parseBrokers(text);
      parsePartitions([text]);
    }),
  );
});
