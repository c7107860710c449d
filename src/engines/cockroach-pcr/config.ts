import { z } from 'zod';
import type { Link } from '../../domain/link.ts';
import type { Side } from '../../domain/observation.ts';
import { addressOf, type ClusterAddress, clusterConfig, type ResolveSecret } from '../cockroach/address.ts';
import { type PcrSetup, setupOf, setupSchema } from './config-setup.ts';

/** The engine's part of a link: one virtual cluster that lives on two clusters under the same name. */
export interface PcrSettings {
  readonly virtualCluster: string;
  readonly primary: ClusterAddress;
  readonly standby: ClusterAddress;
  /**
   * By the side that is to follow: the external connection, defined there, that leads to the other side. It holds the stream's
   * password, so that no statement of ours does. Null when the config names none.
   */
  readonly streams: Readonly<Record<Side, string | null>>;
  /** How the replication is made; null when the config leaves that to people. */
  readonly setup: PcrSetup | null;
  /** What a person does to keep a primary that the bot can't reach from taking writes; null when the team has no such means. */
  readonly fencing?: string | null;
}

export type PcrLink = Link<PcrSettings>;

const virtualCluster = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens, such as main')
  .refine((name) => name !== 'system', 'must be the application virtual cluster; system is the control plane');

const stream = z.strictObject({
  externalConnection: z.string().regex(/^[A-Za-z0-9_-]{1,63}$/, 'must be the name of an external connection, such as to-sql-west'),
});

/** How the config file spells a PCR link's settings. */
export const pcrSettingsSchema = z
  .strictObject({
    virtualCluster: virtualCluster.default('main'),
    primary: clusterConfig,
    standby: clusterConfig,
    streams: z.strictObject({ toPrimary: stream.optional(), toStandby: stream.optional() }).prefault({}),
    setup: setupSchema.optional(),
    fencing: z.strictObject({ instructions: z.string().min(1).max(2_000) }).optional(),
  })
  .check((context) => {
    const { primary, standby } = context.value;
    const problem = (path: string, message: string) => {
      context.issues.push({ code: 'custom', input: context.value, path: ['standby', path], message });
    };
    if (primary.host.toLowerCase() === standby.host.toLowerCase() && primary.port === standby.port) {
      problem('host', 'must not be the address of the primary: a standby on the same cluster protects nothing');
    }
    if (primary.cluster === standby.cluster) problem('cluster', 'must differ from the name of the primary');
  });

export type ParsedSettings =
  | { readonly kind: 'parsed'; readonly settings: PcrSettings }
  | { readonly kind: 'problems'; readonly problems: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] };

/** Reads the settings of a link from the config file. Throws only what `resolveSecret` throws. */
export function parsePcrSettings(raw: unknown, resolveSecret: ResolveSecret): ParsedSettings {
  const parsed = pcrSettingsSchema.safeParse(raw);
  if (!parsed.success) return { kind: 'problems', problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) };
  const { virtualCluster: name, streams, setup, fencing } = parsed.data;
  const primary = addressOf(parsed.data.primary, resolveSecret);
  const standby = addressOf(parsed.data.standby, resolveSecret);
  return {
    kind: 'parsed',
    settings: {
      virtualCluster: name,
      primary,
      standby,
      streams: {
        primary: streams.toPrimary?.externalConnection ?? null,
        standby: streams.toStandby?.externalConnection ?? null,
      },
      fencing: fencing?.instructions ?? null,
      setup: setup === undefined ? null : setupOf(setup, name, { primary, standby }, resolveSecret),
    },
  };
}
