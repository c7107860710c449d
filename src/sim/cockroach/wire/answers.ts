import type { Answer } from './backend.ts';
import { commandComplete, dataRows, emptyQuery, rowDescription } from './backend-messages.ts';

/** Puts bytes on the wire. */
export type Send = (bytes: Buffer) => void;

/** Sends the rows and the tag of an answer; `describe`: its columns first. */
export function sendAnswer(send: Send, answer: Answer, describe: boolean): void {
  if (answer.table !== null) {
    if (describe) send(rowDescription(answer.table.columns));
    for (const row of dataRows(answer.table)) send(row);
  }
  send(answer.tag === null ? emptyQuery() : commandComplete(answer.tag));
}
