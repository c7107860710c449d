import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { whyUnsigned, windowSeconds } from '../../src/slack/signature.ts';

/** The sample of Slack's documentation. */
const sample = {
  secret: new Secret('8f742231b10e8888abcd99yyyzzz85a5'),
  timestamp: '1531420618',
  body: Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  ),
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
};
const sentAt = 1_531_420_618_000;
const judge = (over: Partial<Omit<typeof sample, 'secret'>> = {}, now = sentAt) => whyUnsigned({ ...sample, ...over }, sample.secret, now);

describe('a signature', () => {
  it('of Slack’s own sample holds', () => {
    expect(judge()).toBeNull();
  });

  it.each([
    ['of another body', { body: Buffer.from('token=x') }, sentAt],
    ['with a byte more', { body: Buffer.concat([sample.body, Buffer.from('&')]) }, sentAt],
    ['of another version', { signature: sample.signature.replace('v0', 'v1') }, sentAt],
    ['that is empty', { signature: '' }, sentAt],
    ['without a time', { timestamp: '' }, sentAt],
    ['with a time that is no number', { timestamp: '1531420618.0' }, sentAt],
    ['from before the window', {}, sentAt + (windowSeconds + 1) * 1000],
    ['from after the window, however well signed', {}, sentAt - (windowSeconds + 1) * 1000],
  ])('%s does not hold', (_name, over, now) => {
    expect(judge(over, now)).not.toBeNull();
  });

  it('holds for any body and nothing near it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, place) => {
        const body = Buffer.from(bytes);
        const mac = createHmac('sha256', 'k').update('v0:1531420618:').update(body).digest('hex');
        const request = { timestamp: '1531420618', signature: `v0=${mac}`, body };
        const bent = Buffer.from(body);
        bent[place % bent.length] = (bent[place % bent.length] ?? 0) ^ 1;
        const key = new Secret('k');
        return whyUnsigned(request, key, sentAt) === null && whyUnsigned({ ...request, body: bent }, key, sentAt) !== null;
      }),
    );
  });
});
