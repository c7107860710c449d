import type { Clock } from '../../domain/clock.ts';
import type { SimSide, SqlWorld, SqlWorldOptions } from '../cockroach/contract.ts';
import type { SimVersion } from '../cockroach/grammar/dialect.ts';
import { createNodeTools, pidFile } from '../cockroach/node-tools.ts';
import type { SimHost } from '../hosts/contract.ts';
import { startHost } from '../hosts/host.ts';
import { createAuthority } from '../tls/certificate.ts';
import { type ConfigPart, secretName } from './stage.ts';

const certs = '/var/lib/cockroach/certs';
const sides = ['primary', 'standby'] as const;

/** A new cluster has root only, so the bot's user is nowhere yet. */
export const onBareNodes: Partial<SqlWorldOptions> = {
  users: [
    { name: 'ops', password: "ops'secret", admin: true, sides: [] },
    { name: 'root', password: 'root-secret', admin: true },
  ],
};

/** Hosts of both sides with a cockroach that was never started, and what a bot has to be told to work on them. */
interface BareNodes {
  /** The `hosts` part of a link's setup. */
  readonly config: ConfigPart;
  readonly secrets: Readonly<Record<string, string>>;
  readonly hosts: readonly SimHost[];
  close(): Promise<void>;
}

export async function startBareNodes(id: string, world: SqlWorld, version: SimVersion, clock: Clock): Promise<BareNodes> {
  const started = await Promise.all(
    sides.map(async (side) => {
      const { products } = await createNodeTools({ world, side, version });
      const files = { [`${certs}/ca.crt`]: createAuthority([world[side].cluster]).ca };
      const names = [1, 2].map((number) => `${world[side].cluster}-${number}`);
      const hosts = await Promise.all(names.map((name) => startHost({ name, clock, products, files, folders: ['/run'] })));
      return { side, hosts };
    }),
  );
  const all = started.flatMap(({ hosts }) => hosts);
  return {
    config: Object.fromEntries(started.map(({ side, hosts }) => [side, configOf(id, side, hosts)])),
    secrets: Object.fromEntries(
      started.flatMap(({ side, hosts }) => hosts.map((host, at) => [keyName(id, side, at), host.address().privateKey])),
    ),
    hosts: all,
    close: async () => {
      await Promise.all(all.map((host) => host.close()));
    },
  };
}

const keyName = (id: string, side: SimSide, at: number): string => secretName(id, side, `node-${at + 1}`, 'key');

const configOf = (id: string, side: SimSide, hosts: readonly SimHost[]): ConfigPart => ({
  nodes: hosts.map((node, at) => {
    const { name, host, port, user, fingerprint } = node.address();
    return { name, host, port, user, privateKey: `env:${keyName(id, side, at)}`, hostKey: fingerprint };
  }),
  certsFolder: certs,
  start: {
    command: `cockroach start --certs-dir=${certs} --join=${hosts.map(({ name }) => name).join(',')} --background {profile}`,
    check: `test -f ${pidFile}`,
    undo: { command: 'cockroach node drain --self --shutdown', check: `test ! -f ${pidFile}` },
  },
});
