import type { Clock } from '../../domain/clock.ts';
import type { Timing } from './options.ts';

/** What a `response_url` may answer to. */
export interface ResponseTarget {
  readonly person: string;
  readonly channel: string;
  /** The message that was clicked; null for a command. */
  readonly original: { readonly ts: string; readonly ephemeral: boolean; readonly threadTs: string | null } | null;
  /** The command line as typed, which `in_channel` makes visible. */
  readonly command: string | null;
}

/** Things that Slack hands out for a short time: trigger ids and response urls. */
export interface Tickets {
  issueTrigger(person: string): string;
  /** The person who caused it; a trigger works once, within its life. */
  redeemTrigger(
    id: string,
  ): { readonly person: string } | { readonly error: 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id' };
  issueResponse(target: ResponseTarget): string;
  redeemResponse(id: string): ResponseTarget | { readonly error: 'invalid_url' | 'used_url' | 'expired_url' };
}

export function createTickets(clock: Clock, timing: Timing, mintId: (prefix: string) => string): Tickets {
  const triggers = new Map<string, { person: string; until: number; used: boolean }>();
  const responses = new Map<string, { target: ResponseTarget; until: number; left: number }>();
  let minted = 0;
  return {
    issueTrigger: (person) => {
      minted += 1;
      const id = `${Math.floor(clock.now())}.${minted}.${Buffer.from(mintId('t')).toString('hex').slice(0, 32)}`;
      triggers.set(id, { person, until: clock.monotonic() + timing.triggerLifeMs, used: false });
      return id;
    },
    redeemTrigger: (id) => {
      const trigger = triggers.get(id);
      if (trigger === undefined) return { error: 'invalid_trigger_id' };
      if (trigger.used) return { error: 'exchanged_trigger_id' };
      if (clock.monotonic() > trigger.until) return { error: 'expired_trigger_id' };
      trigger.used = true;
      return { person: trigger.person };
    },
    issueResponse: (target) => {
      const id = `${mintId('R')}${mintId('R')}`;
      responses.set(id, { target, until: clock.monotonic() + timing.responseUrlLifeMs, left: 5 });
      return id;
    },
    redeemResponse: (id) => {
      const response = responses.get(id);
      if (response === undefined) return { error: 'invalid_url' };
      if (clock.monotonic() > response.until) return { error: 'expired_url' };
      if (response.left === 0) return { error: 'used_url' };
      response.left -= 1;
      return response.target;
    },
  };
}
