import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marksOf } from '../../../src/engines/tigergraph-crr/job.ts';
import { complains, linesOf, plain } from '../../../src/engines/tigergraph-crr/parse/text.ts';
import { stageIn, stageMarks } from '../../../src/engines/tigergraph-crr/restore-words.ts';
import { takeBackup } from '../../../src/engines/tigergraph-crr/steps/backup.ts';
import { installQueries } from '../../../src/engines/tigergraph-crr/steps/services.ts';
import { hear, type Mark, nothingHeard, textOf } from '../../../src/transports/shell-log.ts';

/** What is left of a log that came in pieces of that size. */
function left(log: string, marks: readonly Mark[], piece: number): string {
  const bytes = Buffer.from(log);
  let heard = nothingHeard;
  for (let at = 0; at < bytes.length; at += piece) heard = hear(heard, bytes.subarray(at, at + piece), marks);
  return textOf(heard);
}

/** Lines that mean something to a step, as they may come: in colours, ended in any way, and in the middle of longer ones. */
const meant = fc
  .tuple(
    fc.constantFrom('', '\u001b[1m', '[   Info] [Wed Oct 26 08:51:24 UTC 2022] ', '  '),
    fc.constantFrom(
      ...['Stopping GPE GSE', 'Backing up current data', 'Restore completes', 'Restore from a-1 finished in 3 s', 'x.Enabled to true'],
      ...['start CRR', 'gadmin reset done', 'Backup completes', 'Tag is nightly-1', 'Tag is nightly-2', 'Backup to b-1 finished in 3 s'],
      ...[
        '[  Error] no room',
        'Error: no such command',
        'error: small',
        'installing queries',
        'pendingInstall',
        'Query installation finished',
      ],
    ),
    fc.constantFrom('\n', '\r\n', '\u001b[0m\n', ' and more\n', '\r'),
  )
  .map((parts) => parts.join(''));
/** More than is kept of the beginning and of the end together. */
const filler = fc.constantFrom(40_000, 300).map((lines) => 'of no use\n'.repeat(lines / 10));
const logs = fc.array(fc.oneof(meant, filler), { maxLength: 14 }).map((parts) => parts.join(''));
const pieces = fc.integer({ min: 1_000, max: 100_000 });
const flags = fc.record({ dr: fc.boolean(), empty: fc.boolean() });

describe('a log that is too long to be kept', () => {
  it('tells the same of a restore as the whole log', () => {
    fc.assert(
      fc.property(logs, pieces, flags, (log, piece, how) => {
        expect(stageIn(left(log, marksOf(stageMarks), piece), how)).toBe(stageIn(log, how));
      }),
      { numRuns: 100 },
    );
  });

  it('tells the same name of a new backup, and whether it is whole', () => {
    const nameIn = (log: string) => /Tag is (\S+)/.exec(plain(log))?.[1] ?? /^Backup to (\S+) finished in/m.exec(plain(log))?.[1] ?? null;
    const params = { tag: 'nightly', mode: 'full', exact: false, tool: 'gadmin' } as const;
    fc.assert(
      fc.property(logs, pieces, (log, piece) => {
        const kept = left(log, marksOf(takeBackup.marks), piece);
        expect(nameIn(kept)).toBe(nameIn(log));
        expect(takeBackup.isWhole(kept, params)).toBe(takeBackup.isWhole(log, params));
      }),
      { numRuns: 100 },
    );
  });

  it('tells the same of an installation of queries', () => {
    fc.assert(
      fc.property(logs, pieces, (log, piece) => {
        expect(installQueries.isWhole(left(log, marksOf(installQueries.marks), piece), {})).toBe(installQueries.isWhole(log, {}));
      }),
      { numRuns: 100 },
    );
  });

  it('tells the same of whether it complains, and of its first error', () => {
    const firstError = (log: string) => linesOf(log).find((line) => /^\[ *Error\]/.test(line));
    fc.assert(
      fc.property(logs, pieces, (log, piece) => {
        const kept = left(log, marksOf([]), piece);
        expect(complains(kept)).toBe(complains(log));
        expect(firstError(kept)).toBe(firstError(log));
      }),
      { numRuns: 100 },
    );
  });

  it('really lets go of most of it', () => {
    const log = `Tag is nightly\n${'of no use\n'.repeat(100_000)}Backup completes\n${'of no use\n'.repeat(100_000)}`;
    const kept = left(log, marksOf(takeBackup.marks), 50_000);
    expect(kept.length).toBeLessThan(70_000);
    expect(kept).toContain('\nBackup completes\n');
  });
});
