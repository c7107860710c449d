import type { Json, JsonObject } from '../../domain/json.ts';
import { asList, asObject, asText } from './model.ts';

interface Found {
  readonly element: JsonObject;
  readonly blockId: string;
}

/** Every element of these blocks that somebody can act on, those inside containers and cards too. */
export function elementsOf(blocks: readonly JsonObject[]): readonly Found[] {
  return blocks.flatMap((block) => {
    const blockId = asText(block['block_id']);
    const own = [...asList(block['elements']), ...asList(block['actions']), asObject(block['accessory']), asObject(block['element'])];
    const here = own.filter((element) => element['action_id'] !== undefined).map((element) => ({ element, blockId }));
    return [...here, ...elementsOf(asList(block['child_blocks']))];
  });
}

const optionsOf = (element: JsonObject): readonly JsonObject[] => [
  ...asList(element['options']),
  ...asList(element['option_groups']).flatMap((group) => asList(group['options'])),
];

const chosen = (element: JsonObject, value: string): JsonObject | undefined =>
  optionsOf(element).find((option) => option['value'] === value);

/** Elements with one plain value: the key of the state, and of the value they start with. */
const plainState: Readonly<Record<string, readonly [string, string]>> = {
  users_select: ['selected_user', 'initial_user'],
  channels_select: ['selected_channel', 'initial_channel'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
};

const oneOfOptions = ['static_select', 'external_select', 'radio_buttons', 'overflow'];
const manyOfOptions = ['checkboxes', 'multi_static_select'];

/** What a person typed or chose in an element, in the shape of `state.values`; null when it is not among the choices. */
export function stateOf(element: JsonObject, typed: string | readonly string[] | undefined): JsonObject | null {
  const type = asText(element['type']);
  const given = typeof typed === 'string' ? [typed] : typed;
  const first = given?.[0];
  if (oneOfOptions.includes(type)) {
    const option = first === undefined ? (element['initial_option'] ?? null) : chosen(element, first);
    return option === undefined ? null : { type, selected_option: option };
  }
  if (manyOfOptions.includes(type))
    return { type, selected_options: given?.flatMap((one) => chosen(element, one) ?? []) ?? element['initial_options'] ?? [] };
  const [key, initial] = plainState[type] ?? ['value', 'initial_value'];
  const value = first ?? element[initial] ?? null;
  return { type, [key]: type === 'datetimepicker' && value !== null ? Number(value) : value };
}

/** One member of `actions` in a click's payload; null when `value` is not among the choices. */
export function actionJson(found: Found, value: string | undefined): JsonObject | null {
  const { element, blockId } = found;
  const shared: Record<string, Json> = { action_id: asText(element['action_id']), block_id: blockId };
  if (element['type'] === 'button') {
    const carried = element['value'] === undefined ? {} : { value: element['value'] };
    const style = element['style'] === undefined ? {} : { style: element['style'] };
    return { ...shared, type: 'button', text: element['text'] ?? {}, ...carried, ...style };
  }
  const state = stateOf(element, value);
  return state === null ? null : { ...shared, ...state };
}

/** Choices that the client itself holds a person to, before a view is submitted. */
export function inputProblem(block: JsonObject, state: JsonObject): string | null {
  const element = asObject(block['element']);
  const { type: _type, ...rest } = state;
  const value = Object.values(rest)[0];
  const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  if (empty) return block['optional'] === true ? null : 'Please complete this required field.';
  const text = asText(value);
  const shortest = Number(element['min_length'] ?? 0);
  const longest = Number(element['max_length'] ?? 3_000);
  if (text !== '' && text.length < shortest) return `Must be at least ${shortest} characters.`;
  if (text !== '' && text.length > longest) return `Must be at most ${longest} characters.`;
  return element['type'] === 'number_input' ? numberProblem(element, text) : null;
}

function numberProblem(element: JsonObject, text: string): string | null {
  const number = Number(text);
  if (!Number.isFinite(number)) return 'Must be a number.';
  if (element['is_decimal_allowed'] !== true && !Number.isInteger(number)) return 'Must be a whole number.';
  if (number < Number(asText(element['min_value']) || -Infinity)) return `Must be at least ${asText(element['min_value'])}.`;
  return number > Number(asText(element['max_value']) || Infinity) ? `Must be at most ${asText(element['max_value'])}.` : null;
}
