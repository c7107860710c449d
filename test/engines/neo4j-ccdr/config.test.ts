import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { parseCcdrSettings } from '../../../src/engines/neo4j-ccdr/config.ts';
import { isDatabaseName } from '../../../src/engines/neo4j-ccdr/names.ts';
import { quoteCypherName } from '../../../src/transports/cypher-quoting.ts';

const side = (cluster: string, more: Record<string, unknown> = {}) => ({
  cluster,
  bolt: [`${cluster}-1.example.com:7687`, `${cluster}-2.example.com`],
  replication: [`${cluster}-1.example.com:6000`],
  database: 'orders',
  user: 'ops',
  password: 'env:PW',
  ...more,
});
const raw = (primary: Record<string, unknown> = {}, standby: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  primary: side('graph-east', primary),
  standby: side('graph-west', standby),
  ...more,
});
const resolve = (reference: string) => new Secret(`value of ${reference}`);

function problemsOf(config: unknown): readonly string[] {
  const answer = parseCcdrSettings(config, resolve);
  return answer.kind === 'problems' ? answer.problems.map(({ path, message }) => `${path.join('.')}: ${message}`) : [];
}

const hosts = (more: Record<string, unknown> = {}) => ({
  nodes: [{ name: 'n1', host: 'n1.example.com', user: 'neo4j', privateKey: 'file:/k', hostKey: 'unchecked' }],
  caCertificate: '/var/lib/neo4j/certificates/cluster/ca.crt',
  trustedFolder: '/var/lib/neo4j/certificates/cluster/trusted/',
  trustedAs: 'ca-of-the-other.crt',
  ...more,
});

describe('parseCcdrSettings', () => {
  it('fills in what goes without saying, and verifies TLS unless told otherwise', () => {
    const answer = parseCcdrSettings(raw({ database: 'Orders' }), resolve);
    if (answer.kind !== 'parsed') throw new TypeError('it was refused');
    const { primary, alias, oldDatabase, attestations } = answer.settings;
    expect(primary).toMatchObject({
      cluster: 'graph-east',
      bolt: [
        { host: 'graph-east-1.example.com', port: 7687 },
        { host: 'graph-east-2.example.com', port: 7687 },
      ],
      replication: ['graph-east-1.example.com:6000'],
      database: 'orders',
      spareDatabase: null,
      topology: { primaries: 1, secondaries: 0 },
      follow: { kind: 'network' },
      seedUri: null,
      tls: { kind: 'verify', ca: null },
      hosts: null,
    });
    expect(primary.password.reveal()).toBe('value of env:PW');
    expect([alias, oldDatabase]).toEqual([null, 'dump']);
    expect(attestations.network).toContain('graph-east-1.example.com:6000');
    expect(attestations.trust).toContain('trusted/');
  });

  it('takes the same database name on both sides, addresses without a port, and IPv6', () => {
    const answer = parseCcdrSettings(raw({ bolt: ['[::1]:7777'], replication: ['Graph-East-1.example.com'] }), resolve);
    expect(answer).toMatchObject({
      settings: { primary: { bolt: [{ host: '::1', port: 7777 }], replication: ['graph-east-1.example.com:6000'] } },
    });
  });

  it('takes a replica that pulls backups, without cluster ports of the side that makes them', () => {
    const follow = { kind: 'backups', pullUri: 's3://bucket/orders/' };
    const answer = parseCcdrSettings(raw({ replication: [] }, { follow, seedUri: 's3://bucket/orders.backup' }), resolve);
    expect(answer).toMatchObject({ settings: { standby: { follow, seedUri: 's3://bucket/orders.backup' } } });
  });

  it('keeps what hosts need, and nothing secret of it in JSON', () => {
    const answer = parseCcdrSettings(raw({ hosts: hosts() }, { hosts: hosts() }), resolve);
    if (answer.kind !== 'parsed') throw new TypeError('it was refused');
    expect(answer.settings.standby.hosts).toMatchObject({
      trustedFolder: '/var/lib/neo4j/certificates/cluster/trusted',
      trustedAs: 'ca-of-the-other.crt',
    });
    expect(JSON.stringify(answer.settings)).not.toContain('value of');
  });

  const rows: readonly (readonly [string, unknown, string])[] = [
    ['the same name twice', raw({}, { cluster: 'graph-east' }), 'standby.cluster: must differ'],
    ['an address of both', raw({ bolt: ['h:1'] }, { bolt: ['g:1', 'H:1'] }), 'standby.bolt.1: is an address of the primary'],
    ['no Bolt address', raw({ bolt: [] }), 'primary.bolt'],
    ['a Bolt address with a scheme', raw({ bolt: ['neo4j://h:7687'] }), 'primary.bolt.0: must be host:port'],
    ['a port that is none', raw({ bolt: ['h:70000'] }), 'primary.bolt.0'],
    [
      'the Bolt port as a cluster port',
      raw({ replication: ['h:7687'] }),
      'primary.replication.0: is a Bolt address; replicas pull from the cluster port',
    ],
    ['a Bolt address as a cluster address', raw({ bolt: ['h:9000'], replication: ['H:9000'] }), 'primary.replication.0: is a Bolt address'],
    ['no cluster ports', raw({ replication: [] }), 'primary.replication: must name the cluster ports that graph-west pulls from'],
    ['a database name with an underscore', raw({ database: 'my_orders' }), 'primary.database: must be a database name'],
    ['the system database', raw({ database: 'system' }), 'primary.database'],
    ['a name with the prefix of the system', raw({ database: 'system-x' }), 'primary.database'],
    ['a name that ends in a dot', raw({ database: 'orders.' }), 'primary.database'],
    ['two letters', raw({ database: 'ab' }), 'primary.database'],
    ['a hostile database', raw({ database: 'foo` DROP DATABASE foo //' }), 'primary.database'],
    ['10,000 characters', raw({ database: 'x'.repeat(10_000) }), 'primary.database'],
    ['twelve primaries', raw({ topology: { primaries: 12 } }), 'primary.topology.primaries'],
    ['no primary', raw({ topology: { primaries: 0 } }), 'primary.topology.primaries'],
    ['21 secondaries', raw({ topology: { primaries: 1, secondaries: 21 } }), 'primary.topology.secondaries'],
    ['a URI with a password', raw({}, { follow: { kind: 'backups', pullUri: 's3://u:hunter2@bucket/' } }), 'standby.follow'],
    ['a URI with a query', raw({ seedUri: 's3://bucket/x?key=hunter2' }), 'primary.seedUri'],
    ['a kept database without another name', raw({}, {}, { oldDatabase: 'keep' }), 'primary.spareDatabase: is needed'],
    ['a spare name that is the first', raw({ spareDatabase: 'orders' }), 'primary.spareDatabase: must differ'],
    ['a policy that is not known', raw({}, {}, { oldDatabase: 'rename' }), 'oldDatabase'],
    ['an alias with the name of a database', raw({}, {}, { alias: 'orders' }), 'alias: must differ'],
    ['a password that is not a reference', raw({ password: 'hunter2' }), 'primary.password'],
    ['a word for TLS that is not known', raw({ tls: { mode: 'prefer' } }), 'primary.tls'],
    ['a key that is not known', raw({ pasword: 'env:X' }), 'primary'],
    ['hosts of one side only', raw({ hosts: hosts() }), 'primary.hosts: must be given for both'],
    [
      'a certificate folder that climbs',
      raw({ hosts: hosts({ trustedFolder: '/a/../b' }) }, { hosts: hosts() }),
      'primary.hosts.trustedFolder',
    ],
    ['nothing', null, ''],
  ];
  it.each(rows)('refuses %s', (_, config, start) => {
    const problems = problemsOf(config);
    expect(
      problems.some((problem) => problem.startsWith(start)),
      problems.join('\n'),
    ).toBe(true);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe('names of databases', () => {
  it('let nothing through that would need more than backticks', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.stringMatching(/^[a-zA-Z0-9._`'-]{1,70}$/)), (name) => {
        if (!isDatabaseName(name)) return;
        expect(quoteCypherName(name)).toBe(`\`${name}\``);
        expect(name).toMatch(/^[a-z0-9.-]{3,63}$/);
      }),
    );
    expect(['abc', 'foo-replica', '2nd.db', 'x'.repeat(63)].every(isDatabaseName)).toBe(true);
  });
});
