import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorWords, statusWords } from '../../../src/engines/cockroach/job-words.ts';

const hidden = 'an error whose text is not shown';

describe('what a job says of itself', () => {
  it.each([
    ['', ''],
    ['running initial scan', 'initial scan'],
    ['cutting over', 'failing over'],
    ['retrying: the producer on the source cluster does not answer', 'does not answer'],
    ['pausing: because ana@example.com asked', 'pausing by request'],
    ['ALTER VIRTUAL CLUSTER PAUSE REPLICATION', 'pausing by request'],
    ['pausing after error: column "card_number" value 4111 1111 is bad', hidden],
    ['pausing after error: the source cluster can not be reached: dial tcp 10.1.2.3: i/o timeout', 'the source can not be reached'],
    ['ingestion job failed (FATAL: password authentication failed for user repl) but is being paused', 'refuses the login (28P01)'],
    ['ingestion job failed (the producer on the source cluster does not answer) but is being paused', 'the source can not be reached'],
    [
      'ingestion job failed (ingestion job 7 failed to connect to stream address or existing topology for planning: ‹×›) but is being paused',
      'pausing after error: the source can not be reached',
    ],
    ['ingestion job failed (failed to connect to any connection uri: ‹×›) but is being paused', 'the source can not be reached'],
    [
      'ingestion job failed (failed to resume ingestion job 7 as the producer job 8 is not active and in status STREAM_INACTIVE) but is being paused',
      'the job on the source that keeps its history is not active',
    ],
    [
      'ingestion job failed (failed to resume ingestion job 7 as the producer job is not active and in status STREAM_PAUSED) but is being paused',
      'the job on the source that keeps its history is not active',
    ],
    ['ingestion job failed (failed to connect to any connection uri: x509: unknown authority) but is being paused', 'certificate'],
    ['resuming stream (producer job 8) from 1695922878.030920020,0', 'connecting'],
    [`creating 12 initial splits based on the source cluster's topology`, 'initial scan'],
    ['reverting existing data to prepare for replication', 'reverting'],
    ['physical replication running', 'running'],
    ['starting to cut over to the given timestamp 1695922878.030920020,0', 'failing over'],
    ['completing the producer job 8 in the source cluster', 'failing over'],
    ['stream ingestion finished successfully', 'failing over'],
    ['duplicate key value (email)=(ana@example.com)', hidden],
  ])('is told in our own words: %s', (text, words) => {
    expect(statusWords(text)).toContain(words);
  });

  it('is an error in words of our own, or none', () => {
    expect(errorWords('')).toBe('');
    expect(errorWords('history retention job is no longer active')).toBe('history retention job is no longer active');
    expect(errorWords('row 4111-1111 is bad')).toContain(hidden);
  });

  it('tells a pause by an error from one by hand, whatever the error', () => {
    expect(statusWords('ingestion job failed (x) but is being paused')).toMatch(/^pausing after error: /);
    expect(statusWords('pausing: x')).not.toMatch(/after error/);
  });

  it('never passes on a value, in whatever company it stands', () => {
    const company = fc.constantFrom(
      'pausing after error: ',
      'ingestion job failed (',
      'retrying: ',
      'pausing: ',
      'x509 ',
      '',
      'running initial scan ',
    );
    const tail = fc.constantFrom('', ') but is being paused', ' i/o timeout', ' 28P01', ' 42501');
    const value = fc.stringMatching(/^[QZ]{6}\d{6}$/);
    fc.assert(
      fc.property(company, value, tail, (before, secret, after) => {
        expect(statusWords(`${before}${secret}${after}`)).not.toContain(secret);
        expect(errorWords(`${before}${secret}${after}`)).not.toContain(secret);
      }),
    );
  });
});
