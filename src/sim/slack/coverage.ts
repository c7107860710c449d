/** What the workspace answers and sends. A test compares this with what is registered. */
export const coverage = {
  methods: [
    ...['api.test', 'apps.connections.open', 'auth.test', 'bookmarks.add', 'bookmarks.list', 'bots.info'],
    ...['chat.delete', 'chat.getPermalink', 'chat.postEphemeral', 'chat.postMessage', 'chat.update'],
    ...['conversations.archive', 'conversations.create', 'conversations.history', 'conversations.info', 'conversations.invite'],
    ...['conversations.join', 'conversations.leave', 'conversations.list', 'conversations.members', 'conversations.open'],
    ...['conversations.replies', 'conversations.setPurpose', 'conversations.setTopic'],
    ...['files.completeUploadExternal', 'files.getUploadURLExternal', 'pins.add', 'pins.list', 'pins.remove'],
    ...['reactions.add', 'reactions.get', 'reactions.remove', 'usergroups.list', 'usergroups.users.list'],
    ...['users.info', 'users.list', 'users.lookupByEmail', 'views.open', 'views.publish', 'views.push', 'views.update'],
  ],
  events: [
    ...['app_home_opened', 'app_mention', 'channel_archive', 'member_joined_channel', 'member_left_channel', 'message'],
    ...['reaction_added', 'reaction_removed', 'subteam_members_changed'],
  ],
  interactions: ['block_actions', 'slash_commands', 'view_closed', 'view_submission'],
  blocks: [
    ...[
      'actions',
      'alert',
      'card',
      'container',
      'context',
      'data_table',
      'data_visualization',
      'divider',
      'file',
      'header',
      'image',
      'input',
    ],
    ...['markdown', 'plan', 'rich_text', 'section', 'table', 'task_card'],
  ],
  /** Known to be missing: streaming, scheduled messages, shortcuts, canvases, Grid, channel renames. */
  missing: ['canvases.edit', 'chat.scheduleMessage', 'chat.startStream', 'conversations.canvases.create', 'message_action', 'shortcut'],
} as const;
