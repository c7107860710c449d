/**
 * What a job says of itself, as far as it may be shown. The server's own text of an error may hold values of rows, users and addresses, so
 * no part of it is passed on: what is known is said in words of our own, and the rest is withheld.
 */

const withheld = 'an error whose text is not shown, as it may hold values of rows; SHOW JOBS on the cluster shows it';

/** Causes, the more telling ones first. Whatever else the text says, only these words leave. */
const causes: readonly (readonly [RegExp, string])[] = [
  [/history retention job is no longer active/iu, 'history retention job is no longer active'],
  [/replication (?:job|stream) \d+ (?:must be running|timed out|is not active)/iu, 'the source keeps no history for it any more'],
  [/as the producer job (?:\d+ )?is not active/iu, 'the job on the source that keeps its history is not active'],
  [/28P01|28000|password authentication failed/u, 'the source refuses the login (28P01)'],
  [/42501|insufficient privilege|does not have .{0,60}privilege/iu, 'a privilege is missing (42501)'],
  [/x509|certificate|\btls\b/iu, 'a certificate is not accepted'],
  [/the address leads to another cluster/u, 'the address leads to another cluster'],
  [/kv\.rangefeed\.enabled/u, 'rangefeeds are off at the source'],
  [/schema change|descriptor .{0,60}changed/iu, 'a schema change stands in the way'],
  [
    /dial tcp|connection refused|connection reset|no route to host|i\/o timeout|no such host|can ?not be reached|broken pipe|does not answer|failed to connect|unexpected EOF|closed the connection/iu,
    'the source can not be reached',
  ],
  [/disk full|out of disk|no space left|53100/iu, 'the disk is full'],
  [/memory budget exceeded|out of memory|53200/iu, 'the memory is used up'],
];

const causeOf = (text: string): string => causes.find(([pattern]) => pattern.test(text))?.[1] ?? withheld;

/** Texts that stand around the cause of a pause that the job made by itself. */
const byError = /pausing after error|is being paused/u;

/** Running statuses that are about the job and hold nothing of its data. */
const plain: readonly (readonly [RegExp, string])[] = [
  [/^(?:running )?initial scan/iu, 'initial scan'],
  [/^running the SQL flow/iu, 'running'],
  [/^(?:logical |physical )?replication running|^running$|^replicating$/iu, 'running'],
  [/^(?:cutting|failing) over|^starting to cut over|^completing the producer job|^stream ingestion finished/iu, 'failing over'],
  [/^resuming stream/iu, 'connecting'],
  [/^creating \d+ initial splits/iu, 'initial scan'],
  [/^revert/iu, 'reverting'],
  [/^retrying/iu, 'the source cluster does not answer; it is tried again'],
  [/^waiting/iu, 'waiting'],
  [/^connecting to/iu, 'connecting'],
  [/^paus(?:ing|ed)\b|^ALTER VIRTUAL CLUSTER PAUSE REPLICATION$/iu, 'pausing by request'],
];

/** An error of a job, for people; empty when there is none. */
export const errorWords = (text: string): string => (text.trim() === '' ? '' : causeOf(text));

/** The running status of a job, for people. One that tells of a pause by an error goes on telling so. */
export function statusWords(text: string): string {
  if (text.trim() === '') return '';
  if (byError.test(text)) return `pausing after error: ${causeOf(text)}`;
  return plain.find(([pattern]) => pattern.test(text))?.[1] ?? causeOf(text);
}
