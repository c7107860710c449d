/** Deliveries as Slack sends them (its documented samples, shortened). */
export const commandBody = (over: Readonly<Record<string, unknown>> = {}) => ({
  token: 'x',
  team_id: 'T1',
  team_domain: 'acme',
  channel_id: 'C1',
  channel_name: 'ops',
  user_id: 'U1',
  user_name: 'kim',
  command: '/repl',
  text: 'status prod-sql',
  api_app_id: 'A1',
  is_enterprise_install: 'false',
  response_url: 'https://hooks.slack.com/commands/T1/1/x',
  trigger_id: '13345.73.8088',
  ...over,
});

export const eventBody = (event: Readonly<Record<string, unknown>>, over: Readonly<Record<string, unknown>> = {}) => ({
  token: 'x',
  team_id: 'T1',
  api_app_id: 'A1',
  type: 'event_callback',
  event_id: 'Ev0001',
  event_time: 1_712_345_678,
  authorizations: [{ enterprise_id: null, team_id: 'T1', user_id: 'UBOT', is_bot: true, is_enterprise_install: false }],
  is_ext_shared_channel: false,
  event,
  ...over,
});

export const mention = (over: Readonly<Record<string, unknown>> = {}) => ({
  type: 'app_mention',
  user: 'U1',
  text: '<@UBOT> status prod-sql',
  ts: '1800000000.000100',
  channel: 'C1',
  team: 'T1',
  event_ts: '1800000000.000100',
  ...over,
});

export const reaction = (over: Readonly<Record<string, unknown>> = {}) => ({
  type: 'reaction_added',
  user: 'U1',
  reaction: 'white_check_mark',
  item_user: 'UBOT',
  item: { type: 'message', channel: 'C1', ts: '1712345600.000100' },
  event_ts: '1712345678.000200',
  ...over,
});

export const clickBody = (over: Readonly<Record<string, unknown>> = {}) => ({
  type: 'block_actions',
  api_app_id: 'A1',
  team: { id: 'T1', domain: 'acme' },
  user: { id: 'U1', username: 'kim', team_id: 'T1' },
  trigger_id: '123.456.abc',
  container: { type: 'message', message_ts: '1712345600.000100', channel_id: 'C1', is_ephemeral: false },
  channel: { id: 'C1', name: 'ops' },
  message: { ts: '1712345600.000100', text: 'x' },
  response_url: 'https://hooks.slack.com/actions/T1/1/x',
  actions: [{ type: 'button', action_id: 'replops:approve', block_id: 'b1', value: '{"run":"r-1","planHash":"h"}', action_ts: '1.1' }],
  ...over,
});

export const viewBody = (reason: string | null, over: Readonly<Record<string, unknown>> = {}) => ({
  type: 'view_submission',
  team: { id: 'T1' },
  user: { id: 'U1', team_id: 'T1' },
  api_app_id: 'A1',
  trigger_id: '1.2.3',
  view: {
    id: 'V1',
    type: 'modal',
    hash: '1712.ab',
    callback_id: 'replops:skip',
    private_metadata: JSON.stringify({ run: 'r-1', step: 's2', channel: 'C1' }),
    state: { values: { reason: { text: { type: 'plain_text_input', value: reason } } } },
  },
  response_urls: [],
  ...over,
});
