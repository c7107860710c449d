import { z } from 'zod';
import type { Connection } from './connection.ts';
import { understood } from './redis-faults.ts';

/** What INFO says. */
export interface ServerInfo {
  text(name: string): string | null;
  number(name: string): number | null;
}

export function parseInfo(text: string): ServerInfo {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
  const fields = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
  return {
    text: (name) => fields.get(name) ?? null,
    number: (name) => {
      const value = fields.get(name);
      return value !== undefined && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
    },
  };
}

export async function readInfo(redis: Connection): Promise<ServerInfo> {
  const answer = await redis.read((client) => client.info());
  return parseInfo(understood(z.string(), answer, 'the answer of INFO', 'not-applied'));
}
