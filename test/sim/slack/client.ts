import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import { afterEach } from 'vitest';
import type { Workspace } from '../../../src/sim/slack/contract.ts';
import type { WorkspaceOptions } from '../../../src/sim/slack/options.ts';
import { startWorkspace } from '../../../src/sim/slack/workspace.ts';

/** The real client, without retries: one call is one call. */
export const clientOf = (ws: Workspace, token = ws.botToken, options: WebClientOptions = {}): WebClient =>
  new WebClient(token, {
    slackApiUrl: ws.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    ...options,
  });

const opened: Workspace[] = [];

afterEach(async () => {
  for (const ws of opened.splice(0)) await ws.close();
});

/** A machine that stands still for 3 s must not decide what is seen. */
const patient = { ackDeadlineMs: 60_000, triggerLifeMs: 60_000 } as const;

/** A workspace that is closed after the test. */
export async function aWorkspace(options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const ws = await startWorkspace({ delivery: 'socket', ...options, timing: { ...patient, ...options.timing } });
  opened.push(ws);
  return ws;
}

export interface Refusal {
  readonly error: string;
  readonly messages: readonly string[];
  readonly status: number | null;
}

/** The error that a call is refused with; fails when it is not refused. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (cause) {
    const { data, code, statusCode } = cause as {
      data?: { error: string; response_metadata?: { messages?: string[] } };
      code?: string;
      statusCode?: number;
    };
    return { error: data?.error ?? code ?? 'unknown', messages: data?.response_metadata?.messages ?? [], status: statusCode ?? null };
  }
  throw new TypeError('the call was not refused');
}

/** Any arguments: the typed client would not let a test send what Slack refuses. */
export const ask = async (
  ws: Workspace,
  method: string,
  args: Record<string, unknown> = {},
  token = ws.botToken,
): Promise<Record<string, unknown>> => {
  const response = await fetch(`${ws.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(args),
  });
  return (await response.json()) as Record<string, unknown>;
};
