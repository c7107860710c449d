import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** The server's half of one SCRAM-SHA-256 login (RFC 5802, RFC 7677). */
export interface ScramLogin {
  /** The server's first message, or null when the client's is not understood. */
  begin(clientFirst: string): string | null;
  /** The server's final message, or null when the proof is wrong. */
  finish(clientFinal: string): string | null;
}

/** Few: every connection pays for them, in a world where nothing is secret. CockroachDB asks for 4096 or more. */
const rounds = 64;

interface Stored {
  readonly salt: Buffer;
  readonly salted: Buffer;
}

/** As in a server, a password is salted when it is set, and not at each login. */
const stored = new Map<string, Stored>();

function storedFor(password: string): Stored {
  const salt = randomBytes(16);
  const found = stored.get(password) ?? { salt, salted: pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256') };
  stored.set(password, found);
  return found;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const attribute = (message: string, name: string): string | null =>
  message
    .split(',')
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(2) ?? null;

const unknownUser = randomBytes(16).toString('hex');

/** Bound to no channel. A null password stands for an unknown user: the exchange goes on, and the proof is never right. */
export function createScramLogin(password: string | null): ScramLogin {
  const { salt, salted } = storedFor(password ?? unknownUser);
  let messages: { readonly bare: string; readonly first: string; readonly nonce: string } | null = null;

  const begin = (clientFirst: string): string | null => {
    const bare = /^[ny],[^,]*,(.*)$/s.exec(clientFirst)?.[1];
    const clientNonce = bare === undefined ? null : attribute(bare, 'r');
    if (bare === undefined || clientNonce === null) return null;
    const nonce = `${clientNonce}${randomBytes(18).toString('base64')}`;
    const first = `r=${nonce},s=${salt.toString('base64')},i=${rounds}`;
    messages = { bare, first, nonce };
    return first;
  };

  const finish = (clientFinal: string): string | null => {
    const proof = attribute(clientFinal, 'p');
    if (messages === null || proof === null || attribute(clientFinal, 'r') !== messages.nonce) return null;
    const clientKey = hmac(salted, 'Client Key');
    const signed = `${messages.bare},${messages.first},${clientFinal.slice(0, clientFinal.lastIndexOf(',p='))}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), signed);
    const expected = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
    const given = Buffer.from(proof, 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    return `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`;
  };

  return { begin, finish };
}
