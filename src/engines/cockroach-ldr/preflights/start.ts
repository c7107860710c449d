import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import { spell } from '../../cockroach/spell.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { LdrSettings } from '../config.ts';
import type { Finding, LdrDetail, SchemaLook } from '../detail.ts';
import { flowInto, readOf } from '../flow.ts';
import { functionsOn } from '../functions.ts';
import { readSchema } from '../reads/schema.ts';
import { showTable } from '../table-name.ts';
import { tablesAt } from '../words.ts';
import { labelChecks, wayCheck } from './around.ts';
import { connectionChecks } from './connection.ts';
import { privilegeChecks } from './privileges.ts';

/** What a job needs that is to be started into each of these sides. Changes nothing. */
export async function startChecks(
  connect: SqlConnect,
  settings: LdrSettings,
  detail: LdrDetail,
  into: readonly Side[],
  io: EngineIo,
): Promise<readonly Check[]> {
  if (into.length === 0) return [];
  // A live job had the tables skipped; whoever starts anew wants to know all the same.
  const schema = detail.schema.kind === 'skipped' ? await readSchema(connect, settings, detail, io) : detail.schema;
  const asked = await Promise.all(
    into.flatMap((side) => [
      connectionChecks(connect, settings, detail, side, io),
      privilegeChecks(connect, settings, detail, side, io),
      labelChecks(connect, settings, detail, side, io),
    ]),
  );
  return [
    ...into.flatMap((side) => [
      ...rangefeedCheck(settings, detail, otherSide(side)),
      ...wayCheck(settings, detail, side),
      ...liveCheck(settings, detail, side),
    ]),
    ...asked.flat(),
    ...schemaChecks(settings, schema, into),
    ...into.flatMap((side) => [...functionChecks(settings, schema, side), ...historyCheck(settings, schema, side)]),
  ];
}

function rangefeedCheck(settings: LdrSettings, detail: LdrDetail, source: Side): readonly Check[] {
  const read = readOf(detail, source);
  if (read === null) return [];
  const { cluster } = settings[source];
  const name = `${cluster}: rangefeeds`;
  if (read.rangefeeds === true) return [passed(name, `kv.rangefeed.enabled is true on ${cluster}.`)];
  const seen = `kv.rangefeed.enabled is ${read.rangefeeds === null ? 'not told' : 'false'} on ${cluster}.`;
  return [
    warned(
      name,
      seen,
      `A setup turns it on; by hand, run SET CLUSTER SETTING kv.rangefeed.enabled = true on the system interface of ${cluster}.`,
    ),
  ];
}

/** A second job on the same tables would write everything twice. */
function liveCheck(settings: LdrSettings, detail: LdrDetail, side: Side): readonly Check[] {
  if (readOf(detail, side) === null) return [];
  const { cluster } = settings[side];
  const name = `${cluster}: no job on the tables yet`;
  const flow = flowInto(settings, detail, side);
  if (flow === null) return [passed(name, `No live job writes to the tables of the link on ${cluster}.`)];
  const places = settings.tables.flatMap((_, place) => (flow.jobs.some(({ covers }) => covers.includes(place)) ? [place] : []));
  const ids = flow.jobs.map(({ id, status }) => `${id} (${status})`).join(', ');
  return [
    warned(
      name,
      `On ${cluster}, job ${ids} writes to ${tablesAt(settings, side, places)}.`,
      'It has to end before another one is started.',
    ),
  ];
}

function schemaChecks(settings: LdrSettings, schema: SchemaLook, into: readonly Side[]): readonly Check[] {
  const name = 'tables fit for replication';
  if (schema.kind !== 'read') {
    const why = schema.kind === 'unread' ? schema.why : 'They were not looked at.';
    return [warned(name, `Whether the tables are fit is not known: ${why}`, 'Make both sides readable for the bot, and ask again.')];
  }
  const found = distinct(into.flatMap((side) => schema.findings[side]));
  if (found.length === 0) return [passed(name, 'The tables of both sides are alike, and hold nothing that is not replicated.')];
  return found.map((finding) => findingCheck(settings, finding));
}

/** What is wrong with a function stands among the findings; here stands that it is as it has to be. */
function functionChecks(settings: LdrSettings, schema: SchemaLook, into: Side): readonly Check[] {
  if (schema.kind !== 'read' || schema.findings[into].some(({ rule }) => rule.startsWith('function-'))) return [];
  const { cluster } = settings[into];
  return functionsOn(settings, into).map((name) =>
    passed(`${cluster}: function ${showTable(name)}`, `${cluster} has ${showTable(name)} as replication calls it.`),
  );
}

/** How far back replication could go on without a copy. */
function historyCheck(settings: LdrSettings, schema: SchemaLook, into: Side): readonly Check[] {
  const source = otherSide(into);
  const { cluster } = settings[source];
  const kept = schema.kind === 'read' ? schema.pairs.map((pair) => pair.kept?.[source] ?? null) : [];
  const known = kept.flatMap((seconds) => seconds ?? []);
  const name = `${cluster}: history to go on from`;
  if (known.length === 0 || known.length < kept.length) {
    return [warned(name, `How long ${cluster} keeps the history of the tables is not known.`, 'Begin with a full copy, without --from.')];
  }
  const words = `${cluster} keeps the history of the tables for ${spell(Math.min(...known) * 1_000)} (gc.ttlseconds)`;
  return [passed(name, `${words}: replication can go on without a copy from a time that is not longer ago.`)];
}

/** Both directions find much the same. */
const distinct = (findings: readonly Finding[]): readonly Finding[] => {
  const seen = new Set<string>();
  return findings.filter(({ sentence }) => (seen.has(sentence) ? false : seen.add(sentence) !== undefined));
};

function findingCheck({ tables }: LdrSettings, { rule, severity, side, pair, sentence, next }: Finding): Check {
  const names = tables[pair];
  const table = names === undefined ? 'table' : showTable(names[side ?? 'primary']);
  const name = `${table.length > 100 ? `${table.slice(0, 99)}…` : table}: ${rule}`;
  return severity === 'blocks' ? failed(name, sentence, next) : warned(name, sentence, next);
}
