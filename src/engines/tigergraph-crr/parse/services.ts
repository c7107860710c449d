import type { ConnectorView, ServiceRow, ServicesView } from '../detail.ts';
import { readTable } from './table.ts';
import { complains, reasonIn, saidIn } from './text.ts';

const unread = (why: string) => ({ kind: 'unread', why }) as const;

/** Services that a cluster can't be without; a table that lacks one of them is not the whole truth. */
const always = ['GPE', 'GSE', 'GSQL', 'RESTPP', 'KAFKA'];

const isServiceName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_-]*(#\d+)?$/.test(name);

export const familyOf = (service: string): string => service.replace(/[_#].*$/, '').toUpperCase();

const pidIn = (cell: string): Pick<ServiceRow, 'pid'> => (/^[1-9]\d{0,9}$/.test(cell) ? { pid: Number(cell) } : {});

/** Reads `gadmin status -v`. Pure; never throws. */
export function parseServices(raw: string): ServicesView {
  const table = readTable(raw, ['SERVICE NAME', 'SERVICE STATUS', 'PROCESS STATE']);
  if (table === null) {
    const reason = reasonIn(raw);
    return unread(`The table of services is missing${reason === '' ? '' : ` (${reason})`}.`);
  }
  const rows = table.rows.map(
    (row): ServiceRow => ({
      name: row['SERVICE NAME'] ?? '',
      status: row['SERVICE STATUS'] ?? '',
      process: row['PROCESS STATE'] ?? '',
      ...pidIn(row['PROCESS ID'] ?? ''),
    }),
  );
  const whole = table.whole && rows.every(({ name, status, process }) => isServiceName(name) && status !== '' && process !== '');
  if (!whole) return unread('The table of services is not whole.');
  const missing = always.filter((family) => !rows.some(({ name }) => familyOf(name) === family));
  if (missing.length > 0) return unread(`The table of services lacks ${missing.join(', ')}.`);
  const said = table.around.map(saidIn);
  const stale = said.some((one) => one !== null && (one.level === 'warning' || one.level === 'error'));
  return { kind: 'read', rows, stale };
}

export const isOnline = ({ status, process }: ServiceRow): boolean => status === 'Online' && process === 'Running';

/** The connector that fetches the primary's topics. */
export const mirror = 'infr_mm';

/** Reads `gadmin connector status`. Pure; never throws. */
export function parseConnector(raw: string): ConnectorView {
  const table = readTable(raw, ['CONNECTOR NAME', 'CONNECTOR STATUS', 'TASK STATUS']);
  if (complains(raw)) return unread(`gadmin did not tell the state of the connector (${reasonIn(raw)}).`);
  // Without connectors there may be no table, but then nothing else that isn't understood either.
  if (table === null) return raw.trim() === '' ? { kind: 'read', tasks: [] } : unread('The table of connectors is missing.');
  if (!table.whole) return unread('The table of connectors is not whole.');
  return {
    kind: 'read',
    tasks: table.rows
      .filter((row) => row['CONNECTOR NAME'] === mirror)
      .map((row) => ({
        worker: row['CONNECTOR WORKID'] ?? '',
        state: (row['CONNECTOR STATUS'] ?? '').toUpperCase(),
        task: row['TASK ID'] ?? '',
        taskState: (row['TASK STATUS'] ?? '').toUpperCase(),
      })),
  };
}
