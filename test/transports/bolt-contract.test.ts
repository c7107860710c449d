import { describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/faults.ts';
import { Secret } from '../../src/domain/secret.ts';
import { type BoltTarget, connectBolt } from '../../src/transports/bolt.ts';
import { textAt, textsOf } from '../../src/transports/bolt-values.ts';

/** A real server: `bolt://user:password@host:port`, plain. It is only read. */
const given = process.env['NEO4J_TEST_URL'];
if (given === undefined) {
  process.stderr.write(
    'NEO4J_TEST_URL is not set, so the Bolt transport is not compared with a real Neo4j here; its other tests use the simulated one.\n',
  );
}

function targetOf(text: string): BoltTarget {
  const url = new URL(text);
  return {
    cluster: 'real',
    addresses: [{ host: url.hostname, port: Number(url.port === '' ? 7687 : url.port) }],
    reach: 'server',
    database: 'system',
    access: 'read',
    user: decodeURIComponent(url.username),
    password: new Secret(decodeURIComponent(url.password)),
    tls: { kind: 'disabled' },
  };
}

const call = { signal: new AbortController().signal, timeoutMs: 20_000, tag: 'replops/read' };

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no fault';
  } catch (cause) {
    return isFault(cause) ? `${cause.code} ${cause.effect}` : String(cause);
  }
}

describe.runIf(given !== undefined)('a real Neo4j', () => {
  const target = targetOf(given ?? 'bolt://u:p@127.0.0.1:7687');

  it('tells its version and its databases', async () => {
    const session = await connectBolt(target, call);
    const [version = ''] = textsOf(session.components[0]?.['versions']);
    const { rows } = await session.read('SHOW DATABASES YIELD name, type, writer, currentStatus, lastCommittedTxn');
    session.close();
    expect(version).toMatch(/^\d+\.\d+/);
    expect(rows.map((row) => textAt(row, 'name'))).toContain('system');
  });

  it('lets in nobody with a wrong password', async () => {
    expect(await codeOf(connectBolt({ ...target, password: new Secret('certainly-wrong') }, call))).toBe('login-refused not-applied');
  });

  it('answers an unknown procedure and bad syntax as having changed nothing', async () => {
    for (const statement of ['CALL replops.no.such.procedure()', 'SHOW NOTHING AT ALL']) {
      const session = await connectBolt({ ...target, access: 'write' }, call);
      expect(await codeOf(session.change(statement)), statement).toBe('statement-refused not-applied');
      session.close();
    }
  });

  it('refuses replicas where the edition has none', async () => {
    const session = await connectBolt({ ...target, access: 'write' }, call);
    const edition = textAt(session.components[0] ?? {}, 'edition');
    const outcome = await codeOf(session.read('SHOW SERVERS YIELD name'));
    session.close();
    expect(outcome).toBe(edition === 'community' ? 'statement-refused not-applied' : 'no fault');
  });
});

describe('the contract with a real Neo4j', () => {
  it('reads its address from NEO4J_TEST_URL', () => {
    expect(targetOf('bolt://ops:p%40ss@db.example.com:7777')).toMatchObject({
      addresses: [{ host: 'db.example.com', port: 7777 }],
      user: 'ops',
    });
    expect(targetOf('bolt://ops:p%40ss@db.example.com').password.reveal()).toBe('p@ss');
  });
});
