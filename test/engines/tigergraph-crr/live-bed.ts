import { afterEach } from 'vitest';
import { systemClock } from '../../../src/domain/clock.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { CrrCluster, CrrLink } from '../../../src/engines/tigergraph-crr/config.ts';
import { createReading } from '../../../src/engines/tigergraph-crr/reading.ts';
import type { SimSide, TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { aLink } from './build.ts';

const gone: AbortController[] = [];
afterEach(() => {
  for (const each of gone.splice(0)) each.abort();
});

export function anIo(timeoutMs = 8_000) {
  const controller = new AbortController();
  gone.push(controller);
  return {
    clock: systemClock,
    signal: controller.signal,
    timeoutMs,
    tag: 'replops/read',
    earlier: [],
    retried: [],
    history: async () => [],
  };
}

/** A link to the clusters of a simulated world. */
export function linkTo(world: TigerWorld): CrrLink {
  const link = aLink();
  const cluster = (side: SimSide): CrrCluster => ({
    ...link.settings[side],
    cluster: world[side].cluster,
    nodes: world[side].nodes.map(({ name, address }) => ({
      name: `${world[side].cluster}-${name}`,
      host: address.host,
      port: address.port,
      user: address.user,
      login: { kind: 'key', privateKey: new Secret(address.privateKey), passphrase: null },
      hostKey: { mode: 'pinned', fingerprint: address.fingerprint },
    })),
    superuser: { name: world[side].user, password: new Secret(world[side].password) },
    backup: { kind: 'local', path: '/home/tigergraph/backups' },
  });
  return { ...link, settings: { ...link.settings, primary: cluster('primary'), standby: cluster('standby') } };
}

const noPlan = () => ({ kind: 'refusal', code: 'not-supported', sentence: 'Nothing is planned here.', next: 'Nothing.' }) as const;
export const reading = () => createReading({ shell: connectShell }, noPlan);
