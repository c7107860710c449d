import type { LocalAnswer, SimSide } from './contract.ts';
import type { Realm } from './realm.ts';
import { createSqlBackend } from './sql-backend.ts';
import { SqlError } from './sql-error.ts';

/** Runs statements as a user of the nodes themselves would, who is let in by a certificate. */
export async function runLocally(realm: Realm, side: SimSide, user: string, sql: string): Promise<LocalAnswer> {
  const tags: string[] = [];
  try {
    const admission = await createSqlBackend(realm, side, 'cleartext').admit(
      new Map([
        ['user', user],
        ['options', '-ccluster=system'],
        ['application_name', '$ cockroach sql'],
      ]),
    );
    const session = admission.open({ address: '127.0.0.1', reset: () => undefined, dismiss: () => undefined });
    try {
      for (const prepared of session.prepare(sql)) tags.push((await session.run(prepared, [])).tag ?? '');
    } finally {
      session.gone();
    }
    return { tags, refusal: null };
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    return { tags, refusal: { message: cause.message, sqlState: cause.sqlState } };
  }
}
