import { isIP } from 'node:net';

export interface BoltAddress {
  readonly host: string;
  readonly port: number;
}

/** `verify`: the server's certificate and name are checked against `ca`, or against Node's own list when there is none. */
export type BoltTls = { readonly kind: 'verify'; readonly ca: string | null } | { readonly kind: 'disabled' };

export const addressText = ({ host, port }: BoltAddress): string => (isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`);

/** Reads `host:port` or `[IPv6]:port` as a server prints it; null when it is none. */
export function readAddress(text: string): BoltAddress | null {
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3] ?? 0);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}
