import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Fault } from '../domain/faults.ts';
import { addressText, type BoltAddress, type BoltTls } from './bolt-address.ts';

/** Magic and four ranges of versions (5.8 to 5.0, 4.4 to 4.2, 3.0): how a conversation in Bolt begins. */
const hello = Buffer.from('6060b01700080805000204040000000300000000', 'hex');

/** Node's names for a server that could not prove who it is. */
const untrusted =
  /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET_ISSUER)|HOSTNAME_MISMATCH|INVALID_CA)/;

type Knock = { readonly kind: 'open' } | { readonly kind: 'shut'; readonly nodeCode: string | null };

/** Several knocks at once, of which the first that is answered counts. */
export interface Knocking {
  /** The first address that speaks Bolt. Throws a Fault `connect-failed` or `certificate-untrusted` when every address is shut. */
  readonly answered: Promise<BoltAddress>;
  /** Whether any of them has accepted a connection so far. */
  accepted(): boolean;
  stop(): void;
}

/**
 * Asks each address whether it speaks Bolt, with sockets of our own: the driver tells neither a server that is gone from one that
 * accepts and stays silent, nor why a certificate was refused, nor does it let go of a connection that never gets through the door.
 */
export function knock(cluster: string, addresses: readonly BoltAddress[], tls: BoltTls): Knocking {
  const sockets: Socket[] = [];
  let accepted = false;
  const onAccepted = () => {
    accepted = true;
  };
  const stop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const answered = new Promise<BoltAddress>((resolve, reject) => {
    const shut = new Map<string, string | null>();
    for (const address of addresses) {
      knockAt(address, tls, sockets, onAccepted, (outcome) => {
        if (outcome.kind === 'open') return resolve(address);
        shut.set(addressText(address), outcome.nodeCode);
        if (shut.size === new Set(addresses.map(addressText)).size) reject(shutFault(cluster, shut, accepted));
      });
    }
  });
  const settled = answered.finally(stop);
  // Whoever has given up waiting does not hear of it.
  settled.catch(() => undefined);
  return { answered: settled, accepted: () => accepted, stop };
}

function knockAt(address: BoltAddress, tls: BoltTls, sockets: Socket[], onAccepted: () => void, tell: (outcome: Knock) => void): void {
  const { host, port } = address;
  const socket = connectTcp({ host, port });
  sockets.push(socket);
  socket.once('connect', onAccepted);
  const conversation = tls.kind === 'disabled' ? socket : encrypted(socket, host, tls.ca);
  const fail = (cause: unknown) => tell({ kind: 'shut', nodeCode: codeOf(cause) });
  socket.once('error', fail);
  conversation.on('error', fail);
  conversation.once(tls.kind === 'disabled' ? 'connect' : 'secureConnect', () => conversation.write(hello));
  conversation.once('data', () => tell({ kind: 'open' }));
  conversation.once('close', () => tell({ kind: 'shut', nodeCode: null }));
}

const encrypted = (socket: Socket, host: string, ca: string | null): Socket =>
  connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}), ...(ca === null ? {} : { ca }), rejectUnauthorized: true });

function codeOf(cause: unknown): string | null {
  if (typeof cause !== 'object' || cause === null) return null;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof AggregateError ? (cause.errors.map(codeOf).find((code) => code !== null) ?? null) : null;
}

function shutFault(cluster: string, shut: ReadonlyMap<string, string | null>, accepted: boolean): Fault {
  const places = [...shut].map(([address, code]) => `${address}${code === null ? ' hung up' : ` ${code}`}`).join(', ');
  const bad = [...shut.values()].find((code) => code !== null && untrusted.test(code));
  const nodeCode = bad ?? [...shut.values()].find((code) => code !== null) ?? null;
  const facts = { cluster, nodeCode, phase: 'connect', accepted };
  return bad === undefined
    ? new Fault('connect-failed', `${cluster} could not be reached (${places}).`, { effect: 'not-applied', facts })
    : new Fault('certificate-untrusted', `${cluster} could not prove who it is (${places}).`, { effect: 'not-applied', facts });
}
