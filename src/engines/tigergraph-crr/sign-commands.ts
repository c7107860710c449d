import { quoteWord } from '../../transports/shell-quoting.ts';
import { configGet, type Server } from './commands.ts';

/** What makes every follower of a cluster outdated, as GSQL writes it into its log; the last is what it calls over REST. */
const resetWords = 'DROP +ALL|CLEAR +GRAPH +STORE|IMPORT +GRAPH|EXPORT +GRAPH|clear-store';

/** Most that is read of one log, bytes, and of how many; of every hit only its time and its words leave the node. */
const most = { bytes: 32 * 1024 * 1024, logs: 12, hits: 300, auditBytes: 16 * 1024 * 1024, audits: 6 } as const;

/** Files of these are packed, and only read by tools that might unpack without end. */
const packed = '[.](gz|bz2|xz|zst|zip)$';

const newestOf = (paths: string, count: number): string => `ls -1 -t -d ${paths} | grep -v -E '${packed}' | head -n ${count}`;

/** Logs of GSQL on a node, the one of today and those before it: when each was written last, and the hits in the newest of them. */
const gsqlLogs = (logRoot: string): string => `${quoteWord(logRoot)}/gsql/log.INFO*`;

const agesOf = (logRoot: string): string => `(stat -L -c '%Y %n' ${gsqlLogs(logRoot)} | head -n 200)`;

const hitsIn = (logRoot: string): string =>
  [
    `(${newestOf(gsqlLogs(logRoot), most.logs)}`,
    `xargs -r -d '\\n' tail -v -c ${most.bytes} --`,
    `grep -a -i -E '^==> |${resetWords}'`,
    `sed -n -E -e 's/^==> (.*) <==$/file \\1/p' -e t -e 's/^[A-Z]@([0-9]{8} [0-9:.]{8,15}).*(${resetWords}).*/\\1 \\2/Ip' -e t -e 's/.*(${resetWords}).*/- \\1/Ip'`,
    `head -n ${most.hits})`,
  ].join(' | ');

/**
 * Restores in the audit log of gadmin, which is there from 3.10 on where it is turned on. Its folder can be set, and an entry may be one line
 * or several. Of an entry only these three of its fields leave the node.
 */
const restoresIn = (logRoot: string): string =>
  [
    `(${newestOf(`${quoteWord(logRoot)}/*/log.A[uU][dD]*-GADMIN*`, most.audits)}`,
    `xargs -r -d '\\n' tail -q -c ${most.auditBytes} --`,
    `grep -a -B 5 -A 3 -E 'gadmin +(backup +)?restore'`,
    `grep -a -n -o -E '"(timestamp|status)" *: *"[^"]{1,40}"|"command" *: *"gadmin +(backup +)?restore[^"]{0,200}"'`,
    `head -n ${most.hits})`,
  ].join(' | ');

/** Asked of every node of the side that is followed. */
export const traceQuestions = (logRoot: string) => ['date +%z', agesOf(logRoot), hitsIn(logRoot), restoresIn(logRoot)] as const;

/** Old data that a restore has put aside, with its time in its name. */
export const replacedQuestions = (dataRoot: string) => ['date +%z', `ls -1 ${quoteWord(dataRoot)}`] as const;

/** Whatever a record of metadata looks like, only its number leaves the node: credentials may stand beside it. */
const numberIn = `("value" *: *"?|^)[{] *[\\\\]?"[0-9]{1,15}[\\\\]?" *:|Processed a total of [0-9]{1,9} messages?`;

/** One record of a topic from an offset on, for `kafkaTool`. */
export const consumeOne = ({ address, properties }: Server, topic: string, offset: number | 'earliest'): string =>
  `kafka-console-consumer.sh --bootstrap-server ${quoteWord(address)}${properties === null ? '' : ` --consumer.config ${quoteWord(properties)}`} --topic ${quoteWord(topic)} --partition 0 --offset ${offset} --max-messages 1 --timeout-ms 5000 2>&1 | grep -a -o -E '${numberIn}' | head -n 4`;

/** How much the graph holds, by the word of each node, and which nodes repeat one another. */
export const countQuestions = [configGet('GPE.BasicConfig.Nodes'), 'gstatusgraph'] as const;
