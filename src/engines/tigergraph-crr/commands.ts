import { quoteWord } from '../../transports/shell-quoting.ts';
import type { CrrCluster } from './config.ts';
import { blocksCommand } from './parse/blocks.ts';

/** A command that finds TigerGraph's own: they are in nobody's path who comes over SSH. */
export const inPath = ({ commands }: Pick<CrrCluster, 'commands'>, command: string): string =>
  `PATH="$PATH":${quoteWord(commands)}; ${command}`;

/** Several commands that only look, in one go; the answer is split by `splitBlocks`. */
export const looks = (cluster: Pick<CrrCluster, 'commands'>, commands: readonly string[]): string =>
  inPath(cluster, blocksCommand(commands));

export const configGet = (key: string): string => `gadmin config get ${key}`;

/** The number of changes so far is behind either of these, by the version. */
export const replicationUrls = ['http://localhost:14240/gsql/v1/replication', 'http://localhost:8123/gsql/replication'] as const;

/** The user and the password come by standard input, in curl's own form. */
export const curlWithConfig = (url: string): string => `curl -s -m 5 -w '\\n%{http_code}' -K - ${quoteWord(url)}`;

/** One line of a curl config. Throws TypeError for what can't be written in one. */
export function curlUser(name: string, password: string): string {
  if (/[\n\r\0]/.test(name + password)) throw new TypeError('a curl config has no room for line breaks');
  return `user = "${`${name}:${password}`.replace(/["\\]/g, '\\$&')}"\n`;
}
