import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { uncategorized } from '../sql-error.ts';

const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function certificateIn(text: string): X509Certificate | null {
  try {
    return new X509Certificate(text);
  } catch {
    return null;
  }
}

/** The authorities in a text; what is no certificate is passed over, as the product does. */
const authoritiesIn = (text: string): readonly X509Certificate[] => (text.match(pem) ?? []).flatMap((one) => certificateIn(one) ?? []);

const isInline = ({ searchParams }: URL): boolean => searchParams.get('sslinline') === 'true';

/** What is wrong with the certificates that a URI brings along, before anything is connected. Throws the product's error. */
export function parseTrust(url: URL): void {
  const { searchParams } = url;
  const [root, certificate, key] = ['sslrootcert', 'sslcert', 'sslkey'].map((name) => searchParams.get(name) ?? '');
  if (isInline(url)) {
    if ((certificate === '') !== (key === '')) throw uncategorized('both "sslcert" and "sslkey" are required');
    if (root !== '' && authoritiesIn(root ?? '').length === 0) throw uncategorized('unable to add CA to cert pool');
    return;
  }
  // Without the word for it, each is the name of a file.
  if (searchParams.get('sslmode') !== 'disable' && root?.startsWith('-----BEGIN') === true) {
    throw uncategorized('failed to configure TLS (unable to read CA file: open -----BEGIN CERTIFICATE-----: file name too long)');
  }
}

/**
 * Why nodes that follow a URI don't get through to a cluster with this certificate; null when they do. A URI that brings no certificate
 * along goes by what lies on the nodes, which here trust each other.
 */
export function distrustOf(url: URL, certificate: string | null): string | null {
  const mode = url.searchParams.get('sslmode') ?? 'prefer';
  if (certificate === null) return ['disable', 'allow', 'prefer'].includes(mode) ? null : 'tls error: server refused TLS connection';
  if (mode === 'disable') return 'server error: ERROR: node is running secure mode, SSL connection required (SQLSTATE 08P01)';
  const root = url.searchParams.get('sslrootcert') ?? '';
  if (!isInline(url) || root === '' || !mode.startsWith('verify-')) return null;
  const shown = new X509Certificate(certificate);
  const failed = 'tls error: tls: failed to verify certificate: x509: certificate';
  if (!authoritiesIn(root).some((one) => shown.checkIssued(one) && shown.verify(one.publicKey)))
    return `${failed} signed by unknown authority`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const fits = isIP(host) === 0 ? shown.checkHost(host) : shown.checkIP(host);
  return fits === undefined && mode === 'verify-full' ? `${failed} is not valid for any names, but wanted to match ${host}` : null;
}
