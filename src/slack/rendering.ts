import type { Clock } from '../domain/clock.ts';
import type { Reply } from '../domain/reply.ts';
import { pagesOf, renderReply } from './messages/reply.ts';
import type { Said } from './response-url.ts';

/** A reply as people are shown it, with the plain form for workspaces that refuse newer blocks. */
export const renderer =
  (clock: Clock) =>
  (reply: Reply): Said => {
    const now = clock.now();
    const more = pagesOf(reply);
    const said = { ...renderReply(reply, { now }), plainBlocks: renderReply(reply, { now, mode: 'plain' }).blocks };
    return more.length === 0 ? said : { ...said, more };
  };
