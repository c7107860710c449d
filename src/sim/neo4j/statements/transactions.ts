import type { Statement } from '../grammar/statement.ts';
import { type Session, stopStatement } from '../sessions.ts';
import type { Straggler } from '../state/model.ts';
import { isList } from '../wire/packstream.ts';
import { type Call, evaluate, type Outcome, textCell } from './call.ts';
import { demand, may } from './privileges.ts';
import { type Columns, type Row, viewed } from './table.ts';

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

const transactionColumns: Columns = [
  ['database', true],
  ['transactionId', true],
  ['currentQueryId', true],
  ['connectionId', true],
  ['clientAddress', true],
  ['username', true],
  ['currentQuery', true],
  ['startTime', true],
  ['status', true],
  ['elapsedTime', true],
  ['metaData', false],
  ['parameters', false],
  ['protocol', false],
];

/** What the client of a straggler is busy with. */
export const stragglerQuery = 'MATCH (o:Order {id: $id}) SET o.state = $state';

function stragglerRow(call: Call, straggler: Straggler): Row {
  const database = call.cluster.databases.find(({ id }) => id === straggler.databaseId);
  return {
    database: database?.name ?? '',
    transactionId: straggler.id,
    currentQueryId: `query-${straggler.id}`,
    connectionId: 'bolt-0',
    clientAddress: '192.0.2.17:51234',
    username: 'app',
    currentQuery: stragglerQuery,
    startTime: new Date(straggler.startedMs).toISOString(),
    status: 'Running',
    elapsedTime: { spanMs: call.now() - straggler.startedMs },
    metaData: { app: 'orders' },
    parameters: {},
    protocol: 'bolt',
  };
}

function sessionRow(call: Call, session: Session): readonly Row[] {
  const { transaction, active } = session;
  if (transaction === null) return [];
  return [
    {
      database: transaction.database,
      transactionId: transaction.id,
      currentQueryId: active === null ? '' : `query-${transaction.id}`,
      connectionId: session.id,
      clientAddress: session.line.address,
      username: session.user ?? '',
      currentQuery: active?.text ?? '',
      startTime: new Date(transaction.sinceMs).toISOString(),
      status: transaction.terminated ? 'Terminated' : 'Running',
      elapsedTime: { spanMs: call.now() - transaction.sinceMs },
      metaData: transaction.extras.metadata,
      parameters: active?.parameters ?? {},
      protocol: 'bolt',
    },
  ];
}

const hereOf = ({ sessions, session, server }: Call): readonly Session[] =>
  sessions.all().filter(({ side, serverId }) => side === session.side && serverId === server.id);

/** The ids that a statement names: texts, or lists of texts. */
const idsOf = (call: Call, ids: Of<'show-transactions'>['ids']): readonly string[] =>
  ids.flatMap((expression) => {
    const cell = evaluate(call, expression);
    return isList(cell) ? cell.map(textCell) : [textCell(cell)];
  });

/** Of the server that it runs on; without the privilege, the user's own. */
export function showTransactions(call: Call, { ids, view }: Of<'show-transactions'>): Outcome {
  const wanted = idsOf(call, ids);
  const rows = (): readonly Row[] => {
    const all = [
      ...hereOf(call).flatMap((session) => sessionRow(call, session)),
      ...call.cluster.stragglers.filter(({ serverId }) => serverId === call.server.id).map((straggler) => stragglerRow(call, straggler)),
    ];
    const visible = all.filter((row) => row['username'] === call.session.user || may(call, ['SHOW TRANSACTION']));
    return visible.filter((row) => wanted.length === 0 || wanted.some((id) => id === row['transactionId']));
  };
  return viewed(call, transactionColumns, view, rows);
}

const terminateColumns: Columns = [
  ['transactionId', true],
  ['username', true],
  ['message', true],
];

function terminateOne(call: Call, id: string): Row {
  const straggler = call.cluster.stragglers.find((candidate) => candidate.id === id && candidate.serverId === call.server.id);
  if (straggler !== undefined) {
    call.cluster.stragglers.splice(call.cluster.stragglers.indexOf(straggler), 1);
    return { transactionId: id, username: 'app', message: 'Transaction terminated.' };
  }
  const session = hereOf(call).find(({ transaction }) => transaction?.id === id);
  if (session?.transaction == null) return { transactionId: id, username: null, message: 'Transaction not found.' };
  session.transaction.terminated = true;
  stopStatement(session, 'terminated');
  return { transactionId: id, username: session.user ?? '', message: 'Transaction terminated.' };
}

export function terminateTransactions(call: Call, { ids, view }: Of<'terminate-transactions'>): Outcome {
  const own = call.session.transaction?.id;
  const wanted = idsOf(call, ids);
  const foreign = hereOf(call).some(
    ({ transaction, user }) => transaction !== null && wanted.includes(transaction.id) && user !== call.session.user,
  );
  if (foreign || call.cluster.stragglers.some(({ id }) => wanted.includes(id))) demand(call, ['TERMINATE TRANSACTION']);
  const outcome = viewed(call, terminateColumns, view, () => rows);
  const rows = wanted.filter((id) => id !== own).map((id) => terminateOne(call, id));
  call.effect(
    null,
    rows.some((row) => row['message'] === 'Transaction terminated.'),
  );
  return outcome;
}
