import { describe, expect, it } from 'vitest';
import type { PcrSetup } from '../../../src/engines/cockroach-pcr/config-setup.ts';
import { optionsFor, optionWarnings } from '../../../src/engines/cockroach-pcr/options.ts';
import { aMadeLink, aMadeSetup, aReadSide } from './build.ts';

const hour = 3_600_000;
const windows = { retentionMs: 6 * hour, expirationMs: 48 * hour } as const;
const all = { ...windows, reader: true } as const;

const on = (text: string) => {
  const [year = 0, number = 0] = text.slice(1).split('.').map(Number);
  return aReadSide(null, { release: { year, number, text }, activeVersion: `${year}.${number}` });
};

const rows: readonly (readonly [release: string, wanted: Partial<PcrSetup>, retention: boolean, expiration: boolean, reader: boolean])[] = [
  ['v23.2.5', all, true, false, false],
  ['v24.1.3', all, true, true, false],
  ['v24.3.11', { reader: true }, false, false, true],
  ['v24.3.11', all, false, false, true],
  ['v24.3.11', windows, true, true, false],
  ['v24.3.12', { reader: true }, false, false, true],
  // It would be dropped without a word beside another option, and can come later.
  ['v24.3.12', all, true, true, false],
  ['v25.1.0', all, true, true, false],
  ['v25.2.1', { reader: true, expirationMs: 48 * hour }, false, false, true],
  ['v25.4.3', all, true, false, false],
  ['v26.1.0', all, true, false, true],
  ['v26.2.2', all, true, false, true],
];

describe('what a stream begins with', () => {
  it.each(rows)('%s, %o', (release, wanted, retention, expiration, reader) => {
    expect(optionsFor(aMadeSetup(wanted), on(release))).toEqual({ retention, expiration, reader });
  });

  it('is nothing where the config does not say', () => {
    expect(optionsFor(null, on('v26.2.2'))).toEqual({ retention: false, expiration: false, reader: false });
  });

  const said = (release: string, source: string) =>
    optionWarnings(aMadeLink(all), 'sql-west', on(release), 'sql-east', on(source)).join(' ');

  it('has no reader, and says so, where the release knows none', () => {
    expect(said('v24.2.3', 'v24.2.3')).toContain('from v24.3 on');
    expect(said('v24.3.0', 'v24.3.0')).toBe('');
  });

  it('has no window, and says so, where no statement sets it', () => {
    expect(said('v23.2.5', 'v23.2.5')).toContain('stream_replication.job_liveness_timeout');
    expect(said('v25.2.1', 'v24.3.12')).toMatch(/until both are upgraded and \/repl retention prod-sql sets it/);
    expect(said('v26.2.2', 'v25.2.1')).toBe('');
  });
});
