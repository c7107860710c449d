import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/faults.ts';
import { Secret } from '../../src/domain/secret.ts';
import { GraphError } from '../../src/sim/neo4j/graph-error.ts';
import { createAuthority } from '../../src/sim/tls/certificate.ts';
import { type BoltTarget, connectBolt } from '../../src/transports/bolt.ts';
import { type BoltServer, type BoltServerOptions, startBoltServer } from './bolt-server.ts';

const servers: BoltServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(options: BoltServerOptions = {}): Promise<BoltServer> {
  const server = await startBoltServer(options);
  servers.push(server);
  return server;
}

const at = (port: number) => ({ host: '127.0.0.1', port });
const target = (port: number, more: Partial<BoltTarget> = {}): BoltTarget => ({
  cluster: 'graph-east',
  addresses: [at(port)],
  reach: 'cluster',
  database: 'system',
  access: 'write',
  user: 'ops',
  password: new Secret('hunter2-secret'),
  tls: { kind: 'disabled' },
  ...more,
});
const call = (more: { signal?: AbortSignal; timeoutMs?: number } = {}) => ({
  signal: new AbortController().signal,
  timeoutMs: 30_000,
  tag: 'replops/r-4k9zq0tm2x/17',
  ...more,
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // The cast follows from listening on a port.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const outcome = await work.then(
    () => 'no fault',
    (cause: unknown) => cause,
  );
  expect(outcome).toBeInstanceOf(Fault);
  // The cast follows the check.
  return outcome as Fault;
}

describe('connectBolt', () => {
  it('tags every transaction, names the database and the access, and gives the server a deadline', async () => {
    const server = await serve();
    const session = await connectBolt(target(server.port, { access: 'read' }), call());
    await session.read('SHOW DATABASES');
    session.close();
    const [hello] = server.greetings;
    const [sent] = server.sent;
    for (const message of [hello, sent]) {
      expect(message?.extras).toMatchObject({
        database: 'system',
        mode: 'read',
        metadata: { app: 'replops', tag: 'replops/r-4k9zq0tm2x/17' },
      });
      expect(message?.extras?.timeoutMs).toBeGreaterThan(0);
      expect(message?.extras?.timeoutMs).toBeLessThanOrEqual(30_000);
    }
  });

  it('asks for the way only when it is to be led', async () => {
    const server = await serve();
    (await connectBolt(target(server.port, { reach: 'server' }), call())).close();
    expect(server.routes()).toBe(0);
    (await connectBolt(target(server.port), call())).close();
    expect(server.routes()).toBeGreaterThan(0);
  });

  it('begins every session without bookmarks of another', async () => {
    const [east, west] = [await serve(), await serve()];
    const first = await connectBolt(target(east.port), call());
    await first.change('x');
    first.close();
    const second = await connectBolt(target(west.port), call());
    second.close();
    expect(west.greetings.map(({ extras }) => extras?.bookmarks)).toEqual([[]]);
  });

  it('gives integers of any size, keeps types apart, and keeps what the server notes', async () => {
    const notice = {
      gqlStatus: '01N81',
      code: 'Neo.ClientNotification.Cluster.ServerCatchingUp',
      title: 'Server is still catching up',
      description: 'b2 has not caught up',
      severity: 'WARNING',
      classification: 'TOPOLOGY',
    } as const;
    const server = await serve({
      reply: () => ({
        kind: 'rows',
        columns: ['id', 'f', 'b', 'n', 'l', 'm'],
        rows: [[9_007_199_254_740_993n, 0.5, true, null, [1n, 'x'], { a: 2n }]],
        notices: [notice],
      }),
    });
    const session = await connectBolt(target(server.port), call());
    const answer = await session.read('SHOW x', { many: 3n, name: 'foo', list: ['a'], map: { on: true } });
    session.close();
    expect(answer.rows).toEqual([{ id: 9_007_199_254_740_993n, f: 0.5, b: true, n: null, l: [1n, 'x'], m: { a: 2n } }]);
    expect(answer.notices.map(({ status }) => status)).toEqual(['01N81']);
    expect(answer.server).toBe(`127.0.0.1:${server.port}`);
    expect(server.sent[0]?.parameters).toEqual({ many: 3n, name: 'foo', list: ['a'], map: { on: true } });
  });

  it('goes on when the first address of a cluster is shut', async () => {
    const server = await serve();
    const session = await connectBolt(target(server.port, { addresses: [at(await closedPort()), at(server.port)] }), call());
    expect(session.components[0]).toMatchObject({ edition: 'enterprise' });
    session.close();
  });

  it('closes its connections at the server too, and can be closed twice', async () => {
    const server = await serve();
    const session = await connectBolt(target(server.port), call());
    session.close();
    session.close();
    await expect.poll(() => server.open(), { timeout: 100_000 }).toBe(0);
  });

  it('sends one statement at a time', async () => {
    const server = await serve({ reply: () => ({ kind: 'hang' }) });
    const session = await connectBolt(target(server.port), call());
    const first = session.read('RETURN 1');
    await expect(session.read('RETURN 2')).rejects.toThrow(TypeError);
    await expect.poll(() => server.sent.length, { timeout: 100_000 }).toBe(1);
    session.close();
    await faultOf(first);
  });
});

describe('a call that fails', () => {
  it('could not have changed anything when nobody listens', async () => {
    const fault = await faultOf(connectBolt(target(await closedPort()), call()));
    expect(fault).toMatchObject({ code: 'connect-failed', effect: 'not-applied', facts: { nodeCode: 'ECONNREFUSED', accepted: false } });
  });

  it('says that a silent server is there', async () => {
    const server = await serve();
    server.wire.silence(true);
    const fault = await faultOf(connectBolt(target(server.port), call({ timeoutMs: 1_000 })));
    expect(fault).toMatchObject({ code: 'deadline-passed', effect: 'not-applied', facts: { accepted: true } });
    await expect.poll(() => server.open(), { timeout: 100_000 }).toBe(0);
  });

  const doors = [
    ['Neo.ClientError.Security.Unauthorized', 'login-refused'],
    ['Neo.ClientError.Security.AuthenticationRateLimit', 'login-refused'],
    ['Neo.ClientError.Security.CredentialsExpired', 'login-refused'],
    ['Neo.ClientError.Security.Forbidden', 'permission-missing'],
    ['Neo.TransientError.General.DatabaseUnavailable', 'connect-failed'],
  ] as const;
  it.each(doors)('tells a login that is answered %s as %s', async (neo4jCode, code) => {
    const server = await serve({ logOn: new GraphError(neo4jCode, '42NFC', 'no', true) });
    const fault = await faultOf(connectBolt(target(server.port), call()));
    expect(fault).toMatchObject({ code, effect: 'not-applied', facts: { cluster: 'graph-east', neo4jCode } });
  });

  it('tells a database without a writer, and that it is there', async () => {
    const server = await serve({ writers: [] });
    const fault = await faultOf(connectBolt(target(server.port), call()));
    expect(fault).toMatchObject({ code: 'connect-failed', effect: 'not-applied', facts: { accepted: true, neo4jCode: 'SessionExpired' } });
    expect(server.sent).toEqual([]);
  });

  const answers = [
    ['Neo.ClientError.Statement.SyntaxError', '42001', 'statement-refused', 'not-applied'],
    ['Neo.ClientError.Procedure.ProcedureNotFound', '42N08', 'statement-refused', 'not-applied'],
    ['Neo.ClientError.Database.ExistingDatabaseFound', '42N87', 'statement-refused', 'not-applied'],
    ['Neo.ClientError.Security.Forbidden', '42NFF', 'permission-missing', 'not-applied'],
    ['Neo.ClientError.Cluster.NotALeader', '08N07', 'connection-lost', 'not-applied'],
    ['Neo.ClientError.General.ForbiddenOnReadOnlyDatabase', '08N08', 'statement-refused', 'not-applied'],
    ['Neo.ClientError.Procedure.ProcedureCallFailed', '52N37', 'statement-refused', 'unknown'],
    ['Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration', '25N11', 'statement-refused', 'unknown'],
    ['Neo.TransientError.Transaction.LeaderSwitch', '51N34', 'statement-refused', 'unknown'],
    ['Neo.TransientError.Cluster.ReplicationFailure', '51N33', 'statement-refused', 'unknown'],
    ['Neo.DatabaseError.General.UnknownError', '50N42', 'statement-refused', 'unknown'],
    ['Neo.ClientError.Statement.SyntaxError', '52N40', 'statement-refused', 'unknown'],
  ] as const;
  it.each(answers)('knows what an answer of %s %s means: %s, %s', async (neo4jCode, gqlStatus, code, effect) => {
    for (const reach of ['cluster', 'server'] as const) {
      const server = await serve({ reply: () => ({ kind: 'error', code: neo4jCode, gqlStatus }) });
      const session = await connectBolt(target(server.port, { reach }), call());
      const fault = await faultOf(session.change('CALL x()'));
      session.close();
      // On `neo4j://` the driver rewrites some of these; the server's own word is found behind it.
      expect(fault).toMatchObject({ code, effect, facts: { neo4jCode, gqlStatus } });
      expect(server.sent.length, `times sent over ${reach}`).toBe(1);
    }
  });

  it('tells what is behind an answer, and takes its doubts for doubts', async () => {
    const code = 'Neo.ClientError.Statement.SyntaxError';
    const doubt = new GraphError(code, '52N40', 'It may not be committed, says hunter2-secret.');
    const because = new GraphError(code, '52N11', 'In between.', false, doubt);
    for (const reach of ['cluster', 'server'] as const) {
      const server = await serve({ reply: () => ({ kind: 'error', code, gqlStatus: '52N37', message: 'It failed.', because }) });
      const session = await connectBolt(target(server.port, { reach }), call());
      const fault = await faultOf(session.change('CALL x()'));
      session.close();
      expect(fault.message).toBe(
        'graph-east answered Neo.ClientError.Statement.SyntaxError: It failed. Cause: It may not be committed, says [redacted].',
      );
      expect(fault).toMatchObject({ effect: 'unknown', facts: { gqlStatus: '52N37', gqlCauses: '52N37 52N11 52N40' } });
    }
  });

  const cuts = [
    ['drop', 'connection-lost'],
    ['hang', 'deadline-passed'],
  ] as const;
  it.each(cuts)('leaves the effect unknown after a %s, a read changes nothing, and neither is sent again', async (kind, code) => {
    const server = await serve({ reply: () => ({ kind }) });
    // A deadline that is to pass; getting in belongs to it, which takes a busy machine its time.
    const limited = () => call(kind === 'hang' ? { timeoutMs: 3_000 } : {});
    const change = await connectBolt(target(server.port), limited());
    expect(await faultOf(change.change('x'))).toMatchObject({ code, effect: 'unknown' });
    change.close();
    const read = await connectBolt(target(server.port), limited());
    expect(await faultOf(read.read('x'))).toMatchObject({ code, effect: 'not-applied' });
    read.close();
    expect(server.sent.length).toBe(2);
    await expect.poll(() => server.open(), { timeout: 100_000 }).toBe(0);
  });

  it('sends nothing on a session that was closed', async () => {
    const server = await serve();
    const session = await connectBolt(target(server.port), call());
    session.close();
    expect(await faultOf(session.change('late'))).toMatchObject({ effect: 'not-applied' });
    expect(server.sent).toEqual([]);
  });

  it('keeps the password and what looks like one out of everything that it says', async () => {
    const server = await serve({
      reply: () => ({
        kind: 'error',
        code: 'Neo.ClientError.Procedure.ProcedureCallFailed',
        gqlStatus: '52N37',
        message: 'no hunter2-secret at s3://key:topsecret@bucket/x?sig=abc',
      }),
    });
    const session = await connectBolt(target(server.port), call());
    const fault = await faultOf(session.change('CALL x()'));
    session.close();
    const said = JSON.stringify([fault.message, fault.facts, fault.cause, fault.stack]);
    for (const secret of ['hunter2-secret', 'topsecret', 'sig=abc']) expect(said).not.toContain(secret);
    expect(fault.message).toContain('[redacted]');
  });
});

describe('the signal', () => {
  it('keeps a call that was stopped from connecting', async () => {
    const server = await serve();
    const fault = await faultOf(connectBolt(target(server.port), call({ signal: AbortSignal.abort() })));
    expect(fault).toMatchObject({ code: 'aborted', effect: 'not-applied' });
    expect(server.greetings).toEqual([]);
  });

  it('is looked at right before a statement is sent', async () => {
    const server = await serve();
    // A signal that tells only when it is asked, as after a freeze: no event comes before.
    const frozen = new AbortController().signal;
    const session = await connectBolt(target(server.port), call({ signal: frozen }));
    Object.defineProperty(frozen, 'aborted', { value: true });
    expect(await faultOf(session.change('x'))).toMatchObject({ code: 'aborted', effect: 'not-applied' });
    session.close();
    expect(server.sent).toEqual([]);
  });

  it('cuts a statement that is under way, and its effect is unknown', async () => {
    const server = await serve({ reply: () => ({ kind: 'hang' }) });
    const controller = new AbortController();
    const session = await connectBolt(target(server.port), call({ signal: controller.signal }));
    const work = faultOf(session.change('x'));
    await expect.poll(() => server.sent.length, { timeout: 100_000 }).toBe(1);
    controller.abort();
    expect(await work).toMatchObject({ code: 'connection-lost', effect: 'unknown' });
    await expect.poll(() => server.open(), { timeout: 100_000 }).toBe(0);
  });
});

describe('TLS', () => {
  const trusted = createAuthority(['127.0.0.1']);

  it('lets in whom the given authority vouches for', async () => {
    const server = await serve({ certificate: trusted });
    const session = await connectBolt(target(server.port, { tls: { kind: 'verify', ca: trusted.ca } }), call());
    expect((await session.read('x')).rows).toEqual([{ n: 1n }]);
    session.close();
  });

  const doubts = [
    ['another authority signed it', createAuthority(['127.0.0.1']).ca, trusted],
    ['nobody known signed it', null, trusted],
    ['it is for another name', 'own', createAuthority(['graph.example.com'])],
  ] as const;
  it.each(doubts)('keeps out a server when %s', async (_, ca, certificate) => {
    const server = await serve({ certificate });
    const tls = { kind: 'verify', ca: ca === 'own' ? certificate.ca : ca } as const;
    const fault = await faultOf(connectBolt(target(server.port, { tls }), call()));
    expect(fault).toMatchObject({ code: 'certificate-untrusted', effect: 'not-applied' });
    expect(server.greetings).toEqual([]);
  });

  it('is not given up for a server that has none', async () => {
    const server = await serve();
    const fault = await faultOf(connectBolt(target(server.port, { tls: { kind: 'verify', ca: null } }), call()));
    expect(fault).toMatchObject({ effect: 'not-applied' });
    expect(['connect-failed', 'certificate-untrusted']).toContain(fault.code);
    expect(server.greetings).toEqual([]);
  });
});
