import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { ShellLogin, ShellTarget } from '../../transports/shell.ts';

/** Turns a reference (`env:NAME`, `file:PATH`) into its value. Throws when there is none; the sentence names the reference only. */
export type ResolveSecret = (reference: string) => Secret;

const reference = z.string().regex(/^(env|file):.+$/, 'must be a secret reference such as file:/run/secrets/replops_ed25519');

/** A node as the config file spells it. Its host key is pinned unless it says `hostKey: unchecked`. */
export const nodeConfig = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'must be a short name such as neo-east-1'),
    host: z.string().regex(/^[A-Za-z0-9_.:-]{1,253}$/, 'must be a host name or an IP address'),
    port: z.int().min(1).max(65_535).default(22),
    user: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/, 'must be the name of a user of the host'),
    privateKey: reference.optional(),
    passphrase: reference.optional(),
    password: reference.optional(),
    /** Where an SSH agent of the bot's machine listens. */
    agent: z
      .string()
      .max(108)
      .regex(/^\/[^\p{Cc}]*$/u, 'must be the absolute path of an agent’s socket')
      .optional(),
    hostKey: z.union([
      z.literal('unchecked'),
      z
        .string()
        .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be a fingerprint such as SHA256:… (ssh-keygen -lf on the host shows it), or unchecked'),
    ]),
  })
  .check((context) => {
    const { privateKey, password, passphrase, agent } = context.value;
    const problem = (path: string, message: string) => {
      context.issues.push({ code: 'custom', input: context.value, path: [path], message });
    };
    if ([privateKey, password, agent].filter((way) => way !== undefined).length !== 1) {
      problem('privateKey', 'give one of privateKey, password and agent');
    }
    if (passphrase !== undefined && privateKey === undefined) problem('passphrase', 'belongs to a privateKey, and there is none');
  });

export type NodeConfig = z.infer<typeof nodeConfig>;

/** The nodes of one side. */
export const nodesConfig = z
  .array(nodeConfig)
  .min(1)
  .max(64)
  .check((context) => {
    context.value.forEach((node, index) => {
      const earlier = context.value.slice(0, index);
      const problem = (path: string, message: string) => {
        context.issues.push({ code: 'custom', input: context.value, path: [index, path], message });
      };
      if (earlier.some(({ name }) => name === node.name)) problem('name', 'must differ from the names of the other nodes');
      if (earlier.some((other) => addressText(other) === addressText(node))) problem('host', 'must not be the address of another node');
    });
  });

const addressText = ({ host, port }: Pick<NodeConfig, 'host' | 'port'>): string => `${host.toLowerCase()}:${port}`;

/** Looks the references up. Throws what `resolve` throws. */
export function nodeOf(config: NodeConfig, resolve: ResolveSecret): ShellTarget {
  const { name, host, port, user, hostKey } = config;
  return {
    name,
    host,
    port,
    user,
    login: loginOf(config, resolve),
    hostKey: hostKey === 'unchecked' ? { mode: 'unchecked' } : { mode: 'pinned', fingerprint: hostKey },
  };
}

export const nodesOf = (configs: readonly NodeConfig[], resolve: ResolveSecret): readonly ShellTarget[] =>
  configs.map((config) => nodeOf(config, resolve));

function loginOf({ privateKey, passphrase, password, agent }: NodeConfig, resolve: ResolveSecret): ShellLogin {
  if (agent !== undefined) return { kind: 'agent', socket: agent };
  if (privateKey !== undefined) {
    return { kind: 'key', privateKey: resolve(privateKey), passphrase: passphrase === undefined ? null : resolve(passphrase) };
  }
  if (password === undefined) throw new TypeError('the schema lets no node through that has no way to log in');
  return { kind: 'password', password: resolve(password) };
}

/** What the nodes' settings leave unproven: full sentences. */
export const hostCautions = (nodes: readonly ShellTarget[]): readonly string[] =>
  nodes
    .filter(({ hostKey }) => hostKey.mode === 'unchecked')
    .map(({ name }) => `The host key of ${name} is not checked, so whoever answers at its address is trusted.`);

/** Where a path of ours may lead: absolute, and without characters that nobody can see. */
export const pathConfig = z
  .string()
  .max(512)
  .regex(/^\/[^\p{Cc}]*$/u, 'must be an absolute path')
  .refine((path) => !path.split('/').includes('..'), 'must not hold ..');

/** The name that a certificate gets in a folder. */
export const certificateFileConfig = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.(crt|pem|cer)$/, 'must be a file name such as ca-neo-east.crt');
