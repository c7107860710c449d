import type { JsonObject } from '../../domain/json.ts';
import { otherSide, type Side } from '../../domain/observation.ts';
import type { Topology } from '../../domain/operation.ts';
import type { Act, Asked } from '../../domain/plan.ts';
import { asking } from './asks.ts';
import type { CcdrSettings } from './config.ts';
import type { Identity } from './identity.ts';

type Kind =
  | 'awaitDrained'
  | 'markEnd'
  | 'checkOneWriter'
  | 'awaitOnline'
  | 'proveCatchUp'
  | 'awaitEqual'
  | 'verifyReads'
  | 'compareCounts'
  | 'takeStock'
  | 'awaitWriter'
  | 'awaitTopology'
  | 'savePrivileges';

type MakeAct = (settings: CcdrSettings, side: Side, kind: string, title: string, statements: readonly string[], params: JsonObject) => Act;

interface Pair {
  readonly database: string;
  readonly remote: string;
}

/** Steps that only look: they send nothing but what they ask. */
export function lookActs(settings: CcdrSettings, kinds: Readonly<Record<Kind, string>>, actOn: MakeAct) {
  const ask = asking(settings);
  const at = (side: Side) => settings[side].cluster;
  const from = (side: Side) => at(otherSide(side));
  const look = (side: Side, kind: Kind, title: string, asks: readonly Asked[], params: JsonObject): Act => ({
    ...actOn(settings, side, kinds[kind], title, [], params),
    asks,
  });
  const both = (side: Side, { database, remote }: Pair): readonly Asked[] => [
    ask.database(side, database),
    ask.database(otherSide(side), remote),
  ];
  return {
    awaitDrained: (side: Side, database: string) =>
      look(side, 'awaitDrained', `Wait until the transactions that were open on ${at(side)} have ended`, [ask.open(side, database)], {
        database,
      }),
    markEnd: (side: Side, database: string) =>
      look(side, 'markEnd', `Note the last transaction of ${database} on ${at(side)}`, [ask.database(side, database)], { database }),
    checkOneWriter: (side: Side, database: string) => {
      const asks = [ask.database(side, database), ask.glance(otherSide(side))];
      return look(side, 'checkOneWriter', `Check that only ${at(side)} takes writes`, asks, { database });
    },
    awaitOnline: (side: Side, database: string) =>
      look(side, 'awaitOnline', `Wait until every copy of ${database} on ${at(side)} is online`, [ask.database(side, database)], {
        database,
        topology: { ...settings[side].topology },
      }),
    // `within`: transactions by which it may be behind.
    proveCatchUp: (side: Side, params: Pair & { readonly within: number }) =>
      look(side, 'proveCatchUp', `Prove that ${at(side)} keeps up with ${from(side)}`, both(side, params), { ...params }),
    awaitEqual: (side: Side, params: Pair) =>
      look(side, 'awaitEqual', `Wait until every copy on ${at(side)} has the last transaction of ${from(side)}`, both(side, params), {
        ...params,
      }),
    verifyReads: (side: Side, database: string) =>
      look(side, 'verifyReads', `Read from ${database} on ${at(side)} as an application would`, [ask.reads(side, database)], { database }),
    compareCounts: (side: Side, params: Pair & { readonly patienceMs: number }) => {
      const asks = [ask.counts(side, params.database), ask.counts(otherSide(side), params.remote)];
      return look(side, 'compareCounts', `Compare what ${at(side)} and ${from(side)} hold, by label and by type`, asks, { ...params });
    },
    takeStock: (side: Side, params: Pair) => {
      const asks = [ask.database(side, params.database), ask.glance(otherSide(side))];
      return look(side, 'takeStock', `Note how far every copy on ${at(side)} is`, asks, { ...params });
    },
    awaitWriter: (side: Side, database: string) =>
      look(side, 'awaitWriter', `Wait until ${at(side)} has elected a writer for ${database}`, [ask.writer(side, database)], { database }),
    awaitTopology: (side: Side, database: string, topology: Topology) => {
      const title = `Wait until ${database} on ${at(side)} has the copies that were asked for`;
      return look(side, 'awaitTopology', title, [ask.database(side, database)], { database, topology: { ...topology } });
    },
    savePrivileges: (side: Side, { database, of }: { readonly database: string; readonly of: Identity }) =>
      look(side, 'savePrivileges', `Record the privileges on ${database} that ${at(side)} has`, [ask.privileges(side, database)], {
        database,
        of,
      }),
  };
}
