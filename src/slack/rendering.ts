import type { Clock } from '../domain/clock.ts';
import type { Reply } from '../domain/reply.ts';
import { renderAnswer } from './messages/reply.ts';
import type { Said } from './response-url.ts';

/** A reply as people are shown it, with the plain form for workspaces that refuse newer blocks. */
export const renderer =
  (clock: Clock) =>
  (reply: Reply): Said => {
    const now = clock.now();
    const { messages, file } = renderAnswer(reply, { now });
    const plain = renderAnswer(reply, { now, mode: 'plain' });
    const said = messages.map((message, place): Said => ({ ...message, plainBlocks: plain.messages[place]?.blocks ?? [] }));
    // There is always a first one.
    const [first = messages[0], ...more] = said;
    if (file === null) return more.length === 0 ? first : { ...first, more };
    const { title, content, beginning } = file;
    const beside = { ...beginning, plainBlocks: plain.file?.beginning.blocks ?? [] };
    return { ...first, more, file: { name: fileName(title), title, content, beginning: beside } };
  };

const fileName = (title: string): string =>
  `${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)}.txt`;
