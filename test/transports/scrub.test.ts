import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { scrub } from '../../src/transports/scrub.ts';

describe('scrub', () => {
  const rows = [
    ['user and password of a URI', 'to postgresql://repl:s3cret@10.0.0.1:26257/defaultdb failed', 's3cret'],
    ['a password with an at sign', 'postgresql://repl:p%40ss@h:1/d', 'p%40ss'],
    ['the query of a URI', 'postgresql://h:26257/d?sslrootcert=abc&sslkey=def', 'def'],
    ['a key outside a URI', 'sslkey=/keys/secret.key next', '/keys/secret.key'],
    ['a certificate', '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY----- rest', 'MIIabc'],
    ['a certificate that was cut off', 'x -----BEGIN CERTIFICATE-----\nMIIabc', 'MIIabc'],
    ['a licence', 'set to crl-0-EAEYAiIYcmVwbGlj=', 'EAEYAiIY'],
  ] as const;
  it.each(rows)('takes out %s', (_, text, secret) => {
    expect(scrub(text)).not.toContain(secret);
    expect(scrub(text)).toContain('[redacted]');
  });

  it('keeps what an operator needs', () => {
    expect(scrub('postgresql://repl:x@10.0.0.1:26257/defaultdb?sslmode=verify-full refused')).toBe(
      'postgresql://[redacted]@10.0.0.1:26257/defaultdb?[redacted] refused',
    );
    expect(scrub('tenant "main" (3) does not exist')).toBe('tenant "main" (3) does not exist');
  });

  it('never lets a known secret through, wherever it stands', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, maxLength: 40 }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!'[redacted]'.includes(value));
        expect(scrub(`${before}${value}${after}`, [new Secret(value), null]).includes(value)).toBe(false);
        const quoted = value.replaceAll("'", "''");
        expect(scrub(`'${quoted}'`, [new Secret(value)]).includes(quoted)).toBe(false);
      }),
    );
  });
});
