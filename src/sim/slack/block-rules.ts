import type { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { blockTypes, fitsSurface, type Surface } from './block-types.ts';
import { asList, asObject, asText } from './model.ts';

/** Why Slack would refuse these blocks: the error name and its messages. Null when it would take them. */
export interface BlockProblem {
  readonly error: string;
  readonly messages: readonly string[];
}

const maxBlocks: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 };

type Issue = z.core.$ZodIssue;

function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'string'
        ? `must be less than ${Number(issue.maximum) + 1} characters`
        : `no more than ${issue.maximum} items allowed`;
    case 'too_small':
      return issue.origin === 'string' ? 'must be more than 0 characters' : `no fewer than ${issue.minimum} items required`;
    case 'unrecognized_keys':
      return `invalid additional property: ${issue.keys.join(', ')}`;
    case 'invalid_union':
      return 'failed to match all allowed schemas';
    case 'invalid_value':
      return `must be a valid enum value (${issue.values.map(String).join(', ')})`;
    case 'invalid_type':
      return issue.input === undefined ? `missing required field: ${String(issue.path.at(-1) ?? '')}` : `must provide a ${issue.expected}`;
    default:
      return 'is not valid';
  }
}

const located = (path: string, message: string): string => `[ERROR] ${message} [json-pointer:${path}]`;

function oneBlock(block: JsonObject, path: string, surface: Surface, banned: ReadonlySet<string>): string[] {
  const type = asText(block['type']);
  if (type === '') return [located(path, 'missing required field: type')];
  const schema = blockTypes[type];
  if (schema === undefined || banned.has(type) || !fitsSurface(type, surface)) return [located(path, `unsupported type: ${type}`)];
  const parsed = schema.safeParse(block, { reportInput: true });
  if (parsed.success) return beyondShape(block, type, path);
  return parsed.error.issues.map((issue) => located([path, ...issue.path.map(String)].join('/'), sentence(issue)));
}

/** Rules that span several members of one block. */
function beyondShape(block: JsonObject, type: string, path: string): string[] {
  if (type === 'section' && block['text'] === undefined && block['fields'] === undefined)
    return [located(path, 'missing required field: text')];
  if (type === 'image' && block['image_url'] === undefined && block['slack_file'] === undefined)
    return [located(path, 'missing required field: image_url')];
  if (type === 'container' && block['title'] === undefined && block['rich_text_title'] === undefined)
    return [located(path, 'missing required field: title')];
  if (type === 'plan') return repeated(asList(block['tasks']), 'task_id').map((id) => located(path, `task_id ${id} is not unique`));
  if (type === 'data_visualization') return chartProblems(asObject(block['chart'])).map((problem) => located(`${path}/chart`, problem));
  if (type === 'actions')
    return repeated(asList(block['elements']), 'action_id').map((id) => located(path, `action_id ${id} already exists`));
  return [];
}

/** Names of series differ, and each series has exactly one value for each category. */
function chartProblems(chart: JsonObject): string[] {
  const series = asList(chart['series']);
  const listed = asObject(chart['axis_config'])['categories'];
  const categories: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const apart = series.filter((one) => {
    const labels = asList(one['data']).map((point) => asText(point['label']));
    return (
      labels.length !== categories.length || new Set(labels).size !== labels.length || labels.some((label) => !categories.includes(label))
    );
  });
  return [
    ...repeated(series, 'name').map((name) => `series name ${name} is not unique`),
    ...apart.map((one) => `labels of series ${asText(one['name'])} must match axis_config.categories`),
  ];
}

function repeated(items: readonly JsonObject[], key: string): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const item of items) {
    const id = asText(item[key]);
    if (id !== '' && seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return [...twice];
}

const cellText = (cell: JsonObject): string => (cell['type'] === 'rich_text' ? JSON.stringify(cell['elements']) : asText(cell['text']));

function tableProblem(blocks: readonly JsonObject[]): BlockProblem | null {
  const tables = blocks.filter((block) => block['type'] === 'table');
  if (tables.length > 1) return { error: 'invalid_attachments', messages: ['[ERROR] only_one_table_allowed'] };
  const rows = Array.isArray(tables[0]?.['rows']) ? tables[0]['rows'] : [];
  const characters = rows.flatMap((row) => asList(row)).reduce((sum, cell) => sum + cellText(cell).length, 0);
  return characters > 10_000 ? { error: 'invalid_blocks', messages: ['[ERROR] table is longer than 10000 characters'] } : null;
}

function wholeProblem(blocks: readonly JsonObject[]): BlockProblem | null {
  const twice = repeated(blocks, 'block_id');
  if (twice.length > 0)
    return { error: 'invalid_blocks', messages: twice.map((id) => located('/blocks', `block_id ${id} already exists`)) };
  const markdown = blocks.filter((block) => block['type'] === 'markdown').reduce((sum, block) => sum + asText(block['text']).length, 0);
  if (markdown > 12_000) return { error: 'msg_blocks_too_long', messages: ['[ERROR] markdown blocks are longer than 12000 characters'] };
  if (blocks.filter((block) => block['type'] === 'data_visualization').length > 2)
    return { error: 'invalid_blocks', messages: [located('/blocks', 'no more than 2 data_visualization blocks allowed')] };
  const types = new Set(blocks.map((block) => asText(block['type'])));
  if (types.has('plan') && types.has('task_card'))
    return { error: 'invalid_blocks', messages: ['[ERROR] plan and task_card exclude each other'] };
  return tableProblem(blocks);
}

/** Slack documents no limit for all blocks of a message together; this much was measured: https://github.com/slackapi/bolt-js/issues/2509. */
const mostText = 13_200;

/** What is read in blocks, in characters. A table is an attachment, with a limit of its own. */
function textIn(value: unknown): number {
  if (typeof value !== 'object' || value === null || ('type' in value && value.type === 'table')) return 0;
  const own = 'text' in value && typeof value.text === 'string' ? value.text.length : 0;
  return Object.values(value).reduce<number>((sum, part) => sum + textIn(part), own);
}

/** Why Slack would not post blocks that are fine one by one. Answers to a `response_url` were seen to pass. */
export const lengthProblem = (blocks: readonly JsonObject[]): BlockProblem | null =>
  textIn(blocks) > mostText ? { error: 'msg_blocks_too_long', messages: [] } : null;

/** Judges blocks as Slack would on this surface; `banned` types count as unknown. */
export function judgeBlocks(value: unknown, surface: Surface, banned: ReadonlySet<string> = new Set()): BlockProblem | null {
  if (!Array.isArray(value)) return { error: 'invalid_blocks_format', messages: [] };
  if (value.length > maxBlocks[surface])
    return { error: 'invalid_blocks', messages: [located('/blocks', `no more than ${maxBlocks[surface]} items allowed`)] };
  const blocks = value.map(asObject);
  const messages = blocks.flatMap((block, index) => oneBlock(block, `/blocks/${index}`, surface, banned));
  return messages.length > 0 ? { error: 'invalid_blocks', messages } : wholeProblem(blocks);
}
