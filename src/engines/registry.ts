import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { Link } from '../domain/link.ts';
import type { Secret } from '../domain/secret.ts';
import { connectBolt } from '../transports/bolt.ts';
import { callHook } from '../transports/hook.ts';
import { connectShell } from '../transports/shell.ts';
import { connectSql } from '../transports/sql.ts';
import { ldrSettingsSchema, parseLdrSettings } from './cockroach-ldr/config.ts';
import { createCockroachLdr } from './cockroach-ldr/index.ts';
import { parsePcrSettings, pcrSettingsSchema } from './cockroach-pcr/config.ts';
import { createCockroachPcr } from './cockroach-pcr/index.ts';
import type { Engine } from './engine.ts';
import { parseCcdrSettings } from './neo4j-ccdr/config.ts';
import { ccdrSettingsSchema } from './neo4j-ccdr/config-schema.ts';
import { createNeo4jCcdr } from './neo4j-ccdr/index.ts';
import { withRedirectHook } from './redirect/hook.ts';
import { parseCrrSettings } from './tigergraph-crr/config.ts';
import { crrSettingsSchema } from './tigergraph-crr/config-schema.ts';
import { createTigergraphCrr } from './tigergraph-crr/index.ts';

type Parsed =
  | { readonly kind: 'parsed'; readonly settings: unknown }
  | { readonly kind: 'problems'; readonly problems: readonly SettingsProblem[] };
interface SettingsProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** How each engine reads its part of a link. An engine that isn't here can't be used by a link. */
const parsers: Readonly<Partial<Record<Link['engine'], (raw: unknown, resolve: (reference: string) => Secret) => Parsed>>> = {
  'cockroach-pcr': parsePcrSettings,
  'cockroach-ldr': parseLdrSettings,
  'neo4j-ccdr': parseCcdrSettings,
  'tigergraph-crr': parseCrrSettings,
};

/** What each engine wants of a link's settings, before its own rules about how they go together. */
export const settingsSchemas: Readonly<Record<Link['engine'], z.ZodType>> = {
  'cockroach-pcr': pcrSettingsSchema,
  'cockroach-ldr': ldrSettingsSchema,
  'neo4j-ccdr': ccdrSettingsSchema,
  'tigergraph-crr': crrSettingsSchema,
};

/** Every engine that this bot has. */
export const createEngines = (): readonly Engine[] =>
  [
    createCockroachPcr({ connect: connectSql, shell: connectShell }),
    // Hashes of keys are to be compared within one answer only, so each process may have its own salt.
    createCockroachLdr({ connect: connectSql, salt: randomBytes(16).toString('hex') }),
    createNeo4jCcdr({ connect: connectBolt, shell: connectShell }),
    createTigergraphCrr({ shell: connectShell }),
  ].map((engine) => withRedirectHook(engine, callHook));

/** Has the engines read their parts of the links. Problems are full sentences that name the path. */
export function parseLinks(
  links: readonly Link[],
  resolve: (reference: string) => Secret,
): { readonly kind: 'links'; readonly links: readonly Link[] } | { readonly kind: 'problems'; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const parsed = links.flatMap((link): readonly Link[] => {
    const parse = parsers[link.engine];
    if (parse === undefined) {
      problems.push(`links.${link.id}.engine: ${link.engine} is not an engine of this version; use ${Object.keys(parsers).join(' or ')}.`);
      return [];
    }
    const answer = parse(link.settings, resolve);
    if (answer.kind === 'parsed') return [{ ...link, settings: answer.settings }];
    problems.push(
      ...answer.problems.map(
        ({ path, message }) => `links.${link.id}.settings${path.map((key) => `.${String(key)}`).join('')} ${message}.`,
      ),
    );
    return [];
  });
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'links', links: parsed };
}
