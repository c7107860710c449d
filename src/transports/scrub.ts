import type { Secret } from '../domain/secret.ts';

const redacted = '[redacted]';

/** User, password and query of a URI; what is left names scheme, host and path only. */
const uriUserAndPassword = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]*:[^\s@'"]*@/gi;
const uriQuery = /([a-z][a-z0-9+.-]*:\/\/[^\s?'"]*)\?[^\s'"]+/gi;
const pem = /-----BEGIN[\s\S]*?(-----END[^-]*-----|$)/g;
const secretParameters = /\b(sslkey|sslcert|sslrootcert|sslpassword|password|AWS_SECRET_ACCESS_KEY)=[^\s&'";]+/gi;
const licence = /\bcrl-0-[A-Za-z0-9+/=_-]+/g;

/** As it is, as part of a URI, and either of them within quotes of SQL. */
function spellingsOf(value: string): readonly string[] {
  const plain = [value, encodeURIComponent(value)];
  return [...plain, ...plain.map((text) => text.replaceAll("'", "''"))];
}

/** Takes out of a text from outside everything that may be a credential: URI users and queries, keys, licences, and the given secrets. */
export function scrub(text: string, secrets: readonly (Secret | null)[] = []): string {
  const withoutKnown = secrets.reduce((rest, secret) => {
    const value = secret?.reveal() ?? '';
    return value === '' ? rest : spellingsOf(value).reduce((left, spelling) => left.replaceAll(spelling, redacted), rest);
  }, text);
  return withoutKnown
    .replace(pem, redacted)
    .replace(uriUserAndPassword, `$1${redacted}@`)
    .replace(uriQuery, `$1?${redacted}`)
    .replace(secretParameters, `$1=${redacted}`)
    .replace(licence, redacted);
}
