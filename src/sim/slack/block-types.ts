import { z } from 'zod';
import { kit } from './block-schema.ts';

const { blockId, button, either, plain, text, richTextBlock } = kit;

const block = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), block_id: blockId, ...shape });

const cell = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('raw_text'), text: text(10_000) }),
  z.strictObject({ type: z.literal('raw_number'), value: z.number(), text: text(100) }),
  richTextBlock,
]);
const column = z.strictObject({ align: z.enum(['left', 'center', 'right']).optional(), is_wrapped: z.boolean().optional() }).nullable();

const taskShape = {
  block_id: blockId,
  task_id: text(255),
  title: text(3_000),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
  details: richTextBlock.optional(),
  output: richTextBlock.optional(),
  sources: z.array(z.strictObject({ type: z.literal('url'), url: text(3_000), text: text(3_000) })).optional(),
};

/* Charts: docs.slack.dev/reference/block-kit/blocks/data-visualization-block. */
const chartLabel = text(20);
const axis = z.strictObject({ categories: z.array(chartLabel).min(1).max(20), x_label: text(50).optional(), y_label: text(50).optional() });
const dataPoint = z.strictObject({ label: chartLabel, value: z.number() });
const series = z
  .array(z.strictObject({ name: chartLabel, data: z.array(dataPoint).min(1).max(20) }))
  .min(1)
  .max(6);
const seriesChart = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), series, axis_config: axis });
const segments = z
  .array(z.strictObject({ label: chartLabel, value: z.number().positive() }))
  .min(1)
  .max(6);
const chart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pie'), segments }),
  ...([seriesChart('bar'), seriesChart('area'), seriesChart('line')] as const),
]);

const base = {
  actions: block('actions', { elements: z.array(kit.actionElement).min(1).max(25) }),
  context: block('context', {
    elements: z
      .array(z.discriminatedUnion('type', [kit.imageElement, plain(3_000), kit.mrkdwn(3_000)]))
      .min(1)
      .max(10),
  }),
  divider: block('divider', {}),
  file: block('file', { source: text(255), external_id: text(255) }),
  header: block('header', { text: plain(150) }),
  image: block('image', { alt_text: text(2_000), title: plain(2_000).optional(), ...kit.imageSource }),
  input: block('input', {
    label: plain(2_000),
    hint: plain(2_000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: kit.inputElement,
  }),
  rich_text: richTextBlock,
  section: block('section', {
    text: either(3_000).optional(),
    fields: z.array(either(2_000)).min(1).max(10).optional(),
    accessory: kit.accessory.optional(),
    expand: z.boolean().optional(),
  }),
  table: block('table', {
    rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
    column_settings: z.array(column).max(20).optional(),
  }),
};

const child = z.discriminatedUnion('type', [
  ...([base.actions, base.context, base.divider, base.file, base.header] as const),
  ...([base.image, base.input, base.rich_text, base.section, base.table] as const),
]);

/** Every block type that the workspace knows; any other is refused. */
export const blockTypes: Readonly<Record<string, z.ZodType>> = {
  ...base,
  alert: block('alert', { text: either(200), level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional() }),
  container: block('container', {
    title: plain(150).optional(),
    rich_text_title: richTextBlock.optional(),
    subtitle: either(150).optional(),
    child_blocks: z.array(child).min(1).max(10),
    width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
    icon: kit.imageElement.optional(),
    is_collapsible: z.boolean().optional(),
    default_collapsed: z.boolean().optional(),
    has_header_divider: z.boolean().optional(),
  }),
  data_table: block('data_table', {
    caption: text(2_000),
    rows: z.array(z.array(cell).min(1).max(20)).min(1).max(201),
    page_size: z.int().min(1).max(100).optional(),
    row_header_column_index: z.int().min(0).max(19).optional(),
  }),
  data_visualization: block('data_visualization', { title: text(50), chart }),
  markdown: block('markdown', { text: text(12_000) }),
  plan: block('plan', {
    title: text(3_000),
    tasks: z
      .array(z.strictObject({ type: z.literal('task_card').optional(), ...taskShape }))
      .max(50)
      .optional(),
  }),
  task_card: block('task_card', taskShape),
  card: block('card', {
    hero_image: kit.imageElement.optional(),
    icon: kit.imageElement.optional(),
    title: either(150).optional(),
    subtitle: either(150).optional(),
    body: either(200).optional(),
    actions: z.array(button).max(3).optional(),
  }),
};

export type Surface = 'message' | 'modal' | 'home';

const messageOnly = ['container', 'markdown', 'plan', 'task_card', 'table', 'card', 'file', 'data_visualization'];

/** Where a block type may stand. */
export function fitsSurface(type: string, surface: Surface): boolean {
  if (type === 'alert') return surface === 'modal';
  if (type === 'data_table') return surface !== 'modal';
  return surface === 'message' || !messageOnly.includes(type);
}
