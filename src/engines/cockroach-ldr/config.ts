import { z } from 'zod';
import type { Link } from '../../domain/link.ts';
import type { Side } from '../../domain/observation.ts';
import type { Secret } from '../../domain/secret.ts';
import { addressOf, type ClusterAddress, clusterConfig, type ResolveSecret, userName } from '../cockroach/address.ts';
import { type LdrOptions, optionProblems, options, optionsOf } from './config-options.ts';
import { type TablePair, tableName } from './config-tables.ts';
import { isSameTable, showTable } from './table-name.ts';

/** How the nodes of a side that follows reach the other side. Null parts are those of the other side's own address. */
export interface Reach {
  readonly host: string | null;
  readonly port: number | null;
  readonly user: string;
  readonly password: Secret | null;
  /** Certificate authority that the other side's certificate leads to (PEM); null when TLS is off or the nodes know it already. */
  readonly ca: string | null;
  readonly tls: 'verify' | 'disable';
  /** `nodes`: every node reaches every node. `gateway`: only the given address can be reached (`crdb_route=gateway`, 25.1). */
  readonly route: 'nodes' | 'gateway';
}

/** The external connection, defined on the side that follows, that leads to the other side. */
export interface StreamSettings {
  readonly externalConnection: string;
  /** What setup and reconnect make the connection from; null when people make it themselves. */
  readonly reach: Reach | null;
}

/** The engine's part of a link: tables that live on two clusters, by side. */
export interface LdrSettings {
  /** `unidirectional`: primary → standby. `bidirectional`: both ways. */
  readonly direction: 'unidirectional' | 'bidirectional';
  /** Virtual cluster that holds the tables, the same on both sides. */
  readonly interface: string;
  readonly tables: readonly TablePair[];
  readonly options: LdrOptions;
  readonly primary: ClusterAddress;
  readonly standby: ClusterAddress;
  /** By the side that is to follow. */
  readonly streams: Readonly<Record<Side, StreamSettings | null>>;
  /** Lag above which the link wants a look, ms. */
  readonly maxLagMs: number;
  /** Whether primary keys of rows in the dead letter queue are shown in Slack, or only their hashes. */
  readonly dlqKeys: 'hashed' | 'shown';
}

export type LdrLink = Link<LdrSettings>;

const reference = z.string().regex(/^(env|file):.+$/, 'must be a secret reference such as env:SQL_PASSWORD or file:/run/secrets/ca.crt');
/** A table that is called the same on both sides, or its name on each. */
const tablePair = z.union([
  z.strictObject({ primary: tableName, standby: tableName }),
  tableName.transform((same): TablePair => ({ primary: same, standby: same })),
]);

const stream = z.strictObject({
  externalConnection: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, 'must be the name of an external connection, such as to-sql-west'),
  reach: z
    .strictObject({
      host: z
        .string()
        .regex(/^[A-Za-z0-9_.:-]{1,253}$/, 'must be a host name or an IP address')
        .optional(),
      port: z.int().min(1).max(65_535).optional(),
      user: userName,
      password: reference.optional(),
      ca: reference.optional(),
      tls: z.enum(['verify', 'disable']).default('verify'),
      route: z.enum(['nodes', 'gateway']).default('nodes'),
    })
    .optional(),
});

/** How the config file spells an LDR link's settings. */
export const ldrSettingsSchema = z
  .strictObject({
    direction: z.enum(['unidirectional', 'bidirectional']).default('unidirectional'),
    interface: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens, such as system or main')
      .default('system'),
    tables: z.array(tablePair).min(1, 'must name at least one table').max(200, 'must name at most 200 tables'),
    options,
    primary: clusterConfig,
    standby: clusterConfig,
    streams: z.strictObject({ toStandby: stream, toPrimary: stream.optional() }),
    limits: z.strictObject({ maxLagSeconds: z.int().min(5).max(86_400).default(300) }).prefault({}),
    dlq: z.strictObject({ keys: z.enum(['hashed', 'shown']).default('hashed') }).prefault({}),
  })
  .check((context) => {
    for (const { path, message } of contradictions(context.value)) {
      context.issues.push({ code: 'custom', input: context.value, path: [...path], message });
    }
  });

type Config = z.infer<typeof ldrSettingsSchema>;
interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What no single field can tell. */
function contradictions(config: Config): readonly Problem[] {
  const { primary, standby, direction, streams, tables } = config;
  const problems: Problem[] = [];
  if (primary.host.toLowerCase() === standby.host.toLowerCase() && primary.port === standby.port) {
    problems.push({
      path: ['standby', 'host'],
      message: 'must not be the address of the primary: a standby on the same cluster protects nothing',
    });
  }
  if (primary.cluster === standby.cluster) {
    problems.push({ path: ['standby', 'cluster'], message: 'must differ from the name of the primary' });
  }
  if (direction === 'bidirectional' && streams.toPrimary === undefined) {
    problems.push({
      path: ['streams', 'toPrimary'],
      message: 'is missing: a bidirectional link needs an external connection on each side',
    });
  }
  return [...problems, ...optionProblems(config), ...(['primary', 'standby'] as const).flatMap((side) => twins(tables, side))];
}

const twins = (tables: readonly TablePair[], side: Side): readonly Problem[] =>
  tables.flatMap((pair, index) => {
    const first = tables.findIndex((other) => isSameTable(other[side], pair[side]));
    return first === index ? [] : [{ path: ['tables', index], message: `names ${showTable(pair[side])} of the ${side} a second time` }];
  });

export type ParsedSettings =
  | { readonly kind: 'parsed'; readonly settings: LdrSettings }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Reads the settings of a link from the config file. Throws only what `resolveSecret` throws. */
export function parseLdrSettings(raw: unknown, resolveSecret: ResolveSecret): ParsedSettings {
  const parsed = ldrSettingsSchema.safeParse(raw);
  if (!parsed.success) return { kind: 'problems', problems: parsed.error.issues.flatMap((issue) => problemOf(issue)) };
  const { data } = parsed;
  return {
    kind: 'parsed',
    settings: {
      direction: data.direction,
      interface: data.interface,
      tables: data.tables,
      options: optionsOf(data),
      primary: addressOf(data.primary, resolveSecret),
      standby: addressOf(data.standby, resolveSecret),
      streams: { primary: streamOf(data.streams.toPrimary, resolveSecret), standby: streamOf(data.streams.toStandby, resolveSecret) },
      maxLagMs: data.limits.maxLagSeconds * 1_000,
      dlqKeys: data.dlq.keys,
    },
  };
}

/** Of the ways in which a table can be written, the one that the writer most likely meant speaks: the one with the least to mend. */
function problemOf(issue: z.core.$ZodIssue): readonly Problem[] {
  if (issue.code !== 'invalid_union') return [{ path: issue.path, message: issue.message }];
  const [meant] = issue.errors
    .filter((branch) => !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0))
    .map((branch) => branch.flatMap((inner) => problemOf({ ...inner, path: [...issue.path, ...inner.path] })))
    .sort((a, b) => a.length - b.length);
  if (meant !== undefined) return meant;
  return [{ path: issue.path, message: 'must be a table such as movr.public.rides, or { primary, standby } with the name on each side' }];
}

function streamOf(config: z.infer<typeof stream> | undefined, resolve: ResolveSecret): StreamSettings | null {
  if (config === undefined) return null;
  const { reach, externalConnection } = config;
  if (reach === undefined) return { externalConnection, reach: null };
  return {
    externalConnection,
    reach: {
      host: reach.host ?? null,
      port: reach.port ?? null,
      user: reach.user,
      password: reach.password === undefined ? null : resolve(reach.password),
      // Certificates are public.
      ca: reach.ca === undefined ? null : resolve(reach.ca).reveal(),
      tls: reach.tls,
      route: reach.route,
    },
  };
}
