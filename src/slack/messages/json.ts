import { visible } from './foreign.ts';
import { context, type Message, message } from './message.ts';
import { type Mrkdwn, md } from './mrkdwn.ts';
import { preformatted, rich } from './rich.ts';

const pieceSize = 2_800;
const most = 4;

/** JSON as it is, for people who copy it; the start of it when it is too long for a message. */
export function jsonBlocks(value: unknown, text: Mrkdwn): Message {
  const whole = visible(JSON.stringify(value, null, 1));
  const pieces = Array.from({ length: Math.min(most, Math.ceil(whole.length / pieceSize)) }, (_, index) =>
    whole.slice(index * pieceSize, (index + 1) * pieceSize),
  );
  const left = whole.length - pieces.join('').length;
  return message(text, [
    ...pieces.map((piece) => rich(preformatted(piece))),
    left === 0 ? null : context(md`⚠️ *Not complete:* ${left} more characters do not fit. Ask for one link or one run.`),
  ]);
}
