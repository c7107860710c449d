import { z } from 'zod';

/*
 * Block Kit as the platform accepts it in messages, modals and the Home tab. Limits: docs.slack.dev/reference/block-kit.
 * Objects are strict: Slack refuses unknown properties too.
 */
const text = (max: number) => z.string().min(1).max(max);
const plain = (max: number) => z.strictObject({ type: z.literal('plain_text'), text: text(max), emoji: z.boolean().optional() });
const mrkdwn = (max: number) => z.strictObject({ type: z.literal('mrkdwn'), text: text(max), verbatim: z.boolean().optional() });
const either = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)]);

const style = z.enum(['primary', 'danger']);
const confirm = z.strictObject({
  title: plain(100).optional(),
  text: either(300),
  confirm: plain(30).optional(),
  deny: plain(30).optional(),
  style: style.optional(),
});
const actionId = z.string().min(1).max(255).optional();
const blockId = z.string().min(1).max(255).optional();
const option = z.strictObject({
  text: either(75),
  value: z.string().min(1).max(150).optional(),
  description: plain(75).optional(),
  url: z.string().max(3_000).optional(),
});
const options = (max: number) => z.array(option).min(1).max(max);
const groups = z.array(z.strictObject({ label: plain(75), options: options(100) })).max(100);
const common = { action_id: actionId, confirm: confirm.optional(), focus_on_load: z.boolean().optional() };
const placeholder = { placeholder: plain(150).optional() };
const dispatch = { dispatch_action_config: z.strictObject({ trigger_actions_on: z.array(z.string()) }).optional() };

const imageSource = {
  image_url: z.string().max(3_000).optional(),
  slack_file: z.strictObject({ id: z.string().optional(), url: z.string().optional() }).optional(),
};
const imageElement = z.strictObject({ type: z.literal('image'), alt_text: text(2_000), ...imageSource });
const button = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  action_id: actionId,
  confirm: confirm.optional(),
  value: z.string().max(2_000).optional(),
  url: z.string().max(3_000).optional(),
  style: style.optional(),
  accessibility_label: z.string().max(75).optional(),
});
const overflow = z.strictObject({ type: z.literal('overflow'), action_id: actionId, confirm: confirm.optional(), options: options(5) });
const staticSelect = z.strictObject({
  type: z.literal('static_select'),
  ...common,
  ...placeholder,
  initial_option: option.optional(),
  options: options(100).optional(),
  option_groups: groups.optional(),
});
const many = { max_selected_items: z.int().min(1).optional() };
const multiStatic = z.strictObject({
  ...{ type: z.literal('multi_static_select'), ...common, ...placeholder, ...many },
  initial_options: options(100).optional(),
  options: options(100).optional(),
  option_groups: groups.optional(),
});
const externalSelect = z.strictObject({
  ...{ type: z.literal('external_select'), ...common, ...placeholder },
  initial_option: option.optional(),
  min_query_length: z.int().min(0).optional(),
});
const usersSelect = z.strictObject({ type: z.literal('users_select'), ...common, ...placeholder, initial_user: z.string().optional() });
const channelsSelect = z.strictObject({
  ...{ type: z.literal('channels_select'), ...common, ...placeholder },
  initial_channel: z.string().optional(),
  response_url_enabled: z.boolean().optional(),
});
const radio = z.strictObject({ type: z.literal('radio_buttons'), ...common, initial_option: option.optional(), options: options(10) });
const checkboxes = z.strictObject({
  type: z.literal('checkboxes'),
  ...common,
  initial_options: options(10).optional(),
  options: options(10),
});
const datepicker = z.strictObject({ type: z.literal('datepicker'), ...common, ...placeholder, initial_date: z.iso.date().optional() });
const timepicker = z.strictObject({
  ...{ type: z.literal('timepicker'), ...common, ...placeholder },
  initial_time: z.string().optional(),
  timezone: z.string().optional(),
});
const datetime = z.strictObject({ type: z.literal('datetimepicker'), ...common, initial_date_time: z.int().optional() });

const textInput = z.strictObject({
  ...{ type: z.literal('plain_text_input'), action_id: actionId, focus_on_load: z.boolean().optional(), ...placeholder, ...dispatch },
  initial_value: z.string().max(3_000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3_000).optional(),
  max_length: z.int().min(1).max(3_000).optional(),
});
const numberInput = z.strictObject({
  ...{ type: z.literal('number_input'), action_id: actionId, focus_on_load: z.boolean().optional(), ...placeholder, ...dispatch },
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});
const otherInput = (type: 'email_text_input' | 'url_text_input') =>
  z.strictObject({
    ...{ type: z.literal(type), action_id: actionId, focus_on_load: z.boolean().optional(), ...placeholder, ...dispatch },
    initial_value: z.string().optional(),
  });

const choosers = [
  staticSelect,
  multiStatic,
  externalSelect,
  usersSelect,
  channelsSelect,
  radio,
  checkboxes,
  datepicker,
  timepicker,
] as const;
const actionElement = z.discriminatedUnion('type', [button, overflow, datetime, ...choosers]);
const inputs = [textInput, numberInput, otherInput('email_text_input'), otherInput('url_text_input')] as const;

const runStyle = z.partialRecord(
  z.enum(['bold', 'code', 'italic', 'strike', 'underline', 'highlight', 'client_highlight', 'unlink']),
  z.boolean(),
);
const run = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), style: runStyle.optional(), ...shape });
const link = run('link', { url: z.string().min(1).max(3_000), text: z.string().optional(), unsafe: z.boolean().optional() });
const inline = z.discriminatedUnion('type', [
  run('text', { text: z.string().min(1) }),
  link,
  run('user', { user_id: z.string().min(1) }),
  run('usergroup', { usergroup_id: z.string().min(1) }),
  run('channel', { channel_id: z.string().min(1) }),
  run('team', { team_id: z.string().min(1) }),
  run('broadcast', { range: z.enum(['here', 'channel', 'everyone']) }),
  run('color', { value: z.string() }),
  run('emoji', { name: z.string().min(1), unicode: z.string().optional(), url: z.string().optional() }),
  run('date', { timestamp: z.number(), format: z.string().min(1), url: z.string().optional(), fallback: z.string().optional() }),
]);
const border = z.union([z.literal(0), z.literal(1)]).optional();
const section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(inline) });
const richTextBlock = z.strictObject({
  type: z.literal('rich_text'),
  block_id: blockId,
  elements: z.array(
    z.discriminatedUnion('type', [
      section,
      z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(inline), border }),
      z.strictObject({
        ...{ type: z.literal('rich_text_preformatted'), border, language: z.string().optional() },
        elements: z.array(z.discriminatedUnion('type', [run('text', { text: z.string().min(1) }), link])),
      }),
      z.strictObject({
        ...{ type: z.literal('rich_text_list'), border, style: z.enum(['bullet', 'ordered']) },
        indent: z.int().min(0).max(8).optional(),
        offset: z.int().min(0).optional(),
        elements: z.array(section),
      }),
    ]),
  ),
});

export const kit = {
  ...{ actionElement, blockId, button, either, imageElement, imageSource, inputs, choosers, plain, mrkdwn, richTextBlock, text },
  accessory: z.discriminatedUnion('type', [button, overflow, imageElement, ...choosers]),
  inputElement: z.discriminatedUnion('type', [...inputs, datetime, ...choosers]),
};
