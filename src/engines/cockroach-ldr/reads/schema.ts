import { isFault } from '../../../domain/faults.ts';
import type { Side } from '../../../domain/observation.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import { withInterface } from '../../cockroach/session.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import type { EngineIo } from '../../engine.ts';
import type { LdrSettings } from '../config.ts';
import type { ReadSide, Rows, SchemaLook, SideRead } from '../detail.ts';
import { findingsInto, type SchemaInput, type TablePairView } from '../findings.ts';
import { readFunctions } from '../functions.ts';
import type { TableName } from '../table-name.ts';
import { readTableView, type TableView } from '../table-view.ts';
import { readKeptSeconds } from './history.ts';
import { isAbsent, readRows } from './tables.ts';

/** So many tables of a side are read at the same time, each on a session of its own. */
const atOnce = 4;

/** Reads how fit the tables of both sides are for replication. What can't be read is an answer; only the caller's own end throws. */
export async function readSchema(
  connect: SqlConnect,
  settings: LdrSettings,
  sides: Readonly<Record<Side, SideRead>>,
  io: EngineIo,
): Promise<SchemaLook> {
  const { primary, standby } = sides;
  if (primary.kind !== 'read' || standby.kind !== 'read') {
    const deaf = primary.kind === 'read' ? settings.standby.cluster : settings.primary.cluster;
    return { kind: 'unread', why: `The tables can't be compared while ${deaf} can't be asked.` };
  }
  if (![primary, standby].every(({ release }) => isAtLeast(release, 24, 3))) {
    return { kind: 'unread', why: 'Logical data replication needs v24.3 or newer on both sides.' };
  }
  try {
    const functionsAt = (side: Side) =>
      withInterface(connect, settings[side], settings.interface, io, (session) => readFunctions(session, settings, side));
    const [ofPrimary, ofStandby, onPrimary, onStandby] = await Promise.all([
      readTablesOf(connect, settings, 'primary', primary, io),
      readTablesOf(connect, settings, 'standby', standby, io),
      functionsAt('primary'),
      functionsAt('standby'),
    ]);
    const pairs = settings.tables.map((_, place) => pairOf(ofPrimary[place], ofStandby[place]));
    const input: SchemaInput = { settings, sides: { primary, standby }, pairs, functions: { primary: onPrimary, standby: onStandby } };
    return {
      kind: 'read',
      pairs: pairs.map(({ look }) => look),
      findings: { primary: [...findingsInto(input, 'primary')], standby: [...findingsInto(input, 'standby')] },
    };
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return { kind: 'unread', why: cause.message };
  }
}

interface Read {
  readonly view: TableView | null;
  readonly rows: Rows;
  readonly kept: number | null;
}

const absent: Read = { view: null, rows: 'absent', kept: null };

const pairOf = (primary: Read = absent, standby: Read = absent): TablePairView => ({
  views: { primary: primary.view, standby: standby.view },
  look: { rows: { primary: primary.rows, standby: standby.rows }, kept: { primary: primary.kept, standby: standby.kept } },
});

async function readTablesOf(
  connect: SqlConnect,
  settings: LdrSettings,
  side: Side,
  { tables }: ReadSide,
  io: EngineIo,
): Promise<readonly Read[]> {
  const read: Read[] = settings.tables.map(() => absent);
  const places = tables.flatMap((state, place) => (state === 'there' ? [place] : []));
  const next = places.values();
  const work = async (): Promise<void> => {
    for (const place of next) {
      const pair = settings.tables[place];
      if (pair !== undefined) read[place] = await readOne(connect, settings, side, pair[side], io);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, places.length) }, work));
  return read;
}

/** A table that was dropped since it was seen is absent. */
async function readOne(connect: SqlConnect, settings: LdrSettings, side: Side, name: TableName, io: EngineIo): Promise<Read> {
  try {
    return await withInterface(connect, settings[side], settings.interface, io, async (session) => ({
      view: await readTableView(session, name),
      rows: await readRows(session, name),
      kept: await readKeptSeconds(session, name),
    }));
  } catch (cause) {
    if (isAbsent(cause)) return absent;
    throw cause;
  }
}
