import type { Choice } from '../domain/run.ts';

/** Emoji names that count, without skin tone. Everything else is somebody's mood and is ignored. */
const choices: Readonly<Record<string, Choice>> = {
  white_check_mark: 'approve',
  heavy_check_mark: 'approve',
  '+1': 'approve',
  thumbsup: 'approve',
  x: 'veto',
  no_entry: 'veto',
  no_entry_sign: 'veto',
  '-1': 'veto',
  thumbsdown: 'veto',
};

/** What a reaction means for an approval; null for an emoji that means nothing. Takes names with skin tones and stray colons. */
export function choiceOf(name: string): Choice | null {
  const bare = name.replace(/^:+|:+$/g, '').replace(/::skin-tone-[2-6]$/, '');
  return Object.hasOwn(choices, bare) ? (choices[bare] ?? null) : null;
}

/** What a person's reactions on a message say all together: a veto beats an approval. */
export function stanceOf(
  reactions: readonly { readonly name: string; readonly users: readonly string[] }[],
  person: string,
): Choice | null {
  const given = reactions.filter(({ users }) => users.includes(person)).map(({ name }) => choiceOf(name));
  return given.includes('veto') ? 'veto' : given.includes('approve') ? 'approve' : null;
}
