import { isCollection, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { shownKey } from '../domain/problem.ts';

/** What a YAML text holds, or sentences about why it cannot be read. They quote nothing but keys: the text may hold secrets. */
export type YamlContent =
  | { readonly kind: 'content'; readonly content: unknown }
  | { readonly kind: 'unreadable'; readonly sentences: readonly string[] };

const fixes: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'is indented with a tab; use spaces.',
  BAD_INDENT: 'is indented so that its place is unclear; line it up with its neighbours.',
  BLOCK_AS_IMPLICIT_KEY: 'has a second “key:” on one line; put it on a line of its own, or the text in quotation marks.',
  MISSING_CHAR: 'lacks a closing bracket or quotation mark; add it.',
  MULTIPLE_DOCS: 'begins a second document; keep everything in one, without a line of “---” between.',
  MULTILINE_IMPLICIT_KEY: 'has a key that goes over several lines; close the quotation marks or brackets before it.',
};

function sentenceOf(error: YAMLError, text: string, name: string, lines: LineCounter): string {
  const { line, col } = lines.linePos(error.pos[0]);
  const place = `${name}, line ${line}, column ${col}`;
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^["']?([^"':\r\n]*)/.exec(text.slice(error.pos[0]))?.[1] ?? '';
    return `${place}: the key ${shownKey(key.trim())} stands there a second time; keep one.`;
  }
  return `${place}: the text ${fixes[error.code] ?? `is not YAML (${error.code}); correct it there or just before.`}`;
}

/** Reads YAML 1.2. `name` is how sentences call the text. Keys must not repeat, and have to be plain. Never throws. */
export function readYaml(text: string, name: string): YamlContent {
  try {
    return contentOf(text, name);
  } catch {
    // The parser throws for aliases that cannot be followed, and when brackets nest deeper than the stack.
    const sentence = `${name}: an alias (*name) has no anchor (&name) before it or is used too often, or brackets nest too deep; write it out.`;
    return { kind: 'unreadable', sentences: [sentence] };
  }
}

function contentOf(text: string, name: string): YamlContent {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, lineCounter: lines });
  const reported = reportedOf(document.errors, document.warnings);
  if (reported.length > 0) return { kind: 'unreadable', sentences: reported.map((error) => sentenceOf(error, text, name, lines)) };
  let oddKey = false;
  visit(document, {
    Pair: (_, { key }) => {
      oddKey ||= isCollection(key);
    },
  });
  if (oddKey) return { kind: 'unreadable', sentences: [`${name}: a list or a section is used as a key; write a plain word as the key.`] };
  return { kind: 'content', content: document.toJS({ maxAliasCount: 100 }) };
}

/** The first error alone, since what follows it is often its echo; but each of repeated keys, if there is nothing else. */
function reportedOf(errors: readonly YAMLError[], warnings: readonly YAMLError[]): readonly YAMLError[] {
  return errors.length > 0 && errors.every(({ code }) => code === 'DUPLICATE_KEY') ? errors : [...errors, ...warnings].slice(0, 1);
}
