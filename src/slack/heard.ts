import type { ChannelId, MessageTs, UserId } from '../domain/ids.ts';

/** What a delivery means to the bot. `nothing` is acknowledged and forgotten. */
export type Heard =
  | {
      readonly kind: 'command';
      /** Workspace that it was typed in; null for one that Slack does not name. */
      readonly team: string | null;
      readonly orgWide: boolean;
      readonly user: UserId;
      readonly channel: ChannelId;
      readonly text: string;
      readonly responseUrl: string;
    }
  | {
      readonly kind: 'said';
      readonly via: 'mention' | 'direct-message';
      readonly team: string | null;
      readonly user: UserId;
      readonly channel: ChannelId;
      readonly ts: MessageTs;
      readonly thread: MessageTs | null;
      readonly text: string;
      readonly shared: boolean | null;
    }
  | {
      readonly kind: 'reacted';
      readonly added: boolean;
      readonly user: UserId;
      readonly name: string;
      readonly channel: ChannelId;
      readonly ts: MessageTs;
      /** Who wrote the message; null when Slack does not say. */
      readonly author: UserId | null;
      readonly shared: boolean | null;
    }
  | {
      readonly kind: 'clicked';
      readonly team: string | null;
      readonly user: UserId;
      readonly channel: ChannelId | null;
      readonly message: MessageTs | null;
      readonly thread: MessageTs | null;
      readonly actionId: string;
      readonly value: string | null;
      readonly responseUrl: string | null;
      readonly trigger: string;
    }
  | {
      readonly kind: 'submitted';
      readonly team: string | null;
      readonly user: UserId;
      readonly callback: string;
      readonly metadata: string;
      /** By block id, then action id. */
      readonly values: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
    }
  | { readonly kind: 'group-changed'; readonly group: string }
  | { readonly kind: 'removed'; readonly event: 'app_uninstalled' | 'tokens_revoked' }
  | { readonly kind: 'nothing'; readonly why: string };

/** A delivery with the key under which it is the same one when it comes again. */
export interface Letter {
  readonly key: string;
  readonly heard: Heard;
}
