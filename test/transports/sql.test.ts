import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/domain/faults.ts';
import { Secret } from '../../src/domain/secret.ts';
import { connectSql, type SqlTarget } from '../../src/transports/sql.ts';
import { type Answer, type PgServer, startPgServer, type Welcome } from './pg-server.ts';

const servers: PgServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const anyRows: Answer = { kind: 'rows', columns: ['v'], rows: [['1']] };

async function serve(answer: (statement: string) => Answer = () => anyRows, welcome: Welcome = 'in'): Promise<PgServer> {
  const server = await startPgServer(welcome, answer);
  servers.push(server);
  return server;
}

const target = (port: number, more: Partial<SqlTarget> = {}): SqlTarget => ({
  cluster: 'sql-east',
  host: '127.0.0.1',
  port,
  user: 'ops',
  password: new Secret('hunter2-secret'),
  tls: { kind: 'disabled' },
  virtualCluster: 'system',
  ...more,
});
const call = (more: { signal?: AbortSignal; timeoutMs?: number } = {}) => ({
  signal: new AbortController().signal,
  timeoutMs: 30_000,
  tag: 'replops/r-4k9zq0tm2x/17',
  ...more,
});

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const outcome = await work.then(
    () => 'no fault',
    (cause: unknown) => cause,
  );
  expect(outcome).toBeInstanceOf(Fault);
  return outcome as Fault;
}

describe('connectSql', () => {
  it('says who it is and where it wants to go, whatever the environment says', async () => {
    vi.stubEnv('PGOPTIONS', '-ccluster=elsewhere');
    vi.stubEnv('PGAPPNAME', 'somebody');
    vi.stubEnv('PGUSER', 'mallory');
    vi.stubEnv('PGSSLMODE', 'require');
    const server = await serve();
    const session = await connectSql(target(server.port, { virtualCluster: 'main' }), call());
    session.close();
    vi.unstubAllEnvs();
    expect(server.startups).toEqual([
      expect.objectContaining({
        user: 'ops',
        application_name: 'replops/r-4k9zq0tm2x/17',
        options: '-ccluster=main -csql_safe_updates=off -cdefault_transaction_read_only=off -cstatement_timeout=0',
      }),
    ]);
  });

  it('gives every value as the server wrote it', async () => {
    const row = ['2024-04-18 10:07:45.000001+00', '899090689449132033', null, '1695922878030920020.0000000000'];
    const server = await serve(() => ({ kind: 'rows', columns: ['at', 'id', 'none', 'hlc'], rows: [row] }));
    const session = await connectSql(target(server.port), call());
    const rows = await session.read('SHOW x');
    session.close();
    expect(rows.length).toBe(1);
    expect(rows[0]).toEqual({ at: row[0], id: row[1], none: null, hlc: row[3] });
  });

  it('closes the connection at the server too', async () => {
    const server = await serve();
    const session = await connectSql(target(server.port), call());
    session.close();
    session.close();
    await expect.poll(() => server.open(), { timeout: 100_000 }).toBe(0);
  });

  it('sends one statement at a time', async () => {
    const server = await serve(() => ({ kind: 'hang' }));
    const session = await connectSql(target(server.port), call());
    const first = session.read('SELECT 1');
    await expect(session.read('SELECT 2')).rejects.toThrow(TypeError);
    await expect.poll(() => server.statements, { timeout: 100_000 }).toEqual(['SELECT 1']);
    session.close();
    await faultOf(first);
  });
});

describe('a call that fails', () => {
  it('could not have changed anything when nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const fault = await faultOf(connectSql(target(port), call()));
    expect(fault).toMatchObject({ code: 'connect-failed', effect: 'not-applied', facts: { nodeCode: 'ECONNREFUSED' } });
  });

  it('could not have changed anything when a silent server lets nobody in, and says that it is there', async () => {
    const server = await serve(undefined, 'silent');
    const fault = await faultOf(connectSql(target(server.port), call({ timeoutMs: 1_000 })));
    expect(fault).toMatchObject({ code: 'deadline-passed', effect: 'not-applied', facts: { accepted: true } });
  });

  it('could not have changed anything when the server hangs up at the door', async () => {
    const server = await serve(undefined, 'drop');
    expect(await faultOf(connectSql(target(server.port), call()))).toMatchObject({ code: 'connect-failed', effect: 'not-applied' });
  });

  const doors = [
    ['28P01', 'login-refused'],
    ['28000', 'login-refused'],
    ['42501', 'permission-missing'],
    ['08000', 'connect-failed'],
    ['57P03', 'connect-failed'],
  ] as const;
  it.each(doors)('tells a login that is answered %s as %s', async (sqlState, code) => {
    const server = await serve(undefined, { sqlState, message: 'no' });
    const fault = await faultOf(connectSql(target(server.port), call()));
    expect(fault).toMatchObject({ code, effect: 'not-applied', facts: { sqlState, cluster: 'sql-east' } });
  });

  const answers = [
    ['42601', 'statement-refused', 'not-applied'],
    ['55000', 'statement-refused', 'not-applied'],
    ['XXUUU', 'statement-refused', 'not-applied'],
    ['40001', 'statement-refused', 'not-applied'],
    ['42501', 'permission-missing', 'not-applied'],
    ['40003', 'statement-refused', 'unknown'],
    ['XX000', 'statement-refused', 'unknown'],
    ['57014', 'statement-refused', 'unknown'],
    ['57P01', 'connection-lost', 'unknown'],
    ['08006', 'connection-lost', 'unknown'],
  ] as const;
  it.each(answers)('knows what an answer of %s means: %s, %s', async (sqlState, code, effect) => {
    const server = await serve(() => ({ kind: 'error', sqlState, message: 'no', hint: 'try' }));
    const session = await connectSql(target(server.port), call());
    const fault = await faultOf(session.change('ALTER VIRTUAL CLUSTER "main" STOP SERVICE'));
    session.close();
    expect(fault).toMatchObject({ code, effect, facts: { sqlState } });
    expect(fault.message).toContain('Hint: try');
  });

  const cuts = [
    ['drop', 'connection-lost'],
    ['hang', 'deadline-passed'],
  ] as const;
  it.each(cuts)('leaves the effect unknown after a %s, and a read changes nothing', async (kind, code) => {
    const server = await serve(() => ({ kind }));
    // A deadline that is to pass; getting in belongs to it, which takes a busy machine its time.
    const limited = () => call(kind === 'hang' ? { timeoutMs: 3_000 } : {});
    const change = await connectSql(target(server.port), limited());
    expect(await faultOf(change.change('x'))).toMatchObject({ code, effect: 'unknown' });
    const read = await connectSql(target(server.port), limited());
    expect(await faultOf(read.read('x'))).toMatchObject({ code, effect: 'not-applied' });
    expect(server.statements.length).toBe(2);
    await expect.poll(() => server.open(), { timeout: 100_000 }).toBe(0);
  });

  it('sends nothing on a connection that has broken before', async () => {
    const server = await serve((statement) => (statement === 'first' ? { kind: 'drop' } : anyRows));
    const session = await connectSql(target(server.port), call());
    await faultOf(session.read('first'));
    expect(await faultOf(session.change('second'))).toMatchObject({ code: 'connect-failed', effect: 'not-applied' });
    session.close();
    expect(server.statements).toEqual(['first']);
  });

  it('sends nothing on a session that was closed', async () => {
    const server = await serve();
    const session = await connectSql(target(server.port), call());
    session.close();
    expect(await faultOf(session.change('late'))).toMatchObject({ effect: 'not-applied' });
    expect(server.statements).toEqual([]);
  });

  it('keeps the password and the statement out of everything that it says', async () => {
    const server = await serve(() => ({
      kind: 'error',
      sqlState: '22023',
      message: 'bad uri postgresql://repl:hunter2-secret@h/d?sslkey=k',
    }));
    const session = await connectSql(target(server.port), call());
    const fault = await faultOf(session.change("CREATE EXTERNAL CONNECTION c AS 'postgresql://u:topsecret@h'"));
    session.close();
    const said = JSON.stringify([fault.message, fault.facts, fault.cause, fault.stack]);
    for (const secret of ['hunter2-secret', 'topsecret', 'sslkey=k']) expect(said).not.toContain(secret);
    expect(fault.cause).toMatchObject({ code: '22023' });
  });
});

describe('the signal', () => {
  it('keeps a call that was stopped from connecting', async () => {
    const server = await serve();
    const fault = await faultOf(connectSql(target(server.port), call({ signal: AbortSignal.abort() })));
    expect(fault).toMatchObject({ code: 'aborted', effect: 'not-applied' });
    expect(server.startups.length).toBe(0);
  });

  it('is looked at right before a statement is sent', async () => {
    const server = await serve();
    // A signal that tells only when it is asked, as after a freeze: no event comes before.
    const frozen = new AbortController().signal;
    const session = await connectSql(target(server.port), call({ signal: frozen }));
    Object.defineProperty(frozen, 'aborted', { value: true });
    const fault = await faultOf(session.change('x'));
    session.close();
    expect(fault).toMatchObject({ code: 'aborted', effect: 'not-applied' });
    expect(server.statements).toEqual([]);
  });

  it('cuts a statement that is under way, and its effect is unknown', async () => {
    const server = await serve(() => ({ kind: 'hang' }));
    const controller = new AbortController();
    const session = await connectSql(target(server.port), call({ signal: controller.signal }));
    const work = faultOf(session.change('x'));
    await expect.poll(() => server.statements.length, { timeout: 100_000 }).toBe(1);
    controller.abort();
    expect(await work).toMatchObject({ code: 'connection-lost', effect: 'unknown' });
    await expect.poll(() => server.open(), { timeout: 100_000 }).toBe(0);
  });
});

describe('TLS', () => {
  it('is not given up for a server that has none', async () => {
    const server = await serve();
    const tls = { kind: 'verify', ca: null, cert: null, key: null } as const;
    const fault = await faultOf(connectSql(target(server.port, { tls }), call()));
    expect(fault).toMatchObject({ code: 'connect-failed', effect: 'not-applied' });
    expect(server.startups).toEqual([]);
  });
});
