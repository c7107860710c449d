import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../domain/clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type Answer, type Call, type Method, no, type TokenHolder } from './api-method.ts';
import { decodeArguments } from './body.ts';
import type { ApiCall } from './contract.ts';
import type { FaultState, Mishap } from './faults.ts';
import { methods } from './methods/index.ts';
import { asText } from './model.ts';
import type { Quota } from './quota.ts';

export interface ApiDeps {
  readonly clock: Clock;
  readonly holders: ReadonlyMap<string, TokenHolder>;
  readonly scopes: ReadonlySet<string>;
  readonly faults: FaultState;
  readonly quota: Quota | null;
  readonly record: (call: ApiCall) => void;
  readonly callContext: Pick<Call, 'world' | 'tickets' | 'origin' | 'openLink'>;
}

interface Asked {
  readonly name: string;
  readonly args: JsonObject;
  readonly holder: TokenHolder | undefined;
  readonly hasToken: boolean;
  readonly scopes: ReadonlySet<string>;
}

async function readCall(deps: ApiDeps, request: IncomingMessage, name: string, body: Buffer): Promise<Asked> {
  const { token, team_id: _ignored, ...args } = await decodeArguments(body, request.headers['content-type'] ?? '');
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://local').searchParams);
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? asText(token);
  const holder = deps.holders.get(bearer);
  const granted =
    holder?.kind === 'app' ? ['connections:write'] : [...deps.scopes].filter((scope) => !deps.faults.droppedScopes.has(scope));
  return { name, args: { ...query, ...args }, holder, hasToken: bearer !== '', scopes: new Set(granted) };
}

/** The refusals that come before a method is looked at. */
function entryRefusal(deps: ApiDeps, asked: Asked, method: Method | undefined): Answer | null {
  if (method === undefined) return no('unknown_method', { req_method: asked.name });
  if (asked.holder === undefined) return no(asked.hasToken ? 'invalid_auth' : 'not_authed');
  if (deps.faults.revoked()) return no('token_revoked');
  if ((method.token === 'app') !== (asked.holder.kind === 'app')) return no('not_allowed_token_type');
  return null;
}

function answerTo(deps: ApiDeps, asked: Asked): { readonly answer: Answer; readonly needed: readonly string[] } {
  const method = methods[asked.name];
  const refusal = entryRefusal(deps, asked, method);
  if (refusal !== null || method === undefined || asked.holder === undefined)
    return { answer: refusal ?? no('unknown_method'), needed: [] };
  const { args, holder, scopes } = asked;
  const call: Call = { ...deps.callContext, args, holder, scopes, bannedBlocks: deps.faults.bannedBlocks };
  const needed = method.scopes(call);
  if (needed.length > 0 && !needed.some((scope) => scopes.has(scope)))
    return { answer: no('missing_scope', { needed: needed.join(','), provided: [...scopes].join(',') }), needed };
  return { answer: method.run(call), needed };
}

const isBefore = (mishap: Mishap | null): boolean =>
  mishap !== null && (['rate-limit', 'http', 'refuse', 'reset'].includes(mishap.kind) || (mishap.kind === 'hang' && !mishap.applied));

function send(response: ServerResponse, status: number, body: JsonObject | string, headers: Record<string, string> = {}): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}

const limited = (retryAfterSeconds: number | null) => ({
  status: 429,
  body: no('ratelimited'),
  headers: retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
});

/** What a caller gets whose call never reached its method. Null: nothing at all. */
function unfortunate(
  mishap: Mishap,
): { readonly status: number; readonly body: JsonObject | string; readonly headers: Record<string, string> } | null {
  switch (mishap.kind) {
    case 'rate-limit':
      return limited(mishap.retryAfterSeconds);
    case 'http':
      return { status: mishap.status, body: '<html><body>Server error</body></html>', headers: {} };
    case 'refuse':
      return { status: 200, body: no(mishap.error, mishap.extra), headers: {} };
    default:
      return null;
  }
}

function sendMishap(deps: ApiDeps, asked: Asked, response: ServerResponse, mishap: Mishap): void {
  const reply = unfortunate(mishap);
  const answer = reply !== null && typeof reply.body !== 'string' ? reply.body : {};
  note(deps, asked, { status: reply?.status ?? 0, applied: false, answer, fault: mishap.kind });
  if (reply !== null) send(response, reply.status, reply.body, reply.headers);
  else if (mishap.kind === 'reset') response.socket?.resetAndDestroy();
  // A call that hangs is left without an answer; closing the workspace ends it.
}

function note(deps: ApiDeps, asked: Asked, rest: Pick<ApiCall, 'status' | 'applied' | 'answer' | 'fault'>): void {
  const token = asked.holder === undefined ? 'none' : asked.holder.kind === 'user' ? 'other' : asked.holder.kind;
  deps.record({ method: asked.name, args: asked.args, at: deps.clock.now(), token, ...rest });
}

/** Answers `POST /api/<name>`. */
export async function serveApi(
  deps: ApiDeps,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  body: Buffer,
): Promise<void> {
  const asked = await readCall(deps, request, name, body);
  const mishap = deps.faults.take(name, asked.args);
  if (mishap !== null && isBefore(mishap)) return sendMishap(deps, asked, response, mishap);
  const wait = deps.quota?.take(name, asked.args) ?? 0;
  if (wait > 0) return sendMishap(deps, asked, response, { kind: 'rate-limit', retryAfterSeconds: wait });
  const { answer, needed } = answerTo(deps, asked);
  note(deps, asked, { status: 200, applied: answer.ok, answer, fault: mishap?.kind ?? null });
  if (mishap?.kind === 'lose-reply') return void response.socket?.resetAndDestroy();
  if (mishap?.kind === 'hang') return;
  if (mishap?.kind === 'slow') await deps.clock.sleep(mishap.ms);
  const headers = {
    'x-oauth-scopes': [...asked.scopes].join(','),
    'x-accepted-oauth-scopes': needed.join(','),
    'x-slack-req-id': deps.callContext.world.mintId('r'),
  };
  send(response, 200, answer, headers);
}
