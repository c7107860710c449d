import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** What becomes of the next calls. `lose`: the traffic is moved and the answer is lost. */
export type HookTrouble = 'none' | 'refuse' | 'fail' | 'lose' | 'hang' | 'babble';

/** The endpoint by which a team's own traffic director is told where the applications of a link shall go. */
export interface RedirectHook {
  readonly url: string;
  /** Value that the Authorization header has to have. */
  readonly authorization: string;
  /** Cluster that the traffic of a link goes to; null before it was ever told. */
  serving(link: string): string | null;
  /** Every move, in order. */
  moves(): readonly { readonly link: string; readonly to: string }[];
  trouble(next: HookTrouble): void;
  close(): Promise<void>;
}

const order = z.object({ link: z.string(), to: z.string() });

/** Status and body; null when the connection breaks instead. */
type Said = readonly [status: number, body: unknown] | null;

function end(response: ServerResponse, said: Said): void {
  if (said === null) response.destroy();
  else response.writeHead(said[0], { 'content-type': 'application/json' }).end(JSON.stringify(said[1]));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Starts the endpoint on a loopback port. `start`: where the traffic of each link goes at first. */
export async function startRedirectHook(start: Readonly<Record<string, string>> = {}): Promise<RedirectHook> {
  const authorization = 'Bearer of-the-simulated-world';
  const serving = new Map(Object.entries(start));
  const moves: { link: string; to: string }[] = [];
  let trouble: HookTrouble = 'none';

  const take = (asked: z.infer<typeof order>): void => {
    serving.set(asked.link, asked.to);
    moves.push(asked);
  };
  const tell = (link: string | null): Said => (link === null ? [400, {}] : [200, { serving: serving.get(link) ?? 'nobody' }]);
  const move = async (request: IncomingMessage): Promise<Said> => {
    if (trouble === 'refuse') return [409, { error: 'the director is locked' }];
    const asked = order.safeParse(JSON.parse(await textOf(request)));
    if (!asked.success) return [400, {}];
    take(asked.data);
    return trouble === 'lose' ? null : [200, {}];
  };

  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== authorization) return end(response, [401, { error: 'who are you?' }]);
    if (trouble === 'hang') return;
    if (trouble === 'babble') return void response.writeHead(200).end('<html>moved</html>');
    if (trouble === 'fail') return end(response, [503, { error: 'not now' }]);
    const link = new URL(request.url ?? '/', 'http://hook').searchParams.get('link');
    return end(response, request.method === 'GET' ? tell(link) : await move(request));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  // The cast follows a listen on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/replops`,
    authorization,
    serving: (link) => serving.get(link) ?? null,
    moves: () => moves,
    trouble: (next) => {
      trouble = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
