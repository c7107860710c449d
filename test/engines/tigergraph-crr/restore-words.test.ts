import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftWith, oldDataIn, stageIn } from '../../../src/engines/tigergraph-crr/restore-words.ts';

const line = (text: string) => `[   Info] [Fri Jan 17 03:30:53 UTC 2025] ${text}`;
const plainly = { dr: false, empty: false };
const standby = { dr: true, empty: false };
const enables = line('Restore to DR cluster: set System.CrossRegionReplication.Enabled to true');
const stops = line('Stopping GPE, GSE, RESTPP, and GSQL...');
const completes = line('Restore completes');
const starts = line('Restore to DR cluster: start CRR by `gadmin crr start`');

describe('how far a restore came', () => {
  it.each([
    ['nothing was said', [], plainly, 'untouched'],
    ['it was refused', ['[  Error] NotReady (no space)'], plainly, 'untouched'],
    ['it was refused after it had turned the replication on', [enables], standby, 'enabled'],
    ['services were stopped', [enables, stops], standby, 'halfway'],
    ['services were stopped by gadmin 3.7', [line('Stopping GPE & GSE...')], plainly, 'halfway'],
    ['gbar stopped services', ['[00:18:30] gadmin stop gpe gse'], plainly, 'halfway'],
    ['all is done', [stops, completes], plainly, 'whole'],
    ['gbar is done', ['[00:18:30] gadmin stop gpe gse', 'Restore from daily-20180607232159 finished in 22m55s.'], plainly, 'whole'],
    ['the data is there, but not the replication', [enables, stops, completes], standby, 'restored'],
    ['a standby is done', [enables, stops, completes, starts], standby, 'whole'],
    ['only the replication was to be turned on', [enables, starts], { dr: true, empty: true }, 'whole'],
  ] as const)('when %s', (_, lines, asked, stage) => {
    expect(stageIn(lines.join('\n'), asked)).toBe(stage);
  });

  it('is told of any log, and always in sentences that name the cluster', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), fc.boolean(), (log, dr, empty) => {
        expect(leftWith(stageIn(log, { dr, empty }), 'graph-east')).toMatch(/graph-east.*\.$/);
      }),
    );
  });
});

describe('where the old data of a restored cluster is', () => {
  const root = '/home/tigergraph/tigergraph';
  it.each([
    [
      line(
        `Restore GPE & GSE successfully. you can remove manually the path ${root}/data/gstore-20221101095347 after the restore is finished.`,
      ),
      `${root}/data/gstore-20221101095347`,
    ],
    [
      `Old gstore data saved under ${root}/gstore with suffix -20180608001836, you need to remove them manually.`,
      `${root}/gstore*-20180608001836`,
    ],
    [completes, null],
    ['', null],
  ])('%s', (log, path) => expect(oldDataIn(log)).toBe(path));
});
