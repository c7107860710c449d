import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerLater } from './answers.ts';
import { type ApiDeps, serveApi } from './api.ts';
import { decodeArguments, readBody, readMultipart } from './body.ts';
import type { PageServer } from './page-server.ts';

export interface ServerDeps {
  readonly api: ApiDeps;
  readonly page: PageServer;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));

/** A page elsewhere must not act here: only our own origin, or no browser at all. */
function isForeign(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  const local = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '');
  return !local || (origin !== undefined && origin !== `http://${host}`);
}

/** Bytes of an upload: the multipart field `body`, or the raw request. */
async function uploaded(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await readMultipart(body, type);
  const file = [...(form ?? [])].map(([, value]) => value).find((value) => typeof value !== 'string');
  return file === undefined ? Buffer.alloc(0) : Buffer.from(await file.arrayBuffer());
}

async function upload(deps: ServerDeps, id: string, request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const file = deps.api.callContext.world.files.get(id);
  if (file === undefined) return json(response, 404, { ok: false, error: 'file_not_found' });
  file.bytes = await uploaded(request, body);
  response.writeHead(200, { 'content-type': 'text/plain' }).end(`OK - ${file.bytes.length}`);
}

async function respond(deps: ServerDeps, id: string, request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
  const { tickets, world } = deps.api.callContext;
  const target = tickets.redeemResponse(id);
  if ('error' in target) return json(response, 404, { ok: false, error: target.error });
  const type = request.headers['content-type'] ?? '';
  const given = await decodeArguments(body, type.startsWith('application/json') ? type : 'application/json');
  const problem = answerLater(world, target, given, deps.api.faults.bannedBlocks);
  if (problem !== null) return json(response, 500, { ok: false, error: problem });
  response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
}

function download(deps: ServerDeps, id: string, response: ServerResponse): void {
  const file = deps.api.callContext.world.files.get(id);
  if (file?.bytes === null || file === undefined) return void response.writeHead(404).end();
  // A file may be anything: it must not run as a page of this origin.
  const guard = {
    'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    'x-content-type-options': 'nosniff',
  };
  response.writeHead(200, { 'content-type': file.contentType, ...guard }).end(file.bytes);
}

async function get(deps: ServerDeps, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, first = '', second = ''] = url.pathname.split('/');
  if (url.pathname === '/') return deps.page.asset('index.html', response);
  if (first === 'page') return deps.page.asset(second, response);
  if (first === 'files') return download(deps, second, response);
  if (first !== 'sim' || second !== 'stream') return void response.writeHead(404).end('not found');
  if (isForeign(request)) return void response.writeHead(403).end('foreign origin');
  deps.page.stream(url.searchParams.get('as') ?? '', request, response);
}

async function postTo(deps: ServerDeps, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === null) return void response.writeHead(413).end();
  const [, first = '', second = ''] = url.pathname.split('/');
  if (first === 'api') return serveApi(deps.api, request, response, second, body);
  if (first === 'upload') return upload(deps, second, request, response, body);
  if (first === 'response') return respond(deps, second, request, response, body);
  if (first !== 'sim' || second !== 'act') return void response.writeHead(404).end('not found');
  if (isForeign(request)) return json(response, 403, { problem: 'foreign origin' });
  const outcome = await deps.page.act(body);
  json(response, outcome.status, outcome.body);
}

async function route(deps: ServerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://local');
  const isApiGet = request.method === 'GET' && url.pathname.startsWith('/api/');
  if (isApiGet) return serveApi(deps.api, request, response, url.pathname.slice(5), Buffer.alloc(0));
  return request.method === 'POST' ? postTo(deps, url, request, response) : get(deps, url, request, response);
}

/** One port of the loopback for everything: web API, sockets, uploads, response urls and the page. */
export function createWorkspaceServer(deps: () => ServerDeps): Server {
  const server = createServer((request, response) => {
    route(deps(), request, response).catch((cause: unknown) => {
      // A broken request must not end the workspace; a bug of ours shows as 500 with its message.
      const message = cause instanceof Error ? cause.message : 'unknown';
      if (response.headersSent) response.destroy();
      else json(response, 500, { ok: false, error: 'internal_error', message });
    });
  });
  server.on('upgrade', (request, socket, head) => deps().upgrade(request, socket, head));
  return server;
}
