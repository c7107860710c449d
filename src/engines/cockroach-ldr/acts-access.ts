import type { Side } from '../../domain/observation.ts';
import { quoteIdentifier, quoteLiteral } from '../../transports/sql-quoting.ts';
import { mask } from '../cockroach/stream-uri.ts';
import type { MakeAct } from './acts-look.ts';
import type { LdrSettings } from './config.ts';
import { connectionOf, maskedUriInto } from './reach.ts';
import { grantStatement, revokeStatement } from './statements.ts';

type Kind = 'setRangefeeds' | 'createUser' | 'dropUser' | 'grant' | 'revoke' | 'createConnection' | 'alterConnection' | 'dropConnection';

/** A grant as a plan names it. `old`: up to 25.1 one privilege of the whole system serves both ends. */
export interface Grant {
  readonly user: string;
  readonly privileges: readonly string[];
  readonly old: boolean;
}

/** Steps that make or take away what a replication needs to be let in: users, grants, external connections, rangefeeds. */
export function accessActs(settings: LdrSettings, kinds: Readonly<Record<Kind, string>>, actOn: MakeAct) {
  const at = (side: Side) => settings[side].cluster;
  return {
    setRangefeeds: (side: Side, on: boolean) =>
      actOn(
        settings,
        side,
        kinds.setRangefeeds,
        `Turn rangefeeds ${on ? 'on' : 'off'} on ${at(side)}`,
        [`SET CLUSTER SETTING kv.rangefeed.enabled = ${on}`],
        {
          on,
        },
      ),
    createUser: (side: Side, user: string) =>
      actOn(
        settings,
        side,
        kinds.createUser,
        `Make the user ${user} on ${at(side)}`,
        [`CREATE USER IF NOT EXISTS ${quoteIdentifier(user)} WITH PASSWORD '${mask}'`],
        { user },
      ),
    dropUser: (side: Side, user: string) =>
      actOn(settings, side, kinds.dropUser, `Drop the user ${user} on ${at(side)}`, [`DROP USER IF EXISTS ${quoteIdentifier(user)}`], {
        user,
      }),
    revoke: (side: Side, { user, privileges, old }: Grant) =>
      actOn(
        settings,
        side,
        kinds.revoke,
        `Take from ${user} what it needs to replicate from ${at(side)}`,
        [revokeStatement(settings, side, user, privileges, old)],
        { user, privileges, old },
      ),
    grant: (side: Side, { user, privileges, old }: Grant) =>
      actOn(
        settings,
        side,
        kinds.grant,
        `Let ${user} replicate from ${at(side)}`,
        [grantStatement(settings, side, user, privileges, old)],
        {
          user,
          privileges,
          old,
        },
      ),
    createConnection: (side: Side) =>
      actOn(settings, side, kinds.createConnection, `Make the external connection ${connectionOf(settings, side)} on ${at(side)}`, [
        `CREATE EXTERNAL CONNECTION ${quoteIdentifier(connectionOf(settings, side))} AS ${quoteLiteral(maskedUriInto(settings, side))}`,
      ]),
    alterConnection: (side: Side) =>
      actOn(settings, side, kinds.alterConnection, `Renew the external connection ${connectionOf(settings, side)} on ${at(side)}`, [
        `ALTER EXTERNAL CONNECTION ${quoteIdentifier(connectionOf(settings, side))} AS ${quoteLiteral(maskedUriInto(settings, side))}`,
      ]),
    // `renewed`: it is dropped to be made anew, so that one which is as wanted already counts as done.
    dropConnection: (side: Side, renewed: boolean) =>
      actOn(
        settings,
        side,
        kinds.dropConnection,
        `Drop the external connection ${connectionOf(settings, side)} on ${at(side)}`,
        [`DROP EXTERNAL CONNECTION ${quoteIdentifier(connectionOf(settings, side))}`],
        { renewed },
      ),
  };
}
