import { afterEach } from 'vitest';
import { asChannelId, asLinkId } from '../../../src/domain/ids.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { LdrLink, LdrSettings } from '../../../src/engines/cockroach-ldr/config.ts';
import { createCockroachLdr } from '../../../src/engines/cockroach-ldr/index.ts';
import type { SqlWorldSide } from '../../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../../src/sim/cockroach/grammar/dialect.ts';
import type { LdrWorld, LdrWorldOptions } from '../../../src/sim/cockroach/ldr/ldr-contract.ts';
import { startLdrWorld } from '../../../src/sim/cockroach/ldr/ldr-world.ts';
import { tinyPace } from '../../../src/sim/cockroach/pace.ts';
import { connectSql, type SqlTls } from '../../../src/transports/sql.ts';
import { anIo } from '../../conformance/drive.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

const addressOf = ({ cluster, host, port, user, password, ca }: SqlWorldSide) => {
  const tls: SqlTls = ca === null ? { kind: 'disabled' } : { kind: 'verify', ca, cert: null, key: null };
  return { cluster, host, port, user, password: new Secret(password), tls };
};

/** Two simulated clusters, the link between them, and an engine that looks at them. */
export async function openLive(version: SimVersion, options: Partial<LdrWorldOptions> = {}, more: Partial<LdrSettings> = {}) {
  const world: LdrWorld = await startLdrWorld({ version, pace: tinyPace, ...options });
  open.push(world);
  // A table that differs is given once for each side.
  const given = new Set((options.tables ?? [{ name: 'shop.public.orders' }, { name: 'shop.public.items' }]).map(({ name }) => name));
  const names = [...given].map((text) => {
    const [database = '', schema = '', table = ''] = text.split('.');
    const name = { database, schema, table };
    return { primary: name, standby: name };
  });
  const link: LdrLink = {
    id: asLinkId('prod-shop'),
    engine: 'cockroach-ldr',
    environment: 'production',
    description: 'Shop',
    incidentChannels: [asChannelId('C1')],
    redirect: { kind: 'manual', instructions: 'Point shop.example.com at the other cluster.' },
    settings: {
      direction: options.direction ?? 'unidirectional',
      interface: options.interface ?? 'system',
      tables: names,
      options: { mode: 'immediate', discardTtlDeletes: false, label: null, skipSchemaCheck: false },
      primary: addressOf(world.primary),
      standby: addressOf(world.standby),
      streams: { primary: { externalConnection: 'to_west', reach: null }, standby: { externalConnection: 'to_east', reach: null } },
      maxLagMs: 300_000,
      dlqKeys: 'hashed',
      ...more,
    },
  };
  const engine = createCockroachLdr({ connect: connectSql, salt: 'a salt' });
  const io = anIo({ tag: 'replops/read' });
  return { world, link, engine, io, look: () => engine.observe(link, io) };
}
