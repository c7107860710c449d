import type { ProductAnswer } from '../../hosts/contract.ts';
import { type Desk, failed, fine, type TigerTool } from '../realm.ts';
import { type Cluster, kafkaListens, keys, setting } from '../state/model.ts';
import { listedHosts } from '../state/settle.ts';
import { nodeAt, opens } from './reach.ts';
import { recordAt, type Topic, topicsOf } from './topics.ts';

/** Brokers by the names that clients are sent to, each with a part of what it can do. */
const brokersOf = (cluster: Cluster, port: string): string =>
  listedHosts(cluster)
    .map((host, index) => `${host}:${port} (id: ${index + 1} rack: null) -> (\n\tProduce(0): 0 to 9 [usable: 9],\n)\n`)
    .join('');

/** Why a client with these properties and that port don't understand one another; null: they do. */
function unspoken({ call }: Desk, there: Cluster, port: string, properties: string | null): string | null {
  if (properties !== null && !call.files.exists(properties))
    return `Exception in thread "main" java.nio.file.NoSuchFileException: ${properties}`;
  const isTls = properties !== null && /^\s*security\.protocol\s*=\s*SSL\s*$/m.test(call.files.read(properties));
  if (isTls === (port === kafkaListens(there).tls)) return null;
  return isTls
    ? 'org.apache.kafka.common.errors.SslAuthenticationException: SSL handshake failed'
    : 'Error while executing topic command : Timed out waiting for a node assignment (Bootstrap broker disconnected)';
}

/** One call of a tool of Kafka against brokers that it understands. */
interface Asked {
  readonly desk: Desk;
  readonly words: readonly string[];
  /** Whose brokers they are. */
  readonly there: Cluster;
  readonly port: string;
}

const flagged = (words: readonly string[], flag: string): string | null =>
  words.includes(flag) ? (words[words.indexOf(flag) + 1] ?? '') : null;

const wantedOf = ({ words, there }: Asked): readonly Topic[] => {
  const name = flagged(words, '--topic');
  return topicsOf(there).filter((topic) => name === null || topic.name === name);
};

const ends = (asked: Asked): ProductAnswer =>
  fine(
    wantedOf(asked)
      .map(({ name, end }) => `${name}:0:${end}\n`)
      .join(''),
  );

/** Records from one place on, one in a line. One that finds fewer than it was told to says that it waited in vain. */
async function consume(asked: Asked): Promise<ProductAnswer> {
  const { words, desk, there } = asked;
  const [topic] = flagged(words, '--topic') === null ? [] : wantedOf(asked);
  if (topic === undefined) return failed('The topic to consume from is not there: UNKNOWN_TOPIC_OR_PARTITION');
  const from = words.includes('--from-beginning') ? 'earliest' : (flagged(words, '--offset') ?? 'latest');
  if (flagged(words, '--offset') !== null && flagged(words, '--partition') !== '0')
    return failed('The partition is required when offset is specified.');
  if (!/^(earliest|latest|\d+)$/.test(from)) return failed(`The provided offset value '${from}' is incorrect.`);
  // What is no longer kept is passed over, as a consumer that is reset to the earliest record does.
  const first = from === 'earliest' ? topic.begin : from === 'latest' ? topic.end : Math.max(Number(from), topic.begin);
  const most = Number(flagged(words, '--max-messages') ?? Number.POSITIVE_INFINITY);
  const count = Math.max(0, Math.min(most, topic.end - first, 100_000));
  if (!words.includes('--timeout-ms') && count < most)
    return failed('a consumer without --timeout-ms that waits for more is not simulated');
  await desk.call.wait(desk.realm.state.pace.readMs);
  const isTimed = words.includes('print.timestamp=true');
  const lines = Array.from({ length: count }, (_, index) => {
    const { at, text } = recordAt(desk.realm.state, there, topic, first + index);
    return `${isTimed ? `CreateTime:${at}\t` : ''}${text}\n`;
  });
  const late =
    count < most ? 'ERROR Error processing message, terminating consumer process: org.apache.kafka.common.errors.TimeoutException\n' : '';
  return { exitCode: 0, stdout: lines.join(''), stderr: `${late}Processed a total of ${count} messages\n` };
}

const tools: Readonly<Record<string, (asked: Asked) => ProductAnswer | Promise<ProductAnswer>>> = {
  'kafka-broker-api-versions.sh': ({ there, port }) => fine(brokersOf(there, port)),
  'kafka-console-consumer.sh': consume,
  'kafka-get-offsets.sh': ends,
  'kafka-run-class.sh': (asked) =>
    asked.words[0] === 'kafka.tools.GetOffsetShell'
      ? ends(asked)
      : failed(`Error: Could not find or load main class ${asked.words[0] ?? ''}`),
  'kafka-topics.sh': (asked) =>
    asked.words.includes('--list')
      ? fine(
          topicsOf(asked.there)
            .map(({ name }) => `${name}\n`)
            .join(''),
        )
      : failed('Command must include exactly one action: --list, --describe, --create, --alter or --delete'),
};

/** The tools of Kafka lie in one folder and are run by bash from there. */
export const bash: TigerTool = (desk) => {
  const [script = '', ...words] = desk.call.argv;
  const tool = Object.hasOwn(tools, script) ? tools[script] : undefined;
  if (desk.call.cwd !== `${setting(desk.cluster, keys.appRoot)}/kafka/bin` || tool === undefined)
    return failed(`bash: ${script}: No such file or directory`, 127);
  const [ip = '', port = ''] = (flagged(words, '--broker-list') ?? flagged(words, '--bootstrap-server') ?? '').split(':');
  if (!opens(desk, ip, port))
    return failed(`Error while executing topic command : Timed out waiting for a node assignment to ${ip}:${port}`);
  const there = nodeAt(desk, ip)?.cluster ?? desk.cluster;
  const properties = flagged(words, script === 'kafka-console-consumer.sh' ? '--consumer.config' : '--command-config');
  const why = unspoken(desk, there, port, properties);
  return why === null ? tool({ desk, words, there, port }) : failed(why);
};
