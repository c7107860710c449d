import type { SqlSession } from '../../transports/sql.ts';
import { notUnderstood } from './deaf.ts';
import { firstValue } from './session.ts';
import { type Micros, microsOfTimestamp } from './times.ts';

export const nowStatement = 'SELECT now() AS now';

/** The database's own clock. */
export async function readNow(session: SqlSession, cluster: string): Promise<Micros> {
  const text = firstValue(await session.read(nowStatement));
  const now = microsOfTimestamp(text ?? '');
  if (now === null) throw notUnderstood(cluster, 'clock', text);
  return now;
}
