import { z } from 'zod';
import { scrub } from '../../transports/scrub.ts';
import { quoteWord } from '../../transports/shell-quoting.ts';
import { askNode, secretsOf } from './ask.ts';
import type { Following, Spot } from './look.ts';
import { mirror } from './parse/services.ts';

const statusPage = z.object({
  connector: z.object({ trace: z.string().optional() }),
  tasks: z.array(z.object({ state: z.string(), trace: z.string().optional() })),
});

/** Longest that is shown of a trace, in characters. */
const longest = 300;

/** What Kafka Connect says that a connector has failed at, in one line; null when it does not say. Pure; never throws. */
export function traceIn(text: string): string | null {
  const page = statusPage.safeParse(jsonIn(text));
  if (!page.success) return null;
  const { connector, tasks } = page.data;
  const traces = [...tasks.filter(({ state }) => state === 'FAILED').map(({ trace }) => trace), connector.trace];
  const lines = traces
    .find((trace) => trace !== undefined && trace.trim() !== '')
    ?.split('\n')
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').trim());
  // What it ended for comes first, what has caused that last.
  const [first = '', ...rest] = lines?.filter((line) => line !== '') ?? [];
  const cause = rest.findLast((line) => line.startsWith('Caused by: '));
  const words = cause === undefined ? first : `${first} ${cause}`;
  return words === '' ? null : words.slice(0, longest);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Asks each worker that the table of connectors names. Throws a Fault only when the caller itself gave up. */
export async function readTrace({ connect, cluster, node, io }: Spot, tasks: Following['tasks']): Promise<string | null> {
  const workers = [...new Set(tasks.map(({ worker }) => worker))].filter((worker) => /^[A-Za-z0-9][A-Za-z0-9._-]*:\d{1,5}$/.test(worker));
  for (const worker of workers) {
    const url = `http://${worker}/connectors/${mirror}/status`;
    const [answer] = await askNode(connect, cluster, node, io, [`curl -s -m 5 ${quoteWord(url)}`]);
    const trace = answer.exitCode === 0 ? traceIn(answer.text) : null;
    if (trace !== null) return scrub(trace, secretsOf(cluster));
  }
  return null;
}
