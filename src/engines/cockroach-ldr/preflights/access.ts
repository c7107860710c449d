import type { Check, Step } from '../../../domain/plan.ts';
import type { SqlConnect, SqlRow, SqlSession } from '../../../transports/sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { wasRefused } from '../../cockroach/deaf.ts';
import { ownRights, ownRoles } from '../../cockroach/held.ts';
import { systemInterface, withInterface } from '../../cockroach/session.ts';
import type { EngineIo } from '../../engine.ts';
import { passed, warned } from '../../frame/checks.ts';
import { kinds } from '../acts.ts';
import { orWarned } from '../checks.ts';
import type { LdrSettings } from '../config.ts';
import type { LdrDetail, Replicator } from '../detail.ts';
import { readOf } from '../flow.ts';
import { tablesOn } from '../statements.ts';
import { quoteTable } from '../table-name.ts';

type Missing = (session: SqlSession) => Promise<readonly string[]>;

/** What the bot itself needs for the steps that let replication in: users, grants, rangefeeds. Changes nothing. */
export async function accessChecks(
  connect: SqlConnect,
  settings: LdrSettings,
  detail: LdrDetail,
  steps: readonly Step[],
  io: EngineIo,
): Promise<readonly Check[]> {
  const checks = await Promise.all(
    steps.map((step) => {
      const { side } = step;
      const asked = side === null ? null : askedBy(settings, detail, step);
      if (side === null || asked === null) return [];
      const { cluster, user } = settings[side];
      const name = `${cluster}: right to ${asked.what}`;
      return orWarned(name, io, () =>
        withInterface(connect, settings[side], asked.at, io, async (session) => {
          const { admin } = await ownRights(session, user);
          const missing = admin ? [] : await asked.missing(session);
          if (missing.length === 0) return [passed(name, `${user} may ${asked.what} on ${cluster}.`)];
          return [
            warned(
              name,
              `${user} is not seen to be let ${asked.what} on ${cluster}.`,
              `Unless a role gives it, run ${missing.join('; ')} there.`,
            ),
          ];
        }),
      );
    }),
  );
  return checks.flat();
}

interface Needed {
  /** Goes on after `right to`. */
  readonly what: string;
  /** Virtual cluster in which the step is sent. */
  readonly at: string;
  readonly missing: Missing;
}

function askedBy(settings: LdrSettings, detail: LdrDetail, { kind, side, params }: Step): Needed | null {
  if (side === null) return null;
  const { user: bot } = settings[side];
  const replicator = readOf(detail, side)?.replicator ?? null;
  const at = settings.interface;
  if (kind === kinds.setRangefeeds) {
    const missing: Missing = (session) => missingRight(session, bot, 'MODIFYCLUSTERSETTING');
    return { what: 'turn on rangefeeds', at: systemInterface, missing };
  }
  // Nothing is sent for a user that is there, or that holds everything.
  if (kind === kinds.createUser && replicator?.there !== true)
    return { what: 'make users', at, missing: (session) => missingRight(session, bot, 'CREATEROLE') };
  const { privileges, old } = params;
  if (kind !== kinds.grant || !Array.isArray(privileges)) return null;
  const wanted = old === true ? ['REPLICATION'] : privileges.map(String);
  if (replicator !== null && holds(replicator, wanted, old === true)) return null;
  const missing: Missing = (session) => (old === true ? ungivable(session, bot, wanted) : ungivableOn(session, settings, side, wanted));
  return { what: 'let others replicate', at, missing };
}

const holds = ({ system, tables }: Replicator, wanted: readonly string[], old: boolean): boolean =>
  wanted.every((one) => system.includes(one)) ||
  (!old && tables.every((held) => held.includes('ALL') || wanted.every((one) => held.includes(one) || system.includes(one))));

/** Rights of this kind are options of a user or privileges of the system. */
async function missingRight(session: SqlSession, bot: string, right: 'MODIFYCLUSTERSETTING' | 'CREATEROLE'): Promise<readonly string[]> {
  const { system } = await ownRights(session, bot);
  if (system.includes(right) || system.includes('ALL')) return [];
  const rows = await session
    .read(`SELECT options FROM [SHOW USERS] WHERE username = ${quoteLiteral(bot)}`)
    .catch((cause: unknown): readonly SqlRow[] => {
      if (wasRefused(cause)) return [];
      throw cause;
    });
  if (new RegExp(`\\b${right}\\b`, 'u').test(rows[0]?.['options'] ?? '')) return [];
  return [right === 'CREATEROLE' ? `ALTER USER ${quoteIdentifier(bot)} CREATEROLE` : `GRANT SYSTEM ${right} TO ${quoteIdentifier(bot)}`];
}

const isGivable = (row: SqlRow, privilege: string): boolean =>
  [privilege, 'ALL'].includes(row['privilege_type'] ?? '') && ['t', 'true'].includes(row['is_grantable'] ?? '');

/** What the bot may not give to others of the whole system. */
async function ungivable(session: SqlSession, bot: string, wanted: readonly string[]): Promise<readonly string[]> {
  const grantees = [bot, ...(await ownRoles(session))];
  const rows = (await session.read('SHOW SYSTEM GRANTS')).filter((row) => grantees.includes(row['grantee'] ?? ''));
  const lacking = wanted.filter((privilege) => !rows.some((row) => isGivable(row, privilege)));
  return lacking.length === 0 ? [] : [`GRANT SYSTEM ${lacking.join(', ')} TO ${quoteIdentifier(bot)} WITH GRANT OPTION`];
}

/** The same of the link's tables, in one statement. */
async function ungivableOn(
  session: SqlSession,
  settings: LdrSettings,
  side: 'primary' | 'standby',
  wanted: readonly string[],
): Promise<readonly string[]> {
  const { user: bot } = settings[side];
  const grantees = [...new Set([bot, ...(await ownRoles(session))])].map(quoteIdentifier).join(', ');
  const lacking: string[] = [];
  for (const table of tablesOn(settings, side)) {
    const rows = await session.read(`SHOW GRANTS ON TABLE ${quoteTable(table)} FOR ${grantees}`);
    if (!wanted.every((privilege) => rows.some((row) => isGivable(row, privilege)))) lacking.push(quoteTable(table));
  }
  return lacking.length === 0
    ? []
    : [`GRANT ${wanted.join(', ')} ON TABLE ${lacking.join(', ')} TO ${quoteIdentifier(bot)} WITH GRANT OPTION`];
}
