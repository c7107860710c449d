import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate authority made on the spot, and a server certificate that it signed. All PEM. */
export interface Authority {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** DER (X.690): tag, length, value. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const hex = body.length.toString(16);
  const size = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const octets = (bytes: Buffer): Buffer => der(0x04, bytes);
const bits = (bytes: Buffer): Buffer => der(0x03, Buffer.from([0]), bytes);
const truth = (): Buffer => der(0x01, Buffer.from([0xff]));
/** A random serial number. Its first bit is set, since DER forbids a leading zero byte that is not needed. */
const serialNumber = (): Buffer => {
  const bytes = randomBytes(8);
  return der(0x02, Buffer.from([0, (bytes[0] ?? 0) | 0x80]), bytes.subarray(1));
};

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const encode = (value: number): number[] => {
    const groups = [value & 0x7f];
    for (let left = value >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  };
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(encode)]));
}

const ecdsaWithSha256 = (): Buffer => sequence(oid('1.2.840.10045.4.3.2'));
const name = (commonName: string): Buffer => sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(commonName)))));
const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [truth()] : []), octets(value));

/** UTCTime, valid from 2020 to 2049: no clock is asked, so a simulated past or future is fine. */
const validity = (): Buffer => sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));

const constraints = (authority: boolean): Buffer => extension('2.5.29.19', true, authority ? sequence(truth()) : sequence());

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) => (isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host))));
  return extension('2.5.29.17', false, sequence(...names));
}

interface CertificateRequest {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}

const issuer = 'Simulated CockroachDB CA';

function sign({ subject, publicKey, signer, extensions }: CertificateRequest): string {
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    serialNumber(),
    ecdsaWithSha256(),
    name(issuer),
    validity(),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = createSign('sha256').update(body).sign(signer);
  const base64 = sequence(body, ecdsaWithSha256(), bits(signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}

/** Makes an authority and a server certificate for those hosts. */
export function createAuthority(hosts: readonly string[]): Authority {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = sign({ subject: issuer, publicKey: root.publicKey, signer: root.privateKey, extensions: [constraints(true)] });
  const extensions = [constraints(false), alternativeNames(hosts)];
  const certificate = sign({ subject: 'node', publicKey: server.publicKey, signer: root.privateKey, extensions });
  return { ca, certificate, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
