import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../domain/faults.ts';
import type { Metrics } from './metrics.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Full sentences: what is missing. */
  readonly problems: readonly string[];
}

export interface HealthDeps {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly metrics: Metrics;
  /** Whether this process moves at all: its sweep runs. */
  readonly live: () => Readiness;
  /** Whether it can do its work: Redis answers, Slack is connected. */
  readonly ready: () => Promise<Readiness>;
}

/** `/healthz` (restart me when not 200), `/readyz` (don't count on me when not 200), `/metrics`. */
export async function startHealthServer(deps: HealthDeps): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    answer(path, deps)
      .catch(() => ({ status: 500, type: 'application/json', body: '{"problems":["The answer could not be made."]}' }))
      .then(({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(notOpened(deps, cause)));
    server.listen(deps.port, deps.host, resolve);
  });
  return { port: portOf(server), close: () => new Promise((resolve) => server.close(() => resolve())) };
}

const notOpened = ({ host, port }: HealthDeps, cause: unknown): Fault =>
  new Fault(
    'connect-failed',
    `/healthz can't be served on ${host}:${port}; set health.port in the config to a free one, or to 0 for any.`,
    {
      effect: 'not-applied',
      cause,
    },
  );

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(path: string, deps: HealthDeps): Promise<Answer> {
  if (path === '/healthz') return said(deps.live());
  if (path === '/readyz') return said(await deps.ready());
  if (path === '/metrics') {
    const { text, contentType } = await deps.metrics.expose();
    return { status: 200, type: contentType, body: text };
  }
  return { status: 404, type: 'application/json', body: '{"problems":["There are /healthz, /readyz and /metrics here."]}' };
}

const said = ({ ready, problems }: Readiness): Answer => ({
  status: ready ? 200 : 503,
  type: 'application/json',
  body: JSON.stringify({ ready, problems }),
});

function portOf(server: Server): number {
  // A server that listens on TCP has an AddressInfo.
  return (server.address() as AddressInfo).port;
}
