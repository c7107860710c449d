import type { JsonObject } from '../../domain/json.ts';

export type DeliveryKind = 'event' | 'command' | 'click' | 'view';

export interface MethodFault {
  /** How many calls it hits; 1 if absent. `Infinity` until cleared. */
  readonly times?: number;
  /** Hits only calls whose arguments satisfy this. */
  readonly where?: (args: JsonObject) => boolean;
}

/** Ill fortune on demand. Every fault stays until it is used up or `clear()`. */
export interface Faults {
  /** 429; `retryAfterSeconds: null` leaves the header out. */
  rateLimit(method: string, fault: MethodFault & { readonly retryAfterSeconds: number | null }): void;
  /** HTTP status with a body that is not JSON. */
  failHttp(method: string, fault: MethodFault & { readonly status: number }): void;
  /** `ok:false` with this error name, e.g. `channel_not_found`. */
  refuse(method: string, fault: MethodFault & { readonly error: string; readonly extra?: JsonObject }): void;
  /** Never answers; the write is applied when `applied`. */
  hang(method: string, fault?: MethodFault & { readonly applied?: boolean }): void;
  /** Answers after this time. */
  slow(method: string, fault: MethodFault & { readonly ms: number }): void;
  /** Applies the write, then resets the connection. */
  loseReply(method: string, fault?: MethodFault): void;
  /** Resets the connection before anything is applied. */
  reset(method: string, fault?: MethodFault): void;
  /** Takes a scope away until `clear()`. */
  dropScope(scope: string): void;
  /** Every block of this type is `invalid_blocks` until `clear()`. */
  refuseBlocks(type: string): void;
  revokeTokens(): void;
  /** The next `times` deliveries of the kind arrive twice (same ids, new envelope). */
  duplicate(kind: DeliveryKind, times?: number): void;
  /** Acknowledgements of the next `times` deliveries of the kind are ignored, as if they had been lost. */
  loseAck(kind: DeliveryKind, times?: number): void;
  /** Keeps events back until released, in order or reversed. */
  holdEvents(): void;
  releaseEvents(order?: 'in-order' | 'reversed'): void;
  /** Sends a disconnect frame on every socket, or on one. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets', only?: number): void;
  /** Cuts every socket without a close frame. */
  cutSockets(): void;
  /** The next `times` connections get no `hello`. */
  withholdHello(times: number): void;
  /** Pings are not answered until `clear()`. */
  withholdPongs(): void;
  /** Sends any frame on the first socket. */
  sendFrame(frame: JsonObject): void;
  clear(): void;
}
