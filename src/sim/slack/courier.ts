import type { Json, JsonObject } from '../../domain/json.ts';
import type { DeliveryKind } from './fault-contract.ts';

/** One payload on its way to the app. */
export interface Parcel {
  readonly kind: DeliveryKind;
  readonly type: 'slash_commands' | 'events_api' | 'interactive';
  readonly payload: JsonObject;
  /** Whether a body in the acknowledgement means anything. */
  readonly acceptsAnswer: boolean;
}

export interface Attempt {
  /** 0 for the first. */
  readonly number: number;
  readonly reason: string;
  /** The acknowledgement will be ignored, as if it had been lost. */
  readonly deaf: boolean;
}

export type Receipt =
  | { readonly state: 'acked'; readonly withinMs: number; readonly payload: Json }
  /** `reason` is Slack's word for it, which differs between the two roads. */
  | { readonly state: 'timed-out'; readonly reason: 'timeout' | 'http_timeout' }
  | { readonly state: 'undeliverable'; readonly reason: string; readonly final: boolean };

/** Carries parcels to the app over one kind of road. */
export interface Courier {
  send(parcel: Parcel, attempt: Attempt): Promise<Receipt>;
  close(): Promise<void>;
}
