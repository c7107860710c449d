import { isFault } from '../../domain/faults.ts';
import type { Secret } from '../../domain/secret.ts';
import type { SqlConnect } from '../../transports/sql.ts';
import type { EngineIo } from '../engine.ts';
import type { ClusterAddress } from './address.ts';
import { withInterface } from './session.ts';

/** All that is sent to try a login, beside the question where it has landed. */
export const logInStatement = 'SELECT 1 AS one';

/** Whether a cluster lets a user in with a password, which can't be read there but tried. Throws a Fault when that can't be told. */
export async function letsIn(
  connect: SqlConnect,
  address: ClusterAddress,
  virtualCluster: string,
  login: { readonly name: string; readonly password: Secret },
  io: EngineIo,
): Promise<boolean> {
  // The certificate of the bot's own user proves nothing about another one.
  const tls = address.tls.kind === 'verify' ? { ...address.tls, cert: null, key: null } : address.tls;
  try {
    await withInterface(connect, { ...address, user: login.name, password: login.password, tls }, virtualCluster, io, (session) =>
      session.read(logInStatement),
    );
    return true;
  } catch (cause) {
    if (isFault(cause) && cause.code === 'login-refused') return false;
    throw cause;
  }
}

export const keptOut = (cluster: string, user: string): string =>
  `${cluster} has a user ${user} that the config's password does not let in: set its password there, or correct the secret in the config.`;
