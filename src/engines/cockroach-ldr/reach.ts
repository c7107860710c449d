import { otherSide, type Side } from '../../domain/observation.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { Secret } from '../../domain/secret.ts';
import { maskedUri, type StreamLogin, type StreamWay, streamUri } from '../cockroach/stream-uri.ts';
import { isAtLeast, type Release } from '../cockroach/version.ts';
import { notNow } from '../frame/drafts.ts';
import type { LdrLink, LdrSettings, Reach } from './config.ts';

/** Name of the external connection on the side that follows; empty when the config names none. */
export const connectionOf = ({ streams }: LdrSettings, into: Side): string => streams[into]?.externalConnection ?? '';

export const reachInto = ({ streams }: LdrSettings, into: Side): Reach | null => streams[into]?.reach ?? null;

function wayInto(settings: LdrSettings, into: Side, reach: Reach): StreamWay {
  const source = otherSide(into);
  const { host, port } = settings[source];
  return {
    host: reach.host ?? host,
    port: reach.port ?? port,
    trust: trustOf(reach),
    route: reach.route === 'gateway' ? 'gateway' : null,
    virtualCluster: settings.interface,
    // Up to 25.4.0 both ways at once need a database in the URI.
    database: settings.tables[0]?.[source].database ?? 'defaultdb',
  };
}

function trustOf({ tls, ca }: Reach): StreamWay['trust'] {
  if (tls === 'disable') return { kind: 'none' };
  return ca === null ? { kind: 'known' } : { kind: 'inline', ca };
}

const loginOf = ({ user, password }: Reach): StreamLogin => ({ name: user, password: password ?? new Secret('') });

/** What people see of the URI. Empty when people make the connection themselves. */
export function maskedUriInto(settings: LdrSettings, into: Side): string {
  const reach = reachInto(settings, into);
  return reach === null ? '' : maskedUri(wayInto(settings, into, reach), loginOf(reach));
}

/** The URI, secrets and all: for the driver and nobody else. Null when people make the connection themselves. */
export function uriInto(settings: LdrSettings, into: Side): string | null {
  const reach = reachInto(settings, into);
  return reach === null ? null : streamUri(wayInto(settings, into, reach), loginOf(reach));
}

/** Up to 24.3 the side that follows does not know the word for it in the address, and would go to every node by itself. */
export function gatewayRefusal({ settings }: LdrLink, into: Side, { release }: { readonly release: Release }): Refusal | null {
  if (reachInto(settings, into)?.route !== 'gateway' || isAtLeast(release, 25, 1)) return null;
  return notNow(
    `${settings[into].cluster} runs ${release.text}, which can't follow through a gateway: that exists from v25.1 on.`,
    `Let its nodes reach every node of ${settings[otherSide(into)].cluster} and take route out of settings.streams.${into === 'standby' ? 'toStandby' : 'toPrimary'}.reach, or upgrade both sides.`,
  );
}
