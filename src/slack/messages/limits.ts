/** Slack's documented limits of a message, and the sizes above which we do not go where it documents none. */
const limits = {
  text: 4_000,
  blocks: 50,
  blockId: 255,
  sectionText: 3_000,
  field: 2_000,
  fields: 10,
  header: 150,
  contextElements: 10,
  contextText: 2_000,
  buttons: 25,
  buttonText: 75,
  buttonValue: 2_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  tasks: 50,
  tableRows: 100,
  tableColumns: 20,
  tableText: 10_000,
  children: 10,
  containerTitle: 150,
  charts: 2,
  chartTitle: 50,
  chartSeries: 6,
  chartPoints: 20,
  chartName: 20,
  axisLabel: 50,
  /** Ours: of one rich text block, and of all blocks as JSON. */
  richText: 3_000,
  whole: 48_000,
} as const;

type Part = Readonly<Record<string, unknown>>;

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);
const parts = (value: unknown): readonly Part[] => (Array.isArray(value) ? value.filter(isPart) : []);
const textOf = (value: unknown): string => (isPart(value) && typeof value['text'] === 'string' ? value['text'] : '');

/** What about a message breaks Slack's limits, a sentence each; empty when nothing does. */
export function breaches(message: { readonly text: string; readonly blocks: readonly unknown[] }): readonly string[] {
  const blocks = parts(message.blocks);
  const ids = blocks.map((block) => block['block_id']).filter((id) => id !== undefined);
  return [
    ...range('text', message.text.length, limits.text),
    ...range('number of blocks', message.blocks.length, limits.blocks),
    ...range('whole message', JSON.stringify(message.blocks).length, limits.whole),
    ...(new Set(ids).size === ids.length ? [] : ['Two blocks have the same id.']),
    ...(blocks.filter(({ type }) => type === 'table').length > 1 ? ['There is more than one table.'] : []),
    ...(blocks.filter(({ type }) => type === 'data_visualization').length > limits.charts ? ['There are too many pictures.'] : []),
    ...blocks.flatMap((block, index) => ofBlock(block).map((breach) => `Block ${index} (${String(block['type'])}): ${breach}`)),
  ];
}

const range = (what: string, size: number, most: number): readonly string[] => {
  if (size === 0) return [`${what} is empty.`];
  return size > most ? [`${what} has ${size}, at most ${most} are allowed.`] : [];
};

function ofBlock(block: Part): readonly string[] {
  switch (block['type']) {
    case 'header':
      return range('header', textOf(block['text']).length, limits.header);
    case 'section':
      return ofSection(block);
    case 'context':
      return [
        ...range('number of elements', parts(block['elements']).length, limits.contextElements),
        ...parts(block['elements']).flatMap((element) => range('context text', textOf(element).length, limits.contextText)),
      ];
    case 'actions':
      return [
        ...range('number of buttons', parts(block['elements']).length, limits.buttons),
        ...parts(block['elements']).flatMap(ofButton),
      ];
    case 'rich_text':
      return range('rich text', richLength(block), limits.richText);
    default:
      return ofGroup(block);
  }
}

function ofSection(block: Part): readonly string[] {
  if (block['fields'] === undefined) return range('section text', textOf(block['text']).length, limits.sectionText);
  const fields = parts(block['fields']);
  return [
    ...range('number of fields', fields.length, limits.fields),
    ...fields.flatMap((field) => range('field', textOf(field).length, limits.field)),
  ];
}

function ofGroup(block: Part): readonly string[] {
  switch (block['type']) {
    case 'plan':
      return ofPlan(block);
    case 'container':
      return [
        ...range('container title', textOf(block['title']).length, limits.containerTitle),
        ...range('number of child blocks', parts(block['child_blocks']).length, limits.children),
        ...parts(block['child_blocks']).flatMap(ofBlock),
      ];
    case 'table':
      return ofTable(block);
    case 'data_visualization':
      return ofChart(block);
    default:
      return ['is of a type that we do not use.'];
  }
}

function ofPlan(block: Part): readonly string[] {
  const tasks = parts(block['tasks']);
  const ids = tasks.map((task) => task['task_id']);
  return [
    ...range('plan title', String(block['title']).length, limits.header * 2),
    ...range('number of tasks', tasks.length, limits.tasks),
    ...(new Set(ids).size === ids.length ? [] : ['two tasks have the same id.']),
    ...tasks.flatMap((task) => [
      ...range('task title', String(task['title']).length, 256),
      ...[task['details'], task['output']].filter(isPart).flatMap((text) => range('task text', richLength(text), 700)),
    ]),
  ];
}

function ofTable(block: Part): readonly string[] {
  const rows = Array.isArray(block['rows']) ? block['rows'] : [];
  const cells: readonly unknown[] = rows.flat();
  return [
    ...range('number of rows', rows.length, limits.tableRows),
    ...rows.flatMap((row: unknown) => range('number of columns', Array.isArray(row) ? row.length : 0, limits.tableColumns)),
    ...range(
      'table text',
      cells.reduce<number>((sum, cell) => sum + textOf(cell).length, 0),
      limits.tableText,
    ),
    ...cells.flatMap((cell) => range('cell', textOf(cell).length, limits.tableText)),
  ];
}

/** A line over labels: each series has exactly one value for each category, in their order. */
function ofChart(block: Part): readonly string[] {
  const [chart = {}] = parts([block['chart']]);
  const [axis = {}] = parts([chart['axis_config']]);
  const series = parts(chart['series']);
  const categories: readonly unknown[] = Array.isArray(axis['categories']) ? axis['categories'] : [];
  const names = series.map((one) => one['name']);
  return [
    ...range('chart title', String(block['title']).length, limits.chartTitle),
    ...range('number of series', series.length, limits.chartSeries),
    ...range('number of categories', categories.length, limits.chartPoints),
    ...[axis['x_label'], axis['y_label']].flatMap((label) => range('axis label', String(label).length, limits.axisLabel)),
    ...[...names, ...categories].flatMap((name) => range('chart label', String(name).length, limits.chartName)),
    ...(new Set(names).size === names.length ? [] : ['two series have the same name.']),
    ...(new Set(categories).size === categories.length ? [] : ['two categories have the same name.']),
    ...series.flatMap((one) => ofSeries(parts(one['data']), categories)),
  ];
}

const ofSeries = (data: readonly Part[], categories: readonly unknown[]): readonly string[] => [
  ...(data.length === categories.length && data.every(({ label }, index) => label === categories[index])
    ? []
    : ['the labels of a series are not the categories.']),
  ...(data.every(({ value }) => typeof value === 'number' && Number.isFinite(value)) ? [] : ['a value is not a number.']),
];

function ofButton(button: Part): readonly string[] {
  const confirm = button['confirm'];
  return [
    ...range('button text', textOf(button['text']).length, limits.buttonText),
    ...range('button label', String(button['accessibility_label']).length, limits.buttonText),
    ...range('button value', String(button['value']).length, limits.buttonValue),
    ...range('action id', String(button['action_id']).length, limits.blockId),
    ...(isPart(confirm) ? ofConfirm(confirm) : []),
  ];
}

const ofConfirm = (confirm: Part): readonly string[] => [
  ...range('confirm title', textOf(confirm['title']).length, limits.confirmTitle),
  ...range('confirm text', textOf(confirm['text']).length, limits.confirmText),
  ...range('confirm yes', textOf(confirm['confirm']).length, limits.confirmButton),
  ...range('confirm no', textOf(confirm['deny']).length, limits.confirmButton),
];

/** Characters in a rich text block, every element counted; an empty element counts as a breach by being 0. */
const richLength = (block: Part): number =>
  parts(block['elements'])
    .flatMap((element) => parts(element['elements']))
    .reduce((sum, piece) => sum + (typeof piece['text'] === 'string' ? piece['text'].length : 24), 0);
