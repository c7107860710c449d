import { describe, expect, it } from 'vitest';
import { isFault } from '../../../src/domain/faults.ts';
import { ldrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import { connectSql } from '../../../src/transports/sql.ts';
import { openLive } from './live.ts';
import { shapes } from './shapes.ts';

const versions = ['24.3', '25.1', '25.2', '25.3', '25.4', '26.1', '26.2'] as const;

/** One statement for a table, sent as somebody at a terminal would; null when the server starts it. */
async function refusalOf(on: Awaited<ReturnType<typeof openLive>>, table: string): Promise<string | null> {
  const address = { ...on.link.settings.standby, virtualCluster: 'system' };
  const session = await connectSql(address, { signal: new AbortController().signal, timeoutMs: 60_000, tag: 'somebody' });
  try {
    await session.change(`CREATE LOGICAL REPLICATION STREAM FROM TABLE ${table} ON 'external://to_east' INTO TABLE ${table}`);
    return null;
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    return cause.message;
  } finally {
    session.close();
  }
}

describe.each(versions)('tables of every kind on %s', { timeout: 300_000 }, (version) => {
  it('are blocked just where the server refuses them', async () => {
    const tables = shapes.flatMap(({ primary, standby = primary }, at) => [
      { ...primary, name: `shop.public.t${at}`, sides: ['primary'] as const },
      { ...standby, name: `shop.public.t${at}`, sides: ['standby'] as const },
    ]);
    const enums = [
      { name: 'shop.public.status', values: ['new', 'paid'] },
      { name: 'shop.public.drifted', values: ['new', 'paid'], sides: ['primary'] as const },
      { name: 'shop.public.drifted', values: ['new'], sides: ['standby'] as const },
    ];
    const on = await openLive(version, { start: 'none', tables, enums });
    const { schema } = ldrDetail.parse((await on.look()).detail);
    if (schema.kind !== 'read') throw new TypeError('the tables were not read');
    const [blocked, refused]: readonly [string[], string[]] = [[], []];
    for (const [at, { name }] of shapes.entries()) {
      if (schema.findings.standby.some(({ severity, pair }) => severity === 'blocks' && pair === at)) blocked.push(name);
      if ((await refusalOf(on, `shop.public.t${at}`)) !== null) refused.push(name);
    }
    expect(blocked).toEqual(refused);
    expect(refused).toEqual(shapes.filter((shape) => shape.refused(version)).map(({ name }) => name));
  });
});
