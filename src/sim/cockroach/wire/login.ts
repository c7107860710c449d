import { SqlError } from '../sql-error.ts';
import type { Admission } from './backend.ts';
import { askCleartext, askSasl, saslContinue, saslFinal } from './backend-messages.ts';
import { type Packet, readFields } from './frontend-messages.ts';
import { createScramLogin } from './scram.ts';

export interface LoginLine {
  send(bytes: Buffer): void;
  receive(): Promise<Packet>;
}

const wrongPassword = (user: string): SqlError =>
  new SqlError('28P01', `password authentication failed for user ${user}`, { severity: 'FATAL' });

async function receivePassword(line: LoginLine): Promise<Buffer> {
  const packet = await line.receive();
  if (packet.type !== 'p') throw new SqlError('08P01', 'expected a password message', { severity: 'FATAL' });
  return packet.body;
}

async function loginWithCleartext(line: LoginLine, admission: Admission): Promise<void> {
  line.send(askCleartext());
  const given = readFields(await receivePassword(line)).text();
  if (admission.password === null || given !== admission.password) throw wrongPassword(admission.user);
}

async function loginWithScram(line: LoginLine, admission: Admission): Promise<void> {
  const login = createScramLogin(admission.password);
  line.send(askSasl('SCRAM-SHA-256'));
  const initial = readFields(await receivePassword(line));
  const mechanism = initial.text();
  const first = mechanism === 'SCRAM-SHA-256' ? login.begin(initial.value()?.toString('utf8') ?? '') : null;
  if (first === null) throw wrongPassword(admission.user);
  line.send(saslContinue(first));
  const final = login.finish((await receivePassword(line)).toString('utf8'));
  if (final === null) throw wrongPassword(admission.user);
  line.send(saslFinal(final));
}

/** Checks the client's password. Throws FATAL 28P01 when it is wrong or the user unknown. */
export const login = (auth: 'scram' | 'cleartext', line: LoginLine, admission: Admission): Promise<void> =>
  auth === 'scram' ? loginWithScram(line, admission) : loginWithCleartext(line, admission);
