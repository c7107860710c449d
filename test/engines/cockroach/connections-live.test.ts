import { expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { readConnections } from '../../../src/engines/cockroach/connections.ts';
import { simVersions } from '../../../src/sim/cockroach/grammar/dialect.ts';
import { startSqlWorld } from '../../../src/sim/cockroach/sql-world.ts';
import { connectSql } from '../../../src/transports/sql.ts';

it.each(simVersions)('external connections are listed on %s in its own words, and no secret of one leaves it', async (version) => {
  const world = await startSqlWorld({ version, start: 'none', externalConnections: { primary: 'to-standby', standby: 'to-primary' } });
  try {
    const { cluster, host, port, user, password } = world.standby;
    const session = await connectSql(
      { cluster, host, port, user, password: new Secret(password), tls: { kind: 'disabled' }, virtualCluster: 'system' },
      { signal: new AbortController().signal, timeoutMs: 60_000, tag: 'replops/read' },
    );
    const seen = await readConnections(session);
    session.close();
    expect(seen.map(({ name }) => name)).toEqual(['to-primary']);
    expect(JSON.stringify(seen)).not.toContain('repl-secret');
    const leads = Number(version) >= 24.3 ? `${world.primary.host}:${world.primary.port}` : '';
    expect(seen[0]?.uri).toContain(leads);
    // What would tell the secrets is never asked for as it is.
    expect(world.statements().map(({ statement }) => statement)).not.toContain('SHOW CREATE ALL EXTERNAL CONNECTIONS');
    expect(world.effects().filter(({ changed }) => changed)).toEqual([]);
  } finally {
    await world.close();
  }
});
