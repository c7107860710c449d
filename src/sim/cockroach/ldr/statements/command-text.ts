import type { Operand } from '../../grammar/statement.ts';
import type { CreateLdr, LdrOptions, LdrTarget, TableName } from '../grammar/ldr-statement.ts';

const plainName = /^[a-z_][a-z0-9_$]*$/;
const part = (name: string): string => (plainName.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
const nameText = (name: TableName): string => name.map(part).join('.');

const targetText = ({ tables, plural }: LdrTarget): string =>
  plural ? `TABLES (${tables.map(nameText).join(', ')})` : `TABLE ${tables.map(nameText).join(', ')}`;

/** A literal as the server prints it: where it holds a quote, a backslash or what is no plain ASCII, with escapes. */
function quoted(text: string): string {
  const printed = Array.from(text, escaped).join('');
  return printed === text ? `'${text}'` : `e'${printed}'`;
}

const letters: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', "'": "'", '\\': '\\' };

function escaped(sign: string): string {
  const letter = letters[sign];
  if (letter !== undefined) return `\\${letter}`;
  const point = sign.codePointAt(0) ?? 0;
  if (point >= 0x20 && point < 0x7f) return sign;
  const hex = (digits: number): string => point.toString(16).toUpperCase().padStart(digits, '0');
  if (point <= 0x7f) return `\\x${hex(2).toLowerCase()}`;
  return point <= 0xffff ? `\\u${hex(4)}` : `\\U${hex(8)}`;
}

const valueText = (operand: Operand): string =>
  operand.kind === 'parameter' ? `$${operand.index}` : operand.kind === 'text' ? quoted(operand.text) : '';

function optionTexts(options: LdrOptions): readonly string[] {
  const pair = (name: string, value: Operand | null): readonly string[] => (value === null ? [] : [`${name} = ${valueText(value)}`]);
  return [
    ...pair('CURSOR', options.cursor),
    ...pair('MODE', options.mode),
    ...pair('DEFAULT FUNCTION', options.defaultFunction),
    ...options.functions.map(({ name, table }) => `FUNCTION ${nameText(name)} FOR TABLE ${nameText(table)}`),
    ...pair('DISCARD', options.discard),
    ...(options.skipSchemaCheck ? ['SKIP SCHEMA CHECK'] : []),
    ...pair('LABEL', options.label),
    ...(options.unidirectional ? ['UNIDIRECTIONAL'] : []),
    ...(options.bidirectional === null ? [] : [`BIDIRECTIONAL ON ${valueText(options.bidirectional)}`]),
    ...pair('PARENT', options.parent),
  ];
}

/** The statement as the server prints it from what it has parsed. */
export function commandText(statement: CreateLdr): string {
  const { kind, from, into, uri, options } = statement;
  const texts = optionTexts(options);
  const ending = texts.length === 0 ? '' : ` WITH OPTIONS (${texts.join(', ')})`;
  return kind === 'create-logically-replicated'
    ? `CREATE LOGICALLY REPLICATED ${targetText(into)} FROM ${targetText(from)} ON ${valueText(uri)}${ending}`
    : `CREATE LOGICAL REPLICATION STREAM FROM ${targetText(from)} ON ${valueText(uri)} INTO ${targetText(into)}${ending}`;
}

/** The statement that runs on the other cluster once a bidirectional scan has ended. */
export function reverseCommand(statement: CreateLdr, uri: string, parent: string): string {
  return commandText({
    kind: 'create-logical-replication-stream',
    from: statement.into,
    into: statement.from,
    uri: { kind: 'text', text: uri },
    options: {
      ...statement.options,
      unidirectional: false,
      bidirectional: null,
      cursor: { kind: 'parameter', index: 1 },
      parent: { kind: 'text', text: parent },
    },
  });
}
