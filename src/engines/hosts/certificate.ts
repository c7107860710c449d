import { createHash, X509Certificate } from 'node:crypto';
import { Fault } from '../../domain/faults.ts';
import type { ShellConnect, ShellSession, ShellTarget } from '../../transports/shell.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import { endingOf, type HostIo, refused, withShell } from './session.ts';

/** One or more public certificates in PEM, read from a node. */
export interface Certificate {
  readonly text: string;
  /** Of the file, byte for byte; hex. */
  readonly sha256: string;
  /** When the first of them to end does so, ms since the epoch. */
  readonly notAfter: number;
}

/** What is at a path on a node. */
export type FileLook = { readonly kind: 'file'; readonly sha256: string } | { readonly kind: 'absent' } | { readonly kind: 'no-folder' };

/** Longest certificate file, characters. */
const longest = 65_536;

const pem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Reads a public certificate from a node. Throws a Fault when it isn't there, is none, or comes with a private key. */
export const readCertificate = (connect: ShellConnect, node: ShellTarget, path: string, io: HostIo): Promise<Certificate> =>
  withShell(connect, node, io, async (session) => {
    const answer = await session.read(`cat ${quoteWord(path)}`);
    if (answer.exitCode !== 0)
      throw refused(node, `${node.name} could not read the certificate ${path} (${endingOf({ ...answer, stdout: '' })}).`);
    return certificateOf(answer.stdout, node, path);
  });

/** Judges a file's text. Throws a Fault whose words hold nothing of the text. */
export function certificateOf(text: string, node: ShellTarget, path: string): Certificate {
  if (text.includes('PRIVATE KEY')) {
    throw refused(
      node,
      `${path} on ${node.name} holds a private key, so it was not read any further. Name a file with the public certificate only.`,
    );
  }
  const found = text.match(pem) ?? [];
  const ends = found.map(endOf);
  if (text.length > longest || found.length === 0 || ends.includes(null)) {
    throw refused(node, `${path} on ${node.name} is not a certificate in PEM.`);
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { text, sha256, notAfter: Math.min(...ends.map((end) => end ?? 0)) };
}

function endOf(text: string): number | null {
  try {
    return Date.parse(new X509Certificate(text).validTo);
  } catch {
    // Base64 between the right lines that is no certificate.
    return null;
  }
}

/** Looks at a file on a node. Throws a Fault when it can't be read. */
export const lookAtFile = (connect: ShellConnect, node: ShellTarget, folder: string, file: string, io: HostIo): Promise<FileLook> =>
  withShell(connect, node, io, (session) => lookThrough(session, node, folder, file));

/** Tells what is at a path, by its checksum. */
export function lookCommand(folder: string, file: string): string {
  const path = quoteWord(`${folder}/${file}`);
  return `test -d ${quoteWord(folder)} || { echo no-folder; exit 0; }; test -e ${path} || { echo absent; exit 0; }; sha256sum < ${path}`;
}

async function lookThrough(session: ShellSession, node: ShellTarget, folder: string, file: string): Promise<FileLook> {
  const answer = await session.read(lookCommand(folder, file));
  const words = answer.stdout.trim();
  if (answer.exitCode === 0 && (words === 'no-folder' || words === 'absent')) return { kind: words };
  const sha256 = /^([0-9a-f]{64}) /.exec(answer.stdout)?.[1];
  if (answer.exitCode === 0 && sha256 !== undefined) return { kind: 'file', sha256 };
  throw new Fault('answer-not-understood', `${node.name} could not tell what is in ${folder}/${file} (${endingOf(answer)}).`, {
    effect: 'not-applied',
    facts: { host: node.name, exitCode: answer.exitCode },
  });
}
