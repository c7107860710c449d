import type { JsonObject } from '../../domain/json.ts';
import { type BlockProblem, judgeBlocks } from './block-rules.ts';
import { asList, asObject, asText } from './model.ts';

const titleOf = (view: JsonObject, key: string): string => asText(asObject(view[key])['text']);

const located = (path: string, message: string): BlockProblem => ({
  error: 'invalid_arguments',
  messages: [`[ERROR] ${message} [json-pointer:/view/${path}]`],
});

function modalProblem(view: JsonObject): BlockProblem | null {
  if (titleOf(view, 'title') === '') return located('title', 'missing required field: title');
  for (const key of ['title', 'submit', 'close'])
    if (titleOf(view, key).length > 24) return located(`${key}/text`, 'must be less than 25 characters');
  const hasInput = asList(view['blocks']).some((block) => block['type'] === 'input');
  return hasInput && view['submit'] === undefined ? located('submit', 'missing required field: submit') : null;
}

/** Judges a view as `views.open`, `views.update` and `views.publish` would; null when it is fine. */
export function judgeView(view: JsonObject, type: 'modal' | 'home', banned: ReadonlySet<string>): BlockProblem | null {
  if (view['type'] !== type) return located('type', `must be ${type}`);
  if (JSON.stringify(view).length > 250_000) return { error: 'view_too_large', messages: [] };
  if (asText(view['private_metadata']).length > 3_000) return located('private_metadata', 'must be less than 3001 characters');
  if (asText(view['callback_id']).length > 255) return located('callback_id', 'must be less than 256 characters');
  const shape = type === 'modal' ? modalProblem(view) : null;
  if (shape !== null) return shape;
  const problem = judgeBlocks(view['blocks'], type, banned);
  return problem === null
    ? null
    : { error: 'invalid_arguments', messages: problem.messages.map((line) => line.replace('/blocks', '/view/blocks')) };
}
