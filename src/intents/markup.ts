import { asUserId, type UserId } from '../domain/ids.ts';

/**
 * One piece of a text as Slack escapes it. `plain` is a character as typed; everything else stands for text
 * that holds no quotes, spaces or dashes of the command.
 */
export interface Piece {
  readonly kind: 'plain' | 'escaped' | 'person';
  readonly text: string;
  /** How much of the source it takes up. */
  readonly length: number;
  /** Set for the mention of a person. */
  readonly person: UserId | null;
}

const person = /<@([UW][A-Z0-9]{1,30})(?:\|([^<>|]*))?>/y;
const channel = /<#([CGD][A-Z0-9]{1,30})(?:\|([^<>|]*))?>/y;
/** `<!here>`, `<!subteam^S1|@oncall>`: shown, never obeyed. */
const special = /<!([A-Za-z0-9^]{1,60})(?:\|([^<>|]*))?>/y;
const hyperlink = /<((?:https?|mailto|tel|ssh|ftp):[^<>|\s]+)(?:\|([^<>|]*))?>/y;

/** Undoes Slack's escapes of `&`, `<` and `>`, once: the ampersand comes last, so that what it sets free is not read again. */
export const withoutEntities = (text: string): string => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

/** Writes `&`, `<` and `>` as Slack does, so that nothing in the text reads as a mention or a hyperlink. */
export const withEntities = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function match(pattern: RegExp, source: string, at: number): { length: number; target: string; label: string } | null {
  pattern.lastIndex = at;
  const found = pattern.exec(source);
  return found === null ? null : { length: found[0].length, target: String(found[1]), label: withoutEntities(found[2] ?? '') };
}

function bracketAt(source: string, at: number): Piece | null {
  const mention = match(person, source, at);
  if (mention !== null) {
    const name = mention.label.replace(/^@/, '') || mention.target;
    return { kind: 'person', text: `@${name}`, length: mention.length, person: asUserId(mention.target) };
  }
  const room = match(channel, source, at);
  if (room !== null) return { kind: 'escaped', text: `#${room.label || room.target}`, length: room.length, person: null };
  const group = match(special, source, at);
  if (group !== null) return { kind: 'escaped', text: group.label || `@${group.target}`, length: group.length, person: null };
  const address = match(hyperlink, source, at);
  if (address === null) return null;
  return { kind: 'escaped', text: address.label || withoutEntities(address.target), length: address.length, person: null };
}

/** The piece that begins at `at`, which must be inside the source. A mention or hyperlink reads as what people see of it. */
export function pieceAt(source: string, at: number): Piece {
  const bracket = source[at] === '<' ? bracketAt(source, at) : null;
  if (bracket !== null) return bracket;
  const entity = /^&(?:amp|lt|gt);/.exec(source.slice(at, at + 5))?.[0];
  if (entity !== undefined) return { kind: 'escaped', text: withoutEntities(entity), length: entity.length, person: null };
  const character = String.fromCodePoint(Number(source.codePointAt(at)));
  return { kind: 'plain', text: character, length: character.length, person: null };
}
