import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { parsePcrSettings } from '../../../src/engines/cockroach-pcr/config.ts';

const side = (more: Record<string, unknown> = {}) => ({
  cluster: 'sql-east',
  host: 'east.example.com',
  user: 'ops',
  password: 'env:PW',
  ...more,
});
const raw = (primary: Record<string, unknown> = {}, standby: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  primary: side(primary),
  standby: side({ cluster: 'sql-west', host: 'west.example.com', ...standby }),
  ...more,
});
const resolve = (reference: string) => new Secret(`value of ${reference}`);

function problemsOf(config: unknown): readonly string[] {
  const answer = parsePcrSettings(config, resolve);
  return answer.kind === 'problems' ? answer.problems.map(({ path, message }) => `${path.join('.')}: ${message}`) : [];
}

describe('parsePcrSettings', () => {
  it('fills in what goes without saying, and verifies TLS unless told otherwise', () => {
    const answer = parsePcrSettings(raw(), resolve);
    if (answer.kind !== 'parsed') throw new TypeError('it was refused');
    const { virtualCluster, primary } = answer.settings;
    expect(virtualCluster).toBe('main');
    expect(primary).toMatchObject({ cluster: 'sql-east', port: 26_257, tls: { kind: 'verify', ca: null, cert: null, key: null } });
    expect(primary.password?.reveal()).toBe('value of env:PW');
  });

  it('looks up certificates, and keeps the key secret', () => {
    const tls = { ca: 'file:/ca.crt', cert: 'file:/client.crt', key: 'file:/client.key' };
    const answer = parsePcrSettings(raw({ tls, password: undefined }), resolve);
    if (answer.kind !== 'parsed') throw new TypeError('it was refused');
    expect(answer.settings.primary.tls).toMatchObject({ ca: 'value of file:/ca.crt', cert: 'value of file:/client.crt' });
    expect(JSON.stringify(answer.settings)).not.toContain('client.key');
    expect(answer.settings.primary.password).toBeNull();
  });

  it('turns TLS off only in so many words', () => {
    const answer = parsePcrSettings(raw({ tls: { mode: 'disable' } }), resolve);
    expect(answer).toMatchObject({
      kind: 'parsed',
      settings: { primary: { tls: { kind: 'disabled' } }, standby: { tls: { kind: 'verify' } } },
    });
  });

  it('knows external connections by the side that is to follow', () => {
    const streams = { toPrimary: { externalConnection: 'to-west' } };
    expect(parsePcrSettings(raw({}, {}, { streams }), resolve)).toMatchObject({
      settings: { streams: { primary: 'to-west', standby: null } },
    });
    expect(parsePcrSettings(raw(), resolve)).toMatchObject({ settings: { streams: { primary: null, standby: null } } });
  });

  it('lets two clusters share a host when they listen on two ports', () => {
    expect(problemsOf(raw({ host: 'h', port: 1 }, { host: 'h', port: 2 }))).toEqual([]);
  });

  const made = { user: { name: 'stream', password: 'env:X' } };
  const rows: readonly (readonly [string, unknown, string])[] = [
    ['the same address twice', raw({ host: 'h' }, { host: 'H' }), 'standby.host'],
    ['the same name twice', raw({}, { cluster: 'sql-east' }), 'standby.cluster'],
    ['the control plane', raw({}, {}, { virtualCluster: 'system' }), 'virtualCluster'],
    ['a hostile virtual cluster', raw({}, {}, { virtualCluster: 'main"; DROP VIRTUAL CLUSTER main; --' }), 'virtualCluster'],
    ['a virtual cluster in capitals', raw({}, {}, { virtualCluster: 'Main' }), 'virtualCluster'],
    ['10,000 characters', raw({}, {}, { virtualCluster: 'x'.repeat(10_000) }), 'virtualCluster'],
    ['a socket path', raw({ host: '/var/run' }), 'primary.host'],
    ['a port that is none', raw({ port: 70_000 }), 'primary.port'],
    ['a password that is not a reference', raw({ password: 'hunter2' }), 'primary.password'],
    ['a certificate without its key', raw({ tls: { cert: 'file:/c' } }), 'primary.tls'],
    ['a word for TLS that is not known', raw({ tls: { mode: 'prefer' } }), 'primary.tls'],
    ['a key that is not known', raw({ pasword: 'env:X' }), 'primary'],
    ['a stream by its address', raw({}, {}, { streams: { toPrimary: { externalConnection: 'postgresql://u:hunter2@h' } } }), 'streams'],
    ['a stream to nowhere', raw({}, {}, { streams: { toNowhere: { externalConnection: 'x' } } }), 'streams'],
    ['an organization with a NUL', raw({}, {}, { setup: { ...made, organization: 'Example\0' } }), 'setup.organization'],
    [
      'a certificate path of two lines',
      raw({}, {}, { setup: { ...made, addresses: { primary: { caPath: '/a\tb' } } } }),
      'setup.addresses',
    ],
    ['nothing', null, ''],
  ];
  it.each(rows)('refuses %s', (_, config, path) => {
    const problems = problemsOf(config);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]?.startsWith(path)).toBe(true);
    expect(problems.join()).not.toContain('hunter2');
  });
});
