import { createHmac } from 'node:crypto';

/** Value of `x-slack-signature`. docs.slack.dev/authentication/verifying-requests-from-slack */
export const signatureOf = (secret: string, timestampSeconds: number, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestampSeconds}:${body}`).digest('hex')}`;
