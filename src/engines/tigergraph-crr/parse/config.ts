import { z } from 'zod';
import type { HostView, ShapeView, StagedView, TlsView } from '../detail.ts';
import { isHostName, isNodeId } from '../names.ts';
import type { Block } from './blocks.ts';
import { complains, linesOf, reasonIn, sortLines } from './text.ts';

/** The value that `gadmin config get` printed; empty when it is unset, null when it was not told. Pure; never throws. */
export function parseValue({ exitCode, text }: Block): string | null {
  if (exitCode !== 0 || complains(text)) return null;
  return sortLines(text)
    .rest.filter((line) => line !== '')
    .join('\n');
}

const oneLine = (block: Block): string | null => {
  const value = parseValue(block);
  return value === null || value.includes('\n') ? null : value;
};

/** A value that people may read: one line of printable characters. */
export function parseWord(block: Block, most = 512): string | null {
  const value = oneLine(block);
  return value === null || value.length > most || !/^[\x21-\x7e]*$/.test(value) ? null : value;
}

export function parseFlag(block: Block): boolean | null {
  const value = oneLine(block)?.toLowerCase();
  return value === 'true' ? true : value === 'false' ? false : null;
}

export function parseNumber(block: Block): number | null {
  const value = oneLine(block) ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/** How Kafka speaks TLS: whether it does, on which port, and what all clients have to speak. */
export function parseTls(enabled: Block, port: Block, clients: Block): TlsView {
  const wanted = parseWord(clients)?.toLowerCase();
  return {
    enabled: parseFlag(enabled),
    port: parseNumber(port),
    clients: wanted === 'ssl' ? 'tls' : wanted === 'plaintext' ? 'plain' : 'any',
  };
}

export function parsePath(block: Block): string | null {
  const value = oneLine(block);
  return value?.startsWith('/') && !/[\p{Cc}]/u.test(value) ? value.replace(/(?<=.)\/+$/, '') : null;
}

/** `a,b,c`; empty when nothing is set, null when it can't be read. */
export function parseHosts(block: Block): string[] | null {
  const value = oneLine(block);
  if (value === null) return null;
  const hosts = value === '' ? [] : value.split(',').map((host) => host.trim());
  return hosts.every(isHostName) ? hosts : null;
}

function jsonIn(block: Block): unknown {
  try {
    return JSON.parse(parseValue(block) ?? '');
  } catch {
    // What is no JSON is not read.
    return null;
  }
}

const hostList = z
  .array(z.object({ Hostname: z.string().refine(isHostName), ID: z.string().refine(isNodeId) }))
  .min(1)
  .refine((hosts) => new Set(hosts.map(({ ID }) => ID)).size === hosts.length);

/** `System.HostList`. */
export function parseHostList(block: Block): HostView[] | null {
  const parsed = hostList.safeParse(jsonIn(block));
  return parsed.success ? parsed.data.map(({ ID, Hostname }) => ({ id: ID, hostname: Hostname })) : null;
}

const gpeNodes = z.array(z.object({ HostID: z.string(), Partition: z.int().min(1).max(4_096), Replica: z.int().min(1).max(64) })).min(1);

/** `GPE.BasicConfig.Nodes`: how many partitions there are, and how many copies of each. */
export function parseShape(block: Block): ShapeView | null {
  const parsed = gpeNodes.safeParse(jsonIn(block));
  if (!parsed.success) return null;
  const partitions = Math.max(...parsed.data.map(({ Partition }) => Partition));
  const replicas = Math.max(...parsed.data.map(({ Replica }) => Replica));
  return new Set(parsed.data.map(({ Partition, Replica }) => `${Partition}#${Replica}`)).size === partitions * replicas
    ? { partitions, replicas }
    : null;
}

const keyAtStart = /^[\s+\-~*|"'[{<>]*([A-Z][A-Za-z0-9]*(?:\.[A-Z][A-Za-z0-9]*)+)/;
const keyAnywhere = /\b(?:System|GPE|GSE|GSQL|RESTPP|Kafka|KafkaConnect|Nginx|Security|Gadmin)(?:\.[A-Z][A-Za-z0-9]*)+/g;

/**
 * Reads `gadmin config diff`: names of what is set and not applied. Values are never kept, since they may be secret. The vendor does not
 * say what it looks like, so every name in it counts. Pure; never throws.
 */
export function parseDiff({ exitCode, text }: Block): StagedView {
  if (exitCode !== 0 || complains(text)) return { kind: 'unread', why: `gadmin did not tell what is staged (${reasonIn(text)}).` };
  const keys = linesOf(text).flatMap((line) => [keyAtStart.exec(line)?.[1] ?? [], ...(line.match(keyAnywhere) ?? [])].flat());
  return { kind: 'read', keys: [...new Set(keys)].sort() };
}
