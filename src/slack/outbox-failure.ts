import type { Fault } from '../domain/faults.ts';

/** What became of a call that failed, and what to do about it. */
export type SendFailure =
  /** Try again: `inMs` says when, null leaves it to the caller. `applied: 'unknown'` means that it may have happened: look first. */
  | {
      readonly kind: 'again';
      readonly applied: 'no' | 'unknown';
      readonly inMs: number | null;
      /** Slack's limit for this method. */
      readonly limited: boolean;
      /** An operator has to do something, e.g. give a scope. */
      readonly alert: boolean;
      readonly error: string;
    }
  /** Slack does not take these blocks; nothing happened. */
  | { readonly kind: 'unrenderable'; readonly error: string }
  /** The message is not there any more or cannot be edited. */
  | { readonly kind: 'gone'; readonly error: string }
  /** Nobody can be told in this channel. `why` is for people. */
  | { readonly kind: 'unreachable'; readonly error: string; readonly why: string }
  /** A final no for another reason; nothing happened. */
  | { readonly kind: 'refused'; readonly error: string };

const unrenderable = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'only_one_table_allowed',
  'msg_blocks_too_long',
  'msg_too_long',
  'block_mismatch',
]);
const gone = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found']);
const needsOperator = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'team_access_not_granted',
]);

const unreachable: Readonly<Record<string, string>> = {
  channel_not_found: 'it was not found, or the bot is not a member',
  not_in_channel: 'the bot is not a member',
  is_archived: 'it is archived',
  restricted_action: 'posting is restricted there',
  restricted_action_read_only_channel: 'posting is restricted there',
  restricted_action_thread_only_channel: 'only threads are allowed there',
  restricted_action_non_threadable_channel: 'threads are not allowed there',
  restricted_action_thread_locked: 'the thread is locked',
  messages_tab_disabled: 'direct messages with the bot are switched off',
  user_not_found: 'the person was not found',
  user_disabled: 'the person is deactivated',
  cannot_dm_bot: 'it is a bot',
};

/** Pause after something that only an operator can mend, ms. */
const operatorPauseMs = 30_000;

/** Reads a fault of a call to Slack. */
export function failureOf(fault: Fault): SendFailure {
  const error = typeof fault.facts['error'] === 'string' ? fault.facts['error'] : fault.code;
  const after = fault.facts['retryAfterMs'];
  const again = { kind: 'again', applied: 'no', inMs: null, limited: false, alert: false, error } as const;
  if (fault.effect !== 'not-applied') return { ...again, applied: 'unknown' };
  if (typeof after === 'number') return { ...again, inMs: after, limited: true };
  if (needsOperator.has(error)) return { ...again, inMs: operatorPauseMs, alert: true };
  if (unrenderable.has(error)) return { kind: 'unrenderable', error };
  if (gone.has(error)) return { kind: 'gone', error };
  const why = unreachable[error];
  if (why !== undefined) return { kind: 'unreachable', error, why };
  return transient.test(error) ? again : { kind: 'refused', error };
}

/** Our own words for failures on the way, and Slack's for its own troubles. */
const transient =
  /^(?:connect|connection|timeout|no-json|http-\d+|slack-unavailable|answer-not-understood|aborted|ratelimited|rate_limited|internal_error|fatal_error|service_unavailable|request_timeout)$/;
