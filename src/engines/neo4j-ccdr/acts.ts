import type { JsonObject } from '../../domain/json.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Topology } from '../../domain/operation.ts';
import type { Act } from '../../domain/plan.ts';
import { lookActs } from './acts-look.ts';
import type { CcdrSettings } from './config.ts';
import type { Identity } from './identity.ts';
import {
  type AliasChange,
  accessStatement,
  aliasStatement,
  createStatement,
  dropAliasStatement,
  dropStatement,
  type Form,
  promoteStatement,
  type Remains,
  reloadTlsStatement,
  stopStatement,
} from './statements.ts';

/** Names of this engine's steps. They are written into journals, so a name is never used again for something else. */
export const kinds = {
  proveCatchUp: 'ccdr.prove-catch-up',
  takeStock: 'ccdr.take-stock',
  setReadOnly: 'ccdr.set-read-only',
  setReadWrite: 'ccdr.set-read-write',
  awaitDrained: 'ccdr.await-drained',
  markEnd: 'ccdr.mark-end',
  awaitEqual: 'ccdr.await-equal',
  promote: 'ccdr.promote',
  awaitWriter: 'ccdr.await-writer',
  awaitTopology: 'ccdr.await-topology',
  create: 'ccdr.create-replica',
  dropReplica: 'ccdr.drop-new-replica',
  awaitOnline: 'ccdr.await-online',
  verifyReads: 'ccdr.verify-reads',
  setAlias: 'ccdr.set-alias',
  dropAlias: 'ccdr.drop-alias',
  savePrivileges: 'ccdr.save-privileges',
  stop: 'ccdr.stop-database',
  drop: 'ccdr.drop-database',
  reloadTls: 'ccdr.reload-tls',
  checkOneWriter: 'ccdr.check-one-writer',
  compareCounts: 'ccdr.compare-counts',
  attestTrust: 'ccdr.attest-trust',
  attestNetwork: 'ccdr.attest-network',
  fenceByHand: 'ccdr.fence-by-hand',
  agreeToStop: 'ccdr.agree-to-stop',
  givePrivileges: 'ccdr.give-privileges',
} as const;

/** What has to be true of the other side right before a promotion. `caught-up`: it takes no writes and this side has all it took. */
export type Before = 'caught-up' | 'fenced' | 'unreachable';

/** Which database a step acts on. */
export interface On {
  readonly database: string;
  readonly of: Identity;
}

const actOn = (
  settings: CcdrSettings,
  side: Side,
  kind: string,
  title: string,
  statements: readonly string[],
  params: JsonObject,
): Act => ({ kind, title, cluster: settings[side].cluster, side, statements, params });

/** Writes the acts of one link: texts and parameters are constant for equal settings. */
export const actsFor = (settings: CcdrSettings) => ({
  ...lookActs(settings, kinds, actOn),
  ...accessActs(settings),
  ...followActs(settings),
  ...moveActs(settings),
  ...endActs(settings),
  ...aliasActs(settings),
});

function accessActs(settings: CcdrSettings) {
  const at = (side: Side) => settings[side].cluster;
  return {
    // `drain`: transactions that are open at that moment are recorded, so that a later step can wait for them.
    // `otherServes`: only while the other side takes writes, so that somebody does.
    setReadOnly: (side: Side, { database, of }: On, more: { readonly drain: boolean; readonly otherServes: boolean }) =>
      actOn(settings, side, kinds.setReadOnly, `Stop writes to ${database} on ${at(side)}`, [accessStatement(database, 'READ ONLY')], {
        database,
        of,
        ...more,
      }),
    setReadWrite: (side: Side, { database, of }: On) =>
      actOn(
        settings,
        side,
        kinds.setReadWrite,
        `Let applications write to ${database} on ${at(side)} again`,
        [accessStatement(database, 'READ WRITE')],
        { database, of },
      ),
  };
}

function followActs(settings: CcdrSettings) {
  const at = (side: Side) => settings[side].cluster;
  const from = (side: Side) => at(otherSide(side));
  return {
    // `old`: what stood under the name when it was planned.
    create: (
      side: Side,
      params: { readonly database: string; readonly form: Form; readonly remote: string; readonly old: Identity | null },
    ) =>
      actOn(
        settings,
        side,
        kinds.create,
        `Create ${params.database} on ${at(side)} as a replica of ${params.remote} on ${from(side)}`,
        [createStatement(settings, side, params.form, params.database, params.remote)],
        { ...params },
      ),
    dropReplica: (side: Side, database: string) =>
      actOn(settings, side, kinds.dropReplica, `Drop the new replica ${database} on ${at(side)}`, [dropStatement(database, 'destroy')], {
        database,
      }),
    reloadTls: (side: Side, address: string) =>
      actOn(settings, side, kinds.reloadTls, `Have ${address} of ${at(side)} read its certificates anew`, [reloadTlsStatement], {
        address,
      }),
  };
}

function moveActs(settings: CcdrSettings) {
  const at = (side: Side) => settings[side].cluster;
  return {
    promote: (
      side: Side,
      params: {
        readonly database: string;
        readonly remote: string;
        readonly form: Form;
        readonly topology: Topology | null;
        readonly before: Before;
      },
    ) =>
      actOn(
        settings,
        side,
        kinds.promote,
        `Promote ${params.database} on ${at(side)}`,
        [promoteStatement(params.form, params.database, params.topology)],
        { ...params, topology: params.topology === null ? null : { ...params.topology } },
      ),
  };
}

function endActs(settings: CcdrSettings) {
  const at = (side: Side) => settings[side].cluster;
  return {
    stop: (side: Side, { database, of }: On) =>
      actOn(settings, side, kinds.stop, `Stop ${database} on ${at(side)}`, [stopStatement(database)], { database, of }),
    // `otherServes`: only while the other side takes writes, since nothing else would hold the data.
    drop: (side: Side, { database, of }: On, more: { readonly remains: Remains; readonly otherServes: boolean }) =>
      actOn(
        settings,
        side,
        kinds.drop,
        `Drop ${database} on ${at(side)}${more.remains === 'dump' ? ', after a dump' : ' with everything in it'}`,
        [dropStatement(database, more.remains)],
        { database, of, ...more },
      ),
  };
}

function aliasActs(settings: CcdrSettings) {
  const at = (side: Side) => settings[side].cluster;
  return {
    setAlias: (side: Side, params: { readonly alias: string; readonly database: string; readonly change: AliasChange }) =>
      actOn(
        settings,
        side,
        kinds.setAlias,
        `Let the alias ${params.alias} on ${at(side)} lead to ${params.database}`,
        [aliasStatement(params.alias, params.database, params.change)],
        { ...params },
      ),
    dropAlias: (side: Side, params: { readonly alias: string; readonly database: string }) =>
      actOn(settings, side, kinds.dropAlias, `Drop the alias ${params.alias} on ${at(side)}`, [dropAliasStatement(params.alias)], {
        ...params,
      }),
  };
}

export type Acts = ReturnType<typeof actsFor>;
