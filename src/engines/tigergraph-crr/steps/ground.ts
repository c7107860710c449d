import { groundQuestions } from '../commands.ts';
import { ask, type Spot } from '../look.ts';
import { parseNumber, parsePath, parseTls, parseWord } from '../parse/config.ts';
import type { Ground } from '../reads/numbers.ts';

/** What is needed to ask the Kafka of a spot's own side. Throws a Fault when the node gives no answer at all. */
export async function groundOf(spot: Spot): Promise<Ground> {
  const [app, port, prefix, ip, ...tls] = await ask(spot, groundQuestions);
  return {
    roots: { app: parsePath(app), data: null, log: null },
    kafkaPort: parseNumber(port),
    tls: parseTls(...tls),
    crr: { enabled: null, brokers: null, port: null, prefix: parseWord(prefix) },
    ip: parseWord(ip),
  };
}
