import { isIP } from 'node:net';
import { Fault, isFault } from '../../domain/faults.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import type { PcrSettings } from './config.ts';
import { wayTo } from './statements-setup.ts';

/** What a node of a side finds when it connects to the other side as its stream will; null where no file is needed for that. */
export function certificateTry(settings: PcrSettings, side: Side): string | null {
  const from = otherSide(side);
  const way = wayTo(settings, from, 'path');
  const path = settings.setup?.addresses[from].caPath ?? null;
  if (way === null || path === null || settings.setup?.addresses[from].verified !== true) return null;
  const host = isIP(way.host) === 6 ? `[${way.host}]` : way.host;
  const name = isIP(way.host) === 0 ? '-verify_hostname' : '-verify_ip';
  return `openssl s_client -starttls postgres -connect ${quoteWord(`${host}:${way.port}`)} -CAfile ${quoteWord(path)} ${name} ${quoteWord(way.host)} -verify_return_error </dev/null`;
}

/**
 * Where to look when a stream by a file does not start, or fails once other nodes take part: only the stream itself proves what lies on
 * each of them. `next` goes on after `Mend it there,`. Begins with a space.
 */
export function certificateHint(settings: PcrSettings, side: Side, next: string): string {
  const command = certificateTry(settings, side);
  if (command === null) return '';
  const [here, there] = [settings[side].cluster, settings[otherSide(side)].cluster];
  return ` If it is about a certificate or a file: every node of ${here} needs the authority of ${there} under the path of the config (caPath). On each node of ${here}, as the user that runs CockroachDB, this has to end with "Verify return code: 0 (ok)": ${command} . Mend it there, ${next}`;
}

/** A refusal of the database, with where to look. */
export function withCertificateHint(cause: unknown, settings: PcrSettings, side: Side): unknown {
  const hint = certificateHint(settings, side, 'then press Retry.');
  if (hint === '' || !isFault(cause) || cause.code !== 'statement-refused') return cause;
  return new Fault(cause.code, `${cause.message}${/[.!?]$/.test(cause.message) ? '' : '.'}${hint}`, {
    effect: cause.effect,
    facts: cause.facts,
    cause,
  });
}
