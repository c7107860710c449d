import type { Cursor } from './cursor.ts';
import type { Dialect } from './dialect.ts';
import { parseExpression, parseName, parseOperand } from './expressions.ts';
import type { Operand, ReplicationOptions, VirtualClusterStatement } from './statement.ts';

/** `VIRTUAL CLUSTER` or its synonym `TENANT`. */
export function expectVirtualCluster(cursor: Cursor): void {
  if (!cursor.accept('tenant')) cursor.expect('virtual', 'cluster');
}

/** A virtual cluster: by name, by placeholder, or by id in brackets. */
export function parseVc(cursor: Cursor): Operand {
  if (!cursor.accept('[')) return parseOperand(cursor);
  const token = cursor.peek();
  if (token.kind !== 'number' && token.kind !== 'parameter') throw cursor.unexpected();
  cursor.next();
  cursor.expect(']');
  return {
    kind: 'id',
    of: token.kind === 'number' ? { kind: 'text', text: token.value } : { kind: 'parameter', index: Number(token.value) },
  };
}

function parseInterval(cursor: Cursor): Operand {
  cursor.expect('=');
  cursor.accept('interval');
  const token = cursor.peek();
  if (token.kind !== 'string' && token.kind !== 'parameter') throw cursor.unexpected();
  return parseOperand(cursor);
}

type MutableOptions = { -readonly [Name in keyof ReplicationOptions]: ReplicationOptions[Name] };

function parseOption(cursor: Cursor, dialect: Dialect, readers: boolean, options: MutableOptions): void {
  if (cursor.accept('retention')) options.retention = parseInterval(cursor);
  else if (readers && cursor.accept('read')) {
    expectVirtualCluster(cursor);
    options.reader = true;
  } else if (dialect.expirationWindow === 'consumer' && cursor.accept('expiration', 'window')) {
    options.expirationWindow = parseInterval(cursor);
  } else throw cursor.unexpected();
}

const countOptions = (options: ReplicationOptions): number =>
  [options.retention !== null, options.expirationWindow !== null, options.reader].filter(Boolean).length;

function parseOptionList(cursor: Cursor, dialect: Dialect, readers: boolean): ReplicationOptions {
  const options: MutableOptions = { retention: null, expirationWindow: null, reader: false };
  do parseOption(cursor, dialect, readers, options);
  while (cursor.accept(','));
  if (dialect.readerOptionLostInCompany && countOptions(options) > 1) options.reader = false;
  return options;
}

function parseWith(cursor: Cursor, dialect: Dialect): ReplicationOptions {
  if (!cursor.accept('with')) return { retention: null, expirationWindow: null, reader: false };
  const bracketed = cursor.accept('options', '(');
  const options = parseOptionList(cursor, dialect, dialect.readVirtualCluster);
  if (bracketed) cursor.expect(')');
  return options;
}

function parseUri(cursor: Cursor): Operand {
  cursor.expect('on');
  return parseOperand(cursor);
}

function parseCreate(cursor: Cursor, dialect: Dialect): VirtualClusterStatement {
  const ifNotExists = cursor.accept('if', 'not', 'exists');
  const vc = parseVc(cursor);
  const like = dialect.likeClause && cursor.accept('like') ? parseVc(cursor) : null;
  cursor.expect('from', 'replication', 'of');
  const source = parseVc(cursor);
  const uri = parseUri(cursor);
  return { kind: 'create-virtual-cluster', vc, ifNotExists, like, source, uri, options: parseWith(cursor, dialect) };
}

/** Parses what follows CREATE. */
export function parseCreateVirtualCluster(cursor: Cursor, dialect: Dialect): VirtualClusterStatement {
  cursor.topic('CREATE VIRTUAL CLUSTER');
  expectVirtualCluster(cursor);
  return parseCreate(cursor, dialect);
}

/** Parses what follows DROP. */
export function parseDropVirtualCluster(cursor: Cursor): VirtualClusterStatement {
  cursor.topic('DROP VIRTUAL CLUSTER');
  expectVirtualCluster(cursor);
  const ifExists = cursor.accept('if', 'exists');
  const vc = parseVc(cursor);
  cursor.accept('immediate');
  return { kind: 'drop-virtual-cluster', vc, ifExists };
}

function parseStart(cursor: Cursor, dialect: Dialect, vc: Operand): VirtualClusterStatement {
  if (cursor.accept('service')) {
    if (cursor.accept('external')) return { kind: 'start-service', vc, mode: 'external' };
    cursor.expect('shared');
    return { kind: 'start-service', vc, mode: 'shared' };
  }
  if (!dialect.fastFailback) throw cursor.unexpected();
  cursor.expect('replication', 'of');
  const source = parseVc(cursor);
  const uri = parseUri(cursor);
  return { kind: 'start-replication', vc, source, uri, options: parseWith(cursor, dialect) };
}

function parseSet(cursor: Cursor, dialect: Dialect, vc: Operand): VirtualClusterStatement {
  if (cursor.accept('cluster', 'setting')) {
    const name = parseSettingName(cursor);
    if (!cursor.accept('to')) cursor.expect('=');
    return { kind: 'alter-virtual-cluster-setting', vc, name, value: parseExpression(cursor) };
  }
  cursor.expect('replication');
  if (dialect.expirationWindow === 'source' && cursor.accept('source')) {
    cursor.expect('expiration', 'window');
    return { kind: 'set-source-expiration', vc, window: parseInterval(cursor) };
  }
  return { kind: 'set-replication', vc, options: parseOptionList(cursor, dialect, dialect.addsReaderLater) };
}

/** A dotted setting name. */
export function parseSettingName(cursor: Cursor): string {
  let name = parseName(cursor);
  while (cursor.accept('.')) name += `.${parseName(cursor)}`;
  return name;
}

function parseCapabilities(cursor: Cursor, grant: boolean, vc: Operand): VirtualClusterStatement {
  if (cursor.accept('all', 'capabilities')) return { kind: 'alter-capability', vc, grant, capabilities: 'all' };
  cursor.expect('capability');
  const capabilities = [parseName(cursor)];
  while (cursor.accept(',')) capabilities.push(parseName(cursor));
  return { kind: 'alter-capability', vc, grant, capabilities };
}

function parseComplete(cursor: Cursor, vc: Operand): VirtualClusterStatement {
  cursor.expect('replication', 'to');
  if (cursor.accept('latest')) return { kind: 'complete-replication', vc, to: null };
  cursor.expect('system', 'time');
  return { kind: 'complete-replication', vc, to: parseExpression(cursor) };
}

type Ending = (cursor: Cursor, dialect: Dialect, vc: Operand) => VirtualClusterStatement;

const endings: Readonly<Record<string, Ending>> = {
  pause: (cursor, _, vc) => {
    cursor.expect('replication');
    return { kind: 'pause-replication', vc };
  },
  resume: (cursor, _, vc) => {
    cursor.expect('replication');
    return { kind: 'resume-replication', vc };
  },
  stop: (cursor, _, vc) => {
    cursor.expect('service');
    return { kind: 'stop-service', vc };
  },
  rename: (cursor, _, vc) => {
    cursor.expect('to');
    return { kind: 'rename-virtual-cluster', vc, to: parseVc(cursor) };
  },
  reset: (cursor, _, vc) => {
    if (cursor.accept('cluster', 'setting')) {
      return { kind: 'alter-virtual-cluster-setting', vc, name: parseSettingName(cursor), value: null };
    }
    cursor.expect('data', 'to', 'system', 'time');
    return { kind: 'reset-virtual-cluster', vc, to: parseExpression(cursor) };
  },
  complete: (cursor, _, vc) => parseComplete(cursor, vc),
  start: parseStart,
  set: parseSet,
  grant: (cursor, _, vc) => parseCapabilities(cursor, true, vc),
  revoke: (cursor, _, vc) => parseCapabilities(cursor, false, vc),
};

/** Parses what follows ALTER. */
export function parseAlterVirtualCluster(cursor: Cursor, dialect: Dialect): VirtualClusterStatement {
  cursor.topic('ALTER VIRTUAL CLUSTER');
  expectVirtualCluster(cursor);
  if (cursor.sees('all', 'set') || cursor.sees('all', 'reset')) {
    cursor.next();
    const reset = cursor.next().value === 'reset';
    cursor.expect('cluster', 'setting');
    const name = parseSettingName(cursor);
    if (!reset && !cursor.accept('to')) cursor.expect('=');
    return { kind: 'alter-virtual-cluster-setting', vc: 'all', name, value: reset ? null : parseExpression(cursor) };
  }
  const vc = parseVc(cursor);
  const token = cursor.peek();
  const ending = token.kind === 'word' && Object.hasOwn(endings, token.value) ? endings[token.value] : undefined;
  if (ending === undefined) throw cursor.unexpected();
  cursor.next();
  return ending(cursor, dialect, vc);
}
