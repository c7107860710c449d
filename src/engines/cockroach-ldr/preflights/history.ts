import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import { withInterface } from '../../cockroach/session.ts';
import { spell } from '../../cockroach/spell.ts';
import type { EngineIo } from '../../engine.ts';
import { passed, warned } from '../../frame/checks.ts';
import { orWarned } from '../checks.ts';
import type { LdrSettings } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { readOf } from '../flow.ts';
import { readKeptSeconds } from '../reads/history.ts';
import { showTable } from '../table-name.ts';

/** A comparison as of a past time takes a while to plan, to approve and to run, s. */
const leastTtlSeconds = 600;

/** Whether both sides keep the past of the tables long enough to be compared as of one time. */
export async function compareHistoryChecks(
  connect: SqlConnect,
  settings: LdrSettings,
  detail: LdrDetail,
  io: EngineIo,
): Promise<readonly Check[]> {
  const checks = await Promise.all(
    (['primary', 'standby'] as const).map((side) => {
      const { cluster } = settings[side];
      const name = `${cluster}: history of the tables`;
      if (readOf(detail, side) === null) return [];
      return orWarned(name, io, () =>
        withInterface(connect, settings[side], settings.interface, io, async (session) => {
          const short: string[] = [];
          for (const pair of settings.tables) {
            const seconds = await readKeptSeconds(session, pair[side]);
            if (seconds !== null && seconds < leastTtlSeconds) short.push(`${showTable(pair[side])} (${spell(seconds * 1_000)})`);
          }
          if (short.length === 0) return [passed(name, `${cluster} keeps at least ${spell(leastTtlSeconds * 1_000)} of the tables' past.`)];
          const seen = `${cluster} keeps little of the past of ${short.join(', ')}.`;
          return [warned(name, seen, 'Raise gc.ttlseconds of these tables, or a comparison as of a past time may be refused.')];
        }),
      );
    }),
  );
  return checks.flat();
}
